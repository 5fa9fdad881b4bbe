"""Meters, and how what was counted becomes a quantity."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from hypothesis import strategies as st

from actors.billing.domain.meter import (
    BUILT_IN,
    Aggregation,
    Meter,
    MeterUnknown,
    Reading,
    by_day,
    new_meter,
    quantity_of,
)
from actors.kernel.errors import InvalidFields
from tests.billing.making import START, always

SUM, MAX, GAUGE = Aggregation

readings = st.lists(
    st.builds(
        Reading,
        st.sampled_from(("2026-03-01", "2026-03-02", "2026-03-03")),
        st.integers(0, 10**6),
        st.integers(0, 10**6).map(lambda seconds: START + timedelta(seconds=seconds)),
    ),
    max_size=12,
)


def test_the_platform_counts_these_and_takes_no_events_for_them() -> None:
    kinds = {meter.id: meter.aggregation for meter in BUILT_IN}
    assert kinds == {
        "api_calls": SUM,
        "users": GAUGE,
        "storage_bytes": GAUGE,
        "tickets": SUM,
        "reports": SUM,
        "models": GAUGE,
    }
    for meter in BUILT_IN:
        with pytest.raises(MeterUnknown) as refused:
            meter.must_take_events()
        assert refused.value.metadata == {"meter": meter.id}
    assert [meter.within_period for meter in BUILT_IN] == [True, False, False, True, True, False]


def test_a_meter_of_ones_own_counts_as_it_does_once_it_is_used() -> None:
    meter = new_meter("pages", " Pages ", "page", SUM)
    meter.must_take_events()
    assert meter.display_name == "Pages" and meter.renamed("Pages", "page") is meter
    assert meter.renamed("Leaves", "leaf", MAX).aggregation is MAX
    used = meter.counted()
    assert used.counted() is used and used.renamed("Leaves", "leaf").display_name == "Leaves"
    with pytest.raises(InvalidFields):
        used.renamed("Leaves", "leaf", MAX)
    with pytest.raises(InvalidFields):
        new_meter("pages", "Pages", "page", GAUGE)
    with pytest.raises(InvalidFields):
        BUILT_IN[0].renamed("Calls", "call", MAX)


def test_quantities_by_hand() -> None:
    parts = [
        Reading("2026-03-01", 5, START),
        Reading("2026-03-02", 9, START + timedelta(days=1, hours=9)),
        Reading("2026-03-02", 2, START + timedelta(days=1, hours=10)),
    ]
    assert [quantity_of(kind, parts) for kind in Aggregation] == [16, 9, 2]
    assert [quantity_of(kind, []) for kind in Aggregation] == [0, 0, 0]
    assert [one.quantity for one in by_day(SUM, parts)] == [5, 11]
    assert [one.quantity for one in by_day(MAX, parts)] == [5, 9]
    assert [one.quantity for one in by_day(GAUGE, parts)] == [5, 2]


@always(st.sampled_from(Aggregation), readings, st.integers(0, 2**32))
def test_neither_order_nor_shards_nor_days_matter(kind: Aggregation, found: list[Reading], seed: int) -> None:
    shuffled = list(found)
    random.Random(seed).shuffle(shuffled)
    whole = quantity_of(kind, found)
    assert quantity_of(kind, shuffled) == whole
    days = by_day(kind, found)
    assert [one.day for one in days] == sorted({one.day for one in found})
    if kind is not GAUGE:
        assert quantity_of(kind, days) == whole


def test_a_meter_is_a_record_by_its_name() -> None:
    assert isinstance(BUILT_IN[0], Meter) and BUILT_IN[0].tenant_id == ""
