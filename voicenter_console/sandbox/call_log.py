"""The Call Log door: both documents' requests, filters, fields, limits and errors (PROTOCOL S3, S4)."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape

from voicenter_console.sandbox.cloud import Cloud
from voicenter_console.sandbox.exchange import Answer, Request
from voicenter_console.sandbox.legs import ISRAEL, Leg

DOOR = "call_log"
MESSAGES = {
    1: "Request limit exceeded. Please try again later.",
    2: "Authorization failed.",
    3: "CDR limit exceeded.",
    4: "IP address {remote} is not trusted.",
    5: "Out of range",
}
# The current document gives 403 and 404. Guess: error 3, which only the old one knows, comes as 403 too.
STATUS = {1: 403, 2: 403, 3: 403, 4: 403, 5: 404}


@dataclass(slots=True)
class Search:
    """What was asked for, keys folded to lower case."""

    code: str = ""
    user_code: str = ""
    begin: str = ""
    end: str = ""
    phones: set[str] = field(default_factory=set)
    extensions: set[str] = field(default_factory=set)
    identity: str = "account"
    call_id: str = ""
    types: set[str] = field(default_factory=set)
    campaigns: set[str] = field(default_factory=set)
    queues: set[str] = field(default_factory=set)
    fields: list[str] = field(default_factory=list)
    sort: list[tuple[str, bool]] = field(default_factory=list)
    html: bool = False


def answer(cloud: Cloud, request: Request) -> Answer:
    """Answer one pull; errors in the documents' numbers, with their HTTP status."""
    search = _search(request)
    refused = _refusal(cloud, request, search.code)
    if refused:
        return _error(cloud, request, refused)
    window = _window(cloud, search)
    if window is None:
        return _error(cloud, request, 5)
    legs = [leg for leg in cloud.visible_legs(*window) if _matches(cloud, leg, search)]
    if cloud.faults.cdr_limit is not None and len(legs) > cloud.faults.cdr_limit:
        return _error(cloud, request, 3)
    return _found(cloud, search, legs)


def _search(request: Request) -> Search:
    """Read the request: JSON with `search` as an object, as an array of one or flat; or repeated keys."""
    asked: dict[str, list] = {}
    for name, value in request.pairs:
        asked.setdefault(name.strip().lower(), []).append(value)
    body = request.json() if request.method == "POST" else {}
    if isinstance(body, dict):
        criteria = next((value for name, value in body.items() if name.strip().lower() == "search"), {})
        if isinstance(criteria, list):
            criteria = criteria[0] if criteria else {}
        for part in (body, criteria if isinstance(criteria, dict) else {}):
            for name, value in part.items():
                asked[name.strip().lower()] = value if isinstance(value, list) else [value]
    return _read(asked, request.bearer)


def _read(asked: dict[str, list], bearer: str) -> Search:
    def last(name: str) -> str:
        return str(asked.get(name, [""])[-1] or "").strip()

    def several(*names: str) -> set[str]:
        return {str(value).strip() for name in names for value in asked.get(name, []) if value not in ("", None)}

    order = [one for one in asked.get("sort", []) if isinstance(one, dict)]
    return Search(
        code=bearer or last("code"),
        user_code=last("code"),
        begin=last("fromdate"),
        end=last("todate"),
        phones={_number(phone) for phone in several("phones", "phone")},
        extensions={extension.lower() for extension in several("extensions", "extension")},
        identity=last("identitycriteria").lower() or "account",
        call_id=last("callid"),
        types=several("cdrtypes"),
        campaigns=several("campaignid"),
        queues=several("queueid"),
        fields=[str(name).strip() for name in asked.get("fields", [])],
        sort=[(str(one.get("field", "")).lower(), str(one.get("order", "")).lower() == "desc") for one in order],
        html=last("format").lower() == "html",
    )


def _refusal(cloud: Cloud, request: Request, code: str) -> int:
    """The number of the error with which the request is refused unread, or 0."""
    faults = cloud.faults
    here = faults.at(DOOR)
    # Guess, from an integrator's report: a bearer token is not held to the list of addresses.
    strange = cloud.trusted is not None and request.remote not in cloud.trusted and not request.bearer
    if strange or (here and faults.untrusted):
        return 4
    if (here and faults.wrong_code) or code not in _codes(cloud):
        return 2
    if (here and faults.limit) or not cloud.admitted():
        return 1
    return 0


def _codes(cloud: Cloud) -> set[str]:
    departments = {department.code for department in cloud.centre.departments.values()}
    return {cloud.code} | departments | set(cloud.centre.by_identity)


def _window(cloud: Cloud, search: Search) -> tuple[datetime, datetime] | None:
    """From and to as instants, by the documents GMT with both ends in it (Guess: both); None is error 5."""
    try:
        begin, end = (datetime.fromisoformat(text) for text in (search.begin, search.end))
    except ValueError:
        return None
    kind = cloud.faults.window
    zone = ISRAEL if kind == "israel" else UTC
    begin, end = (one if one.tzinfo else one.replace(tzinfo=zone) for one in (begin, end))
    if begin > end:
        return None
    if kind == "minutes":
        begin, end = (one.replace(second=0, microsecond=0) for one in (begin, end))
    if kind == "exclusive":
        end -= timedelta(microseconds=1)
    return begin.astimezone(UTC), end.astimezone(UTC)


def _matches(cloud: Cloud, leg: Leg, search: Search) -> bool:
    numbers = search.phones and {_number(one) for one in (leg.caller, leg.target, leg.did) if one}
    return (
        _belongs(cloud, leg, search)
        and (not search.call_id or leg.call_id == search.call_id)
        and (not search.phones or bool(search.phones & numbers))
        and (not search.extensions or bool(search.extensions & {sip.lower() for sip in leg.extensions()}))
        and (not search.types or str(int(leg.kind)) in search.types)
        and (not search.queues or (leg.queue is not None and str(leg.queue.id) in search.queues))
        and (not search.campaigns or (leg.campaign is not None and str(leg.campaign.id) in search.campaigns))
    )


def _belongs(cloud: Cloud, leg: Leg, search: Search) -> bool:
    """IdentityCriteria: whose calls the code may see. Guess: Department leaves the accounts below out."""
    centre = cloud.centre
    if agent := centre.by_identity.get(search.user_code):
        return leg.agent is agent
    own = centre.top if search.code == cloud.code else None
    if own is None:
        own = next(one for one in centre.departments.values() if one.code == search.code)
    if search.identity == "user":
        return False
    if search.identity == "department" or own is not centre.top:
        return leg.department is own
    return True


def _number(text: str) -> str:
    """Digits with the country prefix: 0…, 972… and +972… are the same number; other text unchanged."""
    text = text.removeprefix("+")
    return f"972{text[1:]}" if text.startswith("0") and text.isdigit() else text


def _found(cloud: Cloud, search: Search, legs: list[Leg]) -> Answer:
    """Guess: without `sort` the oldest come first; it decides which rows a full answer leaves out."""
    total, most = len(legs), cloud.scenario.rows_a_request
    if not search.sort or [name for name, _ in search.sort] == ["date"]:
        ordered = legs[::-1] if search.sort and search.sort[0][1] else legs
        rows = [cloud.call_log_row(leg) for leg in ordered[:most]]
    else:
        rows = _sorted([cloud.call_log_row(leg) for leg in legs], search.sort)[:most]
    rows = _chosen(rows, search.fields)
    if search.html:
        return Answer(200, _page(rows).encode(), "text/html; charset=utf-8")
    return Answer.of_json(
        {
            "ERROR_NUMBER": 0,
            "ERROR_DESCRIPTION": "OK",
            "STATUS_CODE": 200,
            "TOTAL_HITS": total,
            "RETURN_HITS": len(rows),
            "CDR_LIST": rows,
        }
    )


def _sorted(rows: list[dict], sort: list[tuple[str, bool]]) -> list[dict]:
    known = {name.lower(): name for name in rows[0]} if rows else {}
    for wanted, descending in reversed(sort):
        name = known.get(wanted)
        if name is None:
            continue
        numeric = all(isinstance(row[name], int) for row in rows)
        rows.sort(key=lambda row: row[name] if numeric else str(row[name]), reverse=descending)
    return rows


def _chosen(rows: list[dict], wanted: list[str]) -> list[dict]:
    """The fields that were asked for, spelt as asked; all of them in lower case where none was."""
    if not rows:
        return rows
    if not wanted:
        return [{name.lower(): value for name, value in row.items()} for row in rows]
    known = {name.lower(): name for name in rows[0]}
    pairs = [(asked, known[asked.lower()]) for asked in wanted if asked.lower() in known]
    return [{asked: row[name] for asked, name in pairs} for row in rows]


def _page(rows: list[dict]) -> str:
    """The old host's `format=HTML`: a page that is one table."""
    heads = "".join(f"<th>{escape(name)}</th>" for name in (rows[0] if rows else ()))
    lines = "".join(f"<tr>{''.join(f'<td>{escape(str(value))}</td>' for value in row.values())}</tr>\n" for row in rows)
    return f"<html><body><table>\n<tr>{heads}</tr>\n{lines}</table></body></html>"


def _error(cloud: Cloud, request: Request, number: int) -> Answer:
    status = cloud.faults.limit_status if number == 1 else STATUS[number]
    cloud.requests[f"{DOOR} error {number}"] += 1
    said = MESSAGES[number].format(remote=request.remote)
    return Answer.of_json({"ERROR_NUMBER": number, "ERROR_DESCRIPTION": said, "STATUS_CODE": status}, status)
