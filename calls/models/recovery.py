"""Recovery: a person whose call nobody answered, until they were reached, came back, or were given up (PRODUCT 3)."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from calls.recovery.querysets import RecoveryQuerySet
from voicenter_console.organisation.models import Account, Department

from .call import Call
from .dial import DialRequest


class Recovery(models.Model):
    """One card: a number of an account, and its losses of 24 hours.

    What comes from calls is recomputed from them by the ingester and never counted up; what people did is kept, and
    changes by conditional UPDATE alone. `number` is E.164, or as it was sent where it is in no use.
    """

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("recovery", "Open")
        CLAIMED = "claimed", pgettext_lazy("recovery", "Claimed")
        SNOOZED = "snoozed", pgettext_lazy("recovery", "Snoozed")
        CLOSED = "closed", pgettext_lazy("recovery", "Closed")

    class Reason(models.TextChoices):
        REACHED = "reached", pgettext_lazy("recovery", "Reached")
        RETURNED = "returned", pgettext_lazy("recovery", "Got through")
        GAVE_UP = "gave_up", pgettext_lazy("recovery", "Gave up")
        DUPLICATE = "duplicate", pgettext_lazy("recovery", "Duplicate")

    account = models.ForeignKey(Account, models.CASCADE, related_name="recoveries", verbose_name=_("account"))
    number = models.CharField(_("number"), max_length=200)
    department = models.ForeignKey(
        Department, models.SET_NULL, null=True, blank=True, related_name="recoveries", verbose_name=_("department")
    )
    queue_name = models.CharField(_("queue"), max_length=200, blank=True)
    first_lost_at = models.DateTimeField(_("first lost"))
    last_lost_at = models.DateTimeField(_("last lost"))
    tries = models.PositiveIntegerField(_("times tried"))
    waited_seconds = models.PositiveIntegerField(
        _("longest wait"), null=True, blank=True, help_text=_("empty where nobody said how long")
    )
    called_back_at = models.DateTimeField(_("first called back"), null=True, blank=True)
    confirmed = models.BooleanField(_("confirmed by the pull"), default=False)
    won_by = models.ForeignKey(Call, models.SET_NULL, null=True, blank=True, related_name="+")
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    claimed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    claimed_name = models.CharField(_("claimed by"), max_length=160, blank=True)
    claimed_until = models.DateTimeField(_("claimed until"), null=True, blank=True)
    snoozed_until = models.DateTimeField(_("snoozed until"), null=True, blank=True)
    reason = models.CharField(_("closed because"), max_length=10, choices=Reason, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    closed_name = models.CharField(_("closed by"), max_length=160, blank=True, help_text=_("empty: by itself"))
    acted_at = models.DateTimeField(_("last act of a person"), null=True, blank=True)
    version = models.PositiveIntegerField(default=0)
    waiting_told = models.DateTimeField(null=True, blank=True, editable=False)
    closed_told = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = RecoveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("recovery")
        verbose_name_plural = _("recoveries")
        constraints = [
            models.UniqueConstraint(
                fields=["account", "number"], condition=~Q(state="closed"), name="recovery_one_alive"
            ),
            models.CheckConstraint(
                condition=Q(state="claimed", claimed_until__isnull=False) & ~Q(claimed_name="")
                | ~Q(state="claimed") & Q(claimed_until=None, claimed_by=None, claimed_name=""),
                name="recovery_claimed_has_claimer",
            ),
            models.CheckConstraint(
                condition=Q(state="snoozed", snoozed_until__isnull=False) | ~Q(state="snoozed") & Q(snoozed_until=None),
                name="recovery_snoozed_has_its_end",
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False) & ~Q(reason="")
                | ~Q(state="closed") & Q(closed_at=None, reason="", closed_name=""),
                name="recovery_closed_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(tries__gte=1, last_lost_at__gte=F("first_lost_at")), name="recovery_of_a_loss"
            ),
        ]
        indexes = [
            # the ingester: the cards of a number, by time
            models.Index(fields=["account", "number", "first_lost_at"], name="recovery_of_number"),
            # the board, the rail's count and the sweep: all that are not closed are few
            models.Index(fields=["state", "last_lost_at"], condition=~Q(state="closed"), name="recovery_alive"),
            # figures of a period, the API's list
            models.Index(fields=["-first_lost_at", "-id"], name="recovery_log"),
            # "Closed today", and what is still to be told of it
            models.Index(fields=["-closed_at"], condition=Q(state="closed"), name="recovery_closed"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"  # never the number: this text goes into the audit, which outlives an erasure

    # The names that a call has for them, for whoever names or shows both.
    @property
    def customer(self) -> str:
        return self.number

    @property
    def customer_e164(self) -> str:
        return self.number if self.number.startswith("+") else ""


class RecoveryCall(models.Model):
    """A call that counts for a card. A call counts for one card at most."""

    class Kind(models.TextChoices):
        LOST = "lost", _("nobody answered")
        TRIED = "tried", _("called back, no answer")
        REACHED = "reached", _("called back, answered")
        RETURNED = "returned", _("called again, answered")

    recovery = models.ForeignKey(Recovery, models.CASCADE, related_name="calls")
    call = models.OneToOneField(Call, models.CASCADE, related_name="recovery_call")
    kind = models.CharField(max_length=8, choices=Kind)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"


class RecoveryAct(models.Model):
    """What a person did with a card, and how the card stood before: that is what an undo goes back to."""

    class Kind(models.TextChoices):
        CLAIM = "claim", _("claimed")
        RELEASE = "release", _("released")
        LAPSE = "lapse", _("claim ran out")
        SNOOZE = "snooze", _("snoozed")
        CLOSE = "close", _("closed")
        UNDO = "undo", _("undone")
        CALL = "call", _("called")

    recovery = models.ForeignKey(Recovery, models.CASCADE, related_name="acts")
    kind = models.CharField(max_length=8, choices=Kind)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    name = models.CharField(max_length=160)
    at = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True)
    reason = models.CharField(max_length=10, blank=True)
    dial = models.ForeignKey(DialRequest, models.SET_NULL, null=True, related_name="+")
    version = models.PositiveIntegerField()
    before = models.JSONField(default=dict)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


class RecoveryPolicy(models.Model):
    """How an account wins people back, and what is said of it to whom. No row: the defaults."""

    class Consent(models.TextChoices):
        NEVER = "never", _("nothing is sent to callers")
        CALLED = "called", _("their call to us is consent to one answer about it")
        KEY = "key", _("they pressed the key below in a menu")

    class Channel(models.TextChoices):
        SMS = "sms", "SMS"
        WHATSAPP = "whatsapp", "WhatsApp"

    account = models.OneToOneField(
        Account, models.CASCADE, primary_key=True, related_name="recovery_policy", verbose_name=_("account")
    )
    hung_up_in_menu = models.BooleanField(
        _("hanging up in a menu opens a card"), default=False, help_text=_("Voicenter's status VOEND")
    )
    keep_hours = models.PositiveSmallIntegerField(
        _("given up after, hours"), default=72, validators=[MinValueValidator(24), MaxValueValidator(720)]
    )
    claim_minutes = models.PositiveSmallIntegerField(
        _("a claim lasts, minutes"), default=10, validators=[MinValueValidator(1), MaxValueValidator(480)]
    )
    tell_after_minutes = models.PositiveSmallIntegerField(
        _("tell after, minutes unclaimed"), default=5, validators=[MaxValueValidator(1440)]
    )
    mailed = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="+", verbose_name=_("managers who are mailed")
    )
    mail_language = models.CharField(_("language of mails"), max_length=5, choices=settings.LANGUAGES, default="he")
    mail_closed = models.BooleanField(_("mail closed cards too"), default=False)
    mailed_at = models.DateTimeField(null=True, editable=False)
    caller_consent = models.CharField(_("callers' consent"), max_length=6, choices=Consent, default=Consent.NEVER)
    caller_key = models.CharField(_("key of consent"), max_length=4, blank=True)
    caller_channel = models.CharField(_("sent by"), max_length=8, choices=Channel, default=Channel.SMS)
    caller_text = models.TextField(
        _("text to callers"), max_length=600, blank=True, help_text=_("{queue}, {did} and {time} are filled in")
    )

    class Meta:
        verbose_name = _("recovery setting")
        verbose_name_plural = _("recovery settings")

    def __str__(self) -> str:
        return str(self.account)

    @classmethod
    def of(cls, account: Account) -> RecoveryPolicy:
        """The account's, or an unsaved one with the defaults."""
        return cls.objects.filter(account=account).first() or cls(account=account)
