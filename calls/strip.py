"""The call strip of a call, from its legs: what came after what, at its own time (DESIGN, The call strip)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from calls import grouping
from calls.models import Call, Cdr
from voicenter_console import phones
from voicenter_console.templatetags.shapes import Part
from voicenter_console.voicenter import terms

# A leg that begins later than this was not waited for at the phone.
LONGEST_HELD = timedelta(minutes=15)


def of(call: Call, legs: Sequence[Cdr], heard: Collection[int] = ()) -> list[Part]:
    """The parts in the order of their time. `heard`: legs whose recording the page plays; their talk leads there.

    Legs may overlap, as times are whole seconds and a consultation rings while the customer is held: each moment is
    drawn once, for the leg that began first. Where no leg lasted, what the call as a whole says.
    """
    line, counted = _Line(heard), {id(leg) for leg in grouping.that_count(legs)}
    for leg in sorted(legs, key=lambda leg: (leg.started_at, leg.type_id or 0)):
        line.add(leg, counts=id(leg) in counted)
    return line.ended(call.outcome) if any(part.seconds for part in line.parts) else call.shape()


class _Line:
    """The strip as it grows, leg by leg."""

    def __init__(self, heard: Collection[int]) -> None:
        self.parts: list[Part] = []
        self._heard = heard
        self._at: datetime | None = None  # drawn until here
        self._meanwhile = ""  # what the customer does until the next leg begins
        self._post = ""  # what stands behind that
        self._first_agent = ""

    def add(self, leg: Cdr, *, counts: bool) -> None:
        """`counts` is false of an agent's own leg, before which there is no customer, and of a leg whose talk has a
        row of its own: of that one the ringing is drawn."""
        if not counts and leg.type_id in terms.AGENT_LEGS:
            return
        self._close(leg.started_at)
        start = leg.started_at
        for kind, seconds in (("wait", leg.wait_seconds), ("ring", leg.ring_seconds)):
            start = self._draw(kind, start, seconds or 0)
        if counts and leg.talk_seconds:
            kind, who = self._talk(leg)
            self._draw(kind, start, leg.talk_seconds, who, leg.pk if leg.pk in self._heard else None)
            self._meanwhile = "hold"
        elif leg.status in terms.FLOWED_OUT:
            self._post = "left"
            self._meanwhile = "" if leg.wait_seconds else "wait"
        self._at = max(self._at or start, start)

    def ended(self, outcome: str) -> list[Part]:
        self._close(None)
        if outcome in (Call.Outcome.ABANDONED, Call.Outcome.IVR_END):
            self.parts.append(Part("hangup"))
        return self.parts

    def _talk(self, leg: Cdr) -> tuple[str, str]:
        """What kind of talk it is, and with whom."""
        if _between_agents(leg):
            return "hold", ""
        if leg.type_id == terms.VOICEMAIL_TYPE:
            return "voicemail", ""
        if leg.type_id == terms.DIALLED_INTO_IVR:
            return "menu", ""
        self._first_agent = self._first_agent or leg.agent_name
        return ("talk" if leg.agent_name == self._first_agent else "talk2"), leg.agent_name

    def _draw(self, kind: str, start: datetime, seconds: int, who: str = "", plays: int | None = None) -> datetime:
        """Add what of it was not drawn yet; returns its end."""
        end = start + timedelta(seconds=seconds)
        began = max(start, self._at or start)
        if end > began:
            self.parts.append(Part(kind, int((end - began).total_seconds()), who, plays))
            self._at = end
        return end

    def _close(self, moment: datetime | None) -> None:
        """Between two legs somebody who has talked is held, and somebody in a queue waits."""
        if moment and self._at and self._meanwhile and moment - self._at <= LONGEST_HELD:
            self._draw(self._meanwhile, self._at, int((moment - self._at).total_seconds()))
        if self._post:
            self.parts.append(Part(self._post))
        self._meanwhile = self._post = ""


def _between_agents(leg: Cdr) -> bool:
    """A consultation: both of its ends are phones of the organisation."""
    return all(phones.parse(party).kind == "extension" for party in (leg.caller, leg.target))
