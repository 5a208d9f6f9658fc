"""Bearer secrets of 256 random bits: shown once, kept as SHA-256 only (hook tokens and API keys)."""

import hashlib
import secrets


def new() -> str:
    """A token of 43 characters out of [A-Za-z0-9_-]."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is stored and looked up. A plain hash will do: nobody guesses 256 random bits."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
