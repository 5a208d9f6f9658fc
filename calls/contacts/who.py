"""Who is behind a number: the seam for pop-up, IVR, call log and search (PRODUCT 6, PROTOCOL S2)."""

from __future__ import annotations

from collections.abc import Iterable

from calls import bulk
from calls.models import Call, Contact, ContactNumber
from voicenter_console import phones
from voicenter_console.organisation.models import Account
from voicenter_console.organisation.models.people import Actor

MOST = 20


def who_is(account: Account, number: object) -> list[Contact]:
    """The contacts of `account` with this number in any form (0…, 972…, +972…), oldest first, MOST at most.

    One indexed query; none where the text is no telephone number. No fence: a caller who answers to a person asks
    `visible_to` too.
    """
    e164 = phones.parse(number).e164
    if not e164:
        return []
    rows = ContactNumber.objects.filter(account=account, e164=e164).select_related("contact")
    return [row.contact for row in rows.order_by("contact_id")[:MOST]]


def name(actor: Actor, calls: Iterable[Call]) -> None:
    """Give each call in memory `contact_name` and `contact` (None where nobody is known), by what `actor` may see.

    One query for all of them. Before `conceal`, which takes the numbers away.
    """
    calls = list(calls)
    numbers = {call.customer_e164 for call in calls if call.customer_e164}
    seen = ContactNumber.objects.filter(contact__in=Contact.objects.visible_to(actor)).select_related("contact")
    known: dict[tuple[int, str], list[Contact]] = {}
    for row in bulk.found(seen.order_by("contact_id"), "e164", numbers):
        known.setdefault((row.account_id, row.e164), []).append(row.contact)
    for call in calls:
        found = known.get((call.account_id, call.customer_e164), [])
        call.contact = found[0] if found else None
        call.contact_name = _names(found)


def _names(contacts: list[Contact]) -> str:
    if not contacts:
        return ""
    more = f" +{len(contacts) - 1}" if len(contacts) > 1 else ""
    return f"{contacts[0].name}{more}"
