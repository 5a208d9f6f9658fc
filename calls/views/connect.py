"""The connection assistant: eight steps, kept as one goes (PRODUCT 19; DESIGN, page 11)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from calls import truth
from calls.connect import checking, senders, steps, words
from calls.connect.forms import AccountForm, CodeForm, HostsForm
from calls.health import clocks
from calls.models import Call, ConnectionCheck
from voicenter_console.jobs.models import Job
from voicenter_console.organisation import audit
from voicenter_console.organisation.access import needs
from voicenter_console.organisation.models import Account, HookToken, RefusedAddress
from voicenter_console.organisation.roles import Right
from voicenter_console.webhooks import health

CLOUD, APART = ("cdr", "ivr", "layer"), ("popup",)
HOOK_NAMES = {
    "cdr": lambda: _("Call records"),
    "ivr": lambda: _("IVR questions"),
    "layer": lambda: _("IVR layer"),
    "popup": lambda: _("Screen pop"),
}
# Which account it is, how it is reached and with what secret is an administrator's to say.
ADMINISTERED = {"account": AccountForm, "code": CodeForm, "hosts": HostsForm}


def _account(request: HttpRequest, pk: int) -> Account:
    of_voicenter = health.accounts_led(request.user).filter(provider=Account.Provider.VOICENTER)
    return get_object_or_404(of_voicenter, pk=pk)


@require_GET
@needs(Right.CONNECT)
def accounts(request: HttpRequest) -> HttpResponse:
    """Which account? The only one at its next step."""
    led = list(health.accounts_led(request.user).filter(provider=Account.Provider.VOICENTER).order_by("name"))
    if len(led) == 1 and not request.user.may(Right.ADMINISTER):
        return redirect("connect:step", led[0].pk, steps.next_of(steps.of(led[0])))
    return render(request, "connect/accounts.html", {"accounts": led, "may_add": request.user.may(Right.ADMINISTER)})


@require_http_methods(["GET", "POST"])
@needs(Right.ADMINISTER)
def new(request: HttpRequest) -> HttpResponse:
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            account = form.save()
            audit.record(request.user, "account.added", account, address=audit.address_of(request))
        return redirect("connect:step", account.pk, "code")
    return render(request, "connect/new.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@needs(Right.CONNECT)
def step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """One step; a POST keeps the form of the first three and goes on."""
    account = _account(request, pk)
    if name not in steps.STEPS:
        raise Http404
    if request.method == "POST" and name in ADMINISTERED and request.user.may(Right.ADMINISTER):
        return _keep(request, account, name)
    return _shown(request, account, name)


def _keep(request: HttpRequest, account: Account, name: str) -> HttpResponse:
    form = _form(account, name, request.POST)
    if not form.is_valid():
        return _shown(request, account, name, form=form, status=422)
    with transaction.atomic():
        if name == "hosts":
            account.hosts = form.cleaned_data
            account.save(update_fields=["hosts"])
            changed = ["hosts"]
        else:
            changed = form.keep(account) if name == "code" else form.changed_data
            if name == "account":
                form.save()
        if changed:
            after = {"fields": changed}
            audit.record(request.user, "account.changed", account, after=after, address=audit.address_of(request))
    return redirect("connect:step", account.pk, steps.NAMES[steps.NAMES.index(name) + 1])


def _form(account: Account, name: str, data: Any = None) -> Any:
    match name:
        case "account":
            return AccountForm(data, instance=Account.objects.get(pk=account.pk))
        case "code":
            return CodeForm(data, initial={"code_as_bearer": account.code_as_bearer})
        case _:
            return HostsForm(data, account=account)


def _shown(request: HttpRequest, account: Account, name: str, *, status: int = 200, **more: Any) -> HttpResponse:
    if name in ADMINISTERED and "form" not in more:
        more["form"] = _form(account, name)
    index = steps.NAMES.index(name)
    context = {
        "account": account,
        "steps": steps.of(account),
        "step": name,
        "title": steps.STEPS[name],
        "before": steps.NAMES[index - 1] if index else None,
        "after": steps.NAMES[index + 1] if index + 1 < len(steps.NAMES) else None,
        "may_administer": request.user.may(Right.ADMINISTER),
        "template": f"connect/_{name}.html",
        **_DETAILS.get(name, lambda request, account: {})(request, account),
        **more,
    }
    return render(request, "connect/step.html#step" if request.htmx else "connect/step.html", context, status=status)


def _connections(request: HttpRequest, account: Account) -> dict[str, Any]:
    kept = {
        check.interface: check for check in ConnectionCheck.objects.filter(account=account).select_related("account")
    }
    lines = [words.line(kept[name]) for name in ConnectionCheck.Interface.values if name in kept]
    jobs = Job.objects.unfinished().filter(kind=checking.KIND, parameters__account=account.pk)
    return {"lines": lines, "asking": jobs.exists()}


def _hooks(request: HttpRequest, account: Account) -> dict[str, Any]:
    tokens = account.hook_tokens.order_by("revoked_at", "-pk")[:20]
    shown = [(token, [HOOK_NAMES[one]() for one in token.channels if one in HOOK_NAMES]) for token in tokens]
    return {"tokens": shown}


def _senders(request: HttpRequest, account: Account) -> dict[str, Any]:
    refused = RefusedAddress.objects.filter(account=account).order_by("-last_seen")[:20]
    seen = senders.learned(account)
    ticked = {one.address for one in seen}
    others = [one for one in account.addresses if one not in ticked]
    return {"senders": seen, "others": others, "refused": list(refused)}


def _clock(request: HttpRequest, account: Account) -> dict[str, Any]:
    return {"check": clocks.checks([account])[0]}


def _figures(request: HttpRequest, account: Account) -> dict[str, Any]:
    calls = Call.objects.filter(account=account)
    return {"calls": calls.count(), "oldest": calls.order_by("started_at").first(),
            "until": truth.complete_until(account)}  # fmt: skip


_DETAILS: dict[str, Callable[[HttpRequest, Account], dict[str, Any]]] = {
    "connections": _connections,
    "hooks": _hooks,
    "senders": _senders,
    "clock": _clock,
    "figures": _figures,
}


@require_POST
@needs(Right.CONNECT)
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask one interface, or all."""
    account, name = _account(request, pk), request.POST.get("interface") or None
    if name is not None and name not in ConnectionCheck.Interface.values:
        return HttpResponse(status=400)
    checking.ask(request.user, account, name, address=audit.address_of(request))
    return _then(request, account, "connections")


@require_POST
@needs(Right.CONNECT)
def skip(request: HttpRequest, pk: int) -> HttpResponse:
    account, name = _account(request, pk), request.POST.get("interface")
    if name not in ConnectionCheck.Interface.values:
        return HttpResponse(status=400)
    checking.skip(request.user, account, name, address=audit.address_of(request))
    return _then(request, account, "connections")


@require_POST
@needs(Right.CONNECT)
def issue(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a token. Its addresses are on this one answer and nowhere else; those that exist go on working."""
    account = _account(request, pk)
    channels = APART if request.POST.get("kind") == "popup" else CLOUD
    with transaction.atomic():
        token = HookToken.issue(account, channels)
        after = {"channels": list(channels)}
        audit.record(request.user, "hooktoken.added", account, after=after, address=audit.address_of(request))
    base = settings.PUBLIC_URL or request.build_absolute_uri("/").rstrip("/")
    fresh = [(name, HOOK_NAMES[name](), f"{base}/hooks/{token}/{name}/") for name in channels]
    response = _shown(request, account, "hooks", fresh=fresh)
    response.headers["Cache-Control"] = "no-store"
    return response


@require_POST
@needs(Right.CONNECT)
def revoke(request: HttpRequest, pk: int, token: int) -> HttpResponse:
    account = _account(request, pk)
    found = get_object_or_404(HookToken, pk=token, account=account, revoked_at=None)
    with transaction.atomic():
        found.revoked_at = timezone.now()
        found.save(update_fields=["revoked_at"])
        audit.record(request.user, "hooktoken.revoked", found, address=audit.address_of(request))
    messages.info(request, _("This address is closed within a second."))
    return _then(request, account, "hooks")


@require_POST
@needs(Right.CONNECT)
def trust(request: HttpRequest, pk: int) -> HttpResponse:
    """The list of trusted addresses as it is ticked and typed."""
    account = _account(request, pk)
    typed = [line for line in request.POST.get("more", "").split() if line]
    try:
        senders.trust(request.user, account, [*request.POST.getlist("address"), *typed][: senders.MOST],
                      from_=audit.address_of(request))  # fmt: skip
    except ValueError as error:
        return _shown(request, account, "senders", status=422, error=str(error))
    messages.info(request, _("The list is kept."))
    return _then(request, account, "senders")


@require_POST
@needs(Right.CONNECT)
def enforce(request: HttpRequest, pk: int) -> HttpResponse:
    account = _account(request, pk)
    try:
        senders.enforce(request.user, account, request.POST.get("on") == "1", from_=audit.address_of(request))
    except senders.WouldShutOut:
        error = _("None of those who called in the last week is on the list: every push would be refused.")
        return _shown(request, account, "senders", status=422, error=error)
    return _then(request, account, "senders")


def _then(request: HttpRequest, account: Account, name: str) -> HttpResponse:
    if request.htmx:
        return _shown(request, account, name)
    return redirect("connect:step", account.pk, name)
