"""Billing periods follow each other without gap and overlap, whatever day they begin on."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import strategies as st

from actors.billing.domain.period import (
    Anchor,
    Interval,
    Period,
    months_after,
    seconds_between,
    shifted,
    whole_second,
)
from tests.billing.making import MONTH, YEAR, always, moment, moments

intervals = st.sampled_from(Interval)


def starts(anchor: str, interval: Interval, count: int) -> list[str]:
    return [Anchor(moment(anchor), interval).period(n).start_time.date().isoformat() for n in range(1, count + 1)]


def test_a_month_end_is_the_end_of_every_month_and_does_not_creep() -> None:
    assert starts("2026-01-31", MONTH, 5) == ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]
    assert starts("2028-01-31", MONTH, 3) == ["2028-01-31", "2028-02-29", "2028-03-31"]
    assert starts("2026-01-30", MONTH, 3) == ["2026-01-30", "2026-02-28", "2026-03-30"]


def test_a_leap_day_comes_back_every_fourth_year() -> None:
    assert starts("2024-02-29", YEAR, 6) == [
        *("2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29", "2029-02-28"),
    ]
    assert starts("2096-02-29", YEAR, 5)[-1] == "2100-02-28"


def test_a_period_has_the_seconds_of_its_days() -> None:
    march = Anchor(moment("2026-03-01T10:30:00"), MONTH).period(1)
    assert march.seconds == 31 * 86400
    assert march.start_time in march and march.end_time not in march
    assert march.seconds_left(march.start_time) == march.seconds and march.seconds_left(march.end_time) == 0
    assert march.seconds_left(march.start_time - timedelta(days=1)) == march.seconds
    assert march.seconds_left(march.start_time + timedelta(milliseconds=1500)) == march.seconds - 1
    assert Anchor(moment("2027-06-01"), YEAR).period(1).seconds == 366 * 86400
    assert march.cut(moment("2026-03-02T10:30:00")).seconds == 86400


@always(moments, intervals, st.integers(1, 600), examples=200)
def test_periods_tile_fifty_years_from_any_anchor(anchor: datetime, interval: Interval, first: int) -> None:
    anchored = Anchor(anchor, interval, first)
    periods = [anchored.period(first + n) for n in range(600 // interval.months)]
    assert periods[0].start_time == anchor
    assert all(one.end_time == other.start_time for one, other in pairwise(periods))
    assert sum(period.seconds for period in periods) == seconds_between(anchor, periods[-1].end_time)
    for period in periods:
        days = (period.start_time + timedelta(days=1)).day
        assert period.start_time.day == anchor.day or days == 1, "another day is the last of its month"
        assert period.start_time.timetz() == anchor.timetz()


@always(moments, intervals, moments, examples=300)
def test_every_moment_is_in_the_one_period_that_has_its_number(
    anchor: datetime, interval: Interval, at: datetime
) -> None:
    anchored = Anchor(anchor, interval)
    number = anchored.number_at(at)
    assert (number >= 1) == (at >= anchor)
    if number >= 1:
        assert at in anchored.period(number)
        assert all(at not in anchored.period(n) for n in (number - 1, number + 1) if n >= 1)
        assert anchored.number_at(anchored.period(number).end_time) == number + 1


@always(moments, intervals)
def test_a_shorter_first_period_is_part_of_the_interval_that_ends_at_the_anchor(
    begin: datetime, interval: Interval
) -> None:
    latest = shifted(begin, interval, 1)
    whole = Anchor(latest, interval, 2).whole_before()
    assert whole.start_time <= begin < whole.end_time == latest and whole.number == 1
    with pytest.raises(ValueError, match="before the anchor"):
        Anchor(latest, interval, 2).period(1)


def test_periods_are_the_same_wherever_the_machine_is_and_whatever_clocks_do_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Clocks go forward in Berlin on 29 March 2026; a UTC month has its 31 days of 86,400 s all the same."""
    expected = Anchor(moment("2026-03-15"), MONTH).period(1)
    assert expected.seconds == 31 * 86400
    for zone in ("Europe/Berlin", "America/New_York", "Pacific/Kiritimati"):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        try:
            assert Anchor(moment("2026-03-15"), MONTH).period(1) == expected
            local = moment("2026-03-15").astimezone(ZoneInfo(zone))
            assert Anchor(local, MONTH).period(1) == expected
            assert Anchor(local, MONTH).number_at(moment("2026-04-15")) == 2
        finally:
            monkeypatch.undo()
            time.tzset()
    assert "TZ" not in os.environ or os.environ["TZ"] not in ("Europe/Berlin", "Pacific/Kiritimati")


def test_a_moment_without_a_zone_is_no_moment() -> None:
    with pytest.raises(ValueError, match="time zone"):
        months_after(datetime(2026, 1, 1), 1)
    with pytest.raises(ValueError, match="time zone"):
        whole_second(datetime(2026, 1, 1))
    east = datetime(2026, 1, 1, 1, 2, 3, 999_999, tzinfo=timezone(timedelta(hours=2)))
    assert whole_second(east) == datetime(2025, 12, 31, 23, 2, 3, tzinfo=UTC)


def test_a_period_has_a_length() -> None:
    with pytest.raises(ValueError, match="length"):
        Period(1, moment("2026-01-01"), moment("2026-01-01"))
