"""Who may open which address: the rule of every URL, and an object of each kind to try it with (F-63, TARGETS T7).

A new URL needs a line in RULES, or `tests/test_access.py` fails. If it names an object, give the kind of the object: a
function in OBJECTS makes one for whoever is asked, and one in another account. UNTRIED is for objects that nobody made
a kind for yet: then only the right is tried.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from calls import exports
from calls.contacts import importing
from calls.models import Call, Cdr, Contact, ContactImport, DialRequest, Note, SavedView
from dialer.models import Campaign
from ivr.examples import examples
from ivr.models import Flow
from tests.calls.telling import NOON, push, tell
from tests.fixtures.voicenter.spelling import pushed
from voicenter_console.jobs.models import Job
from voicenter_console.organisation.models import Account, Department, RefusedAddress, User
from voicenter_console.organisation.roles import Right
from voicenter_console.webhooks import inbox
from voicenter_console.webhooks.models import Delivery

UNTRIED = "untried"


@dataclass(frozen=True, slots=True)
class Rule:
    """`rights`: all of them are needed; none: everybody who is signed in. `kind`: what the address names.

    `private`: another's object is not there for administrators either. `open`: for visitors too. `own_word`: the page
    decides by itself what it answers to those who may, so that only the right is tried.
    """

    rights: tuple[Right, ...] = ()
    kind: str = ""
    private: bool = False
    open: bool = False
    own_word: bool = False


def needs(*rights: Right, of: str = "", **more: bool) -> Rule:
    return Rule(rights, of, **more)


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
    "api:recovery-claim": needs(Right.SEE_RECOVERIES, of=UNTRIED),
    "api:recovery-close": needs(Right.SEE_RECOVERIES, of=UNTRIED),
    "api:recovery-detail": needs(Right.SEE_RECOVERIES, of=UNTRIED),
    "api:recovery-list": needs(Right.SEE_RECOVERIES),
    "api:recovery-release": needs(Right.SEE_RECOVERIES, of=UNTRIED),
    "api:recovery-snooze": needs(Right.SEE_RECOVERIES, of=UNTRIED),
    "api:sync-list": needs(Right.SYNC),
    "api_docs": SIGNED_IN,
    "schema": SIGNED_IN,
    # calls
    "calls:ask_again": needs(Right.SYNC, of=UNTRIED),
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
    "campaigns:act": needs(Right.RUN_CAMPAIGNS, of=UNTRIED),  # tried in tests/dialer/test_pages.py
    "campaigns:campaign": needs(Right.SEE_CAMPAIGNS, of="campaign"),
    "campaigns:list": needs(Right.SEE_CAMPAIGNS),
    # contacts
    "contacts:certificate": needs(Right.ERASE, of=UNTRIED),
    "contacts:choose": needs(Right.SEE_CONTACTS, own_word=True),
    "contacts:compare": needs(Right.EDIT_CONTACTS, of="contact", own_word=True),
    "contacts:contact": needs(Right.SEE_CONTACTS, of="contact"),
    "contacts:delete": needs(Right.EDIT_CONTACTS, of="contact"),
    "contacts:edit": needs(Right.EDIT_CONTACTS, of="contact"),
    "contacts:erase": needs(Right.ERASE, own_word=True),
    "contacts:erasure": needs(Right.ERASE, of=UNTRIED),
    "contacts:import": needs(Right.EDIT_CONTACTS),
    "contacts:import_errors": needs(Right.EDIT_CONTACTS, of="contact import"),
    "contacts:import_look": needs(Right.EDIT_CONTACTS, of="contact import", own_word=True),
    "contacts:import_start": needs(Right.EDIT_CONTACTS, of="contact import"),
    "contacts:import_undo": needs(Right.EDIT_CONTACTS, of="contact import"),
    "contacts:imported": needs(Right.EDIT_CONTACTS, of="contact import"),
    "contacts:list": needs(Right.SEE_CONTACTS),
    "contacts:merge": needs(Right.EDIT_CONTACTS, of="contact", own_word=True),
    "contacts:new": needs(Right.EDIT_CONTACTS),
    "contacts:part": needs(Right.EDIT_CONTACTS, of=UNTRIED),
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
    "recovery:call": needs(Right.DIAL, of=UNTRIED),
    "recovery:call_next": needs(Right.DIAL),
    "recovery:claim": needs(Right.RECOVER, of=UNTRIED),
    "recovery:close": needs(Right.RECOVER, of=UNTRIED),
    "recovery:list": needs(Right.SEE_RECOVERIES),
    "recovery:release": needs(Right.RECOVER, of=UNTRIED),
    "recovery:snooze": needs(Right.RECOVER, of=UNTRIED),
    "recovery:undo": needs(Right.RECOVER, of=UNTRIED),
    "reports:export": needs(Right.EXPORT, of=UNTRIED),
    "reports:queues": needs(Right.SEE_REPORTS),
    "reports:report": needs(Right.SEE_REPORTS, of=UNTRIED),
    "recovery:figure": needs(Right.SEE_RECOVERIES, of=UNTRIED),
    # flows
    "ivr:add": needs(Right.EDIT_FLOWS, of="flow"),
    "ivr:answer": needs(Right.PUBLISH_FLOWS, of="flow"),
    "ivr:begin": needs(Right.EDIT_FLOWS),
    "ivr:callers": needs(Right.SEE_FLOWS, of="flow"),
    "ivr:flow": needs(Right.SEE_FLOWS, of="flow"),
    "ivr:give": needs(Right.PUBLISH_FLOWS, of=UNTRIED),
    "ivr:keep_case": needs(Right.EDIT_FLOWS, of="flow"),
    "ivr:list": needs(Right.SEE_FLOWS),
    "ivr:publish": needs(Right.PUBLISH_FLOWS, of="flow"),
    "ivr:remove": needs(Right.EDIT_FLOWS, of="flow"),
    "ivr:replay": needs(Right.SEE_FLOWS, of="flow"),
    "ivr:remove_case": needs(Right.EDIT_FLOWS, of="flow"),
    "ivr:set_ends": needs(Right.EDIT_FLOWS, of="flow"),
    "ivr:set_node": needs(Right.EDIT_FLOWS, of="flow"),
    "ivr:silence": needs(Right.PUBLISH_FLOWS, of=UNTRIED),
    "ivr:undo": needs(Right.EDIT_FLOWS, of="flow"),
    "ivr:versions": needs(Right.SEE_FLOWS, of="flow"),
    # alerts, and the assistant that connects an account
    "alerts:end": needs(Right.SEE_REPORTS, of=UNTRIED),
    "alerts:end_mail": needs(Right.SEE_REPORTS, of=UNTRIED),
    "alerts:list": needs(Right.SEE_REPORTS),
    "alerts:mail": needs(Right.SEE_REPORTS, own_word=True),
    "alerts:save": needs(Right.SEE_REPORTS, own_word=True),
    "connect:check": needs(Right.CONNECT, of=UNTRIED),  # it asks Voicenter
    "connect:enforce": needs(Right.CONNECT, of="account"),
    "connect:issue": needs(Right.CONNECT, of="account"),
    "connect:list": needs(Right.CONNECT),
    "connect:new": needs(Right.ADMINISTER, own_word=True),
    "connect:revoke": needs(Right.CONNECT, of=UNTRIED),
    "connect:skip": needs(Right.CONNECT, of="account"),
    "connect:step": needs(Right.CONNECT, of=UNTRIED),
    "connect:trust": needs(Right.CONNECT, of="account"),
    # everybody's
    "home": SIGNED_IN,
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
# By the beginning of their names: Django's admin, which has one right; the hooks, which have tokens (tests/webhooks);
# and the flows, whose right is that of the act (tests/ivr).
FAMILIES: dict[str, Rule] = {
    "admin:": needs(Right.ADMINISTER, own_word=True),
    "hooks:": Rule(open=True, own_word=True),
    "api:flow-": Rule(own_word=True),
}


def rule_of(name: str) -> Rule | None:
    return RULES.get(name) or next((rule for start, rule in FAMILIES.items() if name.startswith(start)), None)


class World:
    """Two accounts. In the first Rina leads Service and Dana works; the second is nobody's but administrators'."""

    def __init__(self, account: Account, service: Department, dana: User) -> None:
        self.account, self.service = account, service
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


# Makes an object that is `person`'s in the account: their own account's, or the other one's.
OBJECTS: dict[str, Make] = {
    "account": lambda world, account, person: account,
    "campaign": lambda world, account, person: Campaign.objects.get_or_create(account=account, code="5521")[0],
    "call": lambda world, account, person: world.call(account),
    "contact": _contact,
    "contact import": _contact_import,
    "delivery": _delivery,
    "dial": _dial,
    "export": _export,
    "flow": _flow,
    "job": lambda world, account, person: Job.objects.create(kind="x", label="A job", owner=person),
    "leg": lambda world, account, person: Cdr.objects.get(account=account),
    "note": lambda world, account, person: Note.objects.create(
        call=world.call(account), author=person, author_name=str(person), text="A note."
    ),
    "refused address": lambda world, account, person: RefusedAddress.objects.get_or_create(
        account=account, address="198.51.100.7"
    )[0],
    "view": lambda world, account, person: SavedView.objects.get_or_create(owner=person, name="A view")[0],
}
