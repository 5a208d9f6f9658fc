"""`manage.py up`: the whole console in one command."""

import subprocess
import sys
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from voicenter_console import processes


class Command(BaseCommand):
    help = "Bring the database up to date, then run web, worker, beat and collector until Ctrl-C."

    def handle(self, *args: Any, **options: Any) -> None:
        prepare()
        processes.supervise(processes.console(), {})


def prepare() -> None:
    """Migrate, and meanwhile collect static files in a process of its own: both take seconds on a first start."""
    collecting = subprocess.Popen([sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"])
    call_command("migrate", interactive=False, verbosity=0)
    if collecting.wait():
        raise CommandError("the static files could not be collected")
