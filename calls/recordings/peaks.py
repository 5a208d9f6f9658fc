"""The waveform of a recording, computed by a job: how loud each side was over its time."""

from __future__ import annotations

from pathlib import Path

import miniaudio
from django.utils import translation
from django.utils.translation import gettext as _

from calls.models import Cdr, Waveform
from calls.recordings import store
from voicenter_console.jobs import claims
from voicenter_console.jobs.claims import Progress
from voicenter_console.jobs.models import Job
from voicenter_console.voicenter import audio
from voicenter_console.voicenter.audio import Gone, NotAllowed
from voicenter_console.voicenter.errors import Garbled, Unreachable, VoicenterError

KIND = "calls.waveform"
BARS = 160
RATE = 8000
_CHUNK = 8000
_LOUDEST = 32768
TROUBLES: dict[type[VoicenterError], str] = {
    NotAllowed: "not_allowed", Gone: "gone", Garbled: "no_audio", Unreachable: "unreachable",
}  # fmt: skip


def ask(leg: Cdr) -> Job:
    """The job; the one that does so already, where there is one. It is nobody's: it does not stand in a drawer."""
    label = _("Waveform of a recording")
    return claims.enqueue(KIND, label, key=str(leg.pk), leg=leg.pk, language=translation.get_language())


def run(progress: Progress) -> None:
    """The job's runner. What cannot be fetched or decoded is written down, so that the page can say why."""
    leg = Cdr.objects.select_related("account").get(pk=progress.job.parameters["leg"])
    seconds, peaks, trouble = 0.0, [], ""
    try:
        file = store.ensure(leg)
        progress.report(0)
        seconds, peaks = of(file)
    except VoicenterError as error:
        trouble = TROUBLES.get(type(error), "unreachable")
    except miniaudio.MiniaudioError:
        trouble = "not_decoded"
    values = {"url_digest": store.digest(leg), "seconds": seconds, "peaks": peaks, "trouble": trouble}
    Waveform.objects.update_or_create(cdr=leg, defaults=values)


def of(file: Path) -> tuple[float, list[list[int]]]:
    """(seconds, BARS pairs of the loudness of both channels, 0 to 100); of one channel both are the same.

    Decodes as it goes, so that an hour costs no more memory than a minute. Raises MiniaudioError.
    """
    seconds = _seconds(file)
    frames = max(1, int(seconds * RATE))
    bars = [[0, 0] for _bar in range(BARS)]
    at = 0  # frames
    stream = miniaudio.stream_file(
        str(file), output_format=miniaudio.SampleFormat.SIGNED16, nchannels=2, sample_rate=RATE, frames_to_read=_CHUNK
    )
    step = max(1, -(-frames // BARS))
    for chunk in stream:
        for start in range(0, len(chunk), 2 * step):
            part = chunk[start : start + 2 * step]
            bar = bars[min(BARS - 1, (at + start // 2) * BARS // frames)]
            for side in (0, 1):
                voice = part[side::2]
                if voice:
                    bar[side] = max(bar[side], max(voice), -min(voice))
        at += len(chunk) // 2
    return seconds, [[min(100, loud * 100 // _LOUDEST) for loud in bar] for bar in bars]


def _seconds(file: Path) -> float:
    """By what the file is, as the cache's names do not say it."""
    with open(file, "rb") as opened:
        kind = audio.kind(opened.read(16))
    read = {"audio/wav": miniaudio.wav_get_file_info, "audio/mpeg": miniaudio.mp3_get_file_info,
            "audio/ogg": miniaudio.vorbis_get_file_info}.get(kind)  # fmt: skip
    if read is None:
        raise miniaudio.DecodeError("no sound that is known")
    return read(str(file)).duration
