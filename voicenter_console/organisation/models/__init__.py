"""Who the console works for and who works in it."""

from .account import Account, Department, HookToken, RefusedAddress
from .audit import AuditEntry
from .outage import Outage
from .people import ApiKey, User
from .preference import Preference
from .rate import RateBucket
from .tombstone import Tombstone

__all__ = [
    "Account",
    "ApiKey",
    "AuditEntry",
    "Department",
    "HookToken",
    "Outage",
    "Preference",
    "RateBucket",
    "RefusedAddress",
    "Tombstone",
    "User",
]
