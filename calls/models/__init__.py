"""Calls: what the provider said of each leg, and the customer contacts made of them."""

from .alert import Alert
from .awaited import AwaitedCall
from .board import AgentState, AgentStatus, LiveBoard, MirrorChange
from .call import Call, CallId, CallRedirect
from .cdr import Cdr, CdrRecord
from .connection import ConnectionCheck
from .contact import Contact, ContactMerge, ContactNumber
from .dial import DialRequest
from .digest import Digest
from .erasure import Erasure
from .figures import AgentDay, AgentHour, DirtyHour, QueueDay, QueueHour, QueueName
from .imports import ContactImport
from .people import Agent, Extension
from .popup import PopUpHour
from .recovery import Recovery, RecoveryAct, RecoveryCall, RecoveryPolicy
from .saved import SavedView
from .story import CallDisposition, Disposition, Listening, Note, NoteVersion, Waveform
from .sync import SyncGap, SyncState, SyncWindow
from .trigrams import Trigrams
from .web_phone import WebPhone

__all__ = [
    "Agent", "AgentDay", "AgentHour", "AgentState", "AgentStatus", "Alert", "AwaitedCall", "Call",
    "CallDisposition", "CallId", "CallRedirect", "Cdr", "CdrRecord", "ConnectionCheck", "Contact",
    "ContactImport", "ContactMerge", "ContactNumber", "DialRequest", "Digest", "DirtyHour", "Disposition",
    "Erasure", "Extension", "Listening", "LiveBoard", "MirrorChange", "Note", "NoteVersion", "PopUpHour",
    "QueueDay", "QueueHour", "QueueName", "Recovery", "RecoveryAct", "RecoveryCall", "RecoveryPolicy", "SavedView",
    "SyncGap", "SyncState", "SyncWindow", "Trigrams", "Waveform", "WebPhone",
]  # fmt: skip
