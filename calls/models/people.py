"""Agents and extensions as the provider knows them. They grow from CDRs; an administrator ties them to people."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from voicenter_console.organisation.models import Account, Department


class Agent(models.Model):
    """A representative. `key` is the code, or the name where no code ever came."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="agents", verbose_name=_("account"))
    key = models.CharField(max_length=200, editable=False)
    code = models.CharField(_("code"), max_length=64, blank=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="agents",
        verbose_name=_("person"),
    )

    class Meta:
        verbose_name = _("agent")
        verbose_name_plural = _("agents")
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="agent_once")]

    def __str__(self) -> str:
        return self.name or self.code


class Extension(models.Model):
    """A phone of the organisation, by its SIP code; `gone_since` the provider lists it no more."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="extensions", verbose_name=_("account"))
    code = models.CharField(_("SIP code"), max_length=64)
    name = models.CharField(_("name"), max_length=200, blank=True)
    number = models.CharField(_("short number"), max_length=64, blank=True)
    department = models.ForeignKey(
        Department, models.SET_NULL, null=True, blank=True, related_name="extensions", verbose_name=_("department")
    )
    gone_since = models.DateTimeField(_("not listed since"), null=True, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="extensions",
        verbose_name=_("person"),
    )  # fmt: skip

    class Meta:
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")
        constraints = [models.UniqueConstraint(fields=["account", "code"], name="extension_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}".strip()
