"""The eight steps, and how far an account is in each of them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from calls import truth
from calls.health import clocks
from calls.models import ConnectionCheck
from voicenter_console.organisation.models import Account
from voicenter_console.webhooks.models import Delivery

State = ConnectionCheck.State
STEPS = {
    "account": gettext_lazy("Account"),
    "code": gettext_lazy("Code"),
    "hosts": gettext_lazy("Hosts"),
    "connections": gettext_lazy("Connections"),
    "hooks": gettext_lazy("Hook addresses"),
    "senders": gettext_lazy("Trusted senders"),
    "clock": gettext_lazy("Clock"),
    "figures": gettext_lazy("First figures"),
}
NAMES = list(STEPS)


@dataclass(frozen=True, slots=True)
class Step:
    """`done` shows the tick; `detail` the line under the name."""

    name: str
    number: int
    label: str
    done: bool
    detail: str


def of(account: Account) -> list[Step]:
    """A constant number of queries, whatever the account holds."""
    checks = {check.interface: check.state for check in ConnectionCheck.objects.filter(account=account)}
    tokens = account.hook_tokens.filter(revoked_at=None).count()
    heard = Delivery.objects.filter(account=account, channel=Delivery.Channel.CDR).exists()
    (clock,) = clocks.checks([account])
    until = truth.complete_until(account)
    found = {
        "account": (True, account.name),
        "code": _code(account, checks),
        "hosts": (True, _("of your own") if account.hosts else _("Voicenter's, standard")),
        "connections": _connections(checks),
        "hooks": (heard, _("records arrive") if heard else _("made, to copy") if tokens else _("to make and copy")),
        "senders": _senders(account),
        "clock": (clock.seen > 0 and clock.proposal is None, _clock(clock)),
        "figures": (until is not None, _("calls are complete") if until else _("the call log is being read")),
    }
    return [Step(name, n, str(STEPS[name]), *found[name]) for n, name in enumerate(STEPS, start=1)]


def next_of(steps: list[Step]) -> str:
    """The first step that is not done; the last where all are."""
    return next((step.name for step in steps if not step.done), NAMES[-1])


def _code(account: Account, checks: dict[str, str]) -> tuple[bool, str]:
    if not account.code:
        return False, _("missing")
    if checks.get("call_log") == State.OK:
        return True, _("accepted")
    return True, _("kept, not tried yet") if "call_log" not in checks else _("kept")


def _connections(checks: dict[str, str]) -> tuple[bool, str]:
    asked = {name: state for name, state in checks.items() if state != State.SKIPPED}
    if not asked:
        return False, _("not asked yet")
    answer = sum(state == State.OK for state in asked.values())
    return answer == len(asked), _("%(ok)s of %(all)s answer") % {"ok": answer, "all": len(asked)}


def _senders(account: Account) -> tuple[bool, str]:
    if account.enforce_addresses:
        return True, _("only these may push")
    return False, _("listed, not enforced") if account.addresses else _("to learn")


def _clock(clock: clocks.Check) -> str:
    if clock.proposal:
        return _("set to the wrong one")
    if not clock.seen:
        return _("no call seen both ways yet")
    return _("%(agree)s of %(seen)s calls agree") % {"agree": clock.agree, "seen": clock.seen}
