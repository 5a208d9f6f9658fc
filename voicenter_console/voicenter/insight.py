"""What Voicenter's own listening made of a call: summary and transcript out of a push's aiData (practice, §3.6).

It comes by push only, sometimes in a second one, sometimes as a string of JSON, with any part of it null.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from . import fields
from .values import text
from .wire import fold

_MOST_SENTENCES = 5000
_AGENT, _CUSTOMER = "agent", "customer"
_SPEAKERS = {"speaker0": _AGENT, "speaker1": _CUSTOMER}


@dataclass(frozen=True, slots=True)
class Sentence:
    """`speaker` is agent, customer, or the name that was given; times are seconds of the recording, or None."""

    speaker: str
    text: str
    start: float | None
    end: float | None
    emotion: str = ""


@dataclass(frozen=True, slots=True)
class Insight:
    summary: str
    sentences: tuple[Sentence, ...]


def of_notification(said: Mapping) -> Insight | None:
    """Raises nothing: what cannot be read is left out; None where nothing is left."""
    given = fields.ai(fold(said)) if said else None
    if not given:
        return None
    got = fold(given)
    insights = got.get("insights")
    summary = text(fold(insights).get("summary"), 4000) if isinstance(insights, Mapping) else ""
    emotions = _emotions(got.get("emotions"))
    found = [_sentence(fold(line), emotions) for line in _lines(got.get("transcript"))]
    sentences = tuple(sentence for sentence in found if sentence.text)
    return Insight(summary, sentences) if summary or sentences else None


def _lines(value: object) -> list[Mapping]:
    return [line for line in value[:_MOST_SENTENCES] if isinstance(line, Mapping)] if isinstance(value, list) else []


def _emotions(value: object) -> dict[str, str]:
    lines = _lines(fold(value).get("sentences")) if isinstance(value, Mapping) else []
    return {str(fold(line).get("sentence_id")): text(fold(line).get("emotion"), 40) for line in lines}


def _sentence(got: Mapping, emotions: Mapping[str, str]) -> Sentence:
    speaker = text(got.get("speaker"), 80)
    return Sentence(
        _SPEAKERS.get(speaker.lower(), speaker),
        text(got.get("text"), 4000),
        _seconds(got.get("starttime")),
        _seconds(got.get("endtime")),
        emotions.get(str(got.get("sentence_id")), ""),
    )


def _seconds(value: object) -> float | None:
    try:
        seconds = float(value) if isinstance(value, (int, float, str)) else -1
    except ValueError:
        return None
    return seconds if 0 <= seconds < 10**6 else None
