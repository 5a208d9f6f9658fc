"""A draft as a picture: nodes in columns by how far they are from the beginning, a line for each exit.

Measures are pixels. A picture runs from the start of the page's direction: `mirrored` turns it round for RTL.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from ivr.designer import words

WIDE, HIGH = 168, 54
ACROSS, DOWN = 250, 80
MARGIN = 20
LOOP = 100  # room at the end for ways that lead back
THICKEST = 7


@dataclass(frozen=True, slots=True)
class Box:
    """A node. `x`, `y` are its upper left corner."""

    node: str
    x: int
    y: int
    title: str
    gist: str
    drawing: str
    lit: bool
    callers: int | None


@dataclass(frozen=True, slots=True)
class Edge:
    """A way from one node to the next. `path` is an SVG path; `x`, `y` where its words stand."""

    source: str
    exit: str
    path: str
    x: int
    y: int
    word: str
    width: float
    lit: bool
    callers: int | None


@dataclass(frozen=True, slots=True)
class Picture:
    width: int
    height: int
    boxes: list[Box]
    edges: list[Edge]


def draw(
    document: Mapping[str, Any], *, mirrored: bool, lit: Collection[tuple[str, str]] = (),
    reached: Collection[str] = (), counts: Mapping[tuple[str, str], int] | None = None,
) -> Picture:  # fmt: skip
    """`lit` are the edges (node, exit) and `reached` the nodes of the simulated caller; `counts` callers per edge."""
    nodes, places = document["nodes"], _places(document)
    width = MARGIN * 2 + WIDE + ACROSS * max(column for column, _ in places.values()) + LOOP
    height = MARGIN * 2 + HIGH + DOWN * max(row for _, row in places.values())

    def corner(name: str) -> tuple[int, int]:
        column, row = places[name]
        x = MARGIN + column * ACROSS
        return (width - x - WIDE if mirrored else x), MARGIN + row * DOWN

    most = max((counts or {}).values(), default=0)
    edges = []
    for name, node in nodes.items():
        exits = [(exit, to) for exit, to in node.get("exits", {}).items() if to in nodes]
        for place, (exit, to) in enumerate(exits):
            callers = None if counts is None else counts.get((name, exit), 0)
            width_of = 1.5 + (THICKEST - 1.5) * callers / most if callers and most else 1.5
            path, x, y = _line(corner(name), corner(to), place, len(exits), mirrored)
            word = words.way(exit)
            edges.append(Edge(name, exit, path, x, y, word, round(width_of, 1), (name, exit) in lit, callers))
    boxes = []
    for name, node in nodes.items():
        x, y = corner(name)
        arrived = None if counts is None else sum(n for (at, _), n in counts.items() if at == name)
        drawing = words.KINDS[node["kind"]][1]
        gist = words.gist(node, document.get("prompts", {}))
        boxes.append(Box(name, x, y, words.title(name, node), gist, drawing, name in reached, arrived))
    return Picture(width, height, boxes, sorted(edges, key=lambda edge: edge.lit))


def _places(document: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    """Column and row of each node: columns breadth first from the entry, what nobody reaches below."""
    nodes, columns = document["nodes"], {}
    for begin in (document["entry"], *nodes):
        if begin not in nodes or begin in columns:
            continue
        columns[begin], waiting = 0, [begin]
        for name in waiting:
            for to in nodes[name].get("exits", {}).values():
                if to in nodes and to not in columns:
                    columns[to] = columns[name] + 1
                    waiting.append(to)
    rows: dict[int, int] = {}
    places = {}
    for name, column in columns.items():
        places[name] = (column, rows.get(column, 0))
        rows[column] = places[name][1] + 1
    tallest = max(rows.values())
    return {name: (column, row + (tallest - rows[column]) // 2) for name, (column, row) in places.items()}


def _line(
    source: tuple[int, int], target: tuple[int, int], place: int, of: int, mirrored: bool
) -> tuple[str, int, int]:
    """A curve from the end of one box to the start of another, and the place of its words."""
    step = -1 if mirrored else 1
    x1 = source[0] + (0 if mirrored else WIDE)
    x2 = target[0] + (WIDE if mirrored else 0)
    y1 = source[1] + round(HIGH * (place + 1) / (of + 1))
    y2 = target[1] + HIGH // 2
    if (x2 - x1) * step > 0:
        bend = (x2 - x1) // 2
        path = f"M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}"
        # nearer to the end, where lines of one node have parted
        return path, x1 + (x2 - x1) * 6 // 10, y1 + (y2 - y1) * 65 // 100
    # back, or within a column: round by the end side
    x2 = target[0] + (0 if mirrored else WIDE)
    far = max(x1, x2) + 50 if not mirrored else min(x1, x2) - 50
    path = f"M{x1} {y1}C{far} {y1} {far} {y2} {x2} {y2}"
    return path, (far * 3 + x1) // 4, (y1 + y2) // 2
