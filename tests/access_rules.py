"""Who may open which address: the rule of every URL, and an object of each kind to try it with (F-63, TARGETS T7).

A new URL needs a line in RULES, or `tests/test_access.py` fails. If it names an object, give the kind of the object: a
function in OBJECTS makes one for whoever is asked, and one in another account.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from calls import exports
from calls.contacts import book, importing
from calls.models import (
    Alert,
    AwaitedCall,
    Call,
    Cdr,
    Contact,
    ContactImport,
    ContactMerge,
    DialRequest,
    Digest,
    Erasure,
    Note,
    Recovery,
    SavedView,
)
from calls.recovery import acts
from calls.recovery.definitions import RATE
from dialer.models import Campaign
from ivr.examples import examples
from ivr.models import Binding, Flow, FlowVersion
from tests.calls.telling import NOON, push, tell
from tests.fixtures.voicenter.spelling import pushed
from voicenter_console.jobs.models import Job
from voicenter_console.organisation.models import Account, Department, HookToken, RefusedAddress, User
from voicenter_console.organisation.roles import Right
from voicenter_console.webhooks import inbox
from voicenter_console.webhooks.models import Delivery


@dataclass(frozen=True, slots=True)
class Rule:
    """`rights`: all of them are needed; none: everybody who is signed in. `kind`: what the address names, with `args`
    behind it. `said`: what is posted, by the object.

    `private`: another's object is not there for administrators either. `open`: for visitors too. `own_word`: the page
    decides by itself what it answers to those who may, so that only the right is tried.
    """

    rights: tuple[Right, ...] = ()
    kind: str = ""
    args: tuple[str, ...] = ()
    said: Callable[[Any], dict[str, Any]] | None = None
    private: bool = False
    open: bool = False
    own_word: bool = False


def needs(*rights: Right, of: str = "", args: tuple[str, ...] = (), **more: Any) -> Rule:
    return Rule(rights, of, args, **more)


SIGNED_IN = Rule()
OPEN = Rule(open=True)

RULES: dict[str, Rule] = {
    # the API
    "api:agent-report-list": needs(Right.SEE_REPORTS),
    "api:board-list": needs(Right.SEE_BOARD),
    "api:call-detail": needs(Right.SEE_CALLS, of="call"),
    "api:call-list": needs(Right.SEE_CALLS),
    "api:caller-report-list": needs(Right.SEE_REPORTS),
    "api:cdr-detail": needs(Right.SEE_CALLS, of="leg"),
    "api:cdr-list": needs(Right.SEE_CALLS),
    "api:campaign-acts": needs(Right.SEE_CAMPAIGNS, of="campaign"),
    "api:campaign-detail": needs(Right.SEE_CAMPAIGNS, of="campaign"),
    "api:campaign-list": needs(Right.SEE_CAMPAIGNS),
    "api:campaign-start": needs(Right.RUN_CAMPAIGNS, of="campaign"),
    "api:campaign-stop": needs(Right.RUN_CAMPAIGNS, of="campaign"),
    "api:contact-detail": needs(Right.SEE_CONTACTS, of="contact"),
    "api:contact-list": needs(Right.SEE_CONTACTS),
    "api:cost-report-list": needs(Right.SEE_PRICES),
    "api:country-report-list": needs(Right.SEE_REPORTS),
    "api:delivery-detail": needs(Right.SEE_DELIVERIES, of="delivery"),
    "api:delivery-list": needs(Right.SEE_DELIVERIES),
    "api:dial-detail": needs(Right.DIAL, of="dial"),
    "api:dial-list": needs(Right.DIAL),
    "api:hour-report-list": needs(Right.SEE_REPORTS),
    "api:path-report-list": needs(Right.SEE_REPORTS),
    "api:queue-report-list": needs(Right.SEE_REPORTS),
    "api:recovery-claim": needs(Right.SEE_RECOVERIES, of="recovery"),
    "api:recovery-close": needs(Right.SEE_RECOVERIES, of="recovery"),
    "api:recovery-detail": needs(Right.SEE_RECOVERIES, of="recovery"),
    "api:recovery-list": needs(Right.SEE_RECOVERIES),
    "api:recovery-release": needs(Right.SEE_RECOVERIES, of="claimed recovery"),
    "api:recovery-snooze": needs(Right.SEE_RECOVERIES, of="recovery"),
    "api:sync-list": needs(Right.SYNC),
    "api_docs": SIGNED_IN,
    "schema": SIGNED_IN,
    # flows: to write them and to give them to callers takes more than to see them, and managers have all of it
    "api:flow-detail": needs(Right.SEE_FLOWS, of="flow"),
    "api:flow-document-schema": needs(Right.SEE_FLOWS),
    "api:flow-draft": needs(Right.EDIT_FLOWS, of="flow"),
    "api:flow-examples": needs(Right.SEE_FLOWS),
    "api:flow-findings": needs(Right.SEE_FLOWS, of="flow"),
    "api:flow-list": needs(Right.SEE_FLOWS),
    "api:flow-publish": needs(Right.PUBLISH_FLOWS, of="flow"),
    "api:flow-simulate": needs(Right.EDIT_FLOWS, of="flow"),
    "api:flow-versions": needs(Right.SEE_FLOWS, of="flow"),
    # calls
    "calls:ask_again": needs(Right.SYNC, of="awaited call"),
    "calls:ask_voicenter": needs(Right.SYNC, of="call"),
    "calls:audio": needs(Right.LISTEN, own_word=True),  # a ticket, which is tried in tests/calls/test_recordings.py
    "calls:call": needs(Right.SEE_CALLS, of="call"),
    "calls:columns": needs(Right.SEE_CALLS),
    "calls:dial": needs(Right.DIAL),
    "calls:dial_progress": needs(Right.DIAL, of="dial", private=True),
    "calls:dispose": needs(Right.NOTE, of="call"),
    "calls:export": needs(Right.EXPORT),
    "calls:export_file": needs(Right.EXPORT, of="export", private=True),
    "calls:hang_up": needs(Right.DIAL, of="dial", private=True),
    "calls:heard": needs(Right.LISTEN, Right.SEE_DEPARTMENTS, of="call"),
    "calls:log": needs(Right.SEE_CALLS),
    "calls:newer": needs(Right.SEE_CALLS),
    "calls:note_remove": needs(Right.NOTE, of="note", private=True),
    "calls:note_restore": needs(Right.NOTE, of="note", private=True),
    "calls:note_rewrite": needs(Right.NOTE, of="note", private=True),
    "calls:note_write": needs(Right.NOTE, of="call"),
    "calls:raw": needs(Right.SEE_RAW, Right.SEE_NUMBERS, of="leg"),
    "calls:ticket": needs(Right.LISTEN, of="leg"),
    "calls:view_change": needs(Right.SEE_CALLS, of="view", private=True),
    "calls:view_prefer": needs(Right.SEE_CALLS, of="view", private=True),
    "calls:view_remove": needs(Right.SEE_CALLS, of="view", private=True),
    "calls:view_restore": needs(Right.SEE_CALLS, of="view", private=True),
    "calls:view_save": needs(Right.SEE_CALLS),
    "calls:waveform": needs(Right.LISTEN, of="leg"),
    # campaigns
    "campaigns:act": needs(Right.RUN_CAMPAIGNS, of="campaign", args=("strategy",)),
    "campaigns:campaign": needs(Right.SEE_CAMPAIGNS, of="campaign"),
    "campaigns:list": needs(Right.SEE_CAMPAIGNS),
    # contacts
    "contacts:certificate": needs(Right.ERASE, of="erasure"),
    "contacts:choose": needs(Right.SEE_CONTACTS, own_word=True),
    "contacts:compare": needs(Right.EDIT_CONTACTS, of="contact", own_word=True),
    "contacts:contact": needs(Right.SEE_CONTACTS, of="contact"),
    "contacts:delete": needs(Right.EDIT_CONTACTS, of="contact"),
    "contacts:edit": needs(Right.EDIT_CONTACTS, of="contact"),
    "contacts:erase": needs(Right.ERASE, own_word=True),
    "contacts:erasure": needs(Right.ERASE, of="erasure"),
    "contacts:import": needs(Right.EDIT_CONTACTS),
    "contacts:import_errors": needs(Right.EDIT_CONTACTS, of="contact import"),
    "contacts:import_look": needs(Right.EDIT_CONTACTS, of="contact import", own_word=True),
    "contacts:import_start": needs(Right.EDIT_CONTACTS, of="contact import"),
    "contacts:import_undo": needs(Right.EDIT_CONTACTS, of="contact import"),
    "contacts:imported": needs(Right.EDIT_CONTACTS, of="contact import"),
    "contacts:list": needs(Right.SEE_CONTACTS),
    "contacts:merge": needs(Right.EDIT_CONTACTS, of="contact", own_word=True),
    "contacts:new": needs(Right.EDIT_CONTACTS),
    "contacts:part": needs(Right.EDIT_CONTACTS, of="merge"),
    # what came from Voicenter
    "deliveries:admit": needs(Right.CONNECT, of="refused address"),
    "deliveries:clock": needs(Right.CONNECT, of="account"),
    "deliveries:list": needs(Right.SEE_DELIVERIES),
    "deliveries:pull": needs(Right.SYNC),
    "deliveries:put_back": needs(Right.REPLAY),
    "deliveries:raw": needs(Right.SEE_RAW, of="delivery"),
    "deliveries:replay": needs(Right.REPLAY),
    "deliveries:set_aside": needs(Right.REPLAY),
    # the board, the desk, recoveries, reports
    "board:as_of": needs(Right.SEE_BOARD),
    "board:board": needs(Right.SEE_BOARD),
    "desk:credentials": needs(Right.DIAL, own_word=True),
    "desk:may_dial": needs(Right.DIAL),
    "desk:queue": needs(Right.DIAL),
    "desk:desk": needs(Right.DIAL),
    "recovery:board": needs(Right.SEE_RECOVERIES),
    "recovery:call": needs(Right.DIAL, of="undialled recovery"),
    "recovery:call_next": needs(Right.DIAL),
    "recovery:claim": needs(Right.RECOVER, of="recovery"),
    "recovery:close": needs(Right.RECOVER, of="recovery"),
    "recovery:list": needs(Right.SEE_RECOVERIES),
    "recovery:release": needs(Right.RECOVER, of="claimed recovery"),
    "recovery:snooze": needs(Right.RECOVER, of="recovery"),
    "recovery:present": needs(Right.SEE_RECOVERIES),
    "recovery:undo": needs(
        Right.RECOVER, of="claimed recovery", private=True, said=lambda card: {"act": card.acts.get().pk}
    ),
    "recovery:figure": needs(Right.SEE_RECOVERIES, args=(RATE.id,)),
    "reports:export": needs(Right.EXPORT, Right.SEE_REPORTS, args=("queues", "csv")),
    "reports:queues": needs(Right.SEE_REPORTS),
    "reports:report": needs(Right.SEE_REPORTS, args=("agents",)),
    # flows
    "ivr:add": needs(Right.EDIT_FLOWS, of="flow"),
    "ivr:answer": needs(Right.PUBLISH_FLOWS, of="flow"),
    "ivr:begin": needs(Right.EDIT_FLOWS),
    "ivr:callers": needs(Right.SEE_FLOWS, of="flow"),
    "ivr:flow": needs(Right.SEE_FLOWS, of="flow"),
    "ivr:give": needs(Right.PUBLISH_FLOWS, of="published flow", said=lambda flow: {"version": "1"}),
    "ivr:keep_case": needs(Right.EDIT_FLOWS, of="flow"),
    "ivr:list": needs(Right.SEE_FLOWS),
    "ivr:publish": needs(Right.PUBLISH_FLOWS, of="flow"),
    "ivr:remove": needs(Right.EDIT_FLOWS, of="flow"),
    "ivr:replay": needs(Right.SEE_FLOWS, of="flow"),
    "ivr:remove_case": needs(Right.EDIT_FLOWS, of="flow"),
    "ivr:set_ends": needs(Right.EDIT_FLOWS, of="flow"),
    "ivr:set_node": needs(Right.EDIT_FLOWS, of="flow"),
    "ivr:silence": needs(
        Right.PUBLISH_FLOWS, of="published flow", said=lambda flow: {"binding": flow.bindings.first().pk}
    ),
    "ivr:undo": needs(Right.EDIT_FLOWS, of="flow"),
    "ivr:versions": needs(Right.SEE_FLOWS, of="flow"),
    # alerts, and the assistant that connects an account
    "alerts:end": needs(Right.SEE_REPORTS, of="alert", private=True),
    "alerts:end_mail": needs(Right.SEE_REPORTS, of="digest", private=True),
    "alerts:list": needs(Right.SEE_REPORTS),
    "alerts:mail": needs(Right.SEE_REPORTS, own_word=True),
    "alerts:save": needs(Right.SEE_REPORTS, own_word=True),
    "connect:check": needs(Right.CONNECT, of="account"),
    "connect:enforce": needs(Right.CONNECT, of="account"),
    "connect:issue": needs(Right.CONNECT, of="account"),
    "connect:list": needs(Right.CONNECT),
    "connect:new": needs(Right.ADMINISTER, own_word=True),
    "connect:revoke": needs(Right.CONNECT, of="hook token"),
    "connect:skip": needs(Right.CONNECT, of="account"),
    "connect:step": needs(Right.CONNECT, of="account", args=("hosts",)),
    "connect:trust": needs(Right.CONNECT, of="account"),
    # everybody's
    "home": SIGNED_IN,
    "home_now": needs(Right.SEE_HOME),
    "jobs:button": SIGNED_IN,
    "jobs:cancel": needs(of="job"),
    "jobs:list": SIGNED_IN,
    "set_language": OPEN,
    "sign_in": OPEN,
    "sign_out": SIGNED_IN,
    "healthz": OPEN,
    "readyz": OPEN,
    "metrics": OPEN,
}
# By the beginning of their names: Django's admin, which has one right; the hooks, which have tokens (tests/webhooks).
FAMILIES: dict[str, Rule] = {
    "admin:": needs(Right.ADMINISTER, own_word=True),
    "hooks:": Rule(open=True, own_word=True),
}


def rule_of(name: str) -> Rule | None:
    return RULES.get(name) or next((rule for start, rule in FAMILIES.items() if name.startswith(start)), None)


class World:
    """Two accounts. In the first Rina leads Service and Dana works; the second is nobody's but administrators'."""

    def __init__(self, account: Account, service: Department, dana: User) -> None:
        self.account, self.service = account, service
        dana.departments.add(service)
        self.elsewhere = Account.objects.create(name="Elsewhere")
        self.somebody = User.objects.create_user("somebody@elsewhere.example", "a password for tests", name="Somebody")
        for owner, number, uid in ((account, 555001, "own"), (self.elsewhere, 555009, "foreign")):
            tell(owner, push(pushed(NOON, call_id=uid, type="Queue", status="ANSWER", talk=5, caller="0545550118",
                                    department_id=number, agent_code="10007", agent_name="Dana Lavi",
                                    recording="https://recordings.example/one.mp3")))  # fmt: skip

    def call(self, account: Account) -> Call:
        return Call.objects.get(account=account)


Make = Callable[[World, Account, User], Any]


def _contact(world: World, account: Account, person: User) -> Contact:
    return Contact.objects.create(account=account, name="Ruth Navon-Lev")


def _contact_import(world: World, account: Account, person: User) -> ContactImport:
    by = person if account == world.account else world.somebody
    one = ContactImport.objects.create(account=account, by=by, name="people.csv", header=["Name", "Phone"],
                                       mapping=["name", "number"], looked_at=timezone.now())  # fmt: skip
    importing.file_of(one).write_bytes(b"Name,Phone\nRuth,0545550118\n")
    importing.errors_of(one).write_bytes(b"Row,Why\n")
    return one


def _delivery(world: World, account: Account, person: User) -> Delivery:
    inbox.keep(account.pk, "cdr", b"{", reason="broken JSON", answer=1)
    return Delivery.objects.filter(account=account).latest("pk")


def _dial(world: World, account: Account, person: User) -> DialRequest:
    return DialRequest.objects.create(account=account, user=person, phone="Ab3dE6gH", target="0545550118",
                                      state=DialRequest.State.REFUSED)  # fmt: skip


def _export(world: World, account: Account, person: User) -> Job:
    job = Job.objects.create(kind=exports.KIND, label="Export", owner=person, parameters={"format": "csv"},
                             state=Job.State.DONE, finished_at=timezone.now())  # fmt: skip
    exports.file_of(job).write_bytes(b"Time\n")
    return job


def _flow(world: World, account: Account, person: User) -> Flow:
    department = world.service if account == world.account else None
    draft = examples("en")[0].document
    known = {"account": account, "name": "A flow", "department": department}
    return Flow.objects.get_or_create(**known, defaults={"draft": draft})[0]


def _published(world: World, account: Account, person: User) -> Flow:
    """With a version, and a number that it answers."""
    flow = _flow(world, account, person)
    FlowVersion.objects.get_or_create(flow=flow, number=1, document=flow.draft, draft=flow.draft)
    Binding.objects.get_or_create(account=account, flow=flow)
    return flow


def _recovery(world: World, account: Account, person: User, number: str = "+97254555{:04}") -> Recovery:
    at = timezone.now()
    return Recovery.objects.create(
        account=account, number=number.format(Recovery.objects.count()), tries=1, first_lost_at=at, last_lost_at=at,
        department=Department.objects.filter(account=account).order_by("pk").first(),
    )  # fmt: skip


def _claimed(world: World, account: Account, person: User) -> Recovery:
    card = _recovery(world, account, person)
    acts.claim(person, card)
    return card


def _merge(world: World, account: Account, person: User) -> ContactMerge:
    kept, gone = _contact(world, account, person), _contact(world, account, person)
    return book.merge(person, kept, gone)


def _erasure(world: World, account: Account, person: User) -> Erasure:
    at = timezone.now()
    return Erasure.objects.create(account=account, by=person, by_name=str(person), asked_at=at, finished_at=at)


def _awaited(world: World, account: Account, person: User) -> AwaitedCall:
    uid = f"awaited-{AwaitedCall.objects.count()}"
    return AwaitedCall.objects.create(account=account, call_uid=uid, day=NOON.date(), state="incomplete")


def _hook_token(world: World, account: Account, person: User) -> tuple[int, int]:
    """The address names the account and the token."""
    HookToken.issue(account, ["cdr"])
    return account.pk, HookToken.objects.filter(account=account).latest("pk").pk


# Makes an object that is `person`'s in the account: their own account's, or the other one's.
OBJECTS: dict[str, Make] = {
    "account": lambda world, account, person: account,
    "alert": lambda world, account, person: Alert.objects.create(
        user=person, account=account, metric="sl.default", limit=80
    ),
    "awaited call": _awaited,
    "campaign": lambda world, account, person: Campaign.objects.get_or_create(account=account, code="5521")[0],
    "call": lambda world, account, person: world.call(account),
    "contact": _contact,
    "contact import": _contact_import,
    "claimed recovery": _claimed,
    "delivery": _delivery,
    "dial": _dial,
    "digest": lambda world, account, person: Digest.objects.get_or_create(user=person, report="queues")[0],
    "erasure": _erasure,
    "export": _export,
    "flow": _flow,
    "hook token": _hook_token,
    "job": lambda world, account, person: Job.objects.create(kind="x", label="A job", owner=person),
    "leg": lambda world, account, person: Cdr.objects.get(account=account),
    "merge": _merge,
    "note": lambda world, account, person: Note.objects.create(
        call=world.call(account), author=person, author_name=str(person), text="A note."
    ),
    "published flow": _published,
    "recovery": _recovery,
    "refused address": lambda world, account, person: RefusedAddress.objects.get_or_create(
        account=account, address="198.51.100.7"
    )[0],
    # A call that is asked for begins a transaction of its own, which a test's may not hold.
    "undialled recovery": lambda world, account, person: _recovery(world, account, person, "no number {}"),
    "view": lambda world, account, person: SavedView.objects.get_or_create(owner=person, name="A view")[0],
}
