from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CallsConfig(AppConfig):
    name = "calls"
    verbose_name = _("Calls")

    def ready(self) -> None:
        from django.db.models.signals import post_migrate, pre_delete, pre_save

        from calls import annotating, asking_again, exports, ingest, resolver, search_index
        from calls.connect import checking
        from calls.contacts import import_run, importing
        from calls.erasure import asking, belongings, running
        from calls.exports import run as export
        from calls.health import pulling, rereading
        from calls.metrics import dirty
        from calls.models import Agent
        from calls.popup import tally
        from calls.recordings import peaks
        from calls.recovery import keeping, rebuilding, telling
        from calls.reports import alerts
        from calls.signals import calls_changed, calls_merged, person_erased
        from calls.vcc import fetching, taking
        from voicenter_console.jobs import claims
        from voicenter_console.notifications import kinds
        from voicenter_console.organisation.models import Account, Department
        from voicenter_console.webhooks import channels
        from voicenter_console.webhooks.models import Delivery

        channels.register(Delivery.Channel.CDR, ingest.take_notifications)
        channels.register(Delivery.Channel.CALL_LOG, ingest.take_call_log_pages, long=True)
        channels.register(Delivery.Channel.VCC, taking.take_notifications)
        channels.register(Delivery.Channel.VCC_CDR, taking.take_answers)
        calls_changed.connect(resolver.heard)
        calls_changed.connect(keeping.heard)
        calls_merged.connect(keeping.merged)
        calls_merged.connect(annotating.merged)
        pre_save.connect(dirty.zone_changes, sender=Account)
        pre_delete.connect(dirty.goes, sender=Department)
        pre_delete.connect(dirty.goes, sender=Agent)
        post_migrate.connect(search_index.keep_triggers, sender=self)
        kinds.register(telling.OPENED, _("somebody waits to be called back"))
        kinds.register(tally.KIND, _("somebody tries numbers at the address of pop-ups"))
        kinds.register(alerts.KIND, _("an alert begins to hold"))
        kinds.register(telling.CLOSED, _("a lost caller's card was closed"))
        claims.register(rebuilding.KIND, rebuilding.run)
        claims.register(fetching.KIND, fetching.run)
        claims.register(exports.KIND, export.run)
        claims.register(importing.LOOK, import_run.look)
        claims.register(importing.KEEP, import_run.keep)
        claims.register(importing.UNDO, import_run.undo)
        claims.register(asking_again.KIND, asking_again.run)
        claims.register(peaks.KIND, peaks.run)
        claims.register(pulling.KIND, pulling.run)
        person_erased.connect(belongings.forget)
        claims.register(checking.KIND, checking.run)
        claims.register(asking.KIND, running.run)
        claims.register(rereading.KIND, rereading.run)
