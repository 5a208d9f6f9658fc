"""Campaigns mirrored and acted upon, against the simulated cloud."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from dialer import acting, mirror, words
from dialer.models import Campaign, CampaignAct, CampaignChange
from voicenter_console.organisation import gateway
from voicenter_console.organisation.models import AuditEntry

pytestmark = pytest.mark.django_db
Kind, State = CampaignAct.Kind, CampaignAct.State


def asked(campaign: Campaign, kind: str, by, wanted=None, **more) -> CampaignAct:
    """Ask and send, as the worker would."""
    act = acting.ask(by, campaign, kind, wanted, **more)
    acting.send(act.pk)
    act.refresh_from_db()
    campaign.refresh_from_db()
    return act


def changes(campaign: Campaign) -> list[tuple]:
    return list(campaign.changes.order_by("pk").values_list("field", "before", "after"))


def test_the_mirror_holds_what_voicenter_says(mirrored, cloud):
    found = {one.code: one for one in Campaign.objects.filter(account=mirrored)}
    assert set(found) == set(cloud.campaigns.desks)
    for code, desk in cloud.campaigns.desks.items():
        assert found[code].name == desk.campaign.name
        assert found[code].runs == cloud.campaigns.dials(desk)
        assert found[code].pending_calls == len(desk.waiting())
        assert {one["sip"] for one in found[code].members} == set(desk.members)
        assert changes(found[code]) == [("found", None, {"name": desk.campaign.name, "status": found[code].status})]


def test_the_mirror_says_what_changed_and_not_twice(mirrored, cloud, stopped):
    desk = cloud.campaigns.desks[stopped.code]
    cloud.campaigns.start(desk, cloud.now())
    gone = desk.members.pop()
    mirror.refresh(mirrored)
    mirror.refresh(mirrored)
    seen = {field: (before, after) for field, before, after in changes(stopped)}
    assert seen["status"] == ("Disabled", "Enabled")
    assert gone in {one["sip"] for one in seen["members"][0]}
    assert gone not in {one["sip"] for one in seen["members"][1]}
    assert stopped.changes.count() == 3


def test_a_campaign_that_left_the_list_is_marked_and_an_empty_list_says_nothing(mirrored, cloud, stopped):
    desk = cloud.campaigns.desks.pop(stopped.code)
    mirror.refresh(mirrored)
    stopped.refresh_from_db()
    assert stopped.gone_at
    with pytest.raises(acting.Gone):
        acting.ask(None, stopped, Kind.START)
    others, cloud.campaigns.desks = cloud.campaigns.desks, {}
    mirror.refresh(mirrored)
    assert not Campaign.objects.filter(code__in=others, gone_at__isnull=False).exists()
    cloud.campaigns.desks = {**others, stopped.code: desk}
    mirror.refresh(mirrored)
    stopped.refresh_from_db()
    assert stopped.gone_at is None
    assert [field for field, *_rest in changes(stopped)] == ["found", "gone", "found"]


def test_what_was_read_earlier_does_not_overwrite_what_is_newer(mirrored, cloud, stopped):
    ahead = timezone.now() + timedelta(minutes=1)
    Campaign.objects.filter(pk=stopped.pk).update(read_at=ahead, name="Newer")
    mirror.refresh(mirrored)
    stopped.refresh_from_db()
    assert (stopped.name, stopped.read_at) == ("Newer", ahead)


def test_start_stop_and_clear_reach_voicenter_and_are_audited(mirrored, cloud, stopped, rina):
    desk = cloud.campaigns.desks[stopped.code]
    assert asked(stopped, Kind.CLEAR, rina).state == State.DONE
    assert desk.waiting() == []
    assert stopped.pending_calls == 0
    assert asked(stopped, Kind.START, rina).state == State.DONE
    assert stopped.runs
    assert cloud.campaigns.dials(desk)
    assert asked(stopped, Kind.STOP, rina).state == State.DONE
    assert not stopped.runs
    verbs = AuditEntry.objects.filter(actor=rina).order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["campaign.clear", "campaign.start", "campaign.stop"]


def test_strategy_and_members(mirrored, cloud, stopped, rina):
    desk = cloud.campaigns.desks[stopped.code]
    wanted = {"coefficient": 1.4, "queue_maximum_callers": 3}
    act = asked(stopped, Kind.STRATEGY, rina, wanted)
    assert (desk.coefficient, desk.queue_limit) == (1.4, 3)
    assert "1.4" in words.asked(act)
    sip = desk.members[0]
    assert asked(stopped, Kind.REMOVE_MEMBER, rina, {"sip": sip}).message == "TotalRemoved: 1"
    assert sip not in {one["sip"] for one in stopped.members}
    assert asked(stopped, Kind.ADD_MEMBER, rina, {"sip": sip}).message == "TotalAdded: 1"
    assert sip in {one["sip"] for one in stopped.members}


def test_a_refusal_is_told_in_words_with_voicenters_own(mirrored, cloud, stopped, rina):
    del cloud.campaigns.desks[stopped.code]
    act = asked(stopped, Kind.START, rina)
    assert (act.state, act.error, act.error_code, act.message) == (
        State.REFUSED, "unknown_campaign", 1, "Invalid campaign code",
    )  # fmt: skip
    assert "no campaign" in words.answer(act)


@pytest.mark.fault("F-33")
def test_an_act_is_sent_once_however_many_workers_take_it(mirrored, cloud, stopped, rina):
    act = acting.ask(rina, stopped, Kind.START, key="one")
    assert acting.ask(rina, stopped, Kind.START, key="one") == act
    with pytest.raises(acting.Busy):
        acting.ask(rina, stopped, Kind.CLEAR, key="two")
    with pytest.raises(IntegrityError), transaction.atomic():
        CampaignAct.objects.create(campaign=stopped, kind=Kind.STOP, by_name="another door")
    asks: list[str] = []
    inner = gateway.transport
    gateway.transport = httpx.MockTransport(
        lambda request: asks.append(request.url.path) or inner.handle_request(request)
    )
    try:
        for _worker in range(3):
            acting.send(act.pk)
            acting.sweep()
    finally:
        gateway.transport = inner
    assert [path for path in asks if path.endswith("StartCampaign")] == ["/ForwardDialer/Dialer/StartCampaign"]


def test_a_lost_answer_is_not_known_until_the_mirror_sees_it(mirrored, cloud, stopped, rina, monkeypatch):
    inner = gateway.transport
    asks: list[str] = []

    def loses(request: httpx.Request) -> httpx.Response:
        asks.append(request.url.path)
        inner.handle_request(request)
        raise httpx.ReadTimeout("no answer", request=request)

    monkeypatch.setattr(gateway, "transport", httpx.MockTransport(loses))
    act = asked(stopped, Kind.START, rina)
    assert (act.state, act.error) == (State.UNKNOWN, "lost")
    acting.sweep()
    assert [path for path in asks if path.endswith("StartCampaign")] == ["/ForwardDialer/Dialer/StartCampaign"]
    monkeypatch.setattr(gateway, "transport", inner)
    gateway.breaker.__init__()
    mirror.refresh(mirrored)
    act.refresh_from_db()
    assert act.state == State.RESOLVED


def test_nobody_starts_a_campaign_an_hour_late(mirrored, cloud, stopped, rina):
    late = acting.ask(rina, stopped, Kind.START)
    CampaignAct.objects.filter(pk=late.pk).update(created_at=timezone.now() - timedelta(hours=1))
    acting.send(late.pk)
    acting.sweep()
    late.refresh_from_db()
    assert (late.state, late.error) == (State.REFUSED, "too_late")
    assert not cloud.campaigns.dials(cloud.campaigns.desks[stopped.code])


def test_a_sender_that_was_lost_leaves_an_act_of_which_nothing_is_known(mirrored, cloud, stopped, rina):
    act = acting.ask(rina, stopped, Kind.CLEAR)
    long_ago = timezone.now() - acting.SENDER_LOST - timedelta(seconds=1)
    CampaignAct.objects.filter(pk=act.pk).update(state=State.SENT, sent_at=long_ago)
    acting.sweep()
    act.refresh_from_db()
    assert act.state == State.UNKNOWN
    assert stopped.pending_calls == len(cloud.campaigns.desks[stopped.code].waiting())


def test_a_list_that_names_each_campaign_twice_is_read_once(account, cloud):
    cloud.faults.repeat = True
    mirror.refresh(account)
    assert Campaign.objects.count() == len(cloud.campaigns.desks)
    for one in Campaign.objects.all():
        assert len(one.members) == len(cloud.campaigns.desks[one.code].members)


def test_counts_alone_are_no_change(mirrored, cloud, stopped):
    cloud.campaigns.desks[stopped.code].leads.clear()
    mirror.refresh(mirrored)
    stopped.refresh_from_db()
    assert stopped.pending_calls == 0
    assert CampaignChange.objects.filter(campaign=stopped).count() == 1
