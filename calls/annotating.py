"""Notes and dispositions: what people say of a call, kept with who said it and what stood there before."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from calls.models import Call, CallDisposition, Disposition, Listening, Note, NoteVersion
from calls.models.story import LONGEST_NOTE
from voicenter_console.organisation import audit
from voicenter_console.organisation.models import Account, User


def tidied(text: str) -> str:
    """A note's text as it is kept: without NUL and blanks around it; '' where nothing is left."""
    return text.replace("\x00", "").replace("\r\n", "\n").strip()[:LONGEST_NOTE]


def write(author: User, call: Call, text: str) -> Note:
    return Note.objects.create(call=call, author=author, author_name=str(author), text=text)


@transaction.atomic
def rewrite(note: Note, text: str) -> Note:
    """Give it another text; the one before is kept. The same text changes nothing."""
    note = Note.objects.select_for_update().get(pk=note.pk)
    if note.text != text:
        NoteVersion.objects.create(note=note, text=note.text)
        note.text, note.edited_at = text, timezone.now()
        note.save(update_fields=["text", "edited_at"])
    return note


def remove(note: Note) -> None:
    Note.objects.filter(pk=note.pk, removed_at=None).update(removed_at=timezone.now())


def restore(note: Note) -> None:
    Note.objects.filter(pk=note.pk).update(removed_at=None)


def offered(account: Account) -> list[Disposition]:
    """The account's dispositions that are in use, in its order."""
    return list(Disposition.objects.filter(account=account, retired=False))


@transaction.atomic
def dispose(author: User, call: Call, disposition: Disposition | None, address: str | None = None) -> str:
    """Say how the call ended; None takes it back. Returns what stood there before, or ''."""
    standings = CallDisposition.objects.select_for_update(of=("self",)).select_related("disposition")
    standing = standings.filter(call=call).first()
    before = str(standing.disposition) if standing else ""
    if disposition is None:
        CallDisposition.objects.filter(call=call).delete()
    else:
        values = {"disposition": disposition, "author": author, "author_name": str(author), "at": timezone.now()}
        CallDisposition.objects.update_or_create(call=call, defaults=values)
    after = str(disposition or "")
    if after != before:
        audit.record(author, "call.disposed", f"call {call.pk}", before=before, after=after, address=address)
    return before


def merged(sender: object, *, survivor: Call, merged: Call, **_: object) -> None:
    """Receiver of calls_merged: what hangs on a call that is about to go hangs on the one that stays. Of two
    dispositions the one said last stays."""
    Note.objects.filter(call=merged).update(call=survivor)
    Listening.objects.filter(call=merged).update(call=survivor)
    said = CallDisposition.objects.filter(call__in=[survivor, merged]).order_by("-at", "-pk")
    kept = said.first()
    if kept:
        said.exclude(pk=kept.pk).delete()
        CallDisposition.objects.filter(pk=kept.pk).update(call=survivor)
