"""What the call log is asked for, in the words of both its documents (PROTOCOL S3, S4), checked before it is sent."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from .parameters import dialled, international

IDENTITIES = ("Account", "Hierarchical", "Department", "User")
ORDERS = ("asc", "desc")

OLD_FIELDS = (
    "Date",
    "Type",
    "DID",
    "CallerNumber",
    "CallerExtension",
    "TargetNumber",
    "TargetExtension",
    "TargetPrefixName",
    "Duration",
    "Price",
    "RecordURL",
    "RecordExpect",
    "RepresentativeName",
    "RepresentativeCode",
    "DTMFData",
    "CallID",
    "QueueName",
    "DialStatus",
    "DialStatus2",
    "RingTime",
    "CustomData",
    "DepartmentName",
    "DepartmentId",
)
FIELDS = (
    "CallID",
    "Date",
    "DateEpoch",
    "Duration",
    "Type",
    "CdrType",
    "DialStatus",
    "DialStatus2",
    "CallerNumber",
    "TargetNumber",
    "CallerExtension",
    "TargetExtension",
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
)


class Generation(StrEnum):
    """The two documents of the call log: today's, and version 0.1, which knows fewer criteria and no order."""

    CURRENT = "current"
    OLD = "0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """The calls that began from `from_` to `to`, both aware and in whole seconds, of which all the rest holds.

    Empty criteria are not asked for. `phones` are numbers, `extensions` SIP codes, `types` numbers of
    PROTOCOL's table; `sort` is pairs of a field and an order, the first deciding first. Raises ValueError for
    what a generation cannot be asked.
    """

    from_: datetime
    to: datetime
    phones: Collection[str] | None = None
    extensions: Collection[str] | None = None
    types: Collection[int] | None = None
    campaigns: Collection[int] | None = None
    queues: Collection[int] | None = None
    call_id: str | None = None
    identity: str = "Account"
    fields: Sequence[str] = ()
    sort: Sequence[tuple[str, str]] = (("date", "asc"),)
    generation: Generation = Generation.CURRENT

    def __post_init__(self) -> None:
        if self.from_.tzinfo is None or self.to.tzinfo is None:
            raise ValueError("a time without a zone")
        if self.identity not in IDENTITIES:
            raise ValueError(f"identity is one of {', '.join(IDENTITIES)}")
        known = {name.lower() for name in self._known()}
        if strangers := [
            name for name in (*self.fields, *(name for name, _ in self.sort)) if name.lower() not in known
        ]:
            raise ValueError(f"no field of the call log: {', '.join(strangers)}")
        if any(order not in ORDERS for _, order in self.sort):
            raise ValueError(f"an order is one of {', '.join(ORDERS)}")
        numbers = [number for some in (self.types, self.campaigns, self.queues) for number in some or ()]
        if any(type(number) is not int or number < 0 for number in numbers):
            raise ValueError("types, campaigns and queues are whole numbers")
        if self.generation is Generation.OLD and (numbers or self.call_id):
            raise ValueError("version 0.1 knows no types, campaigns, queues and call ids to search by")

    def _known(self) -> tuple[str, ...]:
        return FIELDS if self.generation is Generation.CURRENT else OLD_FIELDS

    def criteria(self) -> dict[str, object]:
        """The object `search`, without what is not asked for."""
        said: dict[str, object] = {
            "fromdate": _gmt(self.from_),
            "todate": _gmt(self.to + timedelta(seconds=1) if self.to.microsecond else self.to),
            "IdentityCriteria": self.identity,
            "phones": sorted({international(dialled(phone)) for phone in self.phones or ()}),
            "extensions": sorted(set(self.extensions or ())),
            "cdrTypes": sorted(set(self.types or ())),
            "campaignID": sorted(set(self.campaigns or ())),
            "queueID": sorted(set(self.queues or ())),
            "callID": self.call_id,
        }
        return {name: value for name, value in said.items() if value}

    def body(self, format: str) -> dict[str, object]:
        """The JSON of a POST, without the code."""
        asked: dict[str, object] = {"fields": self.fields or self._known(), "search": self.criteria()}
        if self.generation is Generation.OLD:
            return {"format": format, **asked}
        return {**asked, "sort": [{"field": name, "order": order} for name, order in self.sort]}

    def pairs(self, format: str) -> Iterator[tuple[str, str]]:
        """The repeated keys of a GET, without the code. Neither document has an order there."""
        if self.generation is Generation.OLD:
            yield "format", format
        for name, value in self.criteria().items():
            if self.generation is Generation.OLD and name == "extensions":
                name = "extension"
            for one in value if isinstance(value, list) else [value]:
                yield name, str(one)
        for name in self.fields or self._known():
            yield "fields", name


def _gmt(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
