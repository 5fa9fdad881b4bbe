"""Periods as they end and begin: what is charged, once, whatever is late, twice or killed."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.message import Message

from actors.api.billing.v1 import InvoiceDrafted, SubscriptionPeriodDue
from actors.billing.domain.invoice import Reason
from actors.billing.domain.invoice import State as InvoiceState
from actors.billing.domain.line import Kind as LineKind
from actors.billing.domain.plan import version_id
from actors.billing.domain.subscription_state import State
from actors.kernel.call import system_call
from actors.kernel.events.contract import Envelope, subject_of
from actors.kernel.events.inbox import Reactions
from actors.kernel.module import card
from actors.kernel.store.contract import Write
from actors.kernel.store.memory import MemoryBackend
from actors.kernel.store.sql import migrations
from actors.kernel.store.sql.backend import SqlBackend
from tests.billing.making import flat, metered, seat, terms_of
from tests.billing.selling import CLOSING, Shop
from tests.world import World, refused


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    async with World.furnished() as world:
        shop = Shop(world)
        await sell(shop)
        yield shop
        await world.settle()
        await shop.check()
        assert await world.bus.dead_letters() == []


async def sell(shop: Shop) -> None:
    await shop.offer("small", flat(1000))
    await shop.offer("large", flat(3000), seat(500))
    await shop.offer("metered", flat(2000), metered("api_calls"))
    await shop.offer("usage", metered("api_calls", free_units=100))
    await shop.without(shop.world.acme)
    await shop.card(shop.world.acme)


async def totals(shop: Shop) -> list[tuple[Reason, int, InvoiceState]]:
    return [(one.reason, one.totals.total_minor, one.state) for one in await shop.invoices(shop.world.acme)]


def named(shop: Shop, event: str, since: int = 0) -> list[Envelope]:
    return [one for one in shop.world.bus.log[since:] if one.type.endswith(f".{event}")]


PAID = InvoiceState.PAID
FIRST, CYCLE = Reason.SUBSCRIPTION_CREATE, Reason.CYCLE


async def test_a_month_follows_a_month_each_with_its_invoice(shop: Shop) -> None:
    await shop.subscribe(shop.world.acme, "small")
    for _ in range(3):
        await shop.until((await shop.live(shop.world.acme)).period_end_time)
    assert await totals(shop) == [(FIRST, 1000, PAID), *[(CYCLE, 1000, PAID)] * 3]
    live = await shop.live(shop.world.acme)
    assert live.period_number == 4 and live.state is State.ACTIVE
    invoices = await shop.invoices(shop.world.acme)
    assert [one.period_number for one in invoices] == [1, 2, 3, 4]
    periods = await shop.periods(shop.world.acme)
    assert all(a.end_time == b.start_time for a, b in zip(periods, periods[1:], strict=False))


async def test_a_month_that_began_on_the_last_day_ends_on_the_last_day(shop: Shop) -> None:
    world = shop.world
    year = world.clock.now().year + 1
    await shop.until(datetime(year, 1, 31, 12, 30, tzinfo=UTC))
    await shop.subscribe(world.acme, "small")
    for _ in range(4):
        await shop.until((await shop.live(world.acme)).period_end_time)
    starts = [one.start_time.replace(second=0, microsecond=0) for one in await shop.periods(world.acme)]
    last = 29 if year % 4 == 0 else 28
    days = [(1, 31), (2, last), (3, 31), (4, 30), (5, 31)]
    assert starts == [datetime(year, month, day, 12, 30, tzinfo=UTC) for month, day in days]
    assert await shop.taken_minor() == 5000


async def test_a_later_anchor_shortens_the_first_period(shop: Shop) -> None:
    world, acme = shop.world, shop.world.acme
    anchor = world.clock.now() + timedelta(days=7)
    await shop.subscribe(acme, "small", anchor_time=anchor)
    await shop.until(anchor + timedelta(seconds=1))
    first, second = await shop.invoices(acme)
    assert 200 < first.totals.total_minor < 250 and second.totals.total_minor == 1000
    assert (await shop.live(acme)).anchor_number == 2


async def test_usage_is_charged_with_the_next_period_once_it_is_known(shop: Shop) -> None:
    acme = shop.world.acme
    await shop.subscribe(acme, "metered")
    await shop.use(acme, "api_calls", 123)
    end = (await shop.live(acme)).period_end_time
    await shop.until(end)
    waiting = (await shop.invoices(acme))[-1]
    assert (waiting.state, waiting.number, waiting.period_number) == (InvoiceState.DRAFT, "", 2)
    await shop.until(end + CLOSING - timedelta(seconds=1))
    assert (await shop.invoices(acme))[-1].state is InvoiceState.DRAFT
    await shop.until(end + CLOSING)
    assert await totals(shop) == [(FIRST, 2000, PAID), (CYCLE, 2123, PAID)]
    lines = await shop.lines((await shop.invoices(acme))[-1])
    assert [(one.kind, one.quantity, one.period_number) for one in lines] == [
        (LineKind.RECURRING, 1, 2),
        (LineKind.USAGE, 123, 1),
    ]
    async with shop.unit(acme.id) as unit:
        logs = {one.meter: one.quantity for one in await unit.usage_logs.select()}
    assert logs["api_calls"] == 123
    assert [one.close_time is not None for one in await shop.periods(acme)] == [True, False]


async def test_usage_within_what_is_free_makes_no_invoice(shop: Shop) -> None:
    acme = shop.world.acme
    await shop.subscribe(acme, "usage")
    await shop.use(acme, "api_calls", 100)
    end = (await shop.live(acme)).period_end_time
    await shop.until(end + CLOSING)
    assert await totals(shop) == []
    await shop.use(acme, "api_calls", 150)
    await shop.until((await shop.live(acme)).period_end_time + CLOSING)
    assert await totals(shop) == [(CYCLE, 50, PAID)]


async def test_usage_before_a_change_of_the_interval_is_charged_by_the_old_terms(shop: Shop) -> None:
    acme = shop.world.acme
    await shop.offer(
        "both", flat(1000), metered("api_calls"), yearly=(flat(9000), metered("api_calls", free_units=10**6))
    )
    await shop.subscribe(acme, "both")
    await shop.use(acme, "api_calls", 70)
    await shop.until(shop.world.clock.now() + timedelta(days=3))
    await shop.change(acme, interval="INTERVAL_YEAR")
    await shop.until(shop.world.clock.now() + CLOSING + timedelta(seconds=2))
    found = await totals(shop)
    assert [reason for reason, _, _ in found] == [FIRST, Reason.CHANGE, CYCLE] and found[-1][1:] == (70, PAID)


async def test_a_trial_becomes_a_subscription_that_is_paid_for(shop: Shop) -> None:
    globex = shop.world.globex
    await shop.card(globex)
    await shop.change(globex, plan_id="small")
    live = await shop.live(globex)
    await shop.use(globex, "api_calls", 10**6)
    await shop.until(live.period_end_time + timedelta(minutes=11))
    await shop.selling.cycle.sweep()
    await shop.until(shop.world.clock.now() + CLOSING)
    (first,) = await shop.invoices(globex)
    assert first.state is PAID and first.totals.total_minor == 1000 and first.period_number == 2
    moved = [(one.previous_state, one.state) for one in await shop.movements(globex)]
    assert moved[-1] == (State.TRIALING, State.ACTIVE)


async def test_months_without_anybody_there_are_made_up_for_one_by_one(shop: Shop) -> None:
    world, acme = shop.world, shop.world.acme
    await shop.subscribe(acme, "metered")
    await world.later(days=100)
    assert (await shop.live(acme)).period_number == 4
    assert await totals(shop) == [(FIRST, 2000, PAID), *[(CYCLE, 2000, PAID)] * 3]


async def test_a_card_that_fails_is_tried_again_and_suspends_in_the_end(shop: Shop) -> None:
    acme = shop.world.acme
    await shop.subscribe(acme, "small", payment_method_id=await shop.card(acme, "tok_decline_later_1"))
    end = (await shop.live(acme)).period_end_time
    await shop.until(end + timedelta(seconds=5))
    assert (await shop.live(acme)).state is State.PAST_DUE and (await shop.entitlements(acme)).usable
    await shop.until(end + timedelta(days=8))
    assert (await shop.live(acme)).state is State.SUSPENDED
    assert not (await shop.entitlements(acme)).usable
    open_invoice = (await shop.invoices(acme))[-1]
    assert (open_invoice.state, open_invoice.attempt_count) == (InvoiceState.OPEN, 5)
    await shop.until(end + timedelta(days=60))
    assert len(await shop.invoices(acme)) == 2, "nothing is charged while nothing may be used"
    good = await shop.card(acme)
    await shop.change(acme, payment_method_id=good)
    with refused("SUBSCRIPTION_STATE"):
        await shop.change(acme, plan_id="large")
    await shop.world.call("billing.CreatePayment", shop.world.root, invoice_id=open_invoice.id, payment_method_id=good)
    await shop.world.settle()
    live = await shop.live(acme)
    assert (live.state, live.period_number) == (State.ACTIVE, 3)
    assert len(await shop.invoices(acme)) == 3, "the period that begins anew is charged"


async def test_a_period_begins_with_a_seat_for_everybody(shop: Shop) -> None:
    world, acme = shop.world, shop.world.acme
    await shop.subscribe(acme, "large", seats=2)
    for name in ("sue", "tom", "ivy"):
        await world.person(world.acme_admin, f"{name}@acme.example")
    assert (await shop.live(acme)).seats == 2, "nobody is charged for in the middle of a period"
    previewed = await shop.preview(acme)
    assert previewed.totals.total_minor == 3000 + 4 * 500
    await shop.until((await shop.live(acme)).period_end_time)
    assert (await shop.live(acme)).seats == 4
    assert (await shop.invoices(acme))[-1].totals.total_minor == previewed.totals.total_minor
    await shop.change(acme, seats=9)
    await shop.until((await shop.live(acme)).period_end_time)
    assert (await shop.live(acme)).seats == 9, "what was bought beyond that stays bought"
    await shop.change(acme, seats=1)
    await shop.until((await shop.live(acme)).period_end_time)
    assert (await shop.live(acme)).seats == 4
    await shop.change(acme, plan_id="small")
    await shop.until((await shop.live(acme)).period_end_time)
    assert (await shop.live(acme)).seats == 1


async def test_an_event_that_comes_again_changes_nothing(shop: Shop) -> None:
    acme = shop.world.acme
    await shop.subscribe(acme, "metered")
    await shop.use(acme, "api_calls", 5)
    await shop.until((await shop.live(acme)).period_end_time + CLOSING)
    before = await totals(shop)
    host = shop.world.hosts["billing"]
    for event in ("SubscriptionPeriodDue", "SubscriptionIncompleteDue"):
        reaction = next(one for one in host.reactions._single if one.event == event)
        for n, envelope in enumerate(named(shop, event)):
            await host.reactions.handle(reaction, dataclasses.replace(envelope, deliveries=2))
            await host.reactions.handle(reaction, dataclasses.replace(envelope, id=f"evt_again_{event}_{n}"))
    await shop.world.settle()
    assert await totals(shop) == before


async def test_the_sweep_finds_what_lost_schedules_and_events_left(shop: Shop) -> None:
    world, acme = shop.world, shop.world.acme
    await shop.without(world.globex)
    await shop.subscribe(acme, "metered")
    await shop.use(acme, "api_calls", 3)
    end = (await shop.live(acme)).period_end_time

    async def lost(moment: datetime) -> int:
        world.bus._schedules.clear()
        world.clock.advance(moment - world.clock.now())
        found = await shop.selling.cycle.sweep()
        world.bus._schedules.clear()
        await world.settle()
        world.bus._schedules.clear()
        return found

    assert await lost(end + timedelta(minutes=5)) == 0
    assert await lost(end + timedelta(minutes=11)) == 1
    assert (await shop.live(acme)).period_number == 2
    assert await lost(end + CLOSING + timedelta(minutes=11)) == 1
    draft = (await shop.invoices(acme))[-1]
    assert draft.state is PAID and draft.totals.total_minor == 2003
    async with shop.unit(acme.id) as unit:
        again = draft.but(id="inv_left", version=0, number="", state=InvoiceState.DRAFT, period_key=None)
        lines = [one.but(id=f"{one.id}-left", version=0, invoice_id="inv_left") for one in await shop.lines(draft)]
        moved = timedelta(days=3650)
        for line in lines:
            assert line.start_time is not None and line.end_time is not None
            unit.lines.put(line.but(start_time=line.start_time + moved, end_time=line.end_time + moved))
        unit.invoices.put(again.but(totals=dataclasses.replace(draft.totals, paid_minor=0)))
    assert await lost(end + CLOSING + timedelta(minutes=22)) == 1
    async with shop.unit(acme.id) as unit:
        assert (await unit.invoices.get("inv_left")).number
    await world.settle()


async def test_a_version_of_a_plan_takes_effect_when_its_time_comes(shop: Shop) -> None:
    world = shop.world
    at = world.clock.now()
    async with shop.store.unit(system_call(), aside=True) as unit:
        plan, version = (await unit.plans.get("small")).changed(terms_of(flat(1200)), at, at + timedelta(days=2))
        unit.plans.put(plan)
        assert version is not None and version.id == version_id("small", 2)
        unit.plan_versions.put(version)
        assert plan.due is not None
        unit.schedule(plan.due[0], name="billing.plan.small", when=plan.due[1])
    assert (await shop.subscribe(world.acme, "small")).invoice.totals.total_minor == 1000
    await shop.until(at + timedelta(days=3))
    async with shop.store.unit(system_call(), aside=True) as unit:
        assert (await unit.plans.get("small")).plan_version == 2
    assert (await shop.live(world.acme)).plan_version == 1, "subscribers stay on theirs"


# --- two at once, and killed in between ---


@pytest.fixture
async def embedded(tmp_path: Path) -> AsyncIterator[Shop]:
    """Over the embedded SQL database, as it is migrated."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'books' / 'atrium.db'}"
    await migrations.upgrade(url, migrations.histories([card(name) for name in ("iam", "tenants", "billing")]))
    sql = SqlBackend(url)
    async with World(sql=sql) as world:
        world.root = await world.set_up()
        world.acme, world.acme_admin = await world.active_tenant(world.root)
        shop = Shop(world)
        await sell(shop)
        yield shop
        await world.settle()
        await shop.check()
    await sql.close()


async def test_two_replicas_that_run_the_cycle_at_once_bill_once(embedded: Shop) -> None:
    shop, world, acme = embedded, embedded.world, embedded.world.acme
    await shop.subscribe(acme, "metered")
    await shop.use(acme, "api_calls", 40)
    host = world.hosts["billing"]
    twin = Reactions("billing", host.furnished.reactions, host.store, world.bus, host.books)
    end = (await shop.live(acme)).period_end_time
    due = next(one for one in host.reactions._single if one.event == "SubscriptionPeriodDue")
    drafted = next(one for one in host.reactions._batch if one.event == "InvoiceDrafted")

    def event(n: int) -> Envelope:
        message = SubscriptionPeriodDue(tenant_id=acme.id, subscription_id=live.id, period_number=live.period_number)
        return envelope(world, f"evt_due_{n}", message)

    live = await shop.live(acme)
    world.clock.advance(end - world.clock.now())
    await asyncio.gather(
        *(one.handle(due, event(n)) for n in range(4) for one in (host.reactions, twin)),
        return_exceptions=False,
    )
    assert (await shop.live(acme)).period_number == 2 and len(await shop.invoices(acme)) == 2
    world.clock.advance(CLOSING)
    await asyncio.gather(*(one.handle(due, event(10 + n)) for n in range(4) for one in (host.reactions, twin)))
    invoice = (await shop.invoices(acme))[-1]
    sent = [
        envelope(world, f"evt_drafted_{n}", InvoiceDrafted(tenant_id=acme.id, invoice_id=invoice.id)) for n in range(6)
    ]
    await asyncio.gather(*(one.handle_batch(drafted, sent) for one in (host.reactions, twin)))
    await world.settle()
    assert [one.totals.total_minor for one in await shop.invoices(acme)] == [2000, 2040]
    assert {one.state for one in await shop.invoices(acme)} == {PAID} and await shop.taken_minor() == 4040


def envelope(world: World, id: str, message: Message) -> Envelope:
    """An event as it is delivered."""
    kind = message.DESCRIPTOR
    tenant_id = str(message.tenant_id)  # type: ignore[attr-defined]
    return Envelope(
        id=id,
        type=kind.full_name,
        subject=subject_of("billing", kind.name, tenant_id),
        payload=message.SerializeToString(),
        time=world.clock.now(),
        tenant_id=tenant_id,
    )


class Mortal(MemoryBackend):
    """Books whose process dies at a commit: just before it, or just after."""

    def __init__(self) -> None:
        super().__init__()
        self.commits, self.dies_at, self.after = 0, -1, False

    async def commit(self, writes: Sequence[Write]) -> None:
        self.commits += 1
        dies = self.commits == self.dies_at
        if dies and not self.after:
            raise RuntimeError("killed before the commit")
        await super().commit(writes)
        if dies:
            raise RuntimeError("killed after the commit")


async def story(shop: Shop) -> None:
    """A subscription that is bought, upgraded, goes on for two periods with usage, and is ended."""
    acme = shop.world.acme

    async def said(name: str, key: str, **fields: Any) -> Any:
        for _ in range(5):
            try:
                return await shop.world.call(name, shop.world.root, headers={"idempotency-key": key}, **fields)
            except Exception as error:
                if "internal fault" not in str(error):
                    raise
        raise AssertionError("it fails again and again")

    made = await said(
        "billing.CreateSubscription", "one", tenant_id=acme.id, plan_id="small", interval="INTERVAL_MONTH"
    )
    await shop.world.settle()
    await said("billing.ChangeSubscription", "two", id=made.subscription.id, plan_id="metered")
    await shop.use(acme, "api_calls", 9)
    await shop.world.later(days=32)
    await shop.world.later(hours=3)
    await shop.world.later(days=30)
    await shop.world.later(hours=3)
    shop.world.root = str((await shop.world.login("root@example.com")).access_token)
    await said("billing.CancelSubscription", "three", id=made.subscription.id, now=True)
    await shop.world.later(hours=3)


async def told(dies_at: int, after: bool) -> tuple[int, list[tuple[str, int, str]]]:
    sql = Mortal()
    async with World.furnished(sql=sql) as world:
        shop = Shop(world)
        await sell(shop)
        await world.settle()
        sql.commits, sql.dies_at, sql.after = 0, dies_at, after
        await story(shop)
        sql.dies_at = -1
        await world.later(days=1)
        await shop.check()
        assert await world.bus.dead_letters() == []
        found = sorted(
            (one.reason.name, one.totals.total_minor, one.state.name) for one in await shop.invoices(world.acme)
        )
        assert (await shop.live(world.acme)).state is State.CANCELLED
        return sql.commits, found


async def test_killed_at_any_commit_everything_goes_on_and_nothing_is_charged_twice() -> None:
    commits, expected = await told(-1, False)
    assert [row[0] for row in expected] == ["CANCEL", "CHANGE", "CYCLE", "CYCLE", "SUBSCRIPTION_CREATE"]
    for dies_at in range(1, commits + 1, 7):
        for after in (False, True):
            _, found = await told(dies_at, after)
            assert [row[0] for row in found] == [row[0] for row in expected], (dies_at, after)
