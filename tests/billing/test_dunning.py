"""Payments that fail are tried again after 1, 3, 5 and 7 days."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import strategies as st

from actors.billing.domain.dunning import Dunning
from tests.billing.making import START, always, moment


def test_the_days_count_from_the_first_attempt() -> None:
    dunning = Dunning()
    times = [dunning.next_time(attempt, START) for attempt in range(1, 6)]
    assert times == [*(moment(f"2026-03-0{day}") for day in (2, 4, 6, 8)), None]
    assert [dunning.last(attempt) for attempt in range(1, 7)] == [False] * 4 + [True] * 2
    assert dunning.attempts == 5


def test_nothing_is_tried_again_without_days() -> None:
    assert Dunning(()).last(1) and Dunning(()).next_time(1, START) is None


@pytest.mark.parametrize("days", [(0,), (3, 1), (1, 1), (-1, 2)])
def test_days_that_do_not_rise_are_refused(days: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="rise"):
        Dunning(days)


@always(st.lists(st.integers(1, 60), unique=True, max_size=8).map(lambda days: tuple(sorted(days))))
def test_every_schedule_ends(days: tuple[int, ...]) -> None:
    dunning, attempt, tried = Dunning(days), 1, [START]
    while when := dunning.next_time(attempt, START):
        assert when > tried[-1]
        tried.append(when)
        attempt += 1
    assert len(tried) == dunning.attempts and dunning.last(attempt)
    assert tried[1:] == [START + timedelta(days=day) for day in days]
    with pytest.raises(ValueError, match="count from 1"):
        dunning.next_time(0, START)
