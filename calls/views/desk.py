"""The desk: the call at one's own phone, a dial pad, and the web phone."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from calls.desk import now, queue, verdict
from calls.models import WebPhone
from voicenter_console.organisation import audit
from voicenter_console.organisation.access import needs
from voicenter_console.organisation.models import User
from voicenter_console.organisation.roles import Right


@require_GET
@needs(Right.DIAL)
def desk(request: HttpRequest) -> HttpResponse:
    """The page may speak with the phone's own server, and no other page may."""
    standing = {"desk": now.of(request.user, timezone.now())}
    if request.htmx:
        return render(request, "desk/_now.html", standing)
    phone = _phone_of(request.user)
    standing["queue"] = queue.of(request.user, timezone.now())
    response = render(request, "desk/desk.html", {"phone": phone, **standing})
    if phone:
        response._csp_update = {"connect-src": [f"wss://{phone.domain}"]}
    return response


@require_GET
@needs(Right.DIAL)
def my_queue(request: HttpRequest) -> HttpResponse:
    """The people one took on, drawn anew."""
    return render(request, "desk/_queue.html", {"queue": queue.of(request.user, timezone.now())})


@require_GET
@needs(Right.DIAL)
@never_cache
def may_dial(request: HttpRequest) -> HttpResponse:
    """The guard's word on the number that is being typed, before anybody presses."""
    typed = request.GET.get("target", "").replace("\x00", "").strip()[:64]
    context = {"verdict": verdict.of(request.user, typed) if typed else None}
    return render(request, "desk/_verdict.html", context)


@require_POST
@needs(Right.DIAL)
@never_cache
def credentials(request: HttpRequest) -> JsonResponse:
    """What the person's own browser registers with. Nobody else's is ever served, whatever is asked for."""
    phone = _phone_of(request.user)
    if phone is None:
        raise Http404
    audit.record(request.user, "phone.credentials", phone.extension.code, address=audit.address_of(request))
    return JsonResponse({"user": phone.extension.code, "password": phone.password, "domain": phone.domain})


def _phone_of(user: User) -> WebPhone | None:
    """The person's phone, where one is set up and the account names a domain for it."""
    phones = WebPhone.objects.filter(user=user, extension__user=user).exclude(extension__account__phone_domain="")
    return phones.select_related("extension__account").first()
