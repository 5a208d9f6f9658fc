"""What somebody asked of a campaign: the outbox of the cockpit. Sent at most once."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dialer.querysets import OfCampaignQuerySet
from voicenter_console.organisation.models import ApiKey

from .campaign import Campaign


class CampaignAct(models.Model):
    """One request to Voicenter and its answer. A campaign has one at a time that is not settled."""

    class Kind(models.TextChoices):
        START = "start", _("start")
        STOP = "stop", _("stop")
        CLEAR = "clear", _("clear the pending calls")
        STRATEGY = "strategy", _("change the strategy")
        ADD_MEMBER = "add_member", _("add a member")
        REMOVE_MEMBER = "remove_member", _("remove a member")

    class State(models.TextChoices):
        QUEUED = "queued", _("about to be sent")
        SENT = "sent", _("sent")
        DONE = "done", _("done")
        REFUSED = "refused", _("refused")
        UNKNOWN = "unknown", _("answer lost")
        RESOLVED = "resolved", _("seen to be done")

    UNSETTLED = (State.QUEUED, State.SENT)

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="acts")
    kind = models.CharField(_("act"), max_length=16, choices=Kind)
    wanted = models.JSONField(default=dict, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    api_key = models.ForeignKey(ApiKey, models.SET_NULL, null=True, related_name="+")
    by_name = models.CharField(_("asked by"), max_length=200)
    key = models.CharField(max_length=200, null=True, blank=True, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    error = models.CharField(max_length=40, blank=True)
    error_code = models.IntegerField(null=True, blank=True)
    message = models.CharField(_("what Voicenter said"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("asked"), default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = OfCampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("act on a campaign")
        verbose_name_plural = _("acts on campaigns")
        constraints = [
            models.UniqueConstraint(
                fields=["campaign"], name="campaign_act_one_at_a_time", condition=Q(state__in=["queued", "sent"])
            ),
            models.UniqueConstraint(
                fields=["campaign", "key"], name="campaign_act_once", condition=Q(key__isnull=False)
            ),
            models.CheckConstraint(
                condition=Q(state="queued") | Q(sent_at__isnull=False) | Q(state="refused"),
                name="campaign_act_was_sent",
            ),
        ]
        indexes = [models.Index(fields=["campaign", "-created_at"], name="campaign_acts")]  # its page

    def __str__(self) -> str:
        return f"{self.kind} {self.campaign}"

    @property
    def is_unsettled(self) -> bool:
        return self.state in self.UNSETTLED
