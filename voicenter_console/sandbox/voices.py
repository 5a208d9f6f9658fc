"""What was said on a recorded leg: sound to be heard, and the transcript and summary that fit it.

Two voices take turns, the agent in the left channel and the customer in the right. They hum; nobody is imitated.
"""

import io
import math
import struct
import wave
from array import array
from dataclasses import dataclass
from functools import cache
from random import Random

from voicenter_console.sandbox.legs import Leg

RATE = 8000  # samples a second and channel, as telephony has them
AGENT, CUSTOMER = 0, 1
LONGEST = 1800  # seconds of sound
PITCH = (128, 203)  # Hz
SYLLABLES = 4  # a second
VARIANTS = 6

LINES = (
    (AGENT, "Service, how can I help?"), (CUSTOMER, "I was charged twice for one order."),
    (AGENT, "Let me look. Which order is it?"), (CUSTOMER, "The one from Sunday, 447109."),
    (AGENT, "I see both charges. One of them goes back."), (CUSTOMER, "When will it be in my account?"),
    (AGENT, "Within five days, and I am sending you a note of it."), (CUSTOMER, "Thank you, that helps."),
    (AGENT, "Is there anything else?"), (CUSTOMER, "No, that was all."),
)  # fmt: skip
SUMMARIES = (
    "Charged twice for one order. One charge goes back within five days.",
    "The customer asks when a refund arrives; the agent promises a note.",
)


@dataclass(frozen=True, slots=True)
class Turn:
    """Who speaks in [start, end), seconds of the recording."""

    speaker: int
    start: int
    end: int


def turns(leg: Leg) -> list[Turn]:
    """The same for the same leg; a second of silence between two of them, now and then more."""
    dice = Random(f"{leg.key}")
    found, at, speaker = [], 0, AGENT
    while at < min(leg.talk, LONGEST):
        end = min(at + dice.randint(2, 6), leg.talk, LONGEST)
        found.append(Turn(speaker, at, end))
        at, speaker = end + (4 if dice.random() < 0.1 else 1), 1 - speaker
    return found


def sound(leg: Leg) -> bytes:
    """A WAV file, as long as the talk."""
    seconds = [None] * max(1, min(leg.talk, LONGEST))
    for turn in turns(leg):
        for second in range(turn.start, turn.end):
            seconds[second] = turn.speaker
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(b"".join(_second(who, number % VARIANTS) for number, who in enumerate(seconds)))
    return out.getvalue()


@cache
def _second(who: int | None, variant: int) -> bytes:
    """One second of both channels."""
    if who is None:
        return bytes(RATE * 4)
    voice = array("h", bytes(RATE * 4))
    pitch = PITCH[who] * (1 + 0.06 * math.sin(variant))
    for number in range(RATE):
        at = number / RATE
        loud = abs(math.sin(math.pi * SYLLABLES * at)) * (0.35 + 0.13 * variant)
        wave_ = math.sin(2 * math.pi * pitch * at) + 0.5 * math.sin(4 * math.pi * pitch * at)
        voice[2 * number + who] = int(9000 * loud * wave_ / 1.5)
    return struct.pack(f"<{len(voice)}h", *voice)


def told(leg: Leg) -> dict:
    """The block of summary, emotions and transcript that comes with a push."""
    spoken = turns(leg)
    lines = [(turn, LINES[number % len(LINES)][1]) for number, turn in enumerate(spoken)]
    return {
        "insights": {"summary": SUMMARIES[leg.talk % len(SUMMARIES)], "questions": [], "participants": None},
        "emotions": {"sentences": [{"sentence_id": number, "emotion": "calm"} for number in range(len(lines))]},
        "transcript": [
            {"speaker": f"Speaker{turn.speaker}", "text": text, "startTime": turn.start, "endTime": turn.end,
             "sentence_id": number}
            for number, (turn, text) in enumerate(lines)
        ],
    }  # fmt: skip
