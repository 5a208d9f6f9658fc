from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    name = "voicenter_console.jobs"
    verbose_name = _("Jobs")

    def ready(self) -> None:
        import_module("voicenter_console.celery")  # web processes and commands send hints too
