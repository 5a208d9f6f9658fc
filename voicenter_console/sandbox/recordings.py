"""The door of recordings: the sound of a leg that was recorded, at the address its record names."""

from voicenter_console.sandbox import voices
from voicenter_console.sandbox.cloud import Cloud
from voicenter_console.sandbox.exchange import Answer, Request

DOOR = "recordings"
PREFIX = "/callshistory/playrecord/"


def answer(cloud: Cloud, request: Request) -> Answer:
    """WAV, whatever the name ends with: the vendor's names end with .mp3, and there is no encoder here."""
    call_id = request.path.rstrip("/").rpartition("/")[2].partition("-")[0]
    legs = [leg for leg in cloud.ended_legs() if leg.call_id == call_id and leg.recorded]
    if not legs:
        return Answer(404, b"<h1>Not found</h1>", "text/html; charset=utf-8")
    return Answer(200, voices.sound(max(legs, key=lambda leg: leg.talk)), "audio/wav")
