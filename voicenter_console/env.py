"""Read the environment: parse or fail, each value once, at the door.

Every reader raises `Misconfigured` with the variable's name and what would be accepted. `NAME_FILE` may name a
file that holds the value, so that secrets need not stand in the environment.
"""

import os
from pathlib import Path
from urllib.parse import urlsplit


class Misconfigured(Exception):
    """A variable is missing or cannot be read; the message says which and what it should be."""


def text(name: str, default: str | None = None) -> str:
    """The value of `name`, or what stands in the file that `name`_FILE names."""
    if source := os.environ.get(f"{name}_FILE"):
        try:
            return Path(source).read_text().strip()
        except OSError as error:
            raise Misconfigured(f"{name}_FILE cannot be read: {error.strerror}") from error
    value = os.environ.get(name, "").strip()
    if value:
        return value
    if default is None:
        raise Misconfigured(f"{name} is required")
    return default


def flag(name: str, *, default: bool) -> bool:
    """1, true, yes, on or 0, false, no, off, in any case."""
    words = {
        "1": True,
        "true": True,
        "yes": True,
        "on": True,
        "0": False,
        "false": False,
        "no": False,
        "off": False,
    }
    value = text(name, "yes" if default else "no").lower()
    if value not in words:
        raise Misconfigured(f"{name} should be one of {', '.join(words)}, not {value!r}")
    return words[value]


def number(name: str, *, default: int, least: int = 0, most: int = 2**31) -> int:
    """A whole number between `least` and `most`."""
    value = text(name, str(default))
    if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
        raise Misconfigured(f"{name} should be a whole number from {least} to {most}, not {value!r}")
    return int(value)


def words(name: str, default: str = "") -> list[str]:
    """A list separated by commas; blanks around its members are dropped."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def url(name: str, *, default: str = "", schemes: tuple[str, ...]) -> str:
    """A URL with one of `schemes`, or the default."""
    value = text(name, default)
    if value and urlsplit(value).scheme not in schemes:
        raise Misconfigured(f"{name} should begin with one of {', '.join(schemes)}")
    return value
