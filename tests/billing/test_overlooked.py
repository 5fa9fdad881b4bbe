"""What is due though its schedule was lost is found, and happens once."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from actors.billing.domain.invoice import Reason
from actors.billing.domain.invoice import State as InvoiceState
from actors.billing.domain.payment import State
from actors.billing.domain.period import Period
from actors.billing.domain.refund import State as RefundState
from actors.billing.overlooked import Overlooked
from tests.billing.market import Market
from tests.billing.test_refunds import paid, refund


@pytest.fixture
async def market() -> AsyncIterator[Market]:
    async with Market() as market:
        yield market


async def lose_schedules(market: Market) -> None:
    await market.world.settle()
    schedules = market.world.bus._schedules
    for subject in [one for one in schedules if ".billing.dunning." in one or ".billing.look." in one]:
        del schedules[subject]


async def find(market: Market) -> int:
    count = await Overlooked(market.paying).find()
    await market.world.settle()
    return count


async def test_a_retry_that_never_came_is_made(market: Market) -> None:
    await market.method("tok_insufficient_funds")
    invoice = await market.owe(10_000, settle=True)
    await lose_schedules(market)
    await market.world.later(days=1, hours=1)
    assert await find(market) == 0, "it may still come"
    await market.world.later(hours=2)
    assert await find(market) == 1
    assert sorted(one.attempt for one in await market.payments(invoice)) == [1, 2] and await find(market) == 0


async def test_an_invoice_that_was_never_tried_is_charged_when_it_is_due(market: Market) -> None:
    invoice = await market.to_pay()
    await lose_schedules(market)
    await market.world.later(days=13)
    assert await find(market) == 0
    await market.world.later(days=1, hours=3)
    assert await find(market) == 1
    assert (await market.invoice(invoice.id)).state is InvoiceState.PAID and await find(market) == 0


async def test_nothing_is_overlooked_while_an_account_is_parked_and_all_is_found_afterwards(market: Market) -> None:
    invoice = await market.to_pay()
    async with market.unit() as unit:
        account = await unit.accounts.get(market.tenant_id)
        unit.accounts.put(account.parked("somebody has to look", market.world.clock.now()))
    await lose_schedules(market)
    await market.world.later(days=15)
    assert await find(market) == 0
    async with market.unit() as unit:
        unit.accounts.put((await unit.accounts.get(market.tenant_id)).unparked(market.world.clock.now()))
    assert await find(market) == 1
    assert (await market.invoice(invoice.id)).state is InvoiceState.PAID and await find(market) == 0


async def test_a_payment_that_nobody_looked_up_is_looked_up(market: Market) -> None:
    invoice = await market.to_pay("tok_timeout")
    await market.pay(invoice)
    await lose_schedules(market)
    await market.world.later(hours=9)
    assert await find(market) == 1
    assert [one.state for one in await market.payments(invoice)] == [State.SUCCEEDED] and await find(market) == 0


async def test_a_refund_that_nobody_looked_up_is_looked_up(market: Market) -> None:
    _, payment = await paid(market, "tok_refund_slow")
    await refund(market, payment)
    await lose_schedules(market)
    await market.world.later(hours=9)
    assert await find(market) == 1
    assert [one.state for one in await market.refunds()] == [RefundState.SUCCEEDED] and await find(market) == 0


async def test_what_waits_for_its_payer_and_what_was_tried_for_the_last_time_is_left(market: Market) -> None:
    await market.method("tok_insufficient_funds")
    subscription = await market.subscribed(active=False)
    period = Period(1, subscription.period_start_time, subscription.period_end_time)
    words = {"reason": Reason.SUBSCRIPTION_CREATE, "subscription_id": subscription.id, "period": period}
    await market.owe(10_000, settle=True, opens_period=True, **words)
    await lose_schedules(market)
    await market.world.later(hours=20)
    assert await find(market) == 0
    invoice = await market.owe(10_000, settle=True)
    for _ in range(4):
        await market.world.later(days=2)
    assert (await market.invoice(invoice.id)).attempt_count == 5
    await market.world.later(days=30)
    assert await find(market) == 0
