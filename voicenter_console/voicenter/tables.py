"""The older call log's `format=HTML`: a page that is one table, as rows (PROTOCOL S3)."""

from html.parser import HTMLParser

from . import charsets
from .errors import Garbled
from .wire import MAX_KEYS_IN_ANSWER, clean


def rows(body: bytes, content_type: str = "") -> tuple[dict, ...]:
    """One dictionary a line of the page's table, by the texts of its head. Raises Garbled for any other page."""
    text, _ = charsets.to_text(body, charsets.declared(body, content_type))
    reader = _Reader()
    reader.feed(text)
    reader.close()
    if not reader.finished or not reader.lines:
        raise Garbled("a web page without a table" if not reader.begun else "a table that was cut")
    head, *lines = reader.lines
    if any(len(line) != len(head) for line in lines):
        raise Garbled("a table with lines of different length")
    return tuple(dict(zip(head, line, strict=True)) for line in lines)


class _Reader(HTMLParser):
    """The cells of one table, line by line."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[list[str]] = []
        self.begun = self.finished = False
        self._cell: list[str] | None = None
        self._cells = 0

    def handle_starttag(self, tag: str, attrs: list) -> None:
        if tag == "table":
            if self.begun:
                raise Garbled("more than one table")
            self.begun = True
        elif tag == "tr" and self.begun:
            self.lines.append([])
        elif tag in ("td", "th") and self.lines:
            self._cell = []
            self._cells += 1
            if self._cells > MAX_KEYS_IN_ANSWER:
                raise Garbled("too many fields")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th") and self._cell is not None:
            self.lines[-1].append(clean("".join(self._cell)).strip())
            self._cell = None
        elif tag == "table" and self.begun:
            self.finished = True

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)
