"""The Call Log door: each request form, filter, limit and error of both documents."""

from datetime import timedelta

import pytest

from tests.sandbox.conftest import MORNING
from voicenter_console.sandbox.legs import Kind

DOOR = "/hub/cdr/"
BEGIN, END = MORNING - timedelta(hours=20), MORNING


def text(at) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S")


def ask(client, cloud, begin=BEGIN, end=END, *, fields=("CallID", "CdrType", "Date"), sort=None, **search):
    body = {
        "code": cloud.code,
        "fields": list(fields),
        "search": {"fromdate": text(begin), "todate": text(end), **search},
    }
    if sort:
        body["sort"] = sort
    return client.post(DOOR, json=body)


def keys(answer) -> set:
    return {(row["CallID"], row["CdrType"]) for row in answer.json()["CDR_LIST"]}


def truth(cloud, wanted=lambda leg: True, begin=BEGIN, end=END) -> set:
    return {leg.key for leg in cloud.visible_legs(begin, end) if wanted(leg)}


def test_all_rows_of_a_window(client, cloud):
    answer = ask(client, cloud)
    said = answer.json()
    assert (answer.status_code, said["ERROR_NUMBER"], said["ERROR_DESCRIPTION"], said["STATUS_CODE"]) == (
        200,
        0,
        "OK",
        200,
    )
    assert said["TOTAL_HITS"] == said["RETURN_HITS"] == len(said["CDR_LIST"]) > 500
    assert keys(answer) == truth(cloud)


def test_rows_appear_minutes_after_the_end_and_late_ones_hours_later(client, cloud):
    cloud.set_scenario("late")
    cloud.advance(1800)
    ended = {leg.key for leg in cloud.ended_legs(MORNING)}
    window = {"begin": MORNING - timedelta(hours=2), "end": MORNING + timedelta(hours=1)}
    shown = keys(ask(client, cloud, **window)) & ended
    assert len(ended) * 0.2 < len(shown) < len(ended) * 0.8
    cloud.advance(7 * 3600)
    assert ended <= keys(ask(client, cloud, **window))


@pytest.mark.parametrize("shape", ["object", "array of one", "flat"])
def test_the_search_in_each_shape(client, cloud, shape):
    search = {"fromdate": text(BEGIN), "todate": text(END), "cdrTypes": [8]}
    body = {"code": cloud.code, "fields": ["CallID", "CdrType"]}
    body |= {"object": {"search": search}, "array of one": {"search": [search]}, "flat": search}[shape]
    expected = truth(cloud, lambda leg: leg.kind is Kind.QUEUE)
    assert expected
    assert keys(client.post(DOOR, json=body)) == expected


def test_get_with_repeated_keys_in_any_case(client, cloud):
    queued = [leg for leg in cloud.visible_legs(BEGIN, END) if leg.kind is Kind.QUEUE]
    phones = [leg.caller for leg in queued if leg.caller.startswith("0")][:2]
    pairs = [("code", cloud.code), ("format", "JSON"), ("fromdate", text(BEGIN)), ("todate", text(END))]
    pairs += [("phones", phone) for phone in phones] + [("fields", "CallID"), ("Fields", "CdrType")]
    answer = client.get(DOOR, params=pairs)
    expected = truth(cloud, lambda leg: {leg.caller, leg.target} & {phones[0], phones[1], *map(international, phones)})
    assert keys(answer) == expected != set()
    assert set(answer.json()["CDR_LIST"][0]) == {"CallID", "CdrType"}


def international(phone: str) -> str:
    return f"972{phone[1:]}"


@pytest.mark.parametrize(
    "form",
    [
        "2026-07-15T07:00",
        "2026-07-15T07:00:00",
        "2026-07-15T07:00:00.000",
        "2026-07-15T07:00:00Z",
        "2026-07-15T10:00:00+03:00",
        "2026-07-15 07:00:00",
    ],
)
def test_dates_in_every_form_are_gmt(client, cloud, form):
    answer = ask(client, cloud, fromdate=form)
    assert keys(answer) == truth(cloud, begin=MORNING - timedelta(hours=1))


@pytest.mark.parametrize("form", ["0…", "972…", "+972…"])
def test_a_phone_is_found_in_each_form(client, cloud, form):
    leg = next(leg for leg in cloud.visible_legs(BEGIN, END) if leg.kind is Kind.OUTGOING and leg.target[:4] == "9725")
    phone = {"0…": f"0{leg.target[3:]}", "972…": leg.target, "+972…": f"+{leg.target}"}[form]
    found = keys(ask(client, cloud, phones=[phone]))
    assert leg.key in found
    assert found == truth(cloud, lambda one: {one.caller, one.target} & {leg.target, f"0{leg.target[3:]}"})


@pytest.mark.parametrize("name", ["extensions", "extension"])
def test_by_extension(client, cloud, name):
    sip = cloud.centre.agents[0].extension.sip
    expected = truth(cloud, lambda leg: sip in leg.extensions())
    assert expected
    assert keys(ask(client, cloud, **{name: [sip]})) == expected


def test_by_call_id_type_queue_and_campaign(client, cloud):
    leg = next(leg for leg in cloud.visible_legs(BEGIN, END) if leg.kind is Kind.CLICK_LEG2)
    assert keys(ask(client, cloud, callID=leg.call_id)) == {(leg.call_id, 9), (leg.call_id, 10)}
    assert keys(ask(client, cloud, CallID=leg.call_id, cdrTypes=[10])) == {(leg.call_id, 10)}
    queue = cloud.centre.queues[0]
    expected = truth(cloud, lambda one: one.queue is queue)
    assert expected == keys(ask(client, cloud, queueID=[queue.id])) == keys(ask(client, cloud, queueID=str(queue.id)))
    campaign = cloud.centre.campaigns[0]
    expected = truth(cloud, lambda one: one.campaign is campaign)
    assert expected == keys(ask(client, cloud, campaignID=[campaign.id])) != set()


def test_identity_criteria(client, cloud):
    agent, top = cloud.centre.agents[0], cloud.centre.top
    everything = truth(cloud)
    assert keys(ask(client, cloud, IdentityCriteria="Account")) == everything
    assert keys(ask(client, cloud, IdentityCriteria="Hierarchical")) == everything
    assert keys(ask(client, cloud, IdentityCriteria="Department")) == truth(cloud, lambda leg: leg.department is top)
    # By the user's own code, as the document demands; the account's code finds no user.
    assert keys(ask(client, cloud, IdentityCriteria="User")) == set()
    own = ask(client, cloud, IdentityCriteria="User", code=agent.identity_code)
    assert keys(own) == truth(cloud, lambda leg: leg.agent is agent) != set()
    department = cloud.centre.departments["Sales"]
    theirs = ask(client, cloud, code=department.code)
    assert keys(theirs) == truth(cloud, lambda leg: leg.department is department) != set()


def test_fields_decide_the_spelling(client, cloud):
    assert set(ask(client, cloud, fields=["CallID", "dialstatus", "Calleumber"]).json()["CDR_LIST"][0]) == {
        "CallID",
        "dialstatus",
    }
    row = ask(client, cloud, fields=[]).json()["CDR_LIST"][0]
    assert {"callid", "cdrtype", "dialstatus2", "customdata"} <= set(row)
    assert all(name == name.lower() for name in row)


def test_sorting(client, cloud):
    oldest = [row["Date"] for row in ask(client, cloud).json()["CDR_LIST"]]
    assert oldest == sorted(oldest)
    newest = [row["Date"] for row in ask(client, cloud, sort=[{"field": "date", "order": "desc"}]).json()["CDR_LIST"]]
    assert newest == oldest[::-1]
    by_two = ask(
        client,
        cloud,
        fields=["CdrType", "Duration"],
        sort=[{"field": "CdrType", "order": "asc"}, {"field": "Duration", "order": "desc"}],
    )
    pairs = [(row["CdrType"], -row["Duration"]) for row in by_two.json()["CDR_LIST"]]
    assert pairs == sorted(pairs)


def test_html_is_one_table(client, cloud):
    answer = client.get(
        DOOR, params={"code": cloud.code, "format": "HTML", "fromdate": text(BEGIN), "todate": text(END)}
    )
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.text.count("<tr>") == 1 + len(truth(cloud))


def test_a_bearer_token_serves_as_the_code(client, cloud):
    window = {"fromdate": text(BEGIN), "todate": text(END)}
    answer = client.post(DOOR, json={"search": window}, headers={"Authorization": f"Bearer {cloud.code}"})
    assert answer.json()["ERROR_NUMBER"] == 0


# --- limits and errors ---------------------------------------------------------------------------


def error(answer) -> tuple:
    said = answer.json()
    return answer.status_code, said["ERROR_NUMBER"], said["STATUS_CODE"]


def test_thirty_requests_a_minute(client, cloud):
    codes = [error(ask(client, cloud, END, END)) for _ in range(31)]
    assert codes == [(200, 0, 200)] * 30 + [(403, 1, 403)]
    assert ask(client, cloud).json()["ERROR_DESCRIPTION"].startswith("Request limit exceeded")
    cloud.advance(60)
    assert error(ask(client, cloud))[1] == 0


@pytest.mark.parametrize("status", [403, 429, 200])
def test_the_limit_in_every_disguise(client, cloud, status):
    cloud.faults.change(limit=True, limit_status=status)
    assert error(ask(client, cloud)) == (status, 1, status)


def test_ten_thousand_rows_a_request(client, cloud):
    cloud.set_scenario("limits")
    said = ask(client, cloud).json()
    assert said["RETURN_HITS"] == len(said["CDR_LIST"]) == 50
    assert said["TOTAL_HITS"] == len(truth(cloud)) > 50


def test_no_more_than_ten_thousand(client, cloud):
    cloud.advance(9 * 3600)
    said = ask(client, cloud, MORNING - timedelta(days=2), cloud.now()).json()
    assert said["RETURN_HITS"] == len(said["CDR_LIST"]) == 10_000 < said["TOTAL_HITS"]


def test_a_wrong_code(client, cloud):
    assert error(client.post(DOOR, json={"code": "wrong"})) == (403, 2, 403)
    assert error(client.post(DOOR, content=b"{not json")) == (403, 2, 403)
    cloud.faults.change(wrong_code=True)
    assert error(ask(client, cloud)) == (403, 2, 403)


def test_too_many_hits(client, cloud):
    cloud.faults.change(cdr_limit=100)
    assert error(ask(client, cloud)) == (403, 3, 403)
    assert error(ask(client, cloud, END - timedelta(minutes=5)))[1] == 0


def test_an_untrusted_address(client, cloud):
    cloud.trusted = {"192.0.2.1"}
    answer = ask(client, cloud)
    assert error(answer) == (403, 4, 403)
    assert answer.json()["ERROR_DESCRIPTION"] == "IP address 127.0.0.1 is not trusted."
    cloud.trusted = {"127.0.0.1"}
    assert error(ask(client, cloud))[1] == 0


@pytest.mark.parametrize(
    "dates",
    [
        {"fromdate": "2026-07-15T09:00", "todate": "2026-07-15T08:00"},
        {"fromdate": "yesterday", "todate": "2026-07-15T08:00"},
        {"fromdate": "", "todate": ""},
    ],
)
def test_dates_out_of_range(client, cloud, dates):
    assert error(ask(client, cloud, **dates)) == (404, 5, 404)


# --- faults ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("window", "begin", "end"),
    [
        ("inclusive", timedelta(0), timedelta(0)),
        ("exclusive", timedelta(0), timedelta(seconds=-1)),
        ("israel", timedelta(hours=-3), timedelta(hours=-3)),
    ],
)
def test_windows_read_in_other_ways(client, cloud, window, begin, end):
    edge = max(leg.started for leg in cloud.visible_legs(BEGIN, END))
    cloud.faults.change(window=window)
    assert keys(ask(client, cloud, end=edge)) == truth(cloud, begin=BEGIN + begin, end=edge + end)


def test_hidden_rows_stay_hidden(client, cloud):
    everything = truth(cloud)
    cloud.faults.change(hide=0.1)
    assert len(everything) * 0.8 < len(keys(ask(client, cloud))) < len(everything)
    victim = next(iter(everything))[0]
    cloud.faults.change(hide=0.0, hide_ids=[victim])
    assert keys(ask(client, cloud)) == {key for key in everything if key[0] != victim}


def test_down_html_and_cut_answers(client, cloud):
    cloud.faults.change(down=True, doors=["call_log"])
    assert ask(client, cloud).status_code == 503
    cloud.faults.clear()
    cloud.faults.change(html=True)
    assert ask(client, cloud).headers["content-type"].startswith("text/html")
    cloud.faults.clear()
    whole = ask(client, cloud).content
    cloud.faults.change(cut=1024)
    assert ask(client, cloud).content == whole[:1024]
    assert client.get("/sandbox/state").json()["requests"]["call_log"] == 4


def test_an_outage_comes_and_goes(client, cloud):
    cloud.set_scenario("outage")
    assert ask(client, cloud).status_code == 503
    cloud.advance(180)
    assert ask(client, cloud).status_code == 200
    cloud.advance(180)
    assert ask(client, cloud).status_code == 503


def test_paths_and_methods(client, cloud):
    assert client.post("/HUB/CDR", json={"code": cloud.code}).json()["ERROR_NUMBER"] == 5
    assert client.put(DOOR).status_code == 405
    assert client.get("/elsewhere").status_code == 404
