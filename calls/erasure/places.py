"""Every place where a number may stand: each text of each table, whichever app it belongs to.

Tables that are made later are swept too, without being named here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.db.models import Q, TextField
from django.db.models.functions import Cast
from encrypted_fields.fields import EncryptedFieldMixin

from calls.models import CdrRecord, Erasure
from voicenter_console import phones
from voicenter_console.organisation.models import Account, Tombstone
from voicenter_console.organisation.tombstones import Erased
from voicenter_console.voicenter import redaction
from voicenter_console.webhooks.models import Delivery

CHUNK = 500
# Swept by steps of their own, or made of digests and certificates; a session is encoded and gone within hours.
_APART = {CdrRecord, Delivery, Erasure, Tombstone}
_FOREIGN_APPS = {"sessions", "contenttypes", "auth"}
Texts = list[models.Field]


def tables() -> Iterator[tuple[type[models.Model], Texts]]:
    """Each table with its columns that may hold text of people."""
    for model in apps.get_models():
        meta = model._meta
        if model in _APART or meta.proxy or not meta.managed or meta.app_label in _FOREIGN_APPS:
            continue
        if texts := [field for field in meta.concrete_fields if _is_text(field)]:
            yield model, texts


def _is_text(field: models.Field) -> bool:
    if field.primary_key or field.choices or isinstance(field, EncryptedFieldMixin):
        return False
    return isinstance(field, models.CharField | models.TextField | models.JSONField)


def pattern(numbers: list[str]) -> str:
    """A regular expression for any form of these numbers, for the database to find what is worth a look."""
    return "|".join("[^0-9A-Za-z]{0,2}".join(phones.search_digits(number)) for number in numbers)


def rows(model: type[models.Model], texts: Texts, account: Account, wanted: str | None) -> models.QuerySet[Any]:
    """The rows of the account (all, where a table knows no account) that may name them; `wanted` None: every row."""
    found = model._default_manager.all()
    if any(field.name == "account" for field in model._meta.concrete_fields):
        found = found.filter(account=account)
    if wanted is None:
        return found
    match = Q()
    for field in texts:
        name = field.attname
        if isinstance(field, models.JSONField):
            name = f"{name}_as_text"
            found = found.annotate(**{name: Cast(field.attname, TextField())})
        match |= Q(**{f"{name}__regex": wanted})
    return found.filter(match)


def sweep(
    model: type[models.Model], texts: Texts, account: Account, erased: Erased, wanted: str | None,
    told: Callable[[], None],
) -> int:  # fmt: skip
    """Take them out of one table; returns how many rows were changed or, where they were nothing else, deleted."""
    changed, after = 0, None
    names = [field.attname for field in texts]
    found = rows(model, texts, account, wanted).order_by("pk")
    while chunk := list((found if after is None else found.filter(pk__gt=after)).values("pk", *names)[:CHUNK]):
        for row in chunk:
            after = row.pop("pk")
            clean = {name: redaction.anything(value, erased) for name, value in row.items()}
            clean = {name: value for name, value in clean.items() if value != row[name]}
            if clean:
                _write(model, after, clean)
                changed += 1
        told()
    return changed


def _write(model: type[models.Model], pk: Any, clean: dict[str, Any]) -> None:
    """A row that cannot be without its number, as one of a kind, is nothing without it."""
    row = model._default_manager.filter(pk=pk)
    try:
        with transaction.atomic():
            row.update(**clean)
    except IntegrityError:
        row.delete()
