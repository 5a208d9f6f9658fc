"""Both spellings of a leg, as the documents write them."""

import json
from datetime import UTC, datetime

import pytest

from tests.sandbox.conftest import still
from voicenter_console.sandbox.legs import Kind
from voicenter_console.sandbox.words import NAMES, Dialect, wall_epoch

PUSH_FIELDS = {
    "caller",
    "target",
    "time",
    "duration",
    "ivruniqueid",
    "type",
    "status",
    "targetextension",
    "callerextension",
    "did",
    "queueid",
    "queuename",
    "record",
    "price",
    "dialtime",
    "representative_name",
    "representative_code",
    "targetextension_name",
    "callerextension_name",
    "target_country",
    "caller_country",
    "DepartmentName",
    "DepartmentID",
    "TopDepartmentName",
    "TopDepartmentID",
}
ROW_FIELDS = {
    "CallerNumber",
    "TargetNumber",
    "Date",
    "DateEpoch",
    "Duration",
    "CallID",
    "Type",
    "CdrType",
    "DialStatus",
    "DialStatus2",
    "TargetExtension",
    "CallerExtension",
    "DID",
    "QueueName",
    "RecordURL",
    "RecordExpect",
    "RingTime",
    "Price",
    "RepresentativeName",
    "RepresentativeCode",
    "UserName",
    "DepartmentName",
    "DepartmentId",
    "TargetPrefixName",
    "DTMFData",
    "CustomData",
}


def first(cloud, **wanted):
    return next(leg for leg in cloud.ended_legs() if all(getattr(leg, name) == value for name, value in wanted.items()))


def test_every_leg_has_all_fields_of_both_documents(cloud):
    for leg in cloud.ended_legs():
        assert set(cloud.notification(leg)) >= PUSH_FIELDS
        assert set(cloud.call_log_row(leg)) == ROW_FIELDS


@pytest.mark.parametrize(("month", "hours"), [(7, 3), (1, 2)])
def test_a_push_counts_israel_wall_time_and_the_pull_true_utc(month, hours):
    # PROTOCOL, Time: id, push and pull of one call differ by the offset of the season.
    at = datetime(2026, month, 15, 11, 30, 10, tzinfo=UTC)
    assert wall_epoch(at) - int(at.timestamp()) == hours * 3600


def test_a_queue_call(cloud):
    leg = first(cloud, kind=Kind.QUEUE, status="ANSWER", recorded=True, logged_in=True)
    push, row = cloud.notification(leg), cloud.call_log_row(leg)
    assert push["time"] == wall_epoch(leg.started)
    assert row["Date"] == leg.started.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert (push["type"], row["Type"], row["CdrType"]) == ("Queue", "Queue", 8)
    assert (push["queueid"], push["queuename"]) == (leg.queue.id, row["QueueName"])
    assert push["seconds_waiting_in_queue"] == leg.wait
    assert push["duration"] == row["Duration"] == leg.talk
    assert push["target"] == push["targetextension"] == leg.agent.extension.sip
    assert push["representative_code"] == row["RepresentativeCode"] == leg.agent.code
    assert push["record"].startswith("https://cpanel.voicenter.co.il/CallsHistory/PlayRecord/")
    steps = json.loads(push["IVR"])
    assert [step["dtmf_order"] for step in steps] == list(range(1, len(steps) + 1))
    assert [step["layer_name"] for step in steps] == [step["LayerName"] for step in row["DTMFData"]]
    assert row["DialStatus"] == "ANSWER"
    assert "leg1DialStatusName" not in push


def test_two_legs_tell_different_statuses(cloud):
    cloud.advance(3600)
    leg = first(cloud, kind=Kind.CLICK_LEG2, status="NOANSWER")
    push, row = cloud.notification(leg), cloud.call_log_row(leg)
    assert (push["type"], row["Type"]) == ("Click2Callleg2", "Click2Call leg2")
    assert (push["status"], push["leg1DialStatusName"]) == ("NOANSWER", "ANSWER")
    assert (row["DialStatus"], row["DialStatus2"]) == ("ANSWER", "")
    cloud.dialect = Dialect(second_status=True)
    assert cloud.call_log_row(leg)["DialStatus2"] == "NOANSWER"


def test_on_type_17_both_tell_the_customers_result(cloud):
    cloud.dialect = Dialect(second_status=True)
    leg = first(cloud, kind=Kind.PREDICTIVE, status="NOANSWER")
    assert cloud.notification(leg)["status"] == cloud.call_log_row(leg)["DialStatus"] == "NOANSWER"
    assert cloud.call_log_row(leg)["DialStatus2"] == ""


def test_a_transfer_names_its_origin_and_a_lead_its_variable(cloud):
    leg = next(leg for leg in cloud.ended_legs() if leg.original)
    assert cloud.notification(leg)["OriginalIvrUniqueID"] == leg.original
    assert cloud.call_log_row(leg)["CustomData"]["OriginalIvrUniqueID"] == leg.original
    dialled = first(cloud, kind=Kind.PRODUCTIVE_LEG2)
    assert cloud.notification(dialled)["var_lead"] == cloud.call_log_row(dialled)["CustomData"]["var_lead"]


def test_an_account_may_speak_otherwise():
    cloud = still(
        history_days=1,
        dialect=Dialect(true_epoch=True, newer=True, duration_includes_wait=True, ivr_as_text=False, dtmf_as_text=True),
    )
    leg = next(leg for leg in cloud.ended_legs() if leg.kind is Kind.QUEUE and leg.talk and leg.wait)
    push, row = cloud.notification(leg), cloud.call_log_row(leg)
    assert push["time"] == int(leg.started.timestamp())
    assert push["duration"] == leg.talk + leg.wait
    assert (push["actualCallDuration"], push["isAnswer"], push["direction"]) == (leg.talk, 1, "incoming")
    assert isinstance(push["IVR"], list)
    assert json.loads(row["DTMFData"])[0]["LayerName"] == "Main menu"


def test_every_kind_has_a_name():
    assert set(NAMES) == set(Kind)
