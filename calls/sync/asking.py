"""One question to Voicenter's call log, and what its answer is worth (PROTOCOL S3, S4)."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from calls.models import SyncState
from voicenter_console.organisation import gateway
from voicenter_console.organisation.models import Account
from voicenter_console.voicenter import call_log
from voicenter_console.voicenter.call_log import CallLogPage, Outline
from voicenter_console.voicenter.client import VoicenterClient
from voicenter_console.voicenter.errors import Garbled, LimitExceeded, Unreachable
from voicenter_console.webhooks import hints, inbox
from voicenter_console.webhooks.models import Delivery

from . import span
from .span import MINUTE, SECOND

logger = logging.getLogger(__name__)
Ends = SyncState.Ends
PAGES_KEPT = timedelta(days=35)
FORGOTTEN_AT_ONCE = 20
LIMIT_TRIES = 3
LIMIT_SECONDS = 30


class Asker:
    """Asks for one account, in its Voicenter's words; every page that counts is a Delivery before it is counted."""

    def __init__(
        self, account: Account, state: SyncState, client: VoicenterClient, now: Callable[[], datetime],
        answered: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        self.account = account
        self.state = state
        self.now = now
        self.pages = 0
        self._client = client
        self._answered = answered

    def ask(
        self,
        start: datetime,
        end: datetime,
        *,
        types: Collection[int] | None = None,
        extensions: Collection[str] | None = None,
    ) -> CallLogPage:
        """The calls that began in [start, end), and maybe some beside it. Raises VoicenterError's kinds."""
        from_, to = span.worded(start, end, self.state.ends, israel_time=self.state.israel_time)
        return self._ask(from_=from_, to=to, types=types, extensions=extensions)

    def of_call(self, call_id: str, start: datetime, end: datetime) -> CallLogPage:
        """All that Voicenter has of one call id. Raises VoicenterError's kinds."""
        from_, to = span.worded(start, end, self.state.ends, israel_time=self.state.israel_time)
        return self._ask(from_=from_, to=to, call_id=call_id)

    def keep(self, page: CallLogPage) -> None:
        """Make the page a Delivery, for the same ingester that takes the pushes. The same page again only counts."""
        inbox.keep(self.account.pk, Delivery.Channel.CALL_LOG, page.body, compress=True, received_at=self.now())
        self.pages += 1
        if page.rows:
            hints.send(self.account.pk)

    def forget(self) -> None:
        """Drop pages that came long ago, one at a time, as each has many records. What they said stays."""
        old = self.now() - PAGES_KEPT
        pages = Delivery.objects.filter(account=self.account, channel=Delivery.Channel.CALL_LOG)
        done = pages.filter(state=Delivery.State.DONE, last_received_at__lt=old).order_by("pk")
        for pk in list(done.values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE]):
            pages.filter(pk=pk).only("pk").delete()

    def outlines(self, page: CallLogPage) -> list[Outline]:
        now = self.now()
        return [call_log.outline(row, received_at=now) for row in page.rows]

    def calibrate(self, page: CallLogPage) -> bool:
        """Find out how this Voicenter takes a span, by asking for one call of the page by the second it began in.

        Done once in the life of an account, as soon as it has a call. True where what was read so far was asked for
        in the wrong words. Raises VoicenterError's kinds.
        """
        if self.state.ends != Ends.UNKNOWN:
            return False
        # the second 59 would be found by cut-off minutes, too
        known = next((one for one in self.outlines(page) if one.exact and 0 < one.began.second < 59), None)
        if known is None:
            return False
        at = span.utc(known.began)
        ends = {Ends.INCLUSIVE: at, Ends.EXCLUSIVE: at + SECOND, Ends.MINUTES: span.minute(at) + MINUTE}
        for israel_time in (False, True):
            offset = span.israel_offset(at) if israel_time else at - at
            for kind, end in ends.items():
                found = self._ask(from_=at + offset, to=end + offset)
                if any(one.call_id == known.call_id for one in self.outlines(found)):
                    return self._calibrated(kind, israel_time)
        logger.warning("account %s: a call that the call log showed is not found by its own time", self.account.pk)
        return self._calibrated(Ends.UNCLEAR, False)

    def _calibrated(self, ends: str, israel_time: bool) -> bool:
        self.state.ends, self.state.israel_time = ends, israel_time
        self.state.save(update_fields=["ends", "israel_time"])
        return israel_time or ends == Ends.MINUTES

    def _ask(self, **wanted: object) -> CallLogPage:
        for tries in range(LIMIT_TRIES):
            try:
                page = self._once(**wanted)
                self._answered()
                return page
            except LimitExceeded as error:
                limit = error
                wait = error.retry_after or LIMIT_SECONDS * 2**tries
                jitter = random.uniform(1, 1.5)  # noqa: S311 - no secret: that processes do not come back together
                gateway.limiter.back_off(self._client.account, wait * jitter)
        raise limit

    def _once(self, **wanted: object) -> CallLogPage:
        account = self.account
        answer = call_log.ask(
            self._client, identity=account.scope, user_code=account.user_code or "", bearer=account.code_as_bearer,
            **wanted,
        )  # fmt: skip
        try:
            return call_log.read(answer, without_code=self._client.without_code)
        except Garbled as error:
            if answer.status >= 500:  # a server that is down, not a page
                raise Unreachable(f"HTTP status {answer.status}", sent=True) from error
            inbox.keep(
                account.pk, Delivery.Channel.CALL_LOG, answer.body, content_type=answer.content_type,
                reason=error.reason, compress=True, received_at=self.now(),
            )  # fmt: skip
            raise
