"""Voicenter's campaigns as they were last read, and what was seen to change in them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dialer.querysets import CampaignQuerySet, OfCampaignQuerySet
from voicenter_console.organisation.models import Account, Department


class Campaign(models.Model):
    """One campaign by its code (PROTOCOL S7). All but `department` is the mirror's, and nobody else writes it.

    `pending_calls` is None where Voicenter did not count them. `members`: [{"sip", "name"}, …] as of `members_read_at`.
    `gone_at`: since when it is on Voicenter's list no more.
    """

    class State(models.TextChoices):
        ENABLED = "enabled", _("running")
        DISABLED = "disabled", _("stopped")
        DELETED = "deleted", _("deleted")

    account = models.ForeignKey(Account, models.CASCADE, related_name="campaigns", verbose_name=_("account"))
    department = models.ForeignKey(
        Department, models.SET_NULL, null=True, blank=True, related_name="campaigns", verbose_name=_("department")
    )
    code = models.CharField(_("code"), max_length=200)
    name = models.CharField(_("name"), max_length=300, blank=True)
    status = models.CharField(_("state"), max_length=64, blank=True)
    pending_calls = models.PositiveIntegerField(_("pending calls"), null=True, blank=True)
    min_priority = models.BigIntegerField(_("lowest priority"), null=True, blank=True)
    max_priority = models.BigIntegerField(_("highest priority"), null=True, blank=True)
    members = models.JSONField(_("members"), default=list, blank=True)
    read_at = models.DateTimeField(_("read"), default=timezone.now)
    members_read_at = models.DateTimeField(null=True, blank=True)
    gone_at = models.DateTimeField(_("gone"), null=True, blank=True)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        constraints = [
            models.UniqueConstraint(fields=["account", "code"], name="campaign_once"),
            models.CheckConstraint(condition=~Q(code=""), name="campaign_has_a_code"),
        ]

    def __str__(self) -> str:
        return self.name or self.code

    def get_absolute_url(self) -> str:
        return reverse("campaigns:campaign", args=[self.pk])

    @property
    def state(self) -> str:
        """A State; '' for a word of Voicenter's that is not known yet."""
        if self.gone_at:
            return self.State.DELETED
        word = self.status.casefold()
        return word if word in self.State.values else ""

    @property
    def state_word(self) -> str:
        return str(self.State(self.state).label) if self.state else self.status

    @property
    def runs(self) -> bool:
        return self.state == self.State.ENABLED


class CampaignChange(models.Model):
    """Something of a campaign that was otherwise the last time it was read. Counts of calls are left out."""

    class Field(models.TextChoices):
        FOUND = "found", _("found")
        NAME = "name", _("name")
        STATUS = "status", _("state")
        MEMBERS = "members", _("members")
        GONE = "gone", _("gone from Voicenter's list")

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="changes")
    field = models.CharField(_("what"), max_length=10, choices=Field)
    before = models.JSONField(_("before"), null=True, blank=True)
    after = models.JSONField(_("after"), null=True, blank=True)
    seen_at = models.DateTimeField(_("seen"), default=timezone.now)

    objects = OfCampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of a campaign")
        verbose_name_plural = _("changes of campaigns")
        indexes = [models.Index(fields=["campaign", "-seen_at"], name="campaign_history")]  # its page

    def __str__(self) -> str:
        return f"{self.campaign} {self.field}"
