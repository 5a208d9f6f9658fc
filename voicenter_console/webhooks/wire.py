"""DRF's side of the wire: one parser that finds the encoding out, and a renderer for each of the three."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from voicenter_console.voicenter import wire
from voicenter_console.voicenter.wire import Decoded, Format


class WireParser(BaseParser):
    """JSON, XML-RPC or form, by the first byte before the header (PROTOCOL S5). Raises Garbled."""

    media_type = "*/*"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Decoded:
        return wire.decode(stream.read(), media_type or "")


class WireRenderer(BaseRenderer):
    """Answers in the encoding of the request."""

    wire_format: Format
    charset = "utf-8"

    def render(self, data: Mapping[str, Any] | None, media_type: str | None = None, context: Any = None) -> bytes:
        return wire.encode_answer(self.wire_format, data) if data else b""


class JsonRenderer(WireRenderer):
    wire_format, format, media_type = Format.JSON, "json", wire.MEDIA_TYPE[Format.JSON]


class XmlRpcRenderer(WireRenderer):
    wire_format, format, media_type = Format.XML, "xml", wire.MEDIA_TYPE[Format.XML]


class FormRenderer(WireRenderer):
    wire_format, format, media_type = Format.FORM, "form", wire.MEDIA_TYPE[Format.FORM]


RENDERERS = {renderer.wire_format: renderer for renderer in (JsonRenderer, XmlRpcRenderer, FormRenderer)}


class AnswerInKind(BaseContentNegotiation):
    """No Accept header decides here: the request's own encoding does, once it is known."""

    def select_parser(self, request: Request, parsers: list[BaseParser]) -> BaseParser:
        return parsers[0]

    def select_renderer(self, request: Request, renderers: list[BaseRenderer], format_suffix: Any = None):
        return renderers[0], renderers[0].media_type
