"""The ledger of the pull: which spans of time we have certainly read, and what could not be had."""

from __future__ import annotations

import json
from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from voicenter_console.organisation.models import Account
from voicenter_console.organisation.models.people import Actor
from voicenter_console.organisation.roles import Right

# A call may last two hours, and its row appears minutes after its end (PROTOCOL S3, S4).
BEHIND = timedelta(minutes=10)
SETTLED_AFTER = timedelta(hours=2) + BEHIND


class OfAccountQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> OfAccountQuerySet:
        """Administrators see all; those who lead a whole account see how its call log is read; the rest nothing."""
        if not actor.may(Right.SYNC):
            return self.none()
        if actor.may(Right.SEE_ALL_ACCOUNTS):
            return self
        return self.filter(account_id__in=actor.whole_account_ids)


class SyncWindow(models.Model):
    """A span [from_at, to_at) of one account's call log. It is closed only when all its rows came.

    The windows that are not `asked` tile the time from the account's beginning to its last pull without a hole; those
    that somebody asked for lie before it. Reading a closed window again never opens it.
    """

    class State(models.TextChoices):
        OPEN = "open", _("to be read")
        CLOSED = "closed", _("read")
        FAILED = "failed", _("refused")

    account = models.ForeignKey(Account, models.CASCADE, related_name="windows", verbose_name=_("account"))
    from_at = models.DateTimeField(_("from"))
    to_at = models.DateTimeField(_("to"))
    asked = models.BooleanField(_("asked for by somebody"), default=False)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    wanted = models.BooleanField(_("to be read again"), default=False)
    due_at = models.DateTimeField(_("not before"), default=timezone.now)
    tries = models.PositiveIntegerField(_("tries"), default=0)
    hits = models.PositiveIntegerField(_("calls there"), null=True, blank=True)
    rows = models.PositiveIntegerField(_("calls read"), null=True, blank=True)
    error = models.CharField(_("answer"), max_length=300, blank=True)
    error_code = models.IntegerField(null=True, blank=True)
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)
    # Read so late that every call which began in it had certainly ended and appeared.
    settled = models.BooleanField(_("read after all its calls ended"), default=False)

    objects = OfAccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("window of the call log")
        verbose_name_plural = _("windows of the call log")
        constraints = [
            models.CheckConstraint(condition=Q(to_at__gt=F("from_at")), name="sync_window_forward"),
            models.UniqueConstraint(fields=["account", "from_at", "asked"], name="sync_window_once"),
        ]
        indexes = [models.Index(fields=["account", "-to_at"], name="sync_window_newest")]  # the pull, newest first

    def __str__(self) -> str:
        return f"{self.from_at:%Y-%m-%d %H:%M} – {self.to_at:%H:%M}"


class SyncGap(models.Model):
    """Calls that Voicenter counts and cannot hand out: declared, never hidden (F-37)."""

    class Reason(models.TextChoices):
        CROWDED = "crowded", _("more calls began at once than Voicenter hands out")

    account = models.ForeignKey(Account, models.CASCADE, related_name="gaps", verbose_name=_("account"))
    from_at = models.DateTimeField(_("from"))
    to_at = models.DateTimeField(_("to"))
    missing = models.PositiveIntegerField(_("calls missing"), null=True, help_text=_("empty where it was not counted"))
    reason = models.CharField(_("why"), max_length=200, choices=Reason, default=Reason.CROWDED)
    opened_at = models.DateTimeField(_("found"), default=timezone.now)
    closed_at = models.DateTimeField(_("healed"), null=True, blank=True)

    objects = OfAccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("gap in the call log")
        verbose_name_plural = _("gaps in the call log")
        constraints = [models.UniqueConstraint(fields=["account", "from_at", "to_at"], name="sync_gap_once")]

    def __str__(self) -> str:
        return f"{self.missing} {self.from_at:%Y-%m-%d %H:%M}"


class SyncState(models.Model):
    """What the pull of an account has learnt, and why it stands still where it does."""

    class Ends(models.TextChoices):
        """How Voicenter takes the two ends of a span (F-41), found out by asking for one known call."""

        UNKNOWN = "unknown", _("not known yet")
        INCLUSIVE = "inclusive", _("both belong to it")
        EXCLUSIVE = "exclusive", _("the last does not belong to it")
        MINUTES = "minutes", _("seconds are cut off")
        UNCLEAR = "unclear", _("cannot be found out")

    account = models.OneToOneField(
        Account, models.CASCADE, primary_key=True, related_name="sync_state", verbose_name=_("account")
    )
    settings = models.CharField(max_length=64, blank=True, editable=False)
    ends = models.CharField(_("ends of a span"), max_length=10, choices=Ends, default=Ends.UNKNOWN)
    israel_time = models.BooleanField(_("spans are read as Israel time"), default=False)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    next_try_at = models.DateTimeField(_("next try"), null=True, blank=True)
    error = models.CharField(_("what is wrong"), max_length=500, blank=True)
    error_code = models.IntegerField(_("number of Voicenter's error"), null=True, blank=True)
    words = models.CharField(_("Voicenter's words"), max_length=300, blank=True)
    address = models.CharField(_("our address as Voicenter saw it"), max_length=45, blank=True)
    error_at = models.DateTimeField(_("since"), null=True, blank=True)
    last_read_at = models.DateTimeField(_("last answer"), null=True, blank=True)

    objects = OfAccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("state of the pull")
        verbose_name_plural = _("states of the pull")

    def __str__(self) -> str:
        return f"{self.account}: {self.error or self.ends}"

    @classmethod
    def of(cls, account: Account) -> SyncState:
        """The account's state. A changed code, address or scope is a new beginning: what stood still goes on."""
        state, _created = cls.objects.get_or_create(account=account)
        asked_with = [account.code, account.user_code, account.hosts, account.scope, account.code_as_bearer]
        digest = salted_hmac("calls.sync", json.dumps(asked_with, sort_keys=True), algorithm="sha256").hexdigest()
        if state.settings != digest:
            state.settings, state.ends, state.israel_time = digest, cls.Ends.UNKNOWN, False
            state.failures, state.next_try_at = 0, None
            state.save()
        return state
