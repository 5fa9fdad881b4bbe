"""Usage against limits: compared with the totals of the present period, announced once, forgotten by nobody."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from typing import Any

import pytest

from actors.api.billing.v1 import EntitlementsChanged as EntitlementsChangedMessage
from actors.api.billing.v1 import LimitsReached as LimitsReachedMessage
from actors.billing.domain.billed_period import billed_period
from actors.billing.domain.entitlement import ReachedLimit, no_entitlements, reached
from actors.billing.domain.meter import Aggregation, new_meter
from actors.billing.domain.subscription import SubscriptionChanged, announcement
from actors.billing.domain.subscription_state import State
from actors.billing.domain.terms import Beyond, Limit
from actors.billing.domain.usage import Quantity, UsageRecorded
from actors.billing.keeping import UsageTotal, total_id
from actors.billing.limiting import Limiting
from actors.kernel.call import system_call
from actors.kernel.errors import LimitReached, SubscriptionInactive
from tests.billing.making import flat, quiet, subscribed, terms_of
from tests.world import World, refused

SUBSCRIPTION = "sub_limits"
_shards = itertools.count(100)


class Sold:
    """A tenant that has a plan with limits, and uses it."""

    def __init__(self, world: World) -> None:
        self.world, self.id = world, world.acme.id
        self.host = world.hosts["billing"]
        self.limiting = next(
            worker.run.__self__ for worker in self.host.furnished.workers if worker.name == "entitlements"
        )
        assert isinstance(self.limiting, Limiting)

    async def plan(self, *, state: State = State.ACTIVE, charged: tuple[str, ...] = (), **limits: int) -> None:
        """Puts the tenant on a plan with these limits, from now on."""
        terms = terms_of(
            flat(1000),
            limits=tuple(
                Limit(meter, most, Beyond.CHARGE if meter in charged else Beyond.REFUSE)
                for meter, most in limits.items()
            ),
        )
        now = self.world.clock.now()
        subscription = subscribed(terms, now, id=SUBSCRIPTION, tenant_id=self.id).but(state=state)
        async with self.host.books.unit(system_call(self.id), aside=True) as unit:
            known = await unit.entitlements.find(self.id) or no_entitlements(self.id, now)
            unit.entitlements.put(known.entitled(subscription, terms, now))
        await self.world.settle()

    async def period(self, number: int = 1, days: float = 10, begun: float = 0) -> datetime:
        """Opens a period that began so many days ago and ends in so many."""
        start = self.world.clock.now() - timedelta(days=begun)
        made = billed_period(quiet(subscribed(terms_of(flat(1)), start, id=SUBSCRIPTION, tenant_id=self.id)))
        end = self.world.clock.now() + timedelta(days=days)
        async with self.host.books.unit(system_call(self.id), aside=True) as unit:
            id = f"{SUBSCRIPTION}:{number}"
            known = await unit.periods.find(id)
            unit.periods.put(
                known.but(end_time=end) if known else made.but(id=id, number=number, start_time=start, end_time=end)
            )
        return end

    async def use(self, period: int = 1, **quantities: int) -> None:
        """Counts usage as an ingest does: totals, then the announcement."""
        now = self.world.clock.now()
        day = now.date().isoformat()
        async with self.host.store.unit(system_call(self.id), aside=True) as unit:
            for meter, quantity in quantities.items():
                shard = next(_shards)
                unit.usage_totals.put(
                    UsageTotal(
                        id=total_id(SUBSCRIPTION, period, meter, day, shard),
                        subscription_id=SUBSCRIPTION,
                        period_number=period,
                        meter=meter,
                        day=day,
                        quantity=quantity,
                        highest=quantity,
                        events=1,
                        count_time=now,
                    )
                )
            counted = tuple(Quantity(meter, day, quantity) for meter, quantity in quantities.items())
            unit.announce(UsageRecorded(tenant_id=self.id, quantities=counted))
        await self.world.settle()

    def told(self) -> list[dict[str, int]]:
        """What was announced as used up, oldest first."""
        return [
            {limit.meter: limit.used for limit in envelope.message().limits}  # type: ignore[attr-defined]
            for envelope in self.world.bus.log
            if envelope.type == LimitsReachedMessage.DESCRIPTOR.full_name
        ]

    def refuses_machines(self) -> bool:
        """Whether every host of every module does; all of them must agree."""
        answers = set()
        for host in self.world.hosts.values():
            try:
                host.entitlements.must_serve_machine(self.id)
                answers.add(False)
            except (LimitReached, SubscriptionInactive):
                answers.add(True)
        (answer,) = answers
        return answer


@pytest.fixture
async def sold() -> Any:
    async with World.furnished() as world:
        yield Sold(world)


def test_a_limit_is_reached_by_as_much_as_it_says() -> None:
    limits = {"api_calls": 100, "tickets": 5, "reports": 0}
    assert reached(limits, {"api_calls": 99, "tickets": 4}) == (ReachedLimit("reports", 0, 0),)
    assert reached(limits, {"api_calls": 100, "tickets": 7}) == (
        ReachedLimit("api_calls", 100, 100),
        ReachedLimit("reports", 0, 0),
        ReachedLimit("tickets", 5, 7),
    )


async def test_a_limit_that_is_reached_is_told_once_and_refused_everywhere_until_the_period_ends(sold: Sold) -> None:
    end = await sold.period(days=3)
    await sold.plan(api_calls=100, tickets=50)
    await sold.use(api_calls=60)
    assert sold.told() == [] and not sold.refuses_machines()
    await sold.use(api_calls=41, tickets=3)
    assert sold.told() == [{"api_calls": 101}] and sold.refuses_machines()
    spent = sold.host.entitlements.spent(sold.id)
    assert spent is not None and spent.until == end
    await sold.use(api_calls=5)
    await sold.use(tickets=1)
    assert sold.told() == [{"api_calls": 101}]
    await sold.use(tickets=46)
    assert sold.told()[-1] == {"api_calls": 106, "tickets": 50}
    sold.world.clock.advance(timedelta(days=3))
    assert not sold.refuses_machines()


async def test_what_another_period_or_tenant_used_does_not_count(sold: Sold) -> None:
    await sold.period(number=2)
    await sold.plan(api_calls=100)
    await sold.use(period=1, api_calls=1000)
    assert sold.told() == []
    sold.id = sold.world.globex.id
    await sold.use(period=2, api_calls=1000)
    assert sold.told() == []


async def test_a_larger_plan_opens_the_gate_and_a_smaller_one_shuts_it(sold: Sold) -> None:
    await sold.period()
    await sold.plan(api_calls=100)
    await sold.use(api_calls=150)
    assert sold.refuses_machines()
    await sold.plan(api_calls=1000)
    assert not sold.refuses_machines() and sold.told() == [{"api_calls": 150}, {}]
    await sold.plan(api_calls=120)
    assert sold.refuses_machines() and sold.told()[-1] == {"api_calls": 150}
    await sold.plan(api_calls=120, charged=("api_calls",))
    assert not sold.refuses_machines()
    await sold.use(api_calls=1)
    assert sold.told()[-1] == {}


async def test_a_period_that_begins_early_opens_the_gate(sold: Sold) -> None:
    await sold.period(number=1, days=20)
    await sold.plan(api_calls=100)
    await sold.use(api_calls=100)
    assert sold.refuses_machines()
    await sold.period(number=1, days=0)
    await sold.period(number=2, days=365)
    subscription = subscribed(terms_of(flat(1)), sold.world.clock.now(), id=SUBSCRIPTION, tenant_id=sold.id)
    told: SubscriptionChanged = announcement(subscription)
    async with sold.host.books.unit(system_call(sold.id), aside=True) as unit:
        unit.announce(told)
    await sold.world.settle()
    assert sold.told()[-1] == {} and not sold.refuses_machines()


async def test_a_subscription_that_is_not_active_shuts_the_gate_at_once(sold: Sold) -> None:
    await sold.period()
    await sold.plan(api_calls=100)
    assert not sold.refuses_machines()
    await sold.plan(state=State.SUSPENDED, api_calls=100)
    assert sold.refuses_machines()
    await sold.plan(state=State.ACTIVE, api_calls=100)
    assert not sold.refuses_machines()


async def test_values_that_are_present_at_any_time_are_left_to_those_who_know_them(sold: Sold) -> None:
    async with sold.host.store.unit(system_call(), aside=True) as unit:
        unit.meters.put(new_meter("largest_file", "Largest file", "byte", Aggregation.MAX))
    await sold.period()
    await sold.plan(users=1, largest_file=10)
    await sold.use(users=5)
    assert sold.told() == []
    await sold.use(largest_file=7)
    assert sold.told() == []
    await sold.use(largest_file=11)
    assert sold.told() == [{"largest_file": 11}]


async def test_without_a_present_period_nothing_is_compared(sold: Sold) -> None:
    await sold.plan(api_calls=1)
    await sold.use(api_calls=5)
    assert sold.told() == []


async def test_a_machine_that_used_up_its_calls_is_told_what_to_do(sold: Sold) -> None:
    world = sold.world
    key = await world.call("iam.CreateApiKey", world.acme_admin, display_name="Robot", permissions=["users.read"])
    headers = {"x-api-key": key.secret}
    await sold.period(days=2)
    await sold.plan(api_calls=3)
    for _ in range(3):
        await world.call("iam.ListUsers", headers=headers)
    await sold.use(api_calls=3)
    with refused("LIMIT_REACHED") as seen:
        await world.call("iam.ListUsers", headers=headers)
    assert seen.error is not None
    assert 0 < int(seen.error.metadata["retry_after_seconds"]) <= 2 * 24 * 3600
    assert seen.error.domain() == "atrium.kernel"
    with refused("LIMIT_REACHED"):
        await world.call("tenants.GetTenant", headers=headers, id=sold.id)
    with refused("LIMIT_REACHED"):
        await world.call("iam.ExchangeApiKey", api_key=key.secret)
    assert (await world.call("iam.ListUsers", world.acme_admin)).users
    await sold.plan(api_calls=1000)
    assert (await world.call("iam.ListUsers", headers=headers)).users


# --- keeping the last word on the bus ---


async def test_what_every_host_knows_is_not_told_again(sold: Sold) -> None:
    await sold.period()
    await sold.plan(api_calls=10)
    await sold.use(api_calls=10)
    count = len(sold.world.bus.log)
    assert await sold.limiting.tell_again() == 0
    await sold.world.settle()
    assert len(sold.world.bus.log) == count


async def test_before_the_bus_forgets_it_everything_is_told_again(sold: Sold) -> None:
    await sold.period(days=300)
    await sold.plan(api_calls=10)
    await sold.use(api_calls=10)
    sold.world.clock.advance(timedelta(days=8))
    kinds = [EntitlementsChangedMessage.DESCRIPTOR.full_name, LimitsReachedMessage.DESCRIPTOR.full_name]
    before = [sum(one.type == kind for one in sold.world.bus.log) for kind in kinds]
    assert await sold.limiting.tell_again() == 2
    await sold.world.settle()
    after = [sum(one.type == kind for one in sold.world.bus.log) for kind in kinds]
    assert after == [count + 1 for count in before]
    assert sold.told()[-1] == {"api_calls": 10} and sold.refuses_machines()
    assert await sold.limiting.tell_again() == 0


async def test_what_the_bus_has_lost_is_told_again(sold: Sold) -> None:
    await sold.plan(api_calls=10)
    sold.world.bus.log.clear()
    for host in sold.world.hosts.values():
        host.entitlements._entitled.clear()
    assert await sold.limiting.tell_again() == 1
    await sold.world.settle()
    for host in sold.world.hosts.values():
        limit = host.entitlements.limit(sold.id, "api_calls")
        assert limit is not None and limit.most == 10
