"""Usage as people see it: quantities, limits, what is left, how it goes on, what it costs; events and meters."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from actors.api.billing.v1 import Usage, UsageEvent
from actors.billing.domain.billed_period import period_id
from actors.billing.domain.charges import usage_lines
from actors.billing.domain.meter import BUILT_IN, Aggregation
from actors.billing.domain.terms import Beyond, Limit, Model, Tier
from actors.billing.domain.usage import allowance
from actors.billing.freezing import SETTLING, frozen
from actors.billing.standing import live_subscription
from actors.kernel.call import system_call
from actors.kernel.wire import timestamp
from tests.billing.making import metered, terms_of
from tests.billing.subscriber import add_meters, room_of, subscribe
from tests.world import World, refused

DAY = timedelta(days=1)
TERMS = terms_of(
    metered("exports", Tier(10, 2_000_000), Tier(0, 1_000_000), model=Model.GRADUATED, free_units=5),
    metered("largest_file", Tier(0, 500_000)),
    metered("users", Tier(0, 100_000_000)),
    metered("api_calls", minimum_minor=250),
    limits=(
        Limit("exports", 20, Beyond.REFUSE),
        Limit("pages", 100, Beyond.CHARGE),
        Limit("users", 10, Beyond.REFUSE),
    ),
)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with World.furnished() as furnished:
        await add_meters(
            furnished,
            exports=Aggregation.SUM,
            largest_file=Aggregation.MAX,
            pages=Aggregation.SUM,
            other=Aggregation.SUM,
        )
        await subscribe(furnished, furnished.acme, TERMS)
        yield furnished


def present(world: World) -> dict[str, Any]:
    """The period that acme is in."""
    periods = [one for one in world.records("billed_periods", "books") if one["tenant_id"] == world.acme.id]
    return max(periods, key=lambda one: one["start_time"])


async def record(world: World, *events: tuple[str, int], ago: timedelta = timedelta(0)) -> None:
    at = timestamp(world.clock.now() - ago)
    await world.call(
        "billing.RecordUsage",
        world.acme_admin,
        events=[
            UsageEvent(id=world.clock.new_id("e"), meter=meter, quantity=quantity, occur_time=at)
            for meter, quantity in events
        ],
    )


async def usage(world: World, **fields: Any) -> Usage:
    answer: Usage = await world.call("billing.GetUsage", world.acme_admin, tenant_id=world.acme.id, **fields)
    return answer


async def by_meter(world: World, **fields: Any) -> dict[str, Any]:
    return {one.meter.id: one for one in (await usage(world, **fields)).meters}


async def test_usage_is_shown_for_every_meter_of_the_plan_and_every_other_that_was_used(world: World) -> None:
    assert set(await by_meter(world)) == {"exports", "largest_file", "users", "api_calls", "pages"}
    await record(world, ("other", 3))
    shown = await usage(world)
    assert [one.meter.id for one in shown.meters] == sorted([*await by_meter(world)])
    assert {one.meter.id: one.quantity for one in shown.meters}["other"] == 3
    assert (shown.tenant_id, shown.plan_id, shown.currency) == (world.acme.id, "metered", "EUR")
    period = present(world)
    assert (shown.period_start_time.ToDatetime(), shown.period_end_time.ToDatetime()) == (
        period["start_time"].replace(tzinfo=None),
        period["end_time"].replace(tzinfo=None),
    )


async def test_what_is_left_is_what_refusals_go_by(world: World) -> None:
    await record(world, ("exports", 12), ("pages", 130), ("other", 3))
    found = await by_meter(world)
    for meter, limit in (("exports", TERMS.limits[0]), ("pages", TERMS.limits[1]), ("other", None)):
        expected = allowance(limit, found[meter].quantity)
        assert (found[meter].most, found[meter].left, found[meter].overage_charged) == dataclasses.astuple(expected)
    assert (found["exports"].left, found["pages"].left, found["other"].left) == (8, 0, -1)


async def test_the_amount_is_that_of_the_invoice_if_the_period_ended_now(world: World) -> None:
    await record(world, ("exports", 12), ("exports", 9), ("largest_file", 30), ("largest_file", 7))
    found = await by_meter(world)
    # 21 exports, 5 free: 10 at 2, 6 at 1; the largest file 30 at 0.5; no calls, but their minimum.
    amounts = {meter: one.amount_minor for meter, one in found.items()}
    assert {k: amounts[k] for k in ("exports", "largest_file", "api_calls", "pages")} == {
        "exports": 26,
        "largest_file": 15,
        "api_calls": 250,
        "pages": 0,
    }
    room = room_of(world)
    async with room.books.unit(system_call(world.acme.id), aside=True) as unit:
        subscription = await live_subscription(unit, world.acme.id)
        assert subscription is not None
        period = await unit.periods.get(period_id(subscription.id, subscription.period_number))
    world.clock.advance(period.end_time + room.settings.grace + SETTLING - world.clock.now())
    logs = await frozen(room, subscription, period)
    lines = usage_lines(period, TERMS, {log.meter: log.quantity for log in logs})
    assert {line.meter: line.amount_minor for line in lines if line.meter != "users"} == {
        k: amounts[k] for k in ("exports", "largest_file", "api_calls")
    }


async def test_usage_of_a_trial_is_shown_and_costs_nothing(world: World) -> None:
    await subscribe(world, world.globex, TERMS, trial_days=14)
    await world.call(
        "billing.RecordUsage", world.globex_admin, events=[UsageEvent(id="a", meter="exports", quantity=12)]
    )
    shown = await world.call("billing.GetUsage", world.globex_admin, tenant_id=world.globex.id)
    (exports,) = [one for one in shown.meters if one.meter.id == "exports"]
    assert (exports.quantity, exports.amount_minor) == (12, 0)


async def test_a_forecast_goes_on_as_it_went_and_says_so_only_when_enough_has_passed(world: World) -> None:
    await record(world, ("exports", 6))
    assert (await by_meter(world))["exports"].forecast == -1
    period = present(world)
    half = period["start_time"] + (period["end_time"] - period["start_time"]) / 2
    world.clock.advance(half - world.clock.now())
    await world.sign_in_again()
    found = await by_meter(world)
    assert found["exports"].forecast in (11, 12)


async def test_days_are_those_of_the_period_or_those_that_are_asked_for(world: World) -> None:
    await record(world, ("exports", 2))
    first = world.clock.today()
    await world.later(days=2)
    await world.sign_in_again()
    await record(world, ("exports", 3))
    await record(world, ("exports", 4), ago=DAY)
    second, third = (world.clock.now() - DAY).date().isoformat(), world.clock.today()

    async def days(**fields: Any) -> list[tuple[str, int]]:
        return [(day.day, day.quantity) for day in (await by_meter(world, **fields))["exports"].days]

    assert await days() == [(first, 2), (second, 4), (third, 3)]
    assert await days(from_day=second, to_day=third) == [(second, 4)]
    assert await days(from_day=third) == [(third, 3)]
    assert await days(to_day=second) == [(first, 2)]
    assert (await by_meter(world, from_day=second, to_day=third))["exports"].quantity == 9


@pytest.mark.parametrize(
    ("days", "field"),
    [
        ({"from_day": "2026-02-30"}, "from_day"),
        ({"to_day": "2026-13-01"}, "to_day"),
        ({"from_day": "2026-05-02", "to_day": "2026-05-02"}, "to_day"),
        ({"from_day": "2026-05-02", "to_day": "2026-05-01"}, "to_day"),
        ({"from_day": "2024-01-01", "to_day": "2026-01-01"}, "to_day"),
    ],
)
async def test_days_that_cannot_be_shown_are_refused(world: World, days: dict[str, str], field: str) -> None:
    with refused("INVALID_FIELDS") as seen:
        await usage(world, **days)
    assert seen.error is not None and [one.field for one in seen.error.violations] == [field]


async def test_a_tenant_that_never_subscribed_sees_what_it_used(world: World) -> None:
    await world.call("billing.ArchivePlan", world.root, id="free")
    lonely, admin = await world.active_tenant(world.root, "lonely", "free")
    await world.call("billing.RecordUsage", admin, events=[UsageEvent(id="a", meter="other", quantity=7)])
    shown = await world.call("billing.GetUsage", admin, tenant_id=lonely.id)
    assert (shown.plan_id, shown.currency, shown.HasField("period_start_time")) == ("", "EUR", False)
    used = {one.meter.id: (one.quantity, one.most, one.forecast, one.amount_minor) for one in shown.meters}
    assert used == {"other": (7, -1, -1, 0), "users": (1, -1, -1, 0)}


async def test_usage_of_another_tenant_is_not_found(world: World) -> None:
    for call in ("GetUsage", "ListUsageEvents"):
        with refused("NOT_FOUND"):
            await world.call(f"billing.{call}", world.globex_admin, tenant_id=world.acme.id)
    with refused("NOT_FOUND"):
        await world.call("billing.GetUsage", world.root, tenant_id="ten_nobody")


# --- events ---


async def test_events_are_listed_newest_first_page_by_page(world: World) -> None:
    for number in range(7):
        await record(world, ("exports" if number % 2 else "pages", number), ago=timedelta(hours=number))
    found: list[int] = []
    token = ""
    while True:
        page = await world.call(
            "billing.ListUsageEvents", world.acme_admin, tenant_id=world.acme.id, page_size=3, page_token=token
        )
        found += [event.quantity for event in page.events]
        token = page.next_page_token
        if not token:
            break
    assert found == list(range(7))
    some = await world.call("billing.ListUsageEvents", world.acme_admin, tenant_id=world.acme.id, meter="exports")
    assert [event.quantity for event in some.events] == [1, 3, 5]
    assert all(not event.id.startswith("ten_") and event.meter == "exports" for event in some.events)
    none = await world.call("billing.ListUsageEvents", world.acme_admin, tenant_id=world.acme.id, meter="unheard_of")
    assert list(none.events) == []


# --- meters ---


async def test_meters_are_listed_page_by_page_with_those_of_the_platform(world: World) -> None:
    found: list[Any] = []
    token = ""
    while True:
        page = await world.call("billing.ListMeters", world.acme_admin, page_size=4, page_token=token)
        found += page.meters
        token = page.next_page_token
        if not token:
            break
    assert [meter.id for meter in found] == sorted(
        [*(meter.id for meter in BUILT_IN), "exports", "largest_file", "other", "pages"]
    )
    assert {meter.id for meter in found if meter.built_in} == {meter.id for meter in BUILT_IN}


async def test_a_meter_of_the_platform_may_be_called_otherwise_and_goes_on_counting_as_it_does(world: World) -> None:
    async def update(**fields: Any) -> Any:
        return await world.call(
            "billing.UpdateMeter", world.root, **{"id": "users", "unit": "seat", "aggregation": 1, **fields}
        )

    users = await update(display_name="Seats")
    assert (users.display_name, users.unit, users.aggregation, users.built_in) == ("Seats", "seat", 3, True)
    assert (await by_meter(world))["users"].meter.display_name == "Seats"
    with refused("INVALID_FIELDS"):
        await update(id="api_calls", display_name="Calls", aggregation=2)
    with refused("METER_UNKNOWN"):
        await record(world, ("users", 1))


async def test_meters_are_changed_by_the_provider_only(world: World) -> None:
    with refused("REALM_REFUSED"):
        await world.call(
            "billing.UpdateMeter", world.acme_admin, id="mine", display_name="Mine", unit="one", aggregation=1
        )
