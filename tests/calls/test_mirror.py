"""Extensions, agents and names of statuses as the provider lists them; an empty list deletes nothing."""

from __future__ import annotations

import httpx
import pytest

from calls import bulk, tasks
from calls.board import mirror
from calls.models import Agent, AgentStatus, Extension, MirrorChange
from voicenter_console.organisation import gateway
from voicenter_console.organisation.models import Account, Department
from voicenter_console.sandbox import monitor, shifts
from voicenter_console.sandbox.cloud import Cloud
from voicenter_console.sandbox.http import application
from voicenter_console.sandbox.words import Dialect
from voicenter_console.voicenter.errors import NotAuthorised, VoicenterError


@pytest.fixture
def cloud(monkeypatch) -> Cloud:
    cloud = Cloud(seed=7, dialect=Dialect(agent_status=True))
    monkeypatch.setattr(gateway, "transport", httpx.WSGITransport(app=application(cloud)))
    return cloud


@pytest.fixture
def centre(db, cloud) -> Account:
    return Account.objects.create(name="Simulated centre", code=cloud.code, hosts={"base": "http://127.0.0.1"})


def test_the_first_look_takes_all(centre, cloud):
    assert mirror.refresh(centre) == MirrorChange.objects.count()
    for agent in cloud.centre.agents:
        extension = Extension.objects.get(account=centre, code=agent.extension.sip)
        assert (extension.name, extension.number) == (agent.extension.name, agent.extension.number)
        assert extension.department.provider_id == agent.department.id
    present = {agent.code: agent.name for agent, status in cloud.statuses() if status.sip}
    assert dict(Agent.objects.values_list("code", "name")) == present
    assert dict(AgentStatus.objects.values_list("number", "name")) == shifts.NAMES
    assert Department.objects.filter(account=centre).count() == 5


def test_a_second_look_changes_nothing(centre, cloud):
    mirror.refresh(centre)
    assert mirror.refresh(centre) == 0


def test_what_changed_and_when_is_kept(centre, cloud, monkeypatch):
    mirror.refresh(centre)
    before = MirrorChange.objects.count()
    monkeypatch.setitem(shifts.NAMES, 3, "Siesta")
    assert mirror.refresh(centre) == 1
    change = MirrorChange.objects.order_by("-pk").first()
    assert (change.kind, change.key, change.field) == ("agentstatus", "3", "name")
    assert (change.before, change.after) == ("Lunch", "Siesta")
    assert MirrorChange.objects.count() == before + 1
    assert AgentStatus.objects.get(number=3).name == "Siesta"


def test_an_extension_that_is_listed_no_more_is_kept_and_marked(centre, cloud):
    mirror.refresh(centre)
    lost = cloud.centre.agents.pop()
    assert mirror.refresh(centre) == 1
    extension = Extension.objects.get(code=lost.extension.sip)
    assert extension.gone_since is not None
    assert mirror.refresh(centre) == 0
    cloud.centre.agents.append(lost)
    mirror.refresh(centre)
    extension.refresh_from_db()
    assert extension.gone_since is None


def test_an_empty_list_deletes_and_marks_nothing(centre, cloud, monkeypatch):
    mirror.refresh(centre)
    counts = [model.objects.count() for model in (Extension, Agent, AgentStatus)]
    for door, name in ((monitor, "_extensions"), (monitor, "_calls")):
        monkeypatch.setattr(door, name, lambda *_: [])
    monkeypatch.setattr(shifts, "NAMES", {})
    assert mirror.refresh(centre) == 0
    assert [model.objects.count() for model in (Extension, Agent, AgentStatus)] == counts
    assert not Extension.objects.exclude(gone_since=None).exists()


def test_a_wrong_code_writes_nothing(centre, cloud):
    centre.code = "wrong"
    with pytest.raises(NotAuthorised):
        mirror.refresh(centre)
    assert not Extension.objects.exists()


def test_what_was_tied_to_a_person_stays_so(centre, cloud, gal):
    agent = cloud.centre.agents[0]
    Extension.objects.create(account=centre, code=agent.extension.sip, user=gal, name="old")
    mirror.refresh(centre)
    assert Extension.objects.get(code=agent.extension.sip).user == gal
    changed = MirrorChange.objects.get(kind="extension", key=agent.extension.sip, field="name")
    assert (changed.before, changed.after) == ("old", agent.extension.name)


def test_the_beat_reads_each_account_and_survives_one_that_is_down(centre, cloud, monkeypatch):
    cloud.faults.change(down=True)
    tasks.mirror_account(centre.pk)
    assert not Extension.objects.exists()
    cloud.faults.clear()
    sent = []
    monkeypatch.setattr(tasks.mirror_account, "apply_async", lambda args, **_: sent.append(args))
    Account.objects.create(name="Quiet", code="x", follows_live=False)
    tasks.mirror()
    assert sent == [[centre.pk]]
    tasks.mirror_account(centre.pk)
    assert Extension.objects.exists()


def test_half_a_look_writes_nothing(centre, cloud):
    cloud.faults.change(doors=["agents"], down=True)
    with pytest.raises(VoicenterError):
        mirror.refresh(centre)
    assert not Extension.objects.exists()
    assert not MirrorChange.objects.exists()


def test_a_department_that_a_call_named_first_is_taken_as_it_stands(account):
    """A CDR and the list of extensions may name it in the same moment, in two processes."""
    first = Department.objects.create(account=account, provider_id=555009, name="Billing")
    second = Department(account=account, provider_id=555009, name="Another name")
    bulk.grow([second], "account", "provider_id")
    assert second.pk == first.pk
    first.refresh_from_db()
    assert first.name == "Billing"
