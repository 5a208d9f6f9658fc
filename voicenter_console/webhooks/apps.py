from celery.signals import worker_init, worker_shutdown
from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebhooksConfig(AppConfig):
    name = "voicenter_console.webhooks"
    verbose_name = _("Deliveries")

    def ready(self) -> None:
        from voicenter_console.jobs import claims

        from . import replay, sweeper

        claims.register(replay.KIND, replay.run)
        worker_init.connect(sweeper.start)
        worker_shutdown.connect(sweeper.stop)
