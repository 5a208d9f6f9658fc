"""Flows that a manager can start from, in Hebrew and English. What must be filled in says so before publishing."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ivr.graph.schema import VERSION

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Example:
    """`document` is a draft: its numbers to dial are zeros, its recordings not confirmed."""

    key: str
    title: str
    about: str
    document: dict[str, Any]


def examples(language: str) -> list[Example]:
    """All examples in a language, 'he' or 'en', by name of file."""
    return [_example(key, said, language) for key, said in _files().items()]


@lru_cache(maxsize=1)
def _files() -> dict[str, dict[str, Any]]:
    return {path.stem: json.loads(path.read_text()) for path in sorted(_HERE.glob("*.json"))}


def _example(key: str, said: dict[str, Any], language: str) -> Example:
    prompts = {name: {"text": text[language], "confirmed": False} for name, text in said["texts"].items()}
    nodes = {name: {"title": said["titles"][name][language], **node} for name, node in said["nodes"].items()}
    document = {
        "schema": VERSION,
        "dialect": "external",
        "language": language,
        "entry": said["entry"],
        "fallback": said["fallback"],
        "prompts": prompts,
        "nodes": copy.deepcopy(nodes),
    }
    return Example(key, said["title"][language], said["about"][language], document)
