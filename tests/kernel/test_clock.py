import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.kernel.clock import Clock, ManualClock, encode_ulid

MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1)).map(
    lambda d: d.replace(microsecond=d.microsecond // 1000 * 1000, tzinfo=UTC)
)


def test_the_time_is_in_utc_and_whole_milliseconds() -> None:
    clock = Clock()
    before = datetime.now(UTC)
    now = clock.now()
    assert now.utcoffset() == timedelta(0)
    assert now.microsecond % 1000 == 0
    assert abs(now - before) < timedelta(seconds=5)
    assert clock.today() == now.date().isoformat()


@pytest.mark.parametrize("clock", [Clock(), ManualClock()])
def test_ids_rise_within_a_process_even_while_time_stands_still(clock: Clock) -> None:
    ids = [clock.new_id("usr") for _ in range(5000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == 5000
    assert all(re.fullmatch("usr_[0-9A-HJKMNP-TV-Z]{26}", id) for id in ids)


@given(st.lists(MOMENTS, min_size=2, max_size=20))
def test_ids_of_different_processes_sort_by_time(moments: list[datetime]) -> None:
    made = sorted((moment, ManualClock(moment).new_id("x")) for moment in moments)
    by_id = sorted(made, key=lambda pair: pair[1])
    assert [moment for moment, _ in by_id] == [moment for moment, _ in made]


@given(st.integers(0, 2**128 - 1), st.integers(0, 2**128 - 1))
def test_the_encoding_keeps_the_order_of_numbers(a: int, b: int) -> None:
    assert (encode_ulid(a) < encode_ulid(b)) == (a < b)


def test_a_manual_clock_never_goes_back() -> None:
    clock = ManualClock()
    start = clock.now()
    clock.advance(timedelta(hours=1))
    assert clock.now() - start == timedelta(hours=1)
    with pytest.raises(ValueError, match="backwards"):
        clock.advance(timedelta(seconds=-1))
