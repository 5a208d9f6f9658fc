"""Flows over the API: drafts that two people write, what stands in the way, publish and go back, and who may."""

from __future__ import annotations

import random
import re
from pathlib import Path

import jsonschema
import pytest

from ivr import words
from ivr.graph import Finding, proof
from ivr.models import Flow, FlowVersion, Publication
from tests.ivr import flows
from voicenter_console.organisation.models import AuditEntry

pytestmark = pytest.mark.django_db


def _url(flow: Flow, act: str = "") -> str:
    return f"/api/v1/flows/{flow.pk}/{act}"


def _write(client, flow: Flow, draft: dict, seen: str):
    return client.put(_url(flow, "draft/"), {"draft": draft, "seen": seen}, content_type="application/json")


def test_the_second_of_two_writers_is_told_and_loses_nothing(api, flow, front_desk):
    mark = flow.draft_mark
    assert _write(api, flow, front_desk | {"language": "en"}, mark).status_code == 200
    second = _write(api, flow, front_desk | {"language": "he", "entry": "reception"}, mark)
    assert second.status_code == 409
    assert second.json()["draft"]["language"] == "en"


def test_a_faulty_draft_is_kept_and_not_published(api, flow, front_desk):
    front_desk["nodes"]["main"]["exits"]["1"] = "gone"
    assert _write(api, flow, front_desk, flow.draft_mark).status_code == 200
    refused = api.post(_url(flow, "publish/"), {}, content_type="application/json")
    assert refused.status_code == 422
    found = {(one["code"], one["node"]): one["words"] for one in refused.json()["findings"]}
    assert "The caller would hear silence" in found["leads_nowhere", "main"]
    assert not FlowVersion.objects.exists()


@pytest.mark.parametrize("draft", [{}, {"nodes": 7}, {"nodes": {"a": {"kind": "sub_flow", "flow": 999, "exits": {}}}},
                                   {"nodes": {"a": {"kind": "sub_flow"}}}, {"nodes": {"a": "x"}}])  # fmt: skip
def test_what_is_no_flow_is_kept_and_its_findings_are_words(api, flow, draft):
    assert _write(api, flow, draft, flow.draft_mark).status_code == 200
    findings = api.get(_url(flow, "findings/")).json()["findings"]
    assert findings
    assert all(one["words"] and one["blocks"] for one in findings)


def test_publish_and_go_back_are_versions_that_stay_and_acts_that_are_audited(api, flow, front_desk):
    assert api.post(_url(flow, "publish/"), {"message": "first"}, content_type="application/json").status_code == 201
    mark = Flow.objects.get().draft_mark
    _write(api, flow, front_desk | {"entry": "reception"} | {"nodes": {
        name: node for name, node in front_desk["nodes"].items() if name != "main"}}, mark)  # fmt: skip
    assert api.post(_url(flow, "publish/"), {}, content_type="application/json").json()["number"] == 2
    assert api.post(_url(flow, "publish/"), {"version": 1}, content_type="application/json").json()["number"] == 1
    assert [one["number"] for one in api.get(_url(flow, "versions/")).json()] == [2, 1]
    assert Publication.objects.order_by("-pk").first().version.number == 1
    verbs = AuditEntry.objects.filter(verb__startswith="ivr.").values_list("verb", flat=True)
    assert list(verbs.order_by("pk")) == ["ivr.published", "ivr.published", "ivr.went_back"]


def test_a_version_cannot_be_changed(api, flow):
    api.post(_url(flow, "publish/"), {}, content_type="application/json")
    version = FlowVersion.objects.get()
    with pytest.raises(Exception, match="never changed"):
        version.save()


def test_an_agent_sees_no_flow_and_a_manager_those_of_her_department(flow, as_dana, as_rina, as_gal, service):
    assert as_dana.get("/api/v1/flows/").status_code == 403
    assert as_gal.get("/api/v1/flows/").status_code == 403
    assert [one["name"] for one in as_rina.get("/api/v1/flows/").json()["results"]] == ["Front desk"]
    service.parent = service.__class__.objects.create(account=service.account, provider_id=1, name="Top")
    service.save()
    assert as_rina.get(_url(flow)).status_code == 404
    for act, ask in (("draft/", as_rina.put), ("simulate/", as_rina.post), ("publish/", as_rina.post)):
        assert ask(_url(flow, act), {}, content_type="application/json").status_code == 404, act
    Flow.objects.update(department=service)
    assert as_rina.get(_url(flow)).status_code == 200


def test_every_finding_has_words():
    written = set(re.findall(r'Finding\(\s*"([a-z_]+)"', Path(proof.__file__).read_text()))
    assert written
    assert written <= words.codes()
    said = words.sentence(Finding("leads_nowhere", "main", {"exit": "1", "id": "gone"}))
    assert said == "“1” leads to “gone”, which is not there. The caller would hear silence."


def test_the_schema_is_published_and_random_sound_flows_keep_to_it(api):
    schema = api.get("/api/v1/flows/schema/").json()
    for seed in range(20):
        jsonschema.validate(flows.sound(random.Random(seed)), schema)


def test_a_supposed_caller_through_an_unsaved_draft_shows_both_encodings(api, flow, front_desk):
    front_desk["nodes"]["main"]["exits"]["3"] = "goodbye"
    asked = {"draft": front_desk, "scenario": {"keys": ["3"]}}
    turns = api.post(_url(flow, "simulate/"), asked, content_type="application/json").json()["turns"]
    assert [turn["node"] for turn in turns] == ["main", "goodbye"]
    assert "לשירות" in turns[0]["text"]
    assert '"ACTION": "MENU"' in turns[0]["json"]
    assert "<methodResponse>" in turns[0]["xml"]
    assert turns[1]["path"] == [["main", "3"]]


@pytest.mark.parametrize(("asked", "status"), [({"scenario": []}, 400), ({"scenario": {}, "draft": {"nodes": 1}}, 422)])
def test_what_cannot_be_supposed_or_is_no_flow_says_so(api, flow, asked, status):
    assert api.post(_url(flow, "simulate/"), asked, content_type="application/json").status_code == status


def test_examples_come_in_the_readers_language(api):
    titles = {example["key"]: example["title"] for example in api.get("/api/v1/flows/examples/").json()}
    assert titles["callback"] == "Callback request"
    hebrew = api.get("/api/v1/flows/examples/", headers={"Accept-Language": "he"}).json()
    assert {one["document"]["language"] for one in hebrew} == {"he"}
