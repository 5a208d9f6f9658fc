"""The dialer's fifteen methods: how a test asks each, and an answer that succeeds."""

from datetime import UTC, datetime

from voicenter_console.voicenter import dialer
from voicenter_console.voicenter.leads import NewCall
from voicenter_console.voicenter.parameters import ANONYMOUS

CAMPAIGN = "0123456789abcdef0123456789abcdef"
OK = {"ErrorCode": 0, "Description": "OK"}
ONE = {
    "Name": "חורף",
    "StatusName": "Enabled",
    "TotalPendingCalls": 2,
    "TotalAwaitingCalls": 0,
    "MaxPriority": 7,
    "MinPriority": 1,
    "Code": CAMPAIGN,
}
PLAIN = NewCall(target="0502454545")
FULL = NewCall(
    target="+972 50-245-4545",
    caller_id="072-277-6772",
    caller_name="Dialer",
    customer_name="John Doe",
    priority=42,
    originate_at=datetime(2026, 7, 15, 11, 30, 10, tzinfo=UTC),
    custom_data={"lead": "L-17", "var_test1": 1},
)
HIDDEN = NewCall(target="0502454546", caller_id=ANONYMOUS, customer_name="Customer 2", priority=0)
WAITING = {
    "Phone": "972544444444",
    "CallerID": "",
    "CallerName": "",
    "OriginateTime": 0,
    "Priority": 0,
    "CustomerName": "Customer",
    "CallStatus": {"Status": 1, "Description": "Pending"},
    "CustomData": {"var_lead": "L-17", "var_test1": "1"},
}

CASES = {
    "dialer.campaigns": (dialer.campaigns, {"Data": [ONE], **OK}),
    "dialer.campaign_details": (lambda client: dialer.campaign_details(client, CAMPAIGN), {"Data": ONE, **OK}),
    "dialer.members": (
        lambda client: dialer.members(client, CAMPAIGN),
        {"Data": [{"Member": "syhrhrhr", "DisplayName": "Support 1"}], **OK},
    ),
    "dialer.pending_calls": (
        lambda client: dialer.pending_calls(client, CAMPAIGN),
        {"Data": {"Calls": [WAITING, WAITING | {"OriginateTime": 1784115010}], "Campaign": ONE}, **OK},
    ),
    "dialer.add_call": (lambda client: dialer.add_call(client, CAMPAIGN, PLAIN), OK),
    "dialer.add_call.full": (lambda client: dialer.add_call(client, CAMPAIGN, FULL), None),
    "dialer.add_call.anonymous": (lambda client: dialer.add_call(client, CAMPAIGN, HIDDEN), None),
    "dialer.update_call": (lambda client: dialer.update_call(client, CAMPAIGN, FULL), OK),
    "dialer.remove_call": (lambda client: dialer.remove_call(client, CAMPAIGN, "050-2454545"), OK),
    "dialer.add_calls_bulk": (
        lambda client: dialer.add_calls_bulk(client, CAMPAIGN, [FULL, HIDDEN]),
        OK
        | {
            "AddResult": [
                {"Target": "972502454545", "ErrorCode": 0, "Description": "OK"},
                {"Target": "0502454546", "ErrorCode": -2, "Description": "Phone number format invalid"},
            ]
        },
    ),
    "dialer.add_member": (
        lambda client: dialer.add_member(client, CAMPAIGN, "SIP1"),
        {"Data": {"TotalAdded": 1}, **OK},
    ),
    "dialer.remove_member": (
        lambda client: dialer.remove_member(client, CAMPAIGN, "SIP1"),
        {"Data": {"TotalRemoved": 1}, **OK},
    ),
    "dialer.start_campaign": (lambda client: dialer.start_campaign(client, CAMPAIGN), OK),
    "dialer.stop_campaign": (lambda client: dialer.stop_campaign(client, CAMPAIGN), OK),
    "dialer.clear_campaign_calls": (lambda client: dialer.clear_campaign_calls(client, CAMPAIGN), OK),
    "dialer.update_campaign_strategy": (
        lambda client: dialer.update_campaign_strategy(
            client, CAMPAIGN, queue_for_monitoring=10000, queue_maximum_callers=0, coefficient=1
        ),
        OK,
    ),
    "dialer.configure_ivr_campaign": (
        lambda client: dialer.configure_ivr_campaign(
            client, CAMPAIGN, max_calls=5, representatives=["SIP1", "SIP2", "SIP3"]
        ),
        OK,
    ),
}
