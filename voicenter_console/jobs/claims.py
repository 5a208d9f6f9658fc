"""Who does a job: exactly one worker at a time, however many ask and whoever dies (ADR 1).

What is free is told by the database's clock alone: a host whose clock is wrong steals no lease (FAULTS F-13).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from .models import Job

logger = logging.getLogger(__name__)
LEASE = timedelta(seconds=60)
MOST_ATTEMPTS = 5

State = Job.State
# A runner does the work of one kind of job. It reports by Progress and may be called again after a crash.
Runner = Callable[["Progress"], None]
_runners: dict[str, Runner] = {}


class Cancelled(Exception):
    """Somebody asked for the job to stop; raised at the next report of progress."""


class Lost(Exception):
    """The lease ran out and another worker has the job."""


class Later(Exception):
    """Not now: the runner is called again at `at`. Raised by the runner itself."""

    def __init__(self, at: datetime, message: str = "") -> None:
        self.at, self.message = at, message
        super().__init__(message)


class Progress:
    """The runner's hold on its job: how far it is, whether it may go on."""

    def __init__(self, job: Job) -> None:
        self.job = job

    def report(
        self,
        done: int,
        total: int | None = None,
        message: str = "",
        *,
        result: dict[str, object] | None = None,
    ) -> None:
        """Write progress and renew the lease; no message leaves the last one. Raises Cancelled or Lost.

        `result` is kept with the job: what it found, or where a runner that is called again goes on.
        """
        held = Job.objects.filter(pk=self.job.pk, state=State.RUNNING, attempts=self.job.attempts)
        values = {"done": done, "lease_until": Now() + LEASE}
        if message:
            values["message"] = message[:300]
        if total is not None:
            values["total"] = total
        if result is not None:
            values["result"] = result
        if not held.update(**values):
            raise Lost
        self.job.done = done
        if held.filter(cancel_asked=True).exists():
            raise Cancelled


def register(kind: str, runner: Runner) -> None:
    """Name the runner of a kind of job; apps do so in AppConfig.ready."""
    _runners[kind] = runner


def enqueue(
    kind: str, label: str, *, owner: object = None, key: str | None = None, due_at: datetime | None = None,
    **parameters: object,
) -> Job:  # fmt: skip
    """A new job, or the unfinished one with the same key. The hint is sent after the commit; one that is due later is
    found by the sweep."""
    from .tasks import run  # the task imports what imports us

    if key is not None and (asked := unfinished(kind, key)):
        return asked
    try:
        with transaction.atomic():
            job = Job.objects.create(
                kind=kind, label=label, owner=owner, key=key, parameters=parameters, due_at=due_at or Now()
            )
    except IntegrityError:  # somebody asked for the same at the same moment
        if key is not None and (asked := unfinished(kind, key)):
            return asked
        raise
    if due_at is None:
        transaction.on_commit(lambda: run.apply_async([job.pk], retry=False), robust=True)
    return job


def unfinished(kind: str, key: str) -> Job | None:
    """The job of that kind and key which waits or runs; there is one at most."""
    return Job.objects.unfinished().filter(kind=kind, key=key).first()


def cancel(job: Job) -> None:
    """Stop it at its next report; at once where it has not begun."""
    Job.objects.filter(pk=job.pk, state=State.QUEUED).update(state=State.CANCELLED, finished_at=timezone.now())
    Job.objects.filter(pk=job.pk, state=State.RUNNING).update(cancel_asked=True)


def claim(pk: int) -> Job | None:
    """The job, if it is free: queued and due, or its worker's lease ran out."""
    taken = Job.objects.filter(_free(), pk=pk).update(
        state=State.RUNNING, lease_until=Now() + LEASE, attempts=F("attempts") + 1
    )
    return Job.objects.get(pk=pk) if taken else None


def work(pk: int) -> None:
    """Claim and do one job, whatever becomes of it."""
    job = claim(pk)
    if job is None:
        return
    if job.attempts > MOST_ATTEMPTS:
        _finish(job, State.FAILED, f"worker lost ×{MOST_ATTEMPTS}")
        return
    try:
        _runners[job.kind](Progress(job))
    except Cancelled:
        _finish(job, State.CANCELLED, "")
    except Later as later:
        _put_back(job, later)
    except Lost:
        logger.warning("job %s is somebody else's now", job.pk)
    except DatabaseError:
        raise  # the sweep takes it up again when its lease has run out
    except Exception as error:
        logger.exception("job %s failed", job.pk)
        _finish(job, State.FAILED, f"{type(error).__name__}: {error}")
    else:
        _finish(job, State.DONE, "")


def due() -> list[int]:
    """What the sweep re-sends: waiting jobs and those whose worker was lost."""
    return list(Job.objects.filter(_free()).order_by("due_at").values_list("pk", flat=True)[:100])


def _free() -> Q:
    return Q(state=State.QUEUED, due_at__lte=Now()) | Q(state=State.RUNNING, lease_until__lt=Now())


def _put_back(job: Job, later: Later) -> None:
    """Waiting again, with its attempts to come: no worker was lost."""
    held = Job.objects.filter(pk=job.pk, state=State.RUNNING, attempts=job.attempts)
    held.update(state=State.QUEUED, attempts=0, lease_until=None, due_at=later.at, message=later.message[:300])


def _finish(job: Job, state: str, message: str) -> None:
    held = Job.objects.filter(pk=job.pk, state=State.RUNNING, attempts=job.attempts)
    values = {"state": state, "finished_at": timezone.now()}
    held.update(**values, **({"message": message[:300]} if message else {}))
