"""Cdr: one leg, merged from all that the provider said of it; CdrRecord: each thing it said."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from calls.querysets import CdrQuerySet
from voicenter_console.organisation.models import Account, Department
from voicenter_console.voicenter import terms
from voicenter_console.voicenter.records import Source
from voicenter_console.voicenter.terms import Direction
from voicenter_console.webhooks.models import Delivery

from .call import Call
from .people import Agent, Extension


class Cdr(models.Model):
    """One leg of a call. Written as a whole row by `merge`, by the ingester alone; the key is (account, id, type).

    `call_uid` is the provider's id of the call, which legs share; `call` is the contact this leg is part of.
    """

    account = models.ForeignKey(Account, models.CASCADE, related_name="cdrs", verbose_name=_("account"))
    call = models.ForeignKey(Call, models.CASCADE, related_name="cdrs", verbose_name=_("call"))
    call_uid = models.CharField(_("call id"), max_length=64)
    type = models.CharField(_("type key"), max_length=100, blank=True)
    type_id = models.IntegerField(_("type number"), null=True, blank=True)
    type_name = models.CharField(_("type"), max_length=100, blank=True)
    status = models.CharField(_("status"), max_length=64, null=True, blank=True)
    leg1_status = models.CharField(_("status of leg 1"), max_length=64, null=True, blank=True)
    direction = models.CharField(_("direction"), max_length=12, choices=[(d.value, d.value) for d in Direction])
    started_at = models.DateTimeField(_("time"))
    time_uncertain = models.BooleanField(_("time uncertain"), default=False)
    talk_seconds = models.PositiveIntegerField(_("talk"), null=True, blank=True)
    ring_seconds = models.PositiveIntegerField(_("ring"), null=True, blank=True)
    wait_seconds = models.PositiveIntegerField(_("wait"), null=True, blank=True)
    caller = models.CharField(_("caller"), max_length=200, blank=True)
    target = models.CharField(_("target"), max_length=200, blank=True)
    did = models.CharField(_("number called"), max_length=64, blank=True)
    extension = models.CharField(_("extension"), max_length=64, blank=True)
    # Between people of the organisation: such a call is left out of the figures.
    internal = models.BooleanField(_("internal"), default=False)
    line = models.ForeignKey(Extension, models.SET_NULL, null=True, blank=True, related_name="cdrs")
    agent = models.ForeignKey(Agent, models.SET_NULL, null=True, blank=True, related_name="cdrs")
    agent_name = models.CharField(_("agent"), max_length=200, blank=True)
    agent_code = models.CharField(_("agent code"), max_length=64, blank=True)
    queue_id = models.BigIntegerField(_("queue number"), null=True, blank=True)
    queue_name = models.CharField(_("queue"), max_length=200, blank=True)
    price = models.DecimalField(_("price, agorot"), max_digits=14, decimal_places=2, null=True, blank=True)
    recording_url = models.TextField(blank=True, editable=False)
    recording_expected = models.BooleanField(null=True, blank=True)
    caller_country = models.CharField(_("caller's country"), max_length=100, blank=True)
    target_country = models.CharField(_("target's country"), max_length=100, blank=True)
    department = models.ForeignKey(Department, models.SET_NULL, null=True, blank=True, related_name="cdrs")
    ivr_path = models.JSONField(_("IVR path"), default=list, blank=True)
    custom_data = models.JSONField(_("custom data"), default=dict, blank=True)
    original_call_uid = models.CharField(_("came from call"), max_length=64, blank=True)
    link_followed = models.BooleanField(default=True, editable=False)
    sources = models.JSONField(_("sources"), default=list)
    raw = models.JSONField(default=dict, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = CdrQuerySet.as_manager()

    class Meta:
        verbose_name = _("call record")
        verbose_name_plural = _("call records")
        constraints = [
            models.UniqueConstraint(fields=["account", "call_uid", "type"], name="cdr_once"),
            models.CheckConstraint(condition=Q(queue_id__isnull=True) | ~Q(queue_id=0), name="cdr_queue_zero_is_none"),
        ]
        indexes = [
            models.Index(fields=["-started_at", "-id"], name="cdr_log"),  # the API's list
            models.Index(fields=["agent", "call"], name="cdr_of_agent"),  # an agent's own calls
            models.Index(fields=["line", "call"], name="cdr_of_line"),  # the same, by extension
            # reports: does this account tell those who left a queue from those who hung up?
            models.Index(
                fields=["account"],
                name="cdr_flowed_out",
                condition=Q(type_id=terms.QUEUE_TYPE, status__in=sorted(terms.FLOWED_OUT)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.call_uid} {self.type_name}"

    @property
    def has_recording(self) -> bool:
        return bool(self.recording_url)


class CdrRecord(models.Model):
    """One distinct thing that the provider said of a leg, kept for as long as the leg is."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    cdr = models.ForeignKey(Cdr, models.CASCADE, related_name="records")
    call_uid = models.CharField(max_length=64)
    source = models.CharField(max_length=8, choices=[(s.value, s.value) for s in Source])
    content = models.CharField(max_length=64)
    first_received_at = models.DateTimeField()
    delivery = models.ForeignKey(Delivery, models.SET_NULL, null=True, related_name="records")
    fields = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("record as it was said")
        verbose_name_plural = _("records as they were said")
        constraints = [models.UniqueConstraint(fields=["account", "content"], name="cdr_record_once")]
        # the ingester: all that was ever said of a call id
        indexes = [models.Index(fields=["account", "call_uid"], name="cdr_record_of_call_id")]

    def __str__(self) -> str:
        return f"{self.source} {self.call_uid}"
