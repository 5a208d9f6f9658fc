"""Drawings made by the server: the call strip in its two sizes, and the pane of the sign-in page.

A strip is a row of blocks on one base line (DESIGN, The call strip): width is time, height and colour say
which part of the call it was. All coordinates are computed here, mirrored for right-to-left pages, so that
no inline style is needed.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language_bidi, gettext, pgettext


class Part(NamedTuple):
    """What a call was for some seconds; posts (hangup, left) have no length. `who` is talked with; `plays` is the
    leg whose recording the page plays of it."""

    kind: str
    seconds: int = 0
    who: str = ""
    plays: int | None = None


Shape = Sequence[Part]

HEIGHTS = {
    "menu": 0.38, "wait": 0.66, "ring": 0.38, "talk": 1.0, "talk2": 1.0, "hold": 1.0,
    "voicemail": 0.66, "wrap": 0.38, "hangup": 1.0, "left": 1.0,
}  # fmt: skip
POSTS = {"hangup", "left"}

LIST_HEIGHT = 13
LIST_PIXELS_PER_ROOT_SECOND = 3.65  # 10 minutes are 90 px wide, 20 seconds 16 px
LIST_WIDEST = 140
GAP = 1.5
NARROWEST = 3

STORY_HEIGHT = 32
STORY_GAP = 0.15  # per cent of the width
STORY_NARROWEST = 0.35
STORY_LABEL_PER_LETTER = 0.75  # per cent of a strip about 1,000 px wide

SIGN_IN_SEED = 7
SIGN_IN_SIZE = (920, 900)
SIGN_IN_ROW = 22


@dataclass(frozen=True)
class Block:
    """Where a part of the call starts and how wide it is, px in lists, per cent in the story."""

    part: Part
    start: float
    width: float


def list_blocks(shape: Shape, widest: float = LIST_WIDEST) -> list[Block]:
    """Blocks in px. The whole grows with the root of its seconds: long calls do not dwarf short ones."""
    total = sum(part.seconds for part in shape)
    whole = min(widest, LIST_PIXELS_PER_ROOT_SECOND * math.sqrt(total))
    return _row(shape, whole / total if total else 0, GAP, NARROWEST)


def story_blocks(shape: Shape) -> list[Block]:
    """Blocks in per cent of the width, at true scale."""
    total = sum(part.seconds for part in shape)
    room = 100 - sum(STORY_NARROWEST for part in shape if part.kind in POSTS) - STORY_GAP * max(0, len(shape) - 1)
    blocks = _row(shape, room / total if total else 0, STORY_GAP, STORY_NARROWEST)
    scale = max(1.0, sum(_extent(blocks)) / 100)
    return [Block(block.part, block.start / scale, block.width / scale) for block in blocks]


def _row(shape: Shape, per_second: float, gap: float, narrowest: float) -> list[Block]:
    blocks: list[Block] = []
    at = 0.0
    for part in shape:
        width = narrowest if part.kind in POSTS else max(narrowest, part.seconds * per_second)
        blocks.append(Block(part, at, width))
        at += width + gap
    return blocks


def _extent(blocks: Sequence[Block]) -> tuple[float, float]:
    return (blocks[-1].start, blocks[-1].width) if blocks else (0.0, 0.0)


def spoken(shape: Shape) -> str:
    """The strip in words for a screen reader: 'menu 26 s, waited 1 min 12 s, talked 6 min 46 s'."""
    words = {
        "menu": gettext("menu %(time)s"), "wait": gettext("waited %(time)s"),
        "ring": gettext("rang %(time)s"),
        "talk": gettext("talked %(time)s"), "talk2": gettext("talked to a second agent %(time)s"),
        "hold": gettext("held %(time)s"),
        "voicemail": gettext("voicemail %(time)s"), "wrap": gettext("wrap-up %(time)s"),
        "hangup": gettext("hung up"), "left": gettext("left the queue"),
    }  # fmt: skip
    return ", ".join(words[part.kind] % {"time": _minutes(part.seconds)} for part in shape)


def _minutes(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    said = [gettext("%d min") % minutes] if minutes else []
    return " ".join(said + ([gettext("%d s") % rest] if rest or not minutes else []))


def words() -> dict[str, str]:
    """The key of the strip, in the order in which a call usually runs."""
    return {
        "menu": pgettext("strip", "IVR"),
        "wait": pgettext("strip", "wait"),
        "ring": pgettext("strip", "ring"),
        "talk": pgettext("strip", "talk"),
        "wrap": pgettext("strip", "wrap-up"),
        "hangup": pgettext("strip", "hung up"),
    }


def call_strip(call, widest: int = LIST_WIDEST) -> SafeString:
    """`{% call_strip call %}`: the call's shape, 13 px high, for lists. Nothing where nothing is known."""
    shape = getattr(call, "parts", None) or call.shape()
    if not shape:
        return SafeString("")
    blocks = list_blocks(shape, widest)
    width = sum(_extent(blocks))
    return format_html(
        '<svg class="strip" role="img" aria-label="{}" width="{}" height="{}">{}</svg>',
        spoken(shape), f"{width:.1f}", LIST_HEIGHT, _rects(blocks, width, LIST_HEIGHT, "", 2),
    )  # fmt: skip


def story_strip(call) -> SafeString:
    """`{% story_strip call %}`: its `parts` at true scale over the whole width, with words below."""
    shape = call.parts
    if not shape:
        return SafeString("")
    blocks = story_blocks(shape)
    return format_html(
        '<svg class="strip strip-story" role="img" aria-label="{}" width="100%" height="{}">{}{}{}</svg>',
        spoken(shape), STORY_HEIGHT + 24, _hatch(), _rects(blocks, 100, STORY_HEIGHT, "%", 4), _labels(blocks),
    )  # fmt: skip


def _rects(blocks: Iterable[Block], whole: float, tall: int, unit: str, radius: int) -> SafeString:
    rtl = get_language_bidi()
    drawn = []
    for block in blocks:
        kind, plays = block.part.kind, block.part.plays
        height = tall * HEIGHTS[kind]
        start = whole - block.start - block.width if rtl else block.start
        leads = format_html(' data-plays="{}" data-seconds="{}"', plays, block.part.seconds) if plays else ""
        drawn.append(
            (kind, f"{start:.2f}{unit}", f"{tall - height:.1f}", f"{block.width:.2f}{unit}",
             f"{height:.1f}", 1 if kind in POSTS else radius, leads)
        )  # fmt: skip
    return format_html_join("", '<rect class="strip-{}" x="{}" y="{}" width="{}" height="{}" rx="{}"{}/>', drawn)


def _hatch() -> SafeString:
    """What somebody on hold is drawn with."""
    return SafeString(
        '<defs><pattern id="held" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<rect class="strip-talk" width="3" height="6"/></pattern></defs>'
    )


def _labels(blocks: Iterable[Block]) -> SafeString:
    """Word and time below each block that has room before the next label; a talk is called by who talked."""
    rtl = get_language_bidi()
    known = words() | {"talk2": pgettext("strip", "talk"), "voicemail": gettext("voicemail"), "hold": gettext("hold")}
    drawn = []
    free_from = 0.0
    for block in blocks:
        kind, seconds, who, _plays = block.part
        if kind in POSTS or block.start + block.width / 2 < free_from:
            continue
        word, time = who.partition(" ")[0] or known[kind], clock_text(seconds)
        at = max(block.start, free_from)
        free_from = at + (len(word) + len(time) + 2) * STORY_LABEL_PER_LETTER
        if free_from <= 101:
            drawn.append((f"{100 - at if rtl else at:.2f}", STORY_HEIGHT + 18, word, time))
    return format_html_join(
        "", '<text x="{}%" y="{}"><tspan class="strip-word">{}</tspan> <tspan>{}</tspan></text>', drawn
    )


def clock_text(seconds: int) -> str:
    """m:ss, from an hour on h:mm:ss."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def strip_keys() -> SafeString:
    """`{% strip_keys %}`: the key of the call strip, for the foot of a list."""
    return format_html(
        '<ul class="keys" aria-hidden="true">{}</ul>',
        format_html_join(
            "",
            '<li><svg viewBox="0 0 10 10"><rect class="strip-{}" x="{}" width="{}" height="10" rx="2"/></svg>{}</li>',
            ((part, 4 if part in POSTS else 0, 3 if part in POSTS else 10, word) for part, word in words().items()),
        ),
    )


def sign_in_shapes() -> SafeString:
    """`{% sign_in_shapes %}`: rows of call strips drawn from a fixed seed and from nothing real."""
    dice = random.Random(SIGN_IN_SEED)  # noqa: S311 - a picture, not a secret
    width, height = SIGN_IN_SIZE
    rects = []
    for row in range(height // SIGN_IN_ROW):
        at = dice.uniform(-160, 20)
        while at < width:
            faded = dice.random() < 0.3
            blocks = list_blocks(_invented(dice))
            for block in blocks:
                kind = block.part.kind
                tall = LIST_HEIGHT * HEIGHTS[kind]
                wide = 4 if kind in POSTS else 2 * block.width - 2
                rects.append(
                    (kind, " faded" if faded else "", f"{at + 2 * block.start:.0f}",
                     f"{(row + 1) * SIGN_IN_ROW - tall:.1f}", f"{wide:.0f}", f"{tall:.1f}")
                )  # fmt: skip
            at += 2 * sum(_extent(blocks)) + dice.uniform(16, 90)
    return format_html(
        '<svg class="sign-in-shapes" aria-hidden="true" viewBox="0 0 {} {}" '
        'preserveAspectRatio="xMidYMin slice">{}</svg>',
        width, height,
        format_html_join(
            "", '<rect class="strip-{}{}" x="{}" y="{}" width="{}" height="{}" rx="2"/>', rects
        ),
    )  # fmt: skip


def _invented(dice: random.Random) -> Shape:
    shape = [Part("menu", dice.randint(4, 30)), Part("wait", dice.randint(5, 140))]
    if dice.random() < 0.2:
        return [*shape, Part("hangup")]
    talk = int(dice.lognormvariate(4.6, 0.9))
    return [*shape, Part("ring", dice.randint(3, 12)), Part("talk", talk), Part("wrap", 25)]
