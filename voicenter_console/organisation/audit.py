"""Write down who did what, in the transaction in which it was done."""

from django.http import HttpRequest

from .models import AuditEntry, User
from .models.people import Actor


def record(
    actor: Actor | None, verb: str, subject: object = "", *, before: object = None, after: object = None,
    address: str | None = None,
) -> AuditEntry:  # fmt: skip
    """One entry. `actor` None is the console itself; an API key is recorded under its own name."""
    person = actor if isinstance(actor, User) else getattr(actor, "user", None)
    return AuditEntry.objects.create(
        actor=person, actor_name=str(actor or "console"), verb=verb, subject=str(subject)[:200],
        before=before, after=after, address=address,
    )  # fmt: skip


def address_of(request: HttpRequest) -> str | None:
    """The client's address as the middleware found it."""
    return getattr(request, "client_address", None) or None
