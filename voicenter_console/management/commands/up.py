"""`manage.py up`: the whole console in one command."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from voicenter_console import processes


class Command(BaseCommand):
    help = "Bring the database up to date, then run web, worker and beat until Ctrl-C."

    def handle(self, *args: Any, **options: Any) -> None:
        prepare()
        processes.supervise(processes.console(), {})


def prepare() -> None:
    """Migrate, and collect static files where they are not collected yet."""
    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
