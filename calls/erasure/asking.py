"""Who may be forgotten, what that would touch, and the order to do it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from calls.models import Call, Contact, ContactNumber, Erasure
from voicenter_console import phones
from voicenter_console.jobs import claims
from voicenter_console.organisation import audit, tombstones
from voicenter_console.organisation.models import Account, User
from voicenter_console.organisation.models.people import Actor
from voicenter_console.organisation.roles import Right

KIND = "calls.erase"
MOST_NUMBERS = 20


@dataclass(frozen=True, slots=True)
class Preview:
    """What is known of these numbers before they are erased; `kept` contacts lose the number and stay."""

    calls: int
    recordings: int
    deleted: list[Contact]
    kept: list[Contact]


def accounts(actor: Actor) -> QuerySet[Account]:
    """The accounts in which the actor may forget somebody: those it leads as a whole."""
    if not actor.may(Right.ERASE):
        return Account.objects.none()
    if actor.may(Right.SEE_ALL_ACCOUNTS):
        return Account.objects.all()
    return Account.objects.filter(pk__in=actor.whole_account_ids)


def preview(account: Account, numbers: Sequence[str]) -> Preview:
    """Of numbers in E.164."""
    digits = [phones.search_digits(number) for number in numbers]
    calls = Call.objects.filter(account=account, customer_e164__in=numbers)
    for one in digits:
        calls = calls | Call.objects.filter(account=account, numbers__contains=one)
    deleted, kept = whose(account, numbers)
    return Preview(calls.count(), calls.filter(has_recording=True).count(), deleted, kept)


def whose(account: Account, numbers: Sequence[str]) -> tuple[list[Contact], list[Contact]]:
    """The contacts that are nothing beside these numbers, and those who have others too."""
    having = Contact.objects.filter(account=account, numbers__e164__in=numbers).distinct().order_by("pk")
    other = set(
        ContactNumber.objects.filter(contact__in=having).exclude(e164__in=numbers).values_list("contact", flat=True)
    )
    having = list(having)
    return [one for one in having if one.pk not in other], [one for one in having if one.pk in other]


@transaction.atomic
def ask(actor: User, account: Account, numbers: Sequence[str], *, address: str | None = None) -> Erasure:
    """Begin to forget the owner of these numbers (E.164). From this moment on nothing that names them is kept."""
    digests = tombstones.bury(account, numbers)
    erasure = Erasure.objects.create(
        account=account, numbers=json.dumps(list(numbers)), digests=digests, by=actor, by_name=str(actor)
    )
    audit.record(actor, "person.erased", erasure, after={"numbers": len(numbers)}, address=address)
    label = _("Erasure %(name)s") % {"name": erasure}
    language = translation.get_language()
    erasure.job = claims.enqueue(KIND, label, owner=actor, key=str(erasure.pk), erasure=erasure.pk, language=language)
    erasure.save(update_fields=["job"])
    return erasure
