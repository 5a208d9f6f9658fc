"""What callers get: publish a draft to some or all, give an older version again, and where a flow answers."""

from __future__ import annotations

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from ivr import drafts, publishing
from ivr.designer import comparing
from ivr.designer.versions import Audience, NoAudience, bind, history
from ivr.models import Flow
from ivr.views.designer import flow_of
from ivr.words import sentence
from voicenter_console.organisation.access import needs
from voicenter_console.organisation.roles import Right


@require_GET
@needs(Right.SEE_FLOWS)
def versions(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, flow_of(request, pk))


def _page(request: HttpRequest, flow: Flow, status: int = 200, **more: object) -> HttpResponse:
    """The draft against what callers get, its audience, every version."""
    _whole, found = drafts.look(flow)
    publications = history(flow)
    in_force = publications[0] if publications else None
    context = {
        "flow": flow, "publication": in_force, "publications": publications,
        "changes": comparing.changes(in_force.version.draft if in_force else {}, flow.draft),
        "is_new": in_force is None or in_force.version.draft != flow.draft,
        "blocking": [sentence(one) for one in found if one.blocks], "bindings": list(flow.bindings.all()),
        "may_publish": request.user.may(Right.PUBLISH_FLOWS), "said": {"percent": 100},
    }  # fmt: skip
    return render(request, "ivr/versions.html", context | more, status=status)


@require_POST
@needs(Right.PUBLISH_FLOWS)
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """The draft becomes a version, for the audience that was chosen."""
    flow, said = flow_of(request, pk), request.POST.dict()
    try:
        audience = Audience.read(said)
        given = {"message": said.get("message", ""), "seen": said.get("seen", "")}
        done = publishing.publish(flow, by=request.user, **given, **audience.given)
    except NoAudience as error:
        return _page(request, flow, 422, error=str(error), said=said)
    except drafts.Outdated as error:
        text = _("The draft was changed meanwhile. Look at it again before you publish it.")
        return _page(request, error.flow, 409, error=text, said=said)
    except publishing.Unpublishable as error:
        return _page(request, flow, 422, blocking=[sentence(one) for one in error.findings], said=said)
    messages.success(request, _("Version %(n)s is published.") % {"n": done.version.number})
    return redirect("ivr:versions", flow.pk)


@require_POST
@needs(Right.PUBLISH_FLOWS)
def give(request: HttpRequest, pk: int) -> HttpResponse:
    """A version that exists, to all callers: the end of a trial, or the way back."""
    flow = flow_of(request, pk)
    number = request.POST.get("version", "")
    version = get_object_or_404(flow.versions, number=int(number) if number.isdecimal() and len(number) < 9 else 0)
    publishing.give(version, by=request.user)
    messages.success(request, _("All new callers get version %(n)s.") % {"n": version.number})
    return redirect("ivr:versions", flow.pk)


@require_POST
@needs(Right.PUBLISH_FLOWS)
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Have the flow answer a number or a layer."""
    flow = flow_of(request, pk)
    try:
        with transaction.atomic():
            bind(flow, request.POST.get("did", ""), request.POST.get("layer", ""), by=request.user)
    except (NoAudience, IntegrityError) as error:
        text = str(error) if isinstance(error, NoAudience) else _("Another flow answers there already.")
        return _page(request, flow, 422, error=text, said=request.POST.dict() | {"percent": 100})
    return redirect("ivr:versions", flow.pk)


@require_POST
@needs(Right.PUBLISH_FLOWS)
def silence(request: HttpRequest, pk: int) -> HttpResponse:
    """It no longer answers there."""
    flow = flow_of(request, pk)
    number = request.POST.get("binding", "")
    binding = get_object_or_404(flow.bindings, pk=int(number) if number.isdecimal() and len(number) < 12 else 0)
    publishing.unbind(binding, by=request.user)
    return redirect("ivr:versions", flow.pk)
