"""Which role may do what: the only such table. Code asks `user.may(Right.X)`, never for a role's name."""

from enum import StrEnum

from django.db import models
from django.utils.translation import pgettext_lazy


class Role(models.TextChoices):
    ADMIN = "admin", pgettext_lazy("role", "administrator")
    MANAGER = "manager", pgettext_lazy("role", "manager")
    AGENT = "agent", pgettext_lazy("role", "agent")
    WALLBOARD = "wallboard", pgettext_lazy("role", "wallboard")


class Right(StrEnum):
    """What a person or an API key may do. Which rows they see is another question: `visible_to`."""

    SEE_HOME = "see_home"
    SEE_CALLS = "see_calls"
    SEE_REPORTS = "see_reports"
    SEE_BOARD = "see_board"  # who waits and who talks now
    SEE_ALL_ACCOUNTS = "see_all_accounts"
    SEE_DEPARTMENTS = "see_departments"
    SEE_OWN = "see_own"
    SEE_RECOVERIES = "see_recoveries"
    RECOVER = "recover"
    SEE_NUMBERS = "see_numbers"
    SEE_PRICES = "see_prices"
    SEE_RAW = "see_raw"
    LISTEN = "listen"
    EXPORT = "export"
    DIAL = "dial"
    NOTE = "note"
    SEE_CONTACTS = "see_contacts"
    EDIT_CONTACTS = "edit_contacts"
    SEE_CAMPAIGNS = "see_campaigns"
    RUN_CAMPAIGNS = "run_campaigns"  # start, stop, clear, strategy, members
    SEE_FLOWS = "see_flows"
    EDIT_FLOWS = "edit_flows"
    PUBLISH_FLOWS = "publish_flows"
    ERASE = "erase"  # forget a person, everywhere and for good
    SEE_DELIVERIES = "see_deliveries"
    REPLAY = "replay"
    SYNC = "sync"
    CONNECT = "connect"  # how an account is listened to: its clock, the addresses that may push
    ADMINISTER = "administer"


_AGENT = {
    Right.SEE_CALLS, Right.SEE_OWN, Right.SEE_NUMBERS, Right.LISTEN, Right.DIAL, Right.NOTE, Right.SEE_CONTACTS,
    Right.EDIT_CONTACTS, Right.SEE_RECOVERIES, Right.RECOVER,
}  # fmt: skip
_MANAGER = _AGENT - {Right.SEE_OWN} | {
    Right.SEE_HOME, Right.SEE_REPORTS, Right.SEE_BOARD, Right.SEE_DEPARTMENTS, Right.SEE_PRICES, Right.SEE_RAW,
    Right.EXPORT, Right.SEE_DELIVERIES, Right.REPLAY, Right.SYNC, Right.CONNECT, Right.ERASE,
    Right.SEE_FLOWS, Right.EDIT_FLOWS, Right.PUBLISH_FLOWS, Right.SEE_CAMPAIGNS, Right.RUN_CAMPAIGNS,
}  # fmt: skip

RIGHTS: dict[str, frozenset[Right]] = {
    Role.ADMIN: frozenset(_MANAGER | {Right.SEE_ALL_ACCOUNTS, Right.ADMINISTER}),
    Role.MANAGER: frozenset(_MANAGER),
    Role.AGENT: frozenset(_AGENT),
    Role.WALLBOARD: frozenset(),
}

# A person may hold one of these apart from the role: PRODUCT 18.
SEPARATE = (Right.LISTEN, Right.EXPORT, Right.SEE_NUMBERS, Right.SEE_PRICES)
