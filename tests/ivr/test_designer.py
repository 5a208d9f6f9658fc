"""The pages of flows: a draft begun from an example, changed node by node, and two people who write one."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client
from django.urls import reverse

from ivr.designer import changes, fields, picture, replaying, tree
from ivr.examples import examples
from ivr.graph import read
from ivr.graph.kinds import KINDS
from ivr.models import Flow
from voicenter_console.jobs import claims
from voicenter_console.jobs.models import Job
from voicenter_console.organisation.models import Account

pytestmark = pytest.mark.django_db


@pytest.fixture
def begun(as_owner: Client, account: Account) -> Flow:
    said = {"example": "sales_and_support", "name": "Main line", "language": "en", "place": f"account-{account.pk}"}
    as_owner.post(reverse("ivr:begin"), said)
    return Flow.objects.get(name="Main line")


def _node(flow: Flow, name: str, **more: str) -> dict[str, str]:
    """What a browser sends of a node's form as it was drawn."""
    node, prompts = flow.draft["nodes"][name], flow.draft["prompts"]
    said = {"seen": flow.draft_mark, "node": name, "title": node.get("title", "")}
    for one in fields.inputs(node, prompts, {}):
        if one.shape != "tick" or one.value:
            said[one.name] = str(one.value)
        said |= {f"said:{one.name}": one.said} if one.shape == "prompt" else {}
        said |= {f"week:{day}": spans for day, _, spans in one.days}
    named, opened = fields.ways(node)
    said |= {f"to:{way}": to for way, _, to, _ in named}
    for place, (key, to) in enumerate(opened):
        said |= {f"key:{place}": key, f"way:{place}": to}
    return said | more


@pytest.mark.parametrize("key", [one.key for one in examples("en")])
def test_every_node_of_an_example_comes_back_from_its_form_as_it_was(key):
    document = next(one.document for one in examples("en") if one.key == key)
    flow = Flow(draft=document, draft_mark="x")
    for name in document["nodes"]:
        assert changes.set_node(document, name, _node(flow, name))["nodes"] == document["nodes"], name


@pytest.mark.parametrize("dialect", ["external", "layer"])
def test_a_new_node_of_every_kind_is_sound_in_form_and_comes_back_from_its_form(dialect):
    document = examples("en")[0].document
    for kind in KINDS:
        if dialect not in KINDS[kind].dialects:
            continue
        added, name = changes.add(document, kind)
        assert read(added).nodes[name].kind == kind
        assert changes.set_node(added, name, _node(Flow(draft=added), name))["nodes"][name] == added["nodes"][name]


def test_a_node_put_behind_a_way_leads_on_to_where_that_led():
    document = next(one.document for one in examples("en") if one.key == "sales_and_support")
    added, name = changes.add(document, "percentage", "menu", "1")
    assert added["nodes"]["menu"]["exits"]["1"] == name
    assert added["nodes"][name]["exits"] == {"chosen": "sales"}
    assert "sales" not in json.dumps(changes.remove(added, "sales")["nodes"])


def test_the_tree_has_every_node_once_and_the_picture_every_way():
    for example in examples("he"):
        document = example.document
        once = [line.node for line in tree.lines(document) if line.node and not line.again]
        assert sorted(once) == sorted(document["nodes"])
        for mirrored in (False, True):
            drawn = picture.draw(document, mirrored=mirrored)
            assert len(drawn.boxes) == len(document["nodes"])
            assert len(drawn.edges) == sum(len(node.get("exits", {})) for node in document["nodes"].values())
            assert all(0 <= box.x <= drawn.width and 0 <= box.y <= drawn.height for box in drawn.boxes)


def test_a_flow_begins_from_an_example_and_says_what_must_be_filled_in(as_owner, begun):
    page = as_owner.get(begun.get_absolute_url()).content.decode()
    assert "Put in the number to dial." in page
    assert "Main line" in as_owner.get("/ivr/").content.decode()


def test_what_is_typed_is_kept_in_the_draft_at_once(as_owner, begun):
    as_owner.post(reverse("ivr:set_node", args=[begun.pk]), _node(begun, "sales", targets="035550142, 201", ring="20"))
    begun.refresh_from_db()
    assert begun.draft["nodes"]["sales"]["targets"] == ["035550142", "201"]
    assert begun.draft["nodes"]["sales"]["ring"] == 20


def test_what_does_not_fit_is_refused_on_its_field_and_stays_typed(as_owner, begun):
    answer = as_owner.post(reverse("ivr:set_node", args=[begun.pk]), _node(begun, "sales", ring="3000"))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'value="3000"' in page
    assert "A number from 5 to 300." in page
    begun.refresh_from_db()
    assert begun.draft["nodes"]["sales"]["ring"] == 30


def test_the_second_of_two_tabs_is_told_and_finds_what_it_typed(as_owner, begun):
    first, second = _node(begun, "sales", targets="201"), _node(begun, "sales", targets="202")
    url = reverse("ivr:set_node", args=[begun.pk])
    assert as_owner.post(url, first).status_code == 302
    answer = as_owner.post(url, second)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "changed this draft meanwhile" in page
    assert 'value="202"' in page
    begun.refresh_from_db()
    assert begun.draft["nodes"]["sales"]["targets"] == ["201"]


def test_a_removed_node_comes_back_by_undo(as_owner, begun):
    before = begun.draft
    as_owner.post(reverse("ivr:remove", args=[begun.pk]), {"seen": begun.draft_mark, "node": "sales"})
    begun.refresh_from_db()
    assert "sales" not in begun.draft["nodes"]
    assert "Undo" in as_owner.get(begun.get_absolute_url()).content.decode()
    as_owner.post(reverse("ivr:undo", args=[begun.pk]))
    begun.refresh_from_db()
    assert begun.draft == before


def test_the_phone_plays_the_draft_key_by_key(as_owner, begun):
    page = as_owner.get(begun.get_absolute_url() + "?call=1&keys=9&press=1").content.decode()
    assert "Here the flow" not in page
    assert "Nobody answers" in page
    assert "1: " not in page
    ended = as_owner.get(begun.get_absolute_url() + "?call=1&keys=1&press=failed").content.decode()
    assert "Here the flow" in ended


@pytest.mark.parametrize("draft", [{}, {"nodes": 7}])
def test_what_is_no_flow_still_has_a_page(as_owner, begun, draft):
    Flow.objects.filter(pk=begun.pk).update(draft=draft)
    assert "things stand in the way" in as_owner.get(begun.get_absolute_url()).content.decode()
    assert as_owner.post(reverse("ivr:add", args=[begun.pk]), {"kind": "menu"}).status_code == 409


@pytest.mark.parametrize("query", ["?call=1&at=x", "?call=1&keys=a,b", "?node=gone&callers=x", "?call=1&press="])
def test_an_address_that_somebody_made_up_is_a_page(as_owner, begun, query):
    assert as_owner.get(begun.get_absolute_url() + query).status_code == 200


@pytest.fixture
def ready(as_owner: Client, begun: Flow) -> Flow:
    """The flow with its numbers filled in."""
    for name, target in (("sales", "201"), ("support", "202")):
        begun.refresh_from_db()
        as_owner.post(reverse("ivr:set_node", args=[begun.pk]), _node(begun, name, targets=target))
    begun.refresh_from_db()
    return begun


def _publish(client: Client, flow: Flow, **more: str):
    flow.refresh_from_db()
    said = {"seen": flow.draft_mark, "percent": "100", "message": "", "test_callers": ""} | more
    return client.post(reverse("ivr:publish", args=[flow.pk]), said)


def test_a_draft_is_compared_published_and_taken_back(as_owner, ready):
    assert _publish(as_owner, ready, message="first").status_code == 302
    as_owner.post(reverse("ivr:set_node", args=[ready.pk]), _node(ready, "sales", targets="209", title="Shop"))
    page = as_owner.get(reverse("ivr:versions", args=[ready.pk])).content.decode()
    assert '<del dir="auto">201</del> <ins dir="auto">209</ins>' in page
    assert _publish(as_owner, ready, percent="10").status_code == 302
    newest = ready.publications.order_by("-pk")
    assert (newest[0].version.number, newest[0].percent) == (2, 10)
    assert as_owner.post(reverse("ivr:give", args=[ready.pk]), {"version": "1"}).status_code == 302
    assert (newest.all()[0].version.number, newest.all()[0].percent) == (1, 100)


@pytest.mark.parametrize(("said", "word"), [({"percent": "0"}, "from 1 to 100"), ({"percent": "²"}, "from 1 to 100"),
                                            ({"test_callers": "nobody"}, "not a telephone number")])  # fmt: skip
def test_an_audience_that_cannot_be_read_publishes_nothing(as_owner, ready, said, word):
    answer = _publish(as_owner, ready, **said)
    assert answer.status_code == 422
    assert word in answer.content.decode()
    assert not ready.publications.exists()


def test_a_draft_that_moved_on_or_is_not_sound_is_not_published(as_owner, begun, ready):
    assert _publish(as_owner, ready, seen="0" * 64).status_code == 409
    as_owner.post(reverse("ivr:remove", args=[ready.pk]), {"seen": ready.draft_mark, "node": "support"})
    answer = _publish(as_owner, ready)
    assert answer.status_code == 422
    assert "The caller would hear silence" in answer.content.decode()
    assert not ready.publications.exists()


def test_a_call_on_the_phone_is_kept_as_a_case_and_holds_back_what_breaks_it(as_owner, ready):
    query = "?call=1&keys=1"
    as_owner.post(reverse("ivr:keep_case", args=[ready.pk]) + query, {"name": "One reaches sales"})
    assert ready.cases.get().expected == "sales"
    said = _node(ready, "menu")
    said |= {
        part.replace("key", "way"): "support" for part, key in said.items() if part.startswith("key:") and key == "1"
    }
    as_owner.post(reverse("ivr:set_node", args=[ready.pk]), said)
    assert _publish(as_owner, ready).status_code == 422
    as_owner.post(reverse("ivr:remove_case", args=[ready.pk]), {"name": "One reaches sales"})
    as_owner.post(reverse("ivr:remove", args=[ready.pk]), {"seen": Flow.objects.get().draft_mark, "node": "sales"})
    assert _publish(as_owner, ready).status_code == 302


def test_a_number_is_answered_by_one_flow_and_taken_off_again(as_owner, ready):
    url = reverse("ivr:answer", args=[ready.pk])
    assert as_owner.post(url, {"did": "03-555-0142"}).status_code == 302
    again = as_owner.post(url, {"did": "035550142"})
    assert again.status_code == 422
    assert "answers there already" in again.content.decode()
    assert as_owner.post(url, {"did": "abc"}).status_code == 422
    binding = ready.bindings.get()
    assert binding.did == "+97235550142"
    as_owner.post(reverse("ivr:silence", args=[ready.pk]), {"binding": str(binding.pk)})
    assert not ready.bindings.exists()


def test_real_calls_are_replayed_through_the_draft_as_a_job(as_owner, published, ask):
    for number, key in enumerate(["1", "2", "1"]):
        ask(ask(call_id=f"call-{number}")["DATA"]["MENU"], key, call_id=f"call-{number}")
    draft = published.draft
    draft["nodes"]["main"]["exits"]["2"] = "reception"
    published.save()
    url = reverse("ivr:replay", args=[published.pk])
    as_owner.post(url, {"period": "week"})
    claims.work(Job.objects.get(kind=replaying.KIND).pk)
    page = as_owner.get(url).content.decode()
    assert ">1</bdi> of <bdi" in page
    assert "goodbye" in page
    drawn = as_owner.get(published.get_absolute_url() + "?callers=week").content.decode()
    way = re.search(r'href="(/ivr/\d+/callers/\?node=main&amp;exit=1[^"]*)"', drawn)[1].replace("&amp;", "&")
    assert as_owner.get(way).content.decode().count("data-row") == 1 + 2
