"""Epochs, wall time and call ids (PROTOCOL 'Time', FAULTS F-14 to F-17)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicenter_console.voicenter import clock
from voicenter_console.voicenter.clock import ISRAEL, Instant

REPEATED = datetime(2026, 10, 24, 22, tzinfo=UTC)  # two hours that are both 01:00 to 02:00 in Israel
MISSING = datetime(2026, 3, 27, 0, tzinfo=UTC)  # 02:00 in Israel, which becomes 03:00


def at(*numbers):
    return datetime(*numbers, tzinfo=UTC)


def id_of(began):
    return began.astimezone(ISRAEL).strftime("%Y%m%d%H%M%S") + "0123b7c6d5e4f30211"


def wall_epoch(began):
    """The epoch that counts Israel wall time as if it were UTC."""
    return int(began.astimezone(ISRAEL).replace(tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("call_id", "began"),
    [
        ("202110101204550233243ghff3189e5c", at(2021, 10, 10, 9, 4, 55)),
        ("202110021555160180fd3jhj455", at(2021, 10, 2, 12, 55, 16)),
        ("20180913161553", at(2018, 9, 13, 13, 15, 53)),
        ("202601151045010123a1", at(2026, 1, 15, 8, 45, 1)),
    ],
)
def test_an_id_begins_with_israel_wall_time(call_id, began):
    assert clock.of_call_id(call_id, now=at(2026, 11, 22)) == Instant(began, False)


@pytest.mark.parametrize(
    "call_id",
    [
        "",
        "20200720095iMlilHJs",
        "20201332101010",
        "20040101000000x",
        "20261124000000x",
        "99999999999999",
        "٢٠٢١١٠١٠١٢٠٤٥٥",
        "00000000000000",
        "sdfsdfsdfsfsf",
    ],
)
def test_other_digits_carry_no_time(call_id):
    assert clock.of_call_id(call_id, now=at(2026, 11, 22)) is None


LONG_AGO = at(2018, 9, 13, 13, 20)


@pytest.mark.parametrize("wall_clock", [True, False])
def test_the_documents_example_is_read_by_its_id_whatever_the_setting(wall_clock):
    read = clock.of_push(1536855354, "20180913161553", received_at=LONG_AGO, wall_clock=wall_clock)
    assert read == Instant(at(2018, 9, 13, 13, 15, 54), False)


def test_without_an_id_time_the_setting_decides():
    assert clock.of_push(1536855354, "x", received_at=LONG_AGO).at == at(2018, 9, 13, 13, 15, 54)
    later = at(2018, 9, 13, 16, 20)
    assert clock.of_push(1536855354, "x", received_at=later, wall_clock=False).at == at(2018, 9, 13, 16, 15, 54)


@pytest.mark.fault("F-16")
@given(
    began=st.datetimes(datetime(2006, 1, 1), datetime(2026, 10, 20)).map(
        lambda naive: naive.replace(tzinfo=UTC, microsecond=0)
    ),
    after_id=st.integers(-60, 115 * 60),
    wall=st.booleans(),
    setting=st.booleans(),
)
def test_f16_both_kinds_of_epoch_give_the_call_s_start(began, after_id, wall, setting):
    """A leg up to 118 minutes after its id in winter; ids in the odd hours of the year are tested apart."""
    call_began = began - timedelta(seconds=after_id)
    if (own := clock.of_call_id(id_of(call_began), now=at(2026, 11, 1))).uncertain or own.at != call_began:
        return
    epoch = wall_epoch(began) if wall else int(began.timestamp())
    read = clock.of_push(epoch, id_of(call_began), received_at=began, wall_clock=setting)
    if not read.uncertain:
        assert read.at == began
    else:
        assert abs(read.at - began) <= timedelta(hours=1)


def test_f16_a_leg_178_minutes_after_its_id_in_summer_and_one_later():
    call_id = "20260715120000x"
    for minutes, seen in ((178, 178), (182, 2)):
        epoch = int((at(2026, 7, 15, 9) + timedelta(minutes=minutes)).timestamp())
        read = clock.of_push(epoch, call_id, received_at=at(2026, 7, 15, 13), wall_clock=False)
        assert read.at == at(2026, 7, 15, 9) + timedelta(minutes=seen)


def test_a_leg_may_start_a_minute_before_its_id_but_no_earlier():
    call_id = "20260715120000x"
    received = at(2026, 7, 15, 10)
    assert clock.of_push(wall_epoch(at(2026, 7, 15, 8, 59)), call_id, received_at=received).at == at(2026, 7, 15, 8, 59)
    # Earlier, only the true epoch is left to be near it.
    read = clock.of_push(wall_epoch(at(2026, 7, 15, 8, 58, 59)), call_id, received_at=received)
    assert read.at == at(2026, 7, 15, 11, 58, 59)


@pytest.mark.fault("F-14")
@given(
    second=st.integers(0, 2 * 3600 - 1),
    talk=st.integers(0, 3600),
    delay=st.integers(0, 600),
    wall=st.booleans(),
    has_id=st.booleans(),
)
def test_f14_every_second_of_the_repeated_hour_is_told_by_its_receipt(second, talk, delay, wall, has_id):
    began = REPEATED + timedelta(seconds=second)
    read = clock.of_push(
        wall_epoch(began) if wall else int(began.timestamp()),
        id_of(began) if has_id else "x",
        received_at=began + timedelta(seconds=talk + delay),
        wall_clock=wall,
        elapsed_seconds=talk,
    )
    assert read == Instant(began, wall or has_id)


@pytest.mark.fault("F-14")
def test_f14_an_id_in_the_repeated_hour_counts_as_the_first_and_a_pull_settles_it():
    call_id = "20261025013000x"
    received = at(2026, 10, 25, 6)
    assert clock.of_call_id(call_id, now=received) == Instant(at(2026, 10, 24, 22, 30), True)
    exact = clock.of_pull("2026-10-24T23:30:00Z", call_id, received_at=received)
    assert exact == Instant(at(2026, 10, 24, 23, 30), False)
    assert clock.of_pull("2026-10-24 23:30:00", call_id, received_at=received) == Instant(exact.at, True)


@pytest.mark.fault("F-15")
@given(second=st.integers(0, 3599))
def test_f15_a_wall_time_that_does_not_exist_is_shifted_forward_and_flagged(second):
    never = datetime(2026, 3, 27, 2, tzinfo=UTC) + timedelta(seconds=second)
    read = clock.of_push(int(never.timestamp()), "x", received_at=at(2026, 3, 27, 3))
    assert read == Instant(MISSING + timedelta(seconds=second), True)


@pytest.mark.fault("F-15")
@given(second=st.integers(-7200, 7200), wall=st.booleans())
def test_f15_every_second_around_the_missing_hour_round_trips(second, wall):
    began = MISSING + timedelta(seconds=second)
    epoch = wall_epoch(began) if wall else int(began.timestamp())
    assert clock.of_push(epoch, id_of(began), received_at=began, wall_clock=wall) == Instant(began, False)


RECEIVED = at(2026, 7, 15, 12)


@pytest.mark.fault("F-17")
@pytest.mark.parametrize(
    "epoch",
    [
        0,
        -1,
        15616841651,
        10**18,
        10**400,
        "",
        "  ",
        None,
        True,
        [],
        {},
        "soon",
        "١٥٣٦",
        float("inf"),
        float("nan"),
    ],
)
def test_f17_an_absurd_epoch_gives_the_id_s_time_else_the_receipt_and_is_flagged(epoch):
    by_id = clock.of_push(epoch, "20260715143008x", received_at=RECEIVED)
    assert by_id == Instant(at(2026, 7, 15, 11, 30, 8), True)
    assert clock.of_push(epoch, "x", received_at=RECEIVED) == Instant(RECEIVED, True)


@pytest.mark.fault("F-17")
@pytest.mark.parametrize(
    "epoch",
    [
        1784125810,
        1784125810.0,
        "1784125810",
        " 1784125810.0 ",
        1784125810123,
        "1784125810123",
        Decimal(1784125810),
    ],
)
def test_f17_an_epoch_in_any_form_and_in_milliseconds(epoch):
    assert clock.of_push(epoch, "20260715143008x", received_at=RECEIVED) == Instant(at(2026, 7, 15, 11, 30, 10), False)


@given(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.integers()),
    st.text() | st.from_regex(r"20[0-9]{12}x", fullmatch=True),
    st.integers(0, 3 * 2**31),
)
def test_f17_nothing_makes_the_clock_raise(value, call_id, elapsed):
    pushed = clock.of_push(value, call_id, received_at=RECEIVED, elapsed_seconds=elapsed)
    pulled = clock.of_pull(value, call_id, received_at=RECEIVED)
    for read in (pushed, pulled):
        assert read.at.tzinfo is UTC
        assert clock.EARLIEST - timedelta(hours=4) <= read.at <= RECEIVED + timedelta(days=1)


@pytest.mark.parametrize(
    ("date", "call_id", "read"),
    [
        ("2026-07-15T11:30:10Z", "20260715143008x", (at(2026, 7, 15, 11, 30, 10), False)),
        ("2026-07-15T14:30:10+03:00", "x", (at(2026, 7, 15, 11, 30, 10), False)),
        ("2026-07-15T11:30:10.500Z", "x", (at(2026, 7, 15, 11, 30, 10, 500_000), False)),
        ("2026-07-15 11:30:10", "20260715143008x", (at(2026, 7, 15, 11, 30, 10), False)),
        ("2026-07-15 14:30:10", "20260715143008x", (at(2026, 7, 15, 11, 30, 10), False)),
        ("2026-07-15 11:30", "x", (at(2026, 7, 15, 11, 30), False)),
        ("0001-01-01T00:00:00Z", "20260715143008x", (at(2026, 7, 15, 11, 30, 8), True)),
        ("9999-12-31T23:59:59-10:00", "x", (RECEIVED, True)),
        ("2026-07-15", "x", (RECEIVED, True)),
        ("", "20260715143008x", (at(2026, 7, 15, 11, 30, 8), True)),
        (None, "x", (RECEIVED, True)),
    ],
)
def test_a_pull_s_date(date, call_id, read):
    assert clock.of_pull(date, call_id, received_at=RECEIVED) == Instant(*read)


def test_the_offset_between_a_push_and_a_pull_of_one_call():
    exact = at(2026, 7, 15, 11, 30, 10)
    assert clock.offset_seen(1784125810, exact) == 10800
    assert clock.offset_seen("1784115010", exact) == 0
    assert clock.offset_seen(1773571502, at(2026, 3, 15, 8, 45, 2)) == 7200
    assert clock.offset_seen("soon", exact) is None
