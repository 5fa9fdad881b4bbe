"""Usage against limits: compared with the totals of the present period, announced once, forgotten by nobody."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from actors.api.billing.v1 import EntitlementsChanged, LimitsReached
from actors.billing.domain.entitlement import ReachedLimit, reached
from actors.billing.domain.meter import Aggregation, new_meter
from actors.billing.domain.terms import Beyond, Limit
from actors.billing.domain.usage import Quantity, UsageRecorded
from actors.billing.limiting import Limiting
from actors.billing.telling import Telling
from actors.kernel.call import system_call
from actors.kernel.errors import LimitReached, SubscriptionInactive
from tests.billing.making import YEAR, flat
from tests.billing.selling import Shop
from tests.world import World, refused


class Gate:
    """The tenant acme on a plan of its own, what it uses, and what the hosts make of it."""

    def __init__(self, world: World) -> None:
        self.world, self.shop, self.acme = world, Shop(world), world.acme
        host = world.hosts["billing"]
        workers = host.furnished.workers
        self.limiting: Limiting = next(one.run.__self__ for one in workers if one.name == "entitlements")  # type: ignore[attr-defined]

    async def offer(self, id: str, *, charged: tuple[str, ...] = (), **limits: int) -> None:
        await self.shop.offer(
            id,
            flat(1000),
            yearly=(flat(9000),),
            limits=tuple(
                Limit(meter, most, Beyond.CHARGE if meter in charged else Beyond.REFUSE)
                for meter, most in limits.items()
            ),
        )

    async def change(self, plan: str, **more: Any) -> None:
        await self.shop.change(self.acme, plan_id=plan, effective_at="EFFECTIVE_AT_NOW", **more)
        await self.world.settle()

    async def use(self, tenant: Any = None, **quantities: int) -> None:
        """Counts usage as an ingest does: totals, then the announcement."""
        tenant = tenant or self.acme
        for meter, quantity in quantities.items():
            await self.shop.use(tenant, meter, quantity)
        counted = tuple(Quantity(meter, self.world.clock.today(), n) for meter, n in quantities.items())
        async with self.shop.store.unit(system_call(), aside=True) as unit:
            unit.announce(UsageRecorded(tenant_id=tenant.id, quantities=counted))
        await self.world.settle()

    def told(self) -> list[dict[str, int]]:
        """What was announced as used up, oldest first."""
        return [
            {limit.meter: limit.used for limit in envelope.message().limits}  # type: ignore[attr-defined]
            for envelope in self.world.bus.log
            if envelope.type == LimitsReached.DESCRIPTOR.full_name
        ]

    def refuses_machines(self) -> bool:
        """Whether every host of every module does; all of them must agree."""
        answers = set()
        for host in self.world.hosts.values():
            try:
                host.entitlements.must_serve_machine(self.acme.id)
                answers.add(False)
            except (LimitReached, SubscriptionInactive):
                answers.add(True)
        (answer,) = answers
        return answer


@pytest.fixture
async def gate() -> AsyncIterator[Gate]:
    """Acme pays for the plan "small", which refuses more than 100 calls of machines and more than 50 tickets."""
    async with World.furnished() as world:
        gate = Gate(world)
        await gate.offer("small", api_calls=100, tickets=50)
        await gate.offer("large", api_calls=1000)
        await gate.shop.without(world.acme)
        await gate.shop.card(world.acme)
        await gate.shop.subscribe(world.acme, "small")
        await world.settle()
        assert not gate.refuses_machines()
        yield gate
        await world.settle()
        assert await world.bus.dead_letters() == []


def test_a_limit_is_reached_by_as_much_as_it_says() -> None:
    limits = {"api_calls": 100, "tickets": 5, "reports": 0}
    assert reached(limits, {"api_calls": 99, "tickets": 4}) == (ReachedLimit("reports", 0, 0),)
    assert reached(limits, {"api_calls": 100, "tickets": 7}) == (
        ReachedLimit("api_calls", 100, 100),
        ReachedLimit("reports", 0, 0),
        ReachedLimit("tickets", 5, 7),
    )


async def test_a_limit_that_is_reached_is_told_once_and_refused_everywhere_until_the_period_ends(gate: Gate) -> None:
    await gate.use(api_calls=60)
    assert gate.told() == [] and not gate.refuses_machines()
    await gate.use(api_calls=41, tickets=3)
    assert gate.told() == [{"api_calls": 101}] and gate.refuses_machines()
    live, spent = await gate.shop.live(gate.acme), gate.limiting.known.spent(gate.acme.id)
    assert spent is not None and spent.until == live.period_end_time
    await gate.use(api_calls=5)
    await gate.use(tickets=1)
    assert gate.told() == [{"api_calls": 101}]
    await gate.use(tickets=46)
    assert gate.told()[-1] == {"api_calls": 106, "tickets": 50}
    await gate.shop.until(live.period_end_time + timedelta(seconds=1))
    assert (await gate.shop.live(gate.acme)).period_number == live.period_number + 1
    assert not gate.refuses_machines()
    await gate.use(api_calls=99)
    assert not gate.refuses_machines()
    await gate.use(api_calls=1)
    assert gate.refuses_machines()


async def test_what_another_tenant_uses_does_not_count(gate: Gate) -> None:
    await gate.use(tenant=gate.world.globex, api_calls=1000)
    assert gate.told() == [] and not gate.refuses_machines()


async def test_a_larger_plan_opens_the_gate_and_a_smaller_one_shuts_it(gate: Gate) -> None:
    await gate.offer("small-but-charged", charged=("api_calls",), api_calls=100)
    await gate.use(api_calls=150)
    assert gate.refuses_machines()
    await gate.change("large")
    assert not gate.refuses_machines() and gate.told()[-1] == {}
    await gate.use(api_calls=850)
    assert gate.refuses_machines() and gate.told()[-1] == {"api_calls": 1000}
    await gate.change("small-but-charged")
    assert not gate.refuses_machines()
    await gate.change("small")
    assert gate.refuses_machines() and gate.told()[-1]["api_calls"] == 1000


async def test_a_period_that_begins_early_opens_the_gate(gate: Gate) -> None:
    await gate.use(api_calls=100)
    assert gate.refuses_machines()
    before = await gate.shop.live(gate.acme)
    gate.world.clock.advance(timedelta(days=1))
    await gate.world.sign_in_again()
    await gate.change("small", interval=f"INTERVAL_{YEAR.name}")
    assert (await gate.shop.live(gate.acme)).period_number == before.period_number + 1
    assert gate.told()[-1] == {} and not gate.refuses_machines()


async def test_a_subscription_that_ends_shuts_the_gate_at_once(gate: Gate) -> None:
    await gate.shop.cancel(gate.acme, now=True)
    await gate.world.settle()
    assert gate.refuses_machines()
    await gate.shop.subscribe(gate.acme, "small")
    await gate.world.settle()
    assert not gate.refuses_machines()


async def test_storage_that_is_full_refuses_new_work_until_less_is_measured(gate: Gate) -> None:
    world = gate.world
    robot = {"display_name": "Robot", "permissions": ["users.read"]}
    await gate.offer("tiny", storage_bytes=1_000_000, api_calls=100)
    await gate.change("tiny")
    await gate.use(storage_bytes=999_999)
    assert gate.told() == []
    await gate.use(storage_bytes=1)
    assert gate.told() == [{"storage_bytes": 1_000_000}] and not gate.refuses_machines()
    with refused("LIMIT_REACHED") as seen:
        await world.call("iam.CreateApiKey", world.acme_admin, **robot)
    assert seen.error is not None and "remove some first" in str(seen.error)
    world.clock.advance(timedelta(days=1))
    await world.sign_in_again()
    before = await gate.shop.live(gate.acme)
    await gate.change("tiny", interval=f"INTERVAL_{YEAR.name}")
    assert (await gate.shop.live(gate.acme)).period_number == before.period_number + 1
    assert gate.told()[-1] == {"storage_bytes": 1_000_000}, "nothing was measured in this period"
    await gate.use(api_calls=1)
    with refused("LIMIT_REACHED"):
        await world.call("iam.CreateApiKey", world.acme_admin, **robot)
    await world.later(hours=1)
    await Telling(world.hosts["billing"].room).tell()
    await world.settle()
    await world.sign_in_again()
    assert gate.told()[-1] == {}, "the hourly look found how little there really is"
    await world.call("iam.CreateApiKey", world.acme_admin, **robot)


async def test_values_that_are_present_at_any_time_are_left_to_those_who_know_them(gate: Gate) -> None:
    async with gate.shop.store.unit(system_call(), aside=True) as unit:
        unit.meters.put(new_meter("exports", "Exports", "export", Aggregation.SUM))
    gate.limiting.meters._read = -1e9
    await gate.offer("counted", users=1, exports=10)
    await gate.change("counted")
    await gate.use(users=5)
    await gate.use(exports=7)
    assert gate.told() == []
    await gate.use(exports=4)
    assert gate.told() == [{"exports": 11}]


async def test_a_machine_that_used_up_its_calls_is_told_what_to_do(gate: Gate) -> None:
    world = gate.world
    key = await world.call("iam.CreateApiKey", world.acme_admin, display_name="Robot", permissions=["users.read"])
    headers = {"x-api-key": key.secret}
    await world.call("iam.ListUsers", headers=headers)
    await gate.use(api_calls=100)
    with refused("LIMIT_REACHED") as seen:
        await world.call("iam.ListUsers", headers=headers)
    assert seen.error is not None and seen.error.domain() == "atrium.kernel"
    assert 0 < int(seen.error.metadata["retry_after_seconds"]) <= 31 * 24 * 3600
    assert "change to a larger plan, or wait until" in str(seen.error)
    with refused("LIMIT_REACHED"):
        await world.call("tenants.GetTenant", headers=headers, id=gate.acme.id)
    with refused("LIMIT_REACHED"):
        await world.call("iam.ExchangeApiKey", api_key=key.secret)
    assert (await world.call("iam.ListUsers", world.acme_admin)).users
    await gate.change("large")
    assert (await world.call("iam.ListUsers", headers=headers)).users


# --- keeping the last word on the bus ---


def count_of(gate: Gate, event: type[Any]) -> int:
    return sum(one.type == event.DESCRIPTOR.full_name for one in gate.world.bus.log)


async def test_what_every_host_knows_is_not_told_again(gate: Gate) -> None:
    await gate.use(api_calls=100)
    before = len(gate.world.bus.log)
    assert await gate.limiting.tell_again() == 0
    await gate.world.settle()
    assert len(gate.world.bus.log) == before


async def test_before_the_bus_forgets_it_everything_is_told_again(gate: Gate) -> None:
    await gate.use(api_calls=100)
    gate.world.clock.advance(timedelta(days=8))
    changed, told = count_of(gate, EntitlementsChanged), count_of(gate, LimitsReached)
    assert await gate.limiting.tell_again() == 3, "of two tenants what they may use, of one what it has used up"
    await gate.world.settle()
    assert (count_of(gate, EntitlementsChanged), count_of(gate, LimitsReached)) == (changed + 2, told + 1)
    assert gate.told()[-1] == {"api_calls": 100} and gate.refuses_machines()
    assert await gate.limiting.tell_again() == 0


async def test_what_the_bus_has_lost_is_told_again(gate: Gate) -> None:
    gate.world.bus.log.clear()
    for host in gate.world.hosts.values():
        host.entitlements._entitled.clear()
    assert await gate.limiting.tell_again() == 2
    await gate.world.settle()
    for host in gate.world.hosts.values():
        limit = host.entitlements.limit(gate.acme.id, "api_calls")
        assert limit is not None and limit.most == 100
