"""Freezing a period's usage: what its totals become, and that it waits until nothing more can come."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from actors.billing.domain.billed_period import BilledPeriod, billed_period
from actors.billing.domain.meter import Aggregation, new_meter
from actors.billing.domain.usage import Quantity
from actors.billing.freezing import SETTLING, UsageUnsettled, frozen
from actors.billing.keeping import UsageTotal, total_id
from actors.billing.settings import BillingSettings
from actors.billing.store import BillingUnit
from actors.kernel.call import system_call
from actors.kernel.clock import ManualClock
from actors.kernel.sealing import Sealer
from actors.kernel.store.memory import MemoryBackend
from actors.kernel.store.unit import Store
from tests.billing.making import START, metered, moment, subscribed, terms_of

SUBSCRIPTION = subscribed(terms_of(metered("exports")))
MARCH = billed_period(SUBSCRIPTION)
TENANT = SUBSCRIPTION.tenant_id


@pytest.fixture
async def room() -> Any:
    clock = ManualClock(START)
    sealer = Sealer(b"a secret of the test world, 32 bytes")
    store: Store[BillingUnit] = Store(MemoryBackend(), "billing", BillingUnit, clock=clock, sealer=sealer)
    async with store.unit(system_call()) as unit:
        unit.meters.put(new_meter("exports", "Exports", "export", Aggregation.SUM))
        unit.meters.put(new_meter("largest_file", "Largest file", "byte", Aggregation.MAX))
    return SimpleNamespace(store=store, clock=clock, settings=BillingSettings())


async def count(
    room: Any, meter: str, at: datetime, *, shard: int = 0, number: int = 1, tenant: str = TENANT, **fields: Any
) -> None:
    day = at.date().isoformat()
    async with room.store.unit(system_call(tenant)) as unit:
        unit.usage_totals.put(
            UsageTotal(
                id=total_id(SUBSCRIPTION.id if tenant == TENANT else "sub_2", number, meter, day, shard),
                subscription_id=SUBSCRIPTION.id,
                period_number=number,
                meter=meter,
                day=day,
                count_time=at,
                **{"events": 1, **fields},
            )
        )


def settle(room: Any, period: BilledPeriod = MARCH) -> None:
    room.clock.advance(period.end_time + room.settings.grace + SETTLING - room.clock.now())


async def test_shards_and_days_of_the_period_make_one_log_a_meter(room: Any) -> None:
    for shard, quantity in ((0, 3), (1, 4)):
        await count(room, "exports", moment("2026-03-02"), shard=shard, quantity=quantity)
    await count(room, "exports", moment("2026-03-05"), quantity=10, events=7)
    await count(room, "exports", moment("2026-04-01"), number=2, quantity=100)
    await count(room, "exports", moment("2026-03-02"), tenant="ten_other", quantity=1000)
    await count(room, "largest_file", moment("2026-03-03"), highest=5)
    await count(room, "largest_file", moment("2026-03-04"), highest=2)
    await count(room, "gone", moment("2026-03-04"), quantity=2)
    settle(room)
    largest, exports = sorted(await frozen(room, SUBSCRIPTION, MARCH), key=lambda log: log.quantity)
    assert (exports.id, exports.tenant_id) == ("sub_1:1:exports", TENANT)
    assert (exports.quantity, exports.events, exports.freeze_time) == (17, 9, room.clock.now())
    assert exports.days == (Quantity("exports", "2026-03-02", 7), Quantity("exports", "2026-03-05", 10))
    assert (largest.meter, largest.quantity) == ("largest_file", 5)


async def test_frozen_again_it_is_the_same(room: Any) -> None:
    await count(room, "exports", moment("2026-03-02"), quantity=3)
    settle(room)
    first = await frozen(room, SUBSCRIPTION, MARCH)
    room.clock.advance(timedelta(days=40))
    again = await frozen(room, SUBSCRIPTION, MARCH)
    assert [dataclasses.replace(log, freeze_time=first[0].freeze_time) for log in again] == first


async def test_a_period_in_which_nothing_was_used_has_no_logs(room: Any) -> None:
    settle(room)
    assert await frozen(room, SUBSCRIPTION, MARCH) == []


async def test_usage_is_not_frozen_while_events_may_still_come(room: Any) -> None:
    settle(room)
    room.clock._now -= timedelta(seconds=1)
    with pytest.raises(UsageUnsettled):
        await frozen(room, SUBSCRIPTION, MARCH)


@pytest.mark.parametrize(
    ("reports", "quantity"),
    [
        ([], None),
        ([("2026-02-10", 0, 4)], 4),  # long before, and never since
        ([("2026-02-10", 0, 4), ("2026-03-09", 1, 6), ("2026-03-20", 1, 5)], 5),
        ([("2026-03-09", 1, 6), ("2026-04-01T00:00:30", 2, 9)], 6),  # what came later is of the next period
        ([("2026-04-01T00:00:30", 2, 9)], None),
    ],
)
async def test_a_present_value_is_the_last_before_the_end(
    room: Any, reports: list[tuple[str, int, int]], quantity: int | None
) -> None:
    for at, number, present in reports:
        await count(room, "users", moment(at), number=number, present=present)
    settle(room)
    logs = await frozen(room, SUBSCRIPTION, MARCH)
    assert [log.quantity for log in logs] == ([] if quantity is None else [quantity])


async def test_a_present_value_of_the_last_day_is_the_one_before_the_end_of_a_period_that_was_cut(room: Any) -> None:
    cut = MARCH.but(end_time=moment("2026-03-10T12:00"))
    await count(room, "users", moment("2026-03-10T11:00"), present=3)
    await count(room, "users", moment("2026-03-10T13:00"), number=2, present=8)
    settle(room, cut)
    (log,) = await frozen(room, SUBSCRIPTION, cut)
    assert (log.quantity, log.days) == (3, (Quantity("users", "2026-03-10", 3),))
