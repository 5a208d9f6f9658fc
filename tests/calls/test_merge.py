"""Each sentence of the merge (ARCHITECTURE, 'A Cdr is a pure merge'), in both orders of arrival."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import permutations

import pytest

from calls.merge import Said, group_by_type, merge
from voicenter_console.voicenter.fields import IvrStep
from voicenter_console.voicenter.records import CallRecord, Direction, Source

NOON = datetime(2026, 11, 22, 10, tzinfo=UTC)
PUSH, PULL = Source.PUSH, Source.PULL
_DEFAULTS = {
    field.name: "" for field in fields(CallRecord) if field.type in (str, "str")
} | {
    "call_id": "a1", "type": "queue", "type_id": 8, "type_name": "Queue", "status": "ANSWER", "leg1_status": None,
    "direction": Direction.IN, "started_at": NOON, "time_uncertain": False, "talk_seconds": None,
    "ring_seconds": None, "price": None, "department_id": None, "ivr_path": (), "custom_data": {}, "unknown": (),
    "raw": {},
}  # fmt: skip


def record(source: Source, **said) -> CallRecord:
    return CallRecord(**{**_DEFAULTS, "source": source, **said})


def told(*records: CallRecord) -> dict:
    """The merged leg, with the records received one after the other."""
    return merge(
        Said(one, NOON + timedelta(minutes=place), f"{place}{one.source}") for place, one in enumerate(records)
    )


def either_way(field: str, *records: CallRecord):
    """The field's value, which no order of arrival changes."""
    found = [told(*order)[field] for order in permutations(records)]
    assert all(value == found[0] for value in found), found
    return found[0]


@pytest.mark.parametrize(
    ("field", "empty", "value"),
    [
        ("caller", "", "0545550118"),
        ("queue_id", None, 7),
        ("wait_seconds", None, 0),
        ("ring_seconds", None, 0),
        ("price", None, Decimal(0)),
        ("ivr_path", (), (IvrStep(order=1, layer_id=1, layer_number=1, layer_name="Main", dtmf="2"),)),
        ("recording_expected", None, False),
        ("leg1_status", None, "BUSY"),
    ],
)
@pytest.mark.parametrize(("silent", "speaking"), [(PUSH, PULL), (PULL, PUSH), (PUSH, PUSH), (PULL, PULL)])
def test_not_empty_beats_empty_and_zero_is_a_value(field, empty, value, silent, speaking):
    merged = either_way(field, record(silent, **{field: empty}), record(speaking, **{field: value}))
    assert merged == ([{"order": 1, "layer_id": 1, "layer_number": 1, "layer_name": "Main", "dtmf": "2"}]
                      if field == "ivr_path" else value)  # fmt: skip


@pytest.mark.parametrize(
    ("field", "pulled", "pushed"),
    [
        ("price", Decimal(7), Decimal(9)),
        ("started_at", NOON, NOON + timedelta(hours=2)),
        ("caller", "0545550118", "0545550119"),
        ("agent_name", "Dana Lavi", "Dana"),
        ("recording_url", "https://a.example/1", "https://a.example/2"),
        ("ring_seconds", 5, 6),
        ("status", "BUSY", "NOANSWER"),
        ("original_call_id", "p1", "p2"),
    ],
)
def test_the_pull_knows_better(field, pulled, pushed):
    name = "original_call_uid" if field == "original_call_id" else field
    assert either_way(name, record(PUSH, **{field: pushed}), record(PULL, **{field: pulled})) == pulled


@pytest.mark.parametrize(
    ("field", "pulled", "pushed"),
    [
        ("queue_id", 1, 2),
        ("wait_seconds", 10, 20),
        ("leg1_status", "BUSY", "ANSWER"),
        ("caller_country", "Cyprus", "Israel"),
        ("target_country", "Cyprus", "Israel"),
    ],
)
def test_the_push_knows_better(field, pulled, pushed):
    assert either_way(field, record(PUSH, **{field: pushed}), record(PULL, **{field: pulled})) == pushed


def test_a_pushed_path_replaces_the_pulled_steps():
    steps = [IvrStep(order=1, layer_id=n, layer_number=None, layer_name="", dtmf="") for n in (1, 2)]
    path = either_way("ivr_path", record(PUSH, ivr_path=(steps[0],)), record(PULL, ivr_path=(steps[1],)))
    assert [step["layer_id"] for step in path] == [1]


@pytest.mark.parametrize("type_id", [9, 10, 14, 15, 17, 18, 19])
def test_of_two_legs_the_status_is_the_pushs(type_id):
    pair = record(PUSH, type_id=type_id, status="NOANSWER"), record(PULL, type_id=type_id, status="BUSY")
    assert either_way("status", *pair) == "NOANSWER"


@pytest.mark.parametrize("type_id", [1, 8, 21, 22, None])
def test_of_ordinary_rows_the_status_is_the_pulls(type_id):
    pair = record(PUSH, type_id=type_id, status="NOANSWER"), record(PULL, type_id=type_id, status="BUSY")
    assert either_way("status", *pair) == "BUSY"


def test_custom_data_is_united_by_key():
    pair = record(PUSH, custom_data={"lead": "L-17", "note": ""}), record(PULL, custom_data={"note": "VIP"})
    assert either_way("custom_data", *pair) == {"lead": "L-17", "note": "VIP"}


@pytest.mark.parametrize(
    ("status", "exact", "pulled", "pushed", "talk"),
    [
        ("ANSWER", 42, 60, 61, 42),  # apart from the duration: exact
        ("ANSWER", None, 60, 61, 60),  # then the pull
        ("ANSWER", None, None, 61, 61),  # then the push
        ("ANSWER", 0, 60, 61, 0),  # 0 is a value
        ("NOANSWER", 42, 60, 61, 0),  # known and not answered
        ("ABANDONE", None, 60, None, 0),
        ("VOICEMAIL", None, 60, None, 60),
        ("PARKED", None, 60, None, 60),  # a status nobody knows
        (None, None, 60, None, 60),
    ],
)
def test_talk(status, exact, pulled, pushed, talk):
    records = [record(PULL, status=status, talk_seconds=pulled), record(PUSH, status=status, talk_seconds=pushed)]
    if exact is not None:
        records.append(record(PUSH, status=status, talk_seconds=exact, talk_exact=True))
    assert either_way("talk_seconds", *records) == talk


def test_an_uncertain_time_never_displaces_a_certain_one():
    certain = record(PUSH, started_at=NOON)
    uncertain = record(PULL, started_at=NOON + timedelta(hours=1), time_uncertain=True)
    assert either_way("started_at", certain, uncertain) == NOON
    assert either_way("time_uncertain", certain, uncertain) is False


def test_of_uncertain_times_the_one_received_first_was_nearest_to_the_call():
    first, second = (record(PUSH, started_at=NOON + timedelta(hours=n), time_uncertain=True) for n in (0, 1))
    assert told(first, second)["started_at"] == NOON
    assert told(second, first)["started_at"] == NOON + timedelta(hours=1)


@pytest.mark.fault("F-21")
def test_within_one_source_what_was_first_received_later_wins():
    first, second = record(PULL, price=Decimal(1)), record(PULL, price=Decimal(2))
    assert told(first, second)["price"] == 2
    assert told(second, first)["price"] == 1
    assert told(first, second, record(PUSH, price=Decimal(3)))["price"] == 2


def test_sources_and_raw_tell_who_said_what():
    merged = told(
        record(PULL, raw={"A": 1, "B": ""}), record(PULL, raw={"A": None, "B": 2}), record(PUSH, raw={"a": 3})
    )
    assert merged["sources"] == ["pull", "push"]
    assert merged["raw"] == {"push": {"a": 3}, "pull": {"A": 1, "B": 2}}


def test_a_pushs_own_direction_fills_that_of_an_unknown_type():
    unknown = {"type": "future", "type_id": None, "type_name": "Future"}
    pushed = record(PUSH, **unknown, direction=Direction.OUT, caller_extension="Ab3dE6gH", extension="Ab3dE6gH")
    pulled = record(PULL, **unknown, direction=Direction.UNKNOWN, target_extension="Zz9yX8wV",
                    caller_extension="Ab3dE6gH", extension="Zz9yX8wV")  # fmt: skip
    assert either_way("direction", pushed, pulled) == "out"
    assert either_way("extension", pushed, pulled) == "Ab3dE6gH"


def test_a_known_types_direction_is_not_for_others_to_say():
    pair = record(PUSH, direction=Direction.IN), record(PULL, type="", type_id=None, direction=Direction.OUT)
    assert either_way("direction", *pair) == "in"


def test_the_number_of_a_type_comes_from_whoever_knows_it():
    named = {"type": "future", "type_name": "Future"}
    pair = record(PULL, type_id=99, **named), record(PULL, type_id=None, **named)
    assert either_way("type_id", *pair) == 99


@pytest.mark.parametrize(("type_id", "status", "leg1"), [(10, None, "BUSY"), (17, "BUSY", "BUSY"), (8, "BUSY", None)])
def test_an_untyped_pull_is_read_as_the_type_it_turned_out_to_have(type_id, status, leg1):
    typed = record(PUSH, type_id=type_id, status=None)
    untyped = record(PULL, type="", type_id=None, type_name="", status="BUSY")
    assert either_way("status", typed, untyped) == status
    assert either_way("leg1_status", typed, untyped) == leg1


def test_prices_are_kept_to_the_hundredth_of_an_agora():
    assert told(record(PULL, price=Decimal("12.3456")))["price"] == Decimal("12.35")


def keys(*types: str) -> dict[str, int]:
    said = [Said(replace(record(PUSH), type=one), NOON, str(place)) for place, one in enumerate(types)]
    orders = [group_by_type(order) for order in permutations(said)]
    counts = [{key: len(its) for key, its in groups.items()} for groups in orders]
    assert all(count == counts[0] for count in counts)
    return counts[0]


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        (["queue"], {"queue": 1}),
        ([""], {"": 1}),
        (["", ""], {"": 2}),
        (["", "queue"], {"queue": 2}),  # the only typed one
        (["", "", "queue", "queue"], {"queue": 4}),
        (["", "queue", "voicemail"], {"": 1, "queue": 1, "voicemail": 1}),  # one of several: nobody's
    ],
)
def test_whose_an_untyped_record_is(types, expected):
    assert keys(*types) == expected
