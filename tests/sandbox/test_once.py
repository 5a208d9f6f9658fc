"""Over a real connection that dies after the bytes left: one dial, and no lead twice (FAULTS F-43, F-44)."""

import threading

import pytest

from tests.sandbox.conftest import still
from voicenter_console.sandbox.http import make_server
from voicenter_console.voicenter import call_log, click2call, dialer, monitor, records
from voicenter_console.voicenter.client import Hosts, VoicenterClient
from voicenter_console.voicenter.errors import Unreachable
from voicenter_console.voicenter.leads import NewCall, compare


@pytest.fixture
def cloud():
    return still(scenario="quiet")


@pytest.fixture
def console(cloud):
    server = make_server(cloud, None, "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    hosts = Hosts.at(f"http://127.0.0.1:{server.server_port}")
    with VoicenterClient(account="demo", code=cloud.code, hosts=hosts) as client:
        yield client
    server.shutdown()
    thread.join(5)
    server.server_close()


@pytest.mark.fault("F-43")
@pytest.mark.parametrize("cut", [0, 1, 30])
def test_f43_a_dial_whose_answer_is_lost_rings_once_and_is_found_again(console, cloud, cut):
    sip = cloud.centre.agents[0].extension.sip
    cloud.faults.change(cut=cut, doors=["click2call"])
    with pytest.raises(Unreachable) as caught:
        click2call.call(console, phone=sip, target="0545550118", request_id="r-43")
    assert caught.value.sent
    (dial,) = cloud.dials
    assert cloud.requests["click2call"] == 1
    cloud.advance(2)
    ringing = [call for one in monitor.extensions_calls(console, now=cloud.now()) for call in one.calls]
    assert {call.call_id for call in ringing if call.custom_data.get("var_request") == "r-43"} == {dial.call_id}
    cloud.advance(4 * 3600)
    page = call_log.page(console, from_=cloud.started, to=cloud.now(), call_id=dial.call_id)
    rows = [records.from_call_log(row, received_at=cloud.now()) for row in page.rows]
    assert {row.custom_data["var_request"] for row in rows} == {"r-43"}
    assert {row.type_id for row in rows} == {9, 10}


@pytest.mark.fault("F-44")
@pytest.mark.parametrize("taken", [0, 1, 37, 99, 100])
def test_f44_of_a_hundred_calls_each_is_added_exactly_once(console, cloud, taken):
    campaign = next(one.code for one in cloud.centre.campaigns if one.id == 84)
    dialer.clear_campaign_calls(console, campaign)
    chunk = [NewCall(target=f"05455501{n:02d}", custom_data={"lead": f"L-{n}"}) for n in range(100)]
    cloud.faults.change(bulk_stops=taken)
    if taken < 100:
        with pytest.raises(Unreachable) as caught:
            dialer.add_calls_bulk(console, campaign, chunk)
        assert caught.value.sent
    else:
        cloud.faults.change(cut=0)
        with pytest.raises(Unreachable):
            dialer.add_calls_bulk(console, campaign, chunk)
    cloud.faults.clear()
    assert cloud.requests["dialer"] == 2
    found = compare(chunk, dialer.pending_calls(console, campaign).calls)
    assert (len(found.arrived), len(found.missing), found.doubled) == (taken, 100 - taken, ())
    if found.missing:
        assert all(one.confirmed for one in dialer.add_calls_bulk(console, campaign, found.missing))
    leads = [one.lead for one in dialer.pending_calls(console, campaign).calls]
    assert sorted(leads) == sorted(call.lead for call in chunk)
