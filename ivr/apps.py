from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IvrConfig(AppConfig):
    name = "ivr"
    verbose_name = _("IVR")

    def ready(self) -> None:
        from calls.signals import calls_changed
        from ivr import journal
        from ivr.designer import replaying
        from voicenter_console.jobs import claims

        claims.register(replaying.KIND, replaying.run)
        calls_changed.connect(journal.heard)
