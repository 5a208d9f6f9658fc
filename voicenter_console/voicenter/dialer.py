"""The dialer's campaigns: read them, fill them, start, stop and set them (PROTOCOL S7, all fifteen methods).

Only what reads is asked once more after a lost answer. Nothing else is: it could make phones ring or a lead
be called twice. Unreachable with `sent`, and Garbled, then mean that it may have happened.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .answers import Listing, error_number, fields_of, rows_under
from .client import VoicenterClient
from .errors import ApplicationError, BadCallerId, BadTarget, Garbled, Refused, UnknownCampaign
from .leads import NewCall, PendingCall, RowResult, complete, pending, results_of
from .parameters import code_of, dialled
from .values import text, whole
from .wire import fold

PATH = "/ForwardDialer/Dialer/"
MOST_CALLS = 100_000
# Beyond 3,000 Voicenter tells nothing of each; smaller chunks lose less to a lost answer.
CHUNK = 1_000

ENABLED, DISABLED, DELETED = "Enabled", "Disabled", "Deleted"
STATUSES = (ENABLED, DISABLED, DELETED)
BAD_NUMBER = -2
REFUSALS: dict[int, type[Refused]] = {
    1: UnknownCampaign,
    2: BadTarget,
    3: ApplicationError,
    4: BadCallerId,
    BAD_NUMBER: BadTarget,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A campaign by its `code`; the counts are None where the answer had none.

    `status` is one of STATUSES or a word that is not known yet. An agents' campaign counts its calls in
    `pending_calls`, an IVR campaign in `awaiting_calls`.
    """

    code: str
    name: str
    status: str
    pending_calls: int | None
    awaiting_calls: int | None
    min_priority: int | None
    max_priority: int | None
    raw: Mapping = field(repr=False, compare=False)

    @property
    def enabled(self) -> bool:
        return self.status.casefold() == ENABLED.casefold()

    def calls_left(self, *, ivr: bool | None = None) -> int | None:
        """How many calls wait: the count of its type, or the larger where that is not known."""
        if ivr is not None:
            return self.awaiting_calls if ivr else self.pending_calls
        return max((one for one in (self.pending_calls, self.awaiting_calls) if one is not None), default=None)


@dataclass(frozen=True, slots=True)
class Member:
    """An extension that takes a campaign's calls: its SIP code and name."""

    sip: str
    name: str


@dataclass(frozen=True, slots=True)
class PendingCalls:
    """A campaign and all the calls that it has yet to make."""

    campaign: Campaign
    calls: tuple[PendingCall, ...]


def campaigns(client: VoicenterClient) -> Listing[Campaign]:
    """All campaigns of the account. Raises VoicenterError's kinds, as all below do."""
    return Listing(tuple(_campaign(row) for row in rows_under(_asked(client, "GetCampaignList"), "data")))


def campaign_details(client: VoicenterClient, campaign: str) -> Campaign:
    """One campaign by its code."""
    return _campaign(_data(_asked(client, "GetCampaignDetails", campaign)))


def members(client: VoicenterClient, campaign: str) -> tuple[Member, ...]:
    """The extensions that take the campaign's calls."""
    rows = map(fold, rows_under(_asked(client, "GetMembersList", campaign), "data"))
    return tuple(Member(text(row.get("member"), 64), text(row.get("displayname"))) for row in rows)


def pending_calls(client: VoicenterClient, campaign: str) -> PendingCalls:
    """The calls that wait. Garbled where the answer counts more than it lists."""
    data = fold(_data(_asked(client, "GetCampaignPendingCalls", campaign)))
    about = data.get("campaign")
    found = _campaign(about if isinstance(about, dict) else {})
    calls = tuple(pending(row) for row in rows_under(data, "calls"))
    complete(calls, found.calls_left() or 0)
    return PendingCalls(found, calls)


def add_call(client: VoicenterClient, campaign: str, call: NewCall) -> None:
    """Add one call. BadTarget for a number that Voicenter does not take."""
    _done(client, "AddCall", campaign, call.fields())


def update_call(client: VoicenterClient, campaign: str, call: NewCall) -> None:
    """Change the waiting call to the same target."""
    _done(client, "UpdateCall", campaign, call.fields())


def remove_call(client: VoicenterClient, campaign: str, target: str) -> None:
    """Take the call to that number out of the campaign."""
    _done(client, "RemoveCall", campaign, {"Target": dialled(target)})


def add_calls_bulk(client: VoicenterClient, campaign: str, calls: Sequence[NewCall]) -> tuple[RowResult, ...]:
    """Add many calls at once, best no more than CHUNK; what became of each, in their order.

    Where Voicenter tells of each call, that is what counts; a refusal of all is raised only where it does not.
    """
    if not 0 < len(calls) <= MOST_CALLS:
        raise ValueError(f"a bulk holds 1 to {MOST_CALLS} calls")
    own = {"Campaign": code_of("a campaign", campaign), "Code": client.code}
    url = f"{client.hosts.dialer}{PATH}AddCallsBulk"
    answer = client.ask(url, json=[own | call.fields() for call in calls], repeatable=False)
    said = fields_of(answer)
    number = error_number(said, "errorcode", answer)
    rows = rows_under(said, "addresult") if said.get("addresult") else None
    if number and rows is None:
        raise _refusal(client, number, said)
    return results_of(calls, rows, client.without_code)


def add_member(client: VoicenterClient, campaign: str, sip: str) -> int:
    """Let an extension take the campaign's calls; how many were added (TotalAdded)."""
    return _counted(client, "AddMember", campaign, sip, "totaladded")


def remove_member(client: VoicenterClient, campaign: str, sip: str) -> int:
    """Let an extension take them no more; how many were removed (TotalRemoved)."""
    return _counted(client, "RemoveMember", campaign, sip, "totalremoved")


def start_campaign(client: VoicenterClient, campaign: str) -> None:
    """Let it dial."""
    _done(client, "StartCampaign", campaign, {})


def stop_campaign(client: VoicenterClient, campaign: str) -> None:
    """Let it dial no more; what waits stays."""
    _done(client, "StopCampaign", campaign, {})


def clear_campaign_calls(client: VoicenterClient, campaign: str) -> None:
    """Throw away all calls that wait."""
    _done(client, "ClearCampaignCalls", campaign, {})


def update_campaign_strategy(
    client: VoicenterClient,
    campaign: str,
    *,
    queue_for_monitoring: int | None = None,
    queue_maximum_callers: int | None = None,
    coefficient: float | None = None,
) -> None:
    """How fast a campaign dials: the queue it watches (its number), how many may wait there, calls an agent."""
    wanted = {
        "setQueueForMonitoring": queue_for_monitoring,
        "setQueueMaximumCallers": queue_maximum_callers,
        "setCoefficient": coefficient,
    }
    wanted = {name: value for name, value in wanted.items() if value is not None}
    if not wanted or any(value < 0 for value in wanted.values()):
        raise ValueError("a strategy sets at least one number, and none below 0")
    _done(client, "UpdateCampaignStrategy", campaign, wanted)


def configure_ivr_campaign(
    client: VoicenterClient,
    campaign: str,
    *,
    max_calls: int | None = None,
    representatives: Sequence[str] | None = None,
) -> None:
    """How many calls an IVR campaign makes at once, and the SIP codes of those who take them."""
    wanted: dict[str, object] = {}
    if max_calls is not None:
        if max_calls < 0:
            raise ValueError("calls at once are no less than 0")
        wanted["ConcurrentStrategy"] = {"setMaxCalls": max_calls}
    if representatives is not None:
        wanted["RepresentativeList"] = [code_of("an extension", sip) for sip in representatives]
    if not wanted:
        raise ValueError("nothing to configure")
    _done(client, "ConfigureIvrCampaign", campaign, wanted)


# --- how it is asked -------------------------------------------------------------------------------------


def _asked(client: VoicenterClient, method: str, campaign: str = "") -> dict:
    named = {"Campaign": code_of("a campaign", campaign)} if campaign else {}
    return _said(client, method, named | {"Code": client.code}, repeatable=True)


def _done(client: VoicenterClient, method: str, campaign: str, wanted: Mapping) -> dict:
    named = {"Campaign": code_of("a campaign", campaign), "Code": client.code}
    return _said(client, method, named | wanted, repeatable=False)


def _said(client: VoicenterClient, method: str, asked: Mapping, *, repeatable: bool) -> dict:
    answer = client.ask(f"{client.hosts.dialer}{PATH}{method}", json=asked, repeatable=repeatable)
    said = fields_of(answer)
    number = error_number(said, "errorcode", answer)
    if number:
        raise _refusal(client, number, said)
    return said


def _refusal(client: VoicenterClient, number: int, said: Mapping) -> Refused:
    return REFUSALS.get(number, Refused)(number, client.without_code(text(said.get("description"))))


def _counted(client: VoicenterClient, method: str, campaign: str, sip: str, name: str) -> int:
    said = _done(client, method, campaign, {"Member": code_of("an extension", sip)})
    count = whole(fold(_data(said)).get(name))
    if count is None:
        raise Garbled(f"an answer without {name}")
    return count


def _data(said: Mapping) -> dict:
    data = said.get("data")
    if not isinstance(data, dict):
        raise Garbled("an answer without its data")
    return data


def _campaign(row: Mapping) -> Campaign:
    got = fold(row)
    return Campaign(
        code=text(got.get("code")),
        name=text(got.get("name")),
        status=text(got.get("statusname"), 64),
        pending_calls=whole(got.get("totalpendingcalls")),
        awaiting_calls=whole(got.get("totalawaitingcalls")),
        min_priority=whole(got.get("minpriority")),
        max_priority=whole(got.get("maxpriority")),
        raw=row,
    )
