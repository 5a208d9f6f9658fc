"""Calls: what the provider said of each leg, and the customer contacts made of them."""

from .call import Call, CallId, CallRedirect
from .cdr import Cdr, CdrRecord
from .contact import Contact, ContactMerge, ContactNumber
from .dial import DialRequest
from .people import Agent, Extension
from .recovery import Recovery, RecoveryAct, RecoveryCall, RecoveryPolicy
from .sync import SyncGap, SyncState, SyncWindow

__all__ = [
    "Agent", "Call", "CallId", "CallRedirect", "Cdr", "CdrRecord", "Contact", "ContactMerge", "ContactNumber",
    "DialRequest", "Extension", "Recovery", "RecoveryAct", "RecoveryCall", "RecoveryPolicy", "SyncGap", "SyncState",
    "SyncWindow",
]  # fmt: skip
