"""Contacts: the people and businesses behind the numbers."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from calls.querysets import ContactQuerySet
from voicenter_console import phones
from voicenter_console.organisation.models import Account, Department


class Contact(models.Model):
    """One person or business of an account. Without a department everybody of the account knows it."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="contacts", verbose_name=_("account"))
    name = models.CharField(_("name"), max_length=200)
    company = models.CharField(_("company"), max_length=200, blank=True)
    vip = models.BooleanField(_("VIP"), default=False)
    notes = models.TextField(_("notes"), blank=True)
    department = models.ForeignKey(
        Department, models.SET_NULL, null=True, blank=True, related_name="contacts", verbose_name=_("department")
    )
    imported_by = models.ForeignKey(
        "calls.ContactImport", models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="contact_has_a_name")]
        # the list of contacts, by name
        indexes = [models.Index(fields=["name", "id"], name="contact_by_name")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("contacts:contact", args=[self.pk])


class ContactNumber(models.Model):
    """A telephone of a contact. Two contacts may share one (a switchboard, a family): then a pop-up lets choose."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="numbers")
    e164 = models.CharField(_("number"), max_length=20)
    digits = models.CharField(max_length=20, editable=False)
    imported_by = models.ForeignKey(
        "calls.ContactImport", models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )

    class Meta:
        verbose_name = _("number of a contact")
        verbose_name_plural = _("numbers of contacts")
        constraints = [models.UniqueConstraint(fields=["contact", "e164"], name="contact_number_once")]
        # who is this: the pop-up, the call log, the import
        indexes = [models.Index(fields=["account", "e164"], name="contact_by_number")]

    def __str__(self) -> str:
        return self.e164

    @classmethod
    def of(cls, contact: Contact, e164: str) -> ContactNumber:
        """A row, not written yet."""
        digits = phones.search_digits(e164)
        return cls(account_id=contact.account_id, contact=contact, e164=e164, digits=digits)


class ContactMerge(models.Model):
    """Two contacts made one: enough to part them again while that is offered. `gone` was the other's address."""

    gone = models.BigIntegerField(unique=True)
    survivor = models.ForeignKey(Contact, models.CASCADE, related_name="merges")
    before = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        # what is past its undo, to be forgotten
        indexes = [models.Index(fields=["at"], name="contact_merge_at")]

    def __str__(self) -> str:
        return f"{self.gone} is now {self.survivor_id}"
