"""A person's web phone: what their browser needs to speak SIP with the provider."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from encrypted_fields.fields import EncryptedTextField

from .people import Extension


class WebPhone(models.Model):
    """The SIP credentials of one person's extension. Served to that person alone (`calls.views.desk`)."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="web_phone", verbose_name=_("person")
    )
    extension = models.OneToOneField(Extension, models.CASCADE, related_name="web_phone", verbose_name=_("extension"))
    password = EncryptedTextField(_("SIP password"))

    class Meta:
        verbose_name = _("web phone")
        verbose_name_plural = _("web phones")

    def __str__(self) -> str:
        return f"{self.user} {self.extension.code}"

    @property
    def domain(self) -> str:
        """Where its SIP is spoken over wss: a host, with a port where it is not 443; '' where the account has none."""
        return self.extension.account.phone_domain
