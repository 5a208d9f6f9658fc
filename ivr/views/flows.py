"""The flows: which there are, what callers get of them, and a new one out of an example."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from ivr import beginning
from ivr.examples import examples
from voicenter_console.organisation.access import needs
from voicenter_console.organisation.roles import Right


@require_GET
@needs(Right.SEE_FLOWS)
def listing(request: HttpRequest) -> HttpResponse:
    return _page(request)


@require_POST
@needs(Right.EDIT_FLOWS)
def begin(request: HttpRequest) -> HttpResponse:
    """A new flow, opened at once."""
    said = {part: request.POST.get(part, "").strip() for part in ("name", "place", "example", "language")}
    example = beginning.example_of(said["example"], "he" if said["language"] == "he" else "en")
    places = beginning.places(request.user)
    place = next(iter(places.values())) if len(places) == 1 else places.get(said["place"])
    if example is None or place is None:
        return _page(request, said, _("Choose what to start from, and for whom."))
    try:
        return redirect(beginning.begin(example, said["name"] or example.title, place, by=request.user))
    except beginning.NameTaken:
        return _page(request, said, _("There is a flow of this name already."))


def _page(request: HttpRequest, said: dict[str, str] | None = None, error: str = "") -> HttpResponse:
    language = get_language()[:2]
    context = {
        "standings": beginning.standings(request.user, timezone.now()), "examples": examples(language),
        "places": beginning.places(request.user), "said": said or {"language": language}, "error": error,
        "may_edit": request.user.may(Right.EDIT_FLOWS),
    }  # fmt: skip
    return render(request, "ivr/list.html", context, status=422 if error else 200)
