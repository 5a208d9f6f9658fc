"""A provider account, its departments, and the tokens of its hooks."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from encrypted_fields.fields import EncryptedTextField

from voicenter_console.organisation import tokens
from voicenter_console.organisation.service import LEVELS, SHORT_LIMITS, TARGETS
from voicenter_console.voicenter import written
from voicenter_console.voicenter.records import Reading


def _ivr_answer(value: object) -> None:
    try:
        written.ivr_action(value)
    except ValueError as error:
        raise ValidationError(str(error)) from error


def _layer_answer(value: object) -> None:
    try:
        written.layer_action(value)
    except ValueError as error:
        raise ValidationError(str(error)) from error


# A name of a host, with a port where it is not the usual one: it stands in a page's Content-Security-Policy.
HOST = RegexValidator(r"^[a-z0-9]([a-z0-9.-]{0,180}[a-z0-9])?(:[0-9]{1,5})?$", _("A host, such as sip.example.com."))


def _recording_hosts() -> list[str]:
    """Where the documents' examples have them."""
    return ["cpanel.voicenter.co.il"]


class Account(models.Model):
    """One account at one telephony provider: where it is, how to speak to it, how to read it."""

    class Provider(models.TextChoices):
        VOICENTER = "voicenter", "Voicenter"
        VCC = "vcc", "VCC Live"

    class Clock(models.TextChoices):
        WALL = "wall", _("Israel wall clock")
        TRUE = "true", _("true epoch")

    class Casing(models.TextChoices):
        LOWER = "lower", "err, errdesc"
        TITLE = "title", "Err, Errdesc"

    class Scope(models.TextChoices):
        ACCOUNT = "Account", _("the whole account")
        HIERARCHICAL = "Hierarchical", _("the account and those under it")
        DEPARTMENT = "Department", _("this department only")
        USER = "User", _("one user only")

    class RealTimeWay(models.TextChoices):
        TOKEN = "token", _("a token")
        USER = "user", _("a user's e-mail address and PIN")
        ACCOUNT = "account", _("an account's name and password")

    name = models.CharField(_("name"), max_length=80, unique=True)
    provider = models.CharField(_("provider"), max_length=12, choices=Provider, default=Provider.VOICENTER)
    code = EncryptedTextField(_("account code"), blank=True, null=True)
    user_code = EncryptedTextField(_("user code"), blank=True, null=True)
    customer = models.CharField(_("customer name at VCC Live"), max_length=80, blank=True)
    hosts = models.JSONField(_("addresses of the APIs"), default=dict, blank=True)
    recording_hosts = models.JSONField(_("hosts of recordings"), default=_recording_hosts, blank=True)
    zone = models.CharField(_("time zone"), max_length=64, default="Asia/Jerusalem")
    push_clock = models.CharField(_("clock of pushed times"), max_length=4, choices=Clock, default=Clock.WALL)
    wait_in_duration = models.BooleanField(_("pushed durations include the wait"), default=False)
    answer_casing = models.CharField(_("spelling of our answers"), max_length=5, choices=Casing, default=Casing.LOWER)
    scope = models.CharField(_("scope of the call log"), max_length=12, choices=Scope, default=Scope.ACCOUNT)
    code_as_bearer = models.BooleanField(_("send the code as a bearer token"), default=False)
    code_in_address = models.BooleanField(
        _("ask for active calls with the code in the address"), default=False,
        help_text=_("Only where Voicenter answers no other way. The code is masked in every log of the console."),
    )  # fmt: skip
    pulls = models.BooleanField(_("pull the call log"), default=True)
    ivr_answer = models.JSONField(_("answer of the IVR"), null=True, blank=True, validators=[_ivr_answer])
    layer_answer = models.JSONField(_("answer of the IVR layer"), null=True, blank=True, validators=[_layer_answer])
    follows_live = models.BooleanField(_("follow live calls"), default=True)
    realtime_way = models.CharField(_("login to RealTime"), max_length=8, choices=RealTimeWay, blank=True)
    realtime_name = models.CharField(_("name to log in to RealTime"), max_length=200, blank=True)
    realtime_secret = EncryptedTextField(_("secret to log in to RealTime"), blank=True, null=True)
    realtime_path = models.CharField(_("path of RealTime's login"), max_length=200, blank=True)
    phone_domain = models.CharField(
        _("domain of the web phone"), max_length=200, blank=True, validators=[HOST],
        help_text=_("Where browsers speak SIP with Voicenter, over wss; without it there is no web phone."),
    )  # fmt: skip
    addresses = models.JSONField(_("addresses that may push"), default=list, blank=True)
    enforce_addresses = models.BooleanField(_("refuse pushes from other addresses"), default=False)
    service_target = models.PositiveSmallIntegerField(
        _("answered in time is within, s"), choices=[(n, str(n)) for n in TARGETS], default=20
    )
    short_abandon = models.PositiveSmallIntegerField(
        _("a short abandon is under, s"), choices=[(n, str(n)) for n in SHORT_LIMITS], default=5
    )
    service_goal = models.PositiveSmallIntegerField(
        _("goal of the service level, %"), default=80, validators=[MaxValueValidator(100)]
    )
    service_level = models.CharField(
        _("definition of the service level"), max_length=8, choices=[(n, f"sl.{n}") for n in LEVELS], default="default"
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")

    def __str__(self) -> str:
        return self.name

    @property
    def reading(self) -> Reading:
        """How this account's pushed records are to be read (PROTOCOL S5, Time)."""
        return Reading(wall_clock=self.push_clock == self.Clock.WALL, wait_in_duration=self.wait_in_duration)

    def admits(self, address: str) -> bool:
        """May a push come from `address`? Always, until the list is enforced."""
        if not self.enforce_addresses:
            return True
        try:
            source = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(source in ipaddress.ip_network(network, strict=False) for network in self.addresses)


class HookToken(models.Model):
    """A secret in the address of a hook. Several may be valid while Voicenter's side is changed over."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="hook_tokens", verbose_name=_("account"))
    digest = models.CharField(max_length=64, unique=True, editable=False)
    channels = models.JSONField(_("channels"), default=list)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("hook token")
        verbose_name_plural = _("hook tokens")

    def __str__(self) -> str:
        return f"{self.account}: {', '.join(self.channels)}"

    @classmethod
    def issue(cls, account: Account, channels: Iterable[str], token: str = "") -> str:
        """Make a token for `channels`, or accept the given one; returns it, for the only time."""
        token = token or tokens.new()
        cls.objects.create(account=account, channels=list(channels), digest=tokens.digest(token))
        return token


class RefusedAddress(models.Model):
    """An address whose pushes were refused, so that a manager can see it and let it in."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="refused_addresses", verbose_name=_("account"))
    address = models.GenericIPAddressField(_("address"))
    times = models.PositiveIntegerField(_("times"), default=1)
    first_seen = models.DateTimeField(_("first seen"), default=timezone.now)
    last_seen = models.DateTimeField(_("last seen"), default=timezone.now)

    class Meta:
        verbose_name = _("refused address")
        verbose_name_plural = _("refused addresses")
        constraints = [models.UniqueConstraint(fields=["account", "address"], name="refused_address_once")]

    def __str__(self) -> str:
        return self.address


class DepartmentQuerySet(models.QuerySet["Department"]):
    def under(self, roots: Iterable[Department]) -> set[int]:
        """The ids of `roots` and of all departments below them. Two queries at most, whatever the depth."""
        wanted = {root.pk for root in roots}
        if not wanted:
            return wanted
        parents = list(self.values_list("pk", "parent_id"))
        grown = True
        while grown:
            below = {pk for pk, parent in parents if parent in wanted} - wanted
            wanted |= below
            grown = bool(below)
        return wanted


class Department(models.Model):
    """A department of an account, as the provider numbers them; they form a tree."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="departments", verbose_name=_("account"))
    provider_id = models.BigIntegerField(_("number at the provider"))
    name = models.CharField(_("name"), max_length=200, blank=True)
    parent = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="children", verbose_name=_("part of")
    )

    objects = DepartmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        constraints = [models.UniqueConstraint(fields=["account", "provider_id"], name="department_once")]

    def __str__(self) -> str:
        return self.name or str(self.provider_id)
