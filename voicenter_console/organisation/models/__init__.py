"""Who the console works for and who works in it."""

from .account import Account, Department, HookToken, RefusedAddress
from .audit import AuditEntry
from .people import ApiKey, User
from .preference import Preference
from .rate import RateBucket

__all__ = [
    "Account",
    "ApiKey",
    "AuditEntry",
    "Department",
    "HookToken",
    "Preference",
    "RateBucket",
    "RefusedAddress",
    "User",
]
