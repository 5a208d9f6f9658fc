"""What we send, checked before it is sent: numbers, codes of extensions, flags, variables of the account's own."""

import re
from collections.abc import Mapping

VARIABLE = "var_"

_DECORATION = re.compile(r"[\s\-.()+]+")
_DIALLED = re.compile(r"[0-9A-Za-z_*#]{2,40}", re.ASCII)
_VARIABLE = re.compile(r"var_[A-Za-z0-9_]{1,60}", re.ASCII)
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,64}", re.ASCII)


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


def flag(value: bool | None) -> str:
    """As click to call wants it; '' where nothing is to be said."""
    return "" if value is None else str(value).lower()


def variables(given: Mapping[str, object]) -> dict[str, object]:
    """The account's own variables under their prefix. Raises ValueError for a name that is none."""
    named = {name if name.startswith(VARIABLE) else VARIABLE + name: value for name, value in given.items()}
    if any(not _VARIABLE.fullmatch(name) for name in named):
        raise ValueError("a variable's name is letters, digits and _")
    return named
