"""Calls: what the provider said of each leg, and the customer contacts made of them."""

from .call import Call, CallId, CallRedirect
from .cdr import Cdr, CdrRecord
from .dial import DialRequest
from .people import Agent, Extension
from .sync import SyncGap, SyncWindow

__all__ = [
    "Agent", "Call", "CallId", "CallRedirect", "Cdr", "CdrRecord", "DialRequest", "Extension", "SyncGap", "SyncWindow",
]  # fmt: skip
