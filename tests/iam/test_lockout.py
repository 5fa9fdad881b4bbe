"""Lock-outs as values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from actors.iam.domain.lockout import FORGET, Failures

AT = datetime(2026, 1, 1, tzinfo=UTC)


def failures(count: int) -> Failures:
    return Failures(id="x", count=count, last_time=AT, expire_time=AT + FORGET)


def test_the_first_failures_cost_nothing_then_each_doubles_the_wait() -> None:
    assert [failures(n).wait_seconds(5, 900, AT) for n in range(9)] == [0, 0, 0, 0, 0, 1, 2, 4, 8]


@given(st.integers(0, 10_000), st.integers(1, 50), st.integers(1, 3600), st.integers(0, 4000))
def test_the_wait_never_passes_its_limit_and_shrinks_as_time_passes(
    count: int, free: int, longest: int, seconds: int
) -> None:
    now = failures(count).wait_seconds(free, longest, AT)
    later = failures(count).wait_seconds(free, longest, AT + timedelta(seconds=seconds))
    assert 0 <= later <= now <= longest
    assert later == 0 or later == now - seconds


def test_an_hour_without_a_failure_forgets_them_all() -> None:
    assert failures(99).wait_seconds(5, 7200, AT + FORGET - timedelta(seconds=1)) > 0
    assert failures(99).wait_seconds(5, 7200, AT + FORGET) == 0


def test_a_part_of_a_second_counts_as_a_whole_one() -> None:
    assert failures(6).wait_seconds(5, 900, AT + timedelta(milliseconds=1)) == 2
