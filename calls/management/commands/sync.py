"""`manage.py sync`: pull the call log now."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError

from calls import sync, truth
from calls.models import SyncGap
from voicenter_console.organisation.models import Account
from voicenter_console.webhooks import ingest

Moment = date | datetime


class Command(BaseCommand):
    help = "Pull now what beat would pull of the call log, or a span of it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--account", metavar="NAME", help="this account only")
        parser.add_argument("--from", dest="start", type=_moment, metavar="DATE",
                            help="a day of the account's zone, 2026-07-15, or a time, 2026-07-15T08:00")  # fmt: skip
        parser.add_argument("--to", dest="end", type=_moment, metavar="DATE",
                            help="the last day, itself included, or a time; default: now")  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        accounts = Account.objects.filter(provider=Account.Provider.VOICENTER).order_by("name")
        accounts = accounts.filter(name=options["account"]) if options["account"] else accounts.filter(pulls=True)
        if not accounts:
            raise CommandError(f"no account is called {options['account']}" if options["account"] else "no account")
        if options["end"] and not options["start"]:
            raise CommandError("--to needs --from")
        refused = [account.name for account in accounts if not self._pull(account, options)]
        if refused:
            raise CommandError(f"not read: {', '.join(refused)}")

    def _pull(self, account: Account, options: dict[str, Any]) -> bool:
        """Whether it was read."""
        report = sync.run(account, pressed=True, only=_span(account, options["start"], options["end"]))
        if report.busy:
            self.stderr.write(f"{account}: another pull is at it")
            return False
        calls = f"{report.rows} calls in {report.windows} windows, {report.pages} pages"
        ingest.drain(account)
        until = truth.complete_until(account)
        zone = ZoneInfo(account.zone)
        self.stdout.write(
            f"{account}: {calls}; complete until {until.astimezone(zone):%Y-%m-%d %H:%M}" if until
            else f"{account}: {calls}; not complete yet"
        )  # fmt: skip
        for gap in SyncGap.objects.filter(account=account, closed_at=None).order_by("from_at"):
            missing = "an unknown number of" if gap.missing is None else gap.missing
            self.stdout.write(f"  {missing} calls of {gap.from_at.astimezone(zone):%Y-%m-%d %H:%M:%S} cannot be had")
        if report.refused:
            self.stderr.write(f"{account}: {report.refused}")
        elif report.rejected:
            self.stderr.write(f"{account}: {report.rejected} pages could not be read; they are asked for again")
        return not (report.refused or report.rejected)


def _moment(text: str) -> Moment:
    try:
        return datetime.fromisoformat(text) if len(text) > 10 else date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no date like 2026-07-15 and no time like 2026-07-15T08:00") from None


def _span(account: Account, start: Moment | None, end: Moment | None) -> tuple[datetime, datetime] | None:
    """[from, to) as instants. Raises CommandError where nothing lies between them."""
    if start is None:
        return None
    zone = ZoneInfo(account.zone)
    now = datetime.now(UTC).replace(microsecond=0)
    from_ = _instant(start, zone)
    to = now if end is None else min(now, _instant(end, zone, last=True))
    if from_ >= to:
        raise CommandError("--from lies after --to, or in the future")
    return from_, to


def _instant(moment: Moment, zone: ZoneInfo, *, last: bool = False) -> datetime:
    """A day's beginning, or its end where it is the last one."""
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment + timedelta(days=1) if last else moment, time())
    moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    return moment.astimezone(UTC).replace(microsecond=0)
