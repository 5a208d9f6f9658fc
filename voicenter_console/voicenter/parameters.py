"""What we send, checked before it is sent: numbers, codes of extensions, flags, variables of the account's own."""

import re
from collections.abc import Mapping

VARIABLE = "var_"

_DECORATION = re.compile(r"[\s\-.()+]+")
_DIALLED = re.compile(r"[0-9A-Za-z_*#]{2,40}", re.ASCII)
_VARIABLE = re.compile(r"var_[A-Za-z0-9_]{1,60}", re.ASCII)
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,64}", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2,3}", re.ASCII)
_DIGITS = re.compile(r"[0-9*#]{1,40}", re.ASCII)
# A name as the panel has it: without an ending, and nothing that could be a path.
RECORDING = r"\w[\w -]{0,99}"
ANONYMOUS = "Anonymous"
LONGEST = 24 * 3600


def dialled(number: str) -> str:
    """E.164 without its plus, or 0…, or an extension's code (PROTOCOL S1, S7). Raises ValueError."""
    bare = _DECORATION.sub("", number)
    if not _DIALLED.fullmatch(bare):
        raise ValueError("neither a number nor the code of an extension")
    return bare.removeprefix("00") if bare.isdigit() else bare


def international(number: str) -> str:
    """The digits with Israel's prefix where they begin with one 0: how Voicenter says a number that it was told."""
    bare = _DECORATION.sub("", number)
    return f"972{bare[1:]}" if bare.startswith("0") and not bare.startswith("00") else bare.removeprefix("00")


def code_of(what: str, value: str) -> str:
    """The code of an extension, a campaign or the like. Raises ValueError where it is none."""
    if not _CODE.fullmatch(value):
        raise ValueError(f"the code of {what} is letters and digits")
    return value


def shown(number: str) -> str:
    """A number to be shown to who is called, ANONYMOUS to hide it, or '' to say nothing. Raises ValueError."""
    if number in ("", ANONYMOUS):
        return number
    if not (bare := dialled(number)).isdigit():
        raise ValueError("neither a number to be shown nor Anonymous")
    return bare


def name(value: str) -> str:
    """A name to be shown, in one line, or ''. Raises ValueError."""
    if len(value) > 80 or not value.isprintable():
        raise ValueError("a name to be shown is one line of at most 80 characters")
    return value


def seconds(value: int) -> str:
    """A span from a second to a day. Raises ValueError."""
    if not 0 < value <= LONGEST:
        raise ValueError(f"a span is 1 to {LONGEST} seconds")
    return str(value)


def recording(value: str) -> str:
    """The name of a recording without its ending, or ''. Raises ValueError."""
    if value and not re.fullmatch(RECORDING, value):
        raise ValueError("a recording is named by letters, digits, blanks, - and _, without its ending")
    return value


def digits(value: str) -> str:
    """What is played digit by digit, or ''. Raises ValueError."""
    if value and not _DIGITS.fullmatch(value):
        raise ValueError("only digits are played one by one")
    return value


def language(value: str) -> str:
    """A language as he, en or ru, or ''. Raises ValueError."""
    if value and not _LANGUAGE.fullmatch(value):
        raise ValueError("a language is named by two or three letters")
    return value


def flag(value: bool | None) -> str:
    """As click to call wants it; '' where nothing is to be said."""
    return "" if value is None else str(value).lower()


def variables(given: Mapping[str, object]) -> dict[str, object]:
    """The account's own variables under their prefix. Raises ValueError for a name that is none."""
    named = {name if name.startswith(VARIABLE) else VARIABLE + name: value for name, value in given.items()}
    if any(not _VARIABLE.fullmatch(name) for name in named):
        raise ValueError("a variable's name is letters, digits and _")
    return named
