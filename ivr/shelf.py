"""What is published, in the memory of each process: the only thing a waiting caller's answer is made of.

Read again each second where the database answers; while it does not, what was read last holds. A process that
starts without a database begins with the copy on disk (ARCHITECTURE 'A caller presses 2', FAULTS F-71).
"""

from __future__ import annotations

import json
import logging
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from ivr.graph import Malformed
from ivr.graph import read as read_graph
from ivr.models import Binding, FlowVersion, Publication
from ivr.published import Book, Bound, Chosen, Published
from voicenter_console.webhooks.snapshot import Snapshot

logger = logging.getLogger(__name__)

# A call stays on the version it began with; none lasts longer than this.
LONGEST_CALL = timedelta(hours=24)


class _Shelf:
    """Versions never change, so each is read and understood once."""

    def __init__(self) -> None:
        self.documents: dict[int, tuple[int, int, Any]] = {}
        self.versions: dict[int, Chosen] = {}
        self.written = ""

    def read(self) -> Book:
        try:
            rows = self.rows()
        except DatabaseError:
            if not _copy().exists():
                raise
            logger.warning("the database is away; flows are those of the copy on disk", exc_info=True)
            rows = json.loads(_copy().read_text())
        else:
            self.keep(rows)
        return self.book(rows)

    def rows(self) -> dict[str, Any]:
        """What is published, as the copy on disk has it: [flow, publication …], [binding …], {version: document}."""
        bound = Binding.objects.order_by("place", "pk").values_list("account_id", "flow_id", "did", "layer", "week")
        horizon, over = timezone.now() - LONGEST_CALL, set()
        published: list[list[Any]] = []
        for one in Publication.objects.order_by("flow_id", "-began_at", "-pk"):
            # What came before the newest that all callers had for a day reaches no call any more.
            if one.flow_id in over:
                continue
            if one.is_for_all and one.began_at < horizon:
                over.add(one.flow_id)
            row = [one.pk, one.version_id, one.percent, one.test_callers, one.began_at.timestamp()]
            published.append([one.flow_id, row])
        wanted = {row[1] for _flow, row in published}
        new = FlowVersion.objects.filter(pk__in=wanted - self.documents.keys())
        said = new.values_list("pk", "flow_id", "flow__account_id", "document")
        self.documents |= {pk: (flow, account, document) for pk, flow, account, document in said}
        self.documents = {pk: self.documents[pk] for pk in wanted}
        return {"bound": [list(row) for row in bound], "published": published, "versions": self.documents}

    def book(self, rows: dict[str, Any]) -> Book:
        known = self.versions
        self.versions = {}
        for pk, (flow, account, said) in rows["versions"].items():
            try:
                self.versions[int(pk)] = known.get(int(pk)) or Chosen(int(pk), flow, account, read_graph(said))
            except Malformed:  # one that an older console wrote must not take the others with it
                logger.exception("version %s of flow %s cannot be read", pk, flow)
        published: dict[int, list[Published]] = {}
        for flow, (pk, version, percent, callers, began_at) in rows["published"]:
            published.setdefault(flow, []).append(Published(pk, version, percent, tuple(callers), began_at))
        return Book([Bound(*row) for row in rows["bound"]], published, self.versions)

    def keep(self, rows: dict[str, Any]) -> None:
        """The copy on disk, written anew when something changed; whole or not at all."""
        text = json.dumps(rows, ensure_ascii=False)
        if text == self.written:
            return
        try:
            path = _copy()
            path.parent.mkdir(exist_ok=True)
            beside = path.with_suffix(f".{os.getpid()}")
            beside.write_text(text)
            beside.replace(path)
        except OSError:  # a full disk must not keep a new version from the callers
            logger.exception("the copy of the published flows could not be written")
        self.written = text


def _copy() -> Path:
    return settings.DATA_DIR / "ivr" / "published.json"


_shelf = _Shelf()
_book = Snapshot(_shelf.read)


def book() -> Book:
    """All that is published, at most a second old. Raises DatabaseError where it was never read anywhere."""
    return _book.get()


def forget() -> None:
    """Read again at the next look-up."""
    _book.forget()
