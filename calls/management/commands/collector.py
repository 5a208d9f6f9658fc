"""`manage.py collector`: follow the live events of every account."""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from calls.board import fleet


class Command(BaseCommand):
    help = "Follow who waits and who talks in every account, by RealTime or by polling, until it is ended."

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        fleet.run(stop)
