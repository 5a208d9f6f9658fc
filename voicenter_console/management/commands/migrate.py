"""`manage.py migrate`, which may run while calls arrive (FAULTS F-12; ADR 16)."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

# Whoever waits for a table makes all wait that come after: pushes would wait for a migration that waits for a report.
LOCK_MILLISECONDS = 500
PAUSE_SECONDS = 1.0
TRIES = 120
_LOCK_NOT_AVAILABLE = "55P03"


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        """As Django's, but no statement waits for a table longer than LOCK_MILLISECONDS: its migration is rolled back
        and tried again. What was done by then stays done. Raises CommandError after TRIES of them."""
        connection = connections[options["database"]]
        for _ in range(TRIES):
            try:
                with _impatient(connection):
                    return super().handle(*args, **options)
            except OperationalError as error:
                if getattr(error.__cause__, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
                    raise
                self.stderr.write("a table is in use; this migration is tried again")
            time.sleep(PAUSE_SECONDS)
        raise CommandError(
            "A table was in use all the time. Nothing is half done: end the long transaction, try again."
        )


@contextmanager
def _impatient(connection: BaseDatabaseWrapper) -> Iterator[None]:
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [f"{LOCK_MILLISECONDS}ms"])
        try:
            yield
        finally:
            cursor.execute("RESET lock_timeout")
