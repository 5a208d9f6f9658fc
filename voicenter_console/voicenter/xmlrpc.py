"""The part of XML-RPC that Voicenter speaks: one struct in, one struct out (PROTOCOL S5, FAULTS F-53).

No DTD, no entity, and only string, int, i4, i8, double, boolean, nil, struct and array. The standard
library's reader is not used: it resolves entities, and refuses the bare values and wide integers that
Voicenter sends.
"""

import math
import re
from functools import partial
from xml.etree.ElementTree import Element, ParseError, SubElement, TreeBuilder, XMLParser, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from .errors import Garbled

MAX_DEPTH = 32
# A level of values is struct, member and value; a member has at most four elements.
MAX_ELEMENTS_DEEP = 3 * MAX_DEPTH + 6
MAX_ELEMENTS = 4 * 200_000
SMALL = 2**16
_WHOLE = re.compile(r"[+-]?[0-9]+", re.ASCII)
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_INTEGERS = frozenset({"int", "i4", "i8"})
_BOOLEANS = {"1": True, "true": True, "0": False, "false": False}


class _BoundedTree(TreeBuilder):
    """Stops a large text that is all markup before its elements fill the memory."""

    depth = 0
    elements = 0

    def start(self, tag, attrs):
        self.depth += 1
        self.elements += 1
        if self.depth > MAX_ELEMENTS_DEEP or self.elements > MAX_ELEMENTS:
            raise Garbled("nested too deeply" if self.depth > MAX_ELEMENTS_DEEP else "too many fields")
        return super().start(tag, attrs)

    def end(self, tag):
        self.depth -= 1
        return super().end(tag)


def parse(text: str) -> tuple[str | None, dict]:
    """(method name, or None in a response; the struct). Raises Garbled."""
    root = _tree(text)
    kind = _name(root).lower()
    if kind not in ("methodcall", "methodresponse"):
        raise Garbled(f"XML that is no XML-RPC: <{_name(root)[:40]}>")
    values = root.findall("./params/param/value") or root.findall("./fault/value")
    if len(values) != 1:
        raise Garbled(f"{len(values)} parameters, where one struct is expected")
    payload = _read(values[0], MAX_DEPTH)
    if not isinstance(payload, dict):
        raise Garbled("the parameter is no struct")
    method = (root.findtext("methodName") or "").strip() if kind == "methodcall" else None
    return method, payload


def _tree(text: str) -> Element:
    """The elements. Text without '<!' has no room for a DTD or an entity, so it may take the parser in C."""
    target = _BoundedTree() if len(text) > SMALL else None
    new = partial(DefusedXMLParser, forbid_dtd=True) if "<!" in text else XMLParser
    parser = new(target=target)
    try:
        for start in range(0, len(text), SMALL):
            parser.feed(text[start : start + SMALL])
        return parser.close()
    except ParseError as error:
        raise Garbled("broken XML", at=_offset(text, *error.position)) from error
    except DefusedXmlException as error:
        raise Garbled("XML with a document type or an entity") from error
    except ValueError as error:
        raise Garbled("XML with characters that XML does not allow") from error


def _offset(text: str, line: int, column: int) -> int:
    """Bytes before a place that expat names by line, from 1, and column."""
    before = text.split("\n", line - 1)
    return len(text.encode(errors="replace")) - len(before[-1][column:].encode(errors="replace"))


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _read(value: Element, depth: int):
    """One <value>: typed, or a bare text, which is a string."""
    if len(value) == 0:
        return value.text or ""
    if len(value) > 1:
        raise Garbled("a value of several types")
    if depth < 0:
        raise Garbled("nested too deeply")
    typed = value[0]
    kind = _name(typed).lower()
    if kind == "struct":
        return dict([_member(member, depth - 1) for member in typed])
    if kind == "array":
        return [_read(item, depth - 1) for item in typed.findall("./data/value")]
    if len(typed):
        raise Garbled(f"a {kind[:20]} with elements inside")
    return _scalar(kind, typed.text or "")


def _member(member: Element, depth: int) -> tuple[str, object]:
    name, value = member.find("name"), member.find("value")
    if name is None or value is None:
        raise Garbled("a struct's member without a name or a value")
    return name.text or "", _read(value, depth)


def _scalar(kind: str, text: str):
    if kind == "string":
        return text
    if kind == "nil":
        return None
    bare = text.strip()
    if kind in _INTEGERS:
        return integer(bare) if _WHOLE.fullmatch(bare) else text
    if kind == "boolean":
        return _BOOLEANS.get(bare.lower(), text)
    if kind == "double":
        return _finite(bare)
    raise Garbled(f"the type {kind[:20]} is not allowed")


def integer(digits: str) -> int | str:
    """The number, or its text where it has more digits than Python turns into one (4,300)."""
    try:
        return int(digits)
    except ValueError:
        return digits


def _finite(text: str) -> float:
    try:
        number = float(text)
    except ValueError as error:
        raise Garbled("a double that is no number") from error
    if not math.isfinite(number):
        raise Garbled("a number that is not finite")
    return number


def call(method: str, payload: dict) -> bytes:
    """A methodCall of `method` with one struct."""
    root = Element("methodCall")
    SubElement(root, "methodName").text = method
    return _document(root, payload)


def response(payload: dict) -> bytes:
    """A methodResponse with one struct; integers go as <int>, the ones too wide for it as <i8>."""
    return _document(Element("methodResponse"), payload)


def _document(root: Element, payload: dict) -> bytes:
    _write(SubElement(SubElement(SubElement(root, "params"), "param"), "value"), payload)
    return tostring(root, encoding="utf-8", xml_declaration=True)


def _write(parent: Element, value: object) -> None:
    if value is None:
        SubElement(parent, "nil")
    elif isinstance(value, bool):
        SubElement(parent, "boolean").text = str(int(value))
    elif isinstance(value, int):
        SubElement(parent, "int" if -(2**31) <= value < 2**31 else "i8").text = str(value)
    elif isinstance(value, float):
        SubElement(parent, "double").text = repr(value)
    elif isinstance(value, dict):
        struct = SubElement(parent, "struct")
        for name, item in value.items():
            member = SubElement(struct, "member")
            SubElement(member, "name").text = _allowed(str(name))
            _write(SubElement(member, "value"), item)
    elif isinstance(value, (list, tuple)):
        data = SubElement(SubElement(parent, "array"), "data")
        for item in value:
            _write(SubElement(data, "value"), item)
    else:
        SubElement(parent, "string").text = _allowed(str(value))


def _allowed(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
