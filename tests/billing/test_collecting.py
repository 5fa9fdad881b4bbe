"""Unpaid invoices: charged when due, again by dunning, with what that does to the subscription."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from actors.api.billing.v1 import InvoicePaymentDue
from actors.api.billing.v1 import Payment as PaymentMessage
from actors.billing.bookkeeping import posted
from actors.billing.domain.credit import granted
from actors.billing.domain.invoice import Invoice, Reason
from actors.billing.domain.invoice import State as InvoiceState
from actors.billing.domain.ledger import credit_granted
from actors.billing.domain.money import Money
from actors.billing.domain.payment import DeclineReason, Outcome, Payment, State
from actors.billing.domain.period import Period
from actors.billing.domain.subscription import Subscription
from actors.billing.domain.subscription_state import State as SubscriptionState
from actors.billing.store import BooksUnit
from tests.billing.market import Market
from tests.world import refused


@pytest.fixture
async def market() -> AsyncIterator[Market]:
    async with Market() as market:
        yield market


async def days(market: Market, *spans: int) -> list[int]:
    """Lets days pass, one span after another; how many attempts had failed after each."""
    found = []
    for span in spans:
        await market.world.later(days=span, minutes=1)
        found.append(len(market.told("PaymentFailed")))
    return found


async def subscribed(market: Market, token: str) -> tuple[Subscription, Invoice]:
    """A subscription, and an invoice of it whose payment has just been tried."""
    await market.method(token)
    subscription = await market.subscribed()
    invoice = await market.owe(10_000, settle=True, reason=Reason.CHANGE, subscription_id=subscription.id)
    return subscription, invoice


async def state(market: Market, subscription: Subscription) -> SubscriptionState:
    return (await market.subscription(subscription.id)).state


async def test_an_issued_invoice_is_charged_at_once_without_its_payer(market: Market) -> None:
    subscription, invoice = await subscribed(market, "tok_visa")
    (payment,) = await market.payments(invoice)
    assert (payment.state, payment.attempt) == (State.SUCCEEDED, 1)
    assert payment.asked is not None and not payment.asked.present
    assert invoice.state is InvoiceState.PAID and await state(market, subscription) is SubscriptionState.ACTIVE


async def test_a_failed_payment_is_tried_after_1_3_5_and_7_days_and_then_suspends(market: Market) -> None:
    subscription, invoice = await subscribed(market, "tok_insufficient_funds")
    assert await state(market, subscription) is SubscriptionState.PAST_DUE
    assert invoice.attempt_count == 1 and invoice.next_attempt_time is not None
    assert await days(market, 0, 1, 1, 1, 2) == [1, 2, 2, 3, 4], "on days 1, 3 and 5"
    assert await state(market, subscription) is SubscriptionState.PAST_DUE
    assert await days(market, 2) == [5]
    assert await state(market, subscription) is SubscriptionState.SUSPENDED
    assert [(one.attempt, one.last) for one in market.told("PaymentFailed")] == [
        *((n, False) for n in range(1, 5)),
        (5, True),
    ]
    last = await market.invoice(invoice.id)
    assert (last.state, last.attempt_count, last.next_attempt_time) == (InvoiceState.OPEN, 5, None)
    assert await days(market, 5) == [5], "nothing more is tried"
    assert await market.moved() == []
    entitlements = market.told("EntitlementsChanged")[-1]
    assert not entitlements.usable
    await market.world.sign_in_again()
    market.admin = market.world.acme_admin
    other = await market.method("tok_visa", default=False)
    paid = await market.pay(invoice, payment_method_id=other.id)
    assert paid.state == paid.STATE_SUCCEEDED
    assert await state(market, subscription) is SubscriptionState.ACTIVE
    await market.world.settle()
    assert market.told("EntitlementsChanged")[-1].usable
    assert market.told("PaymentSucceeded")[-1].account_current
    assert (await market.invoice(invoice.id)).state is InvoiceState.PAID


async def test_an_attempt_that_somebody_else_made_meanwhile_is_not_made_twice(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    await market.method("tok_insufficient_funds")
    subscription = await market.subscribed()
    look, rivals = market.paying.under_way, [""]

    async def meanwhile(unit: BooksUnit, invoice: Invoice) -> Payment | None:
        """The payer's own try fails between two reads of the attempt that is due."""
        while rivals:
            rivals.pop()
            assert (await market.pay(invoice)).state == PaymentMessage.STATE_FAILED
        return await look(unit, invoice)

    monkeypatch.setattr(market.paying, "under_way", meanwhile)
    invoice = await market.owe(10_000, settle=True, reason=Reason.CHANGE, subscription_id=subscription.id)
    assert not rivals
    assert [one.state for one in await market.payments(invoice)] == [State.FAILED]
    assert invoice.attempt_count == 1


async def test_who_may_stay_past_due_is_not_suspended() -> None:
    async with Market(suspend=False, retry_days=(1,)) as market:
        subscription, _ = await subscribed(market, "tok_insufficient_funds")
        assert await days(market, 1, 8) == [2, 2]
        assert await state(market, subscription) is SubscriptionState.PAST_DUE


async def test_only_when_all_that_is_overdue_is_paid_the_subscription_recovers(market: Market) -> None:
    subscription, first = await subscribed(market, "tok_insufficient_funds")
    second = await market.owe(5_000, settle=True, reason=Reason.CHANGE, subscription_id=subscription.id)
    other = await market.method("tok_visa", default=False)
    await market.pay(first, payment_method_id=other.id)
    assert await state(market, subscription) is SubscriptionState.PAST_DUE
    await market.world.settle()
    assert not market.told("PaymentSucceeded")[-1].account_current
    await market.pay(second, payment_method_id=other.id)
    assert await state(market, subscription) is SubscriptionState.ACTIVE


async def test_a_method_that_was_declined_for_good_is_reminded_of_but_not_asked_again(market: Market) -> None:
    subscription, invoice = await subscribed(market, "tok_lost")
    assert await days(market, 1, 2) == [2, 3]
    assert len(await market.payments(invoice)) == 1
    assert [one.decline_reason for one in market.told("PaymentFailed")] == ["LOST_OR_STOLEN"] * 3
    await market.world.sign_in_again()
    market.admin = market.world.acme_admin
    await market.method("tok_visa")
    await market.world.later(days=2)
    assert (await market.invoice(invoice.id)).state is InvoiceState.PAID, "the new default took its place"
    assert await state(market, subscription) is SubscriptionState.ACTIVE


async def test_a_payer_who_is_not_there_cannot_confirm(market: Market) -> None:
    subscription, invoice = await subscribed(market, "tok_challenge")
    (payment,) = await market.payments(invoice)
    assert (payment.state, payment.decline_reason) == (State.FAILED, DeclineReason.NOT_CONFIRMED)
    assert await state(market, subscription) is SubscriptionState.PAST_DUE
    record = await market.sandbox._state.read(f"charge:{payment.provider_reference}")
    assert record is not None and record.data["state"] == "CANCELLED", "nobody can pay it any more"
    waiting = await market.pay(invoice)
    assert waiting.state == waiting.STATE_REQUIRES_ACTION
    await market.answer(waiting.confirmation)
    assert await state(market, subscription) is SubscriptionState.ACTIVE


async def test_the_same_attempt_twice_charges_once(market: Market) -> None:
    _, invoice = await subscribed(market, "tok_insufficient_funds")
    due = InvoicePaymentDue(tenant_id=market.tenant_id, invoice_id=invoice.id, attempt=1)
    collecting = next(
        one for one in market.world.hosts["billing"].furnished.reactions if one.event == "InvoicePaymentDue"
    )
    for _ in range(3):
        await collecting.handle(due, market.call)
    assert len(await market.payments(invoice)) == 1


async def test_while_somebody_pays_dunning_waits_and_goes_on_when_that_fails(market: Market) -> None:
    _, invoice = await subscribed(market, "tok_challenge")
    await market.world.later(hours=23, minutes=30)
    await market.world.sign_in_again()
    market.admin = market.world.acme_admin
    waiting = await market.pay(invoice)
    await market.world.later(minutes=40)
    assert len(await market.payments(invoice)) == 2, "the second attempt was left out"
    await market.answer(waiting.confirmation, accept=False)
    kept = await market.invoice(invoice.id)
    assert kept.attempt_count == 1 and kept.next_attempt_time is not None
    assert kept.next_attempt_time > market.world.clock.now() + timedelta(hours=23)
    await market.world.later(days=1, minutes=1)
    assert len(await market.payments(invoice)) == 3


async def test_a_first_invoice_waits_for_its_payer_and_activates_the_subscription(market: Market) -> None:
    await market.method("tok_insufficient_funds")
    subscription = await market.subscribed(active=False)
    period = Period(1, subscription.period_start_time, subscription.period_end_time)
    invoice = await market.owe(
        10_000,
        settle=True,
        reason=Reason.SUBSCRIPTION_CREATE,
        subscription_id=subscription.id,
        period=period,
        opens_period=True,
    )
    assert await state(market, subscription) is SubscriptionState.INCOMPLETE
    assert [(one.attempt, one.last) for one in market.told("PaymentFailed")] == [(1, True)]
    assert (await market.invoice(invoice.id)).next_attempt_time is None
    other = await market.method("tok_visa", default=False)
    await market.pay(invoice, payment_method_id=other.id)
    assert await state(market, subscription) is SubscriptionState.ACTIVE


async def test_a_parked_account_is_charged_when_somebody_has_looked(market: Market) -> None:
    await market.method()
    async with market.unit() as unit:
        account = await unit.accounts.get(market.tenant_id)
        unit.accounts.put(account.but(park_reason=""))
    invoice = await market.owe(10_000)
    async with market.unit() as unit:
        account = await unit.accounts.get(market.tenant_id)
        unit.accounts.put(account.parked("look", market.world.clock.now()))
    await market.world.settle()
    await market.world.later(hours=3)
    assert await market.moved() == []
    async with market.unit() as unit:
        account = await unit.accounts.get(market.tenant_id)
        unit.accounts.put(account.unparked(market.world.clock.now()))
    await market.world.later(hours=1, minutes=1)
    assert len(await market.moved()) == 1
    assert (await market.invoice(invoice.id)).state is InvoiceState.PAID


async def test_credit_that_came_meanwhile_is_used_before_anything_is_charged(market: Market) -> None:
    await market.method("tok_down")
    invoice = await market.owe(10_000, settle=True)
    (payment,) = await market.payments(invoice)
    assert payment.state is State.PENDING
    now = market.world.clock.now()
    async with market.unit() as unit:
        account = await unit.accounts.get(market.tenant_id)
        grant = granted(account, Money(4_000, "EUR"), "sorry", id="crd_1", at=now)
        posted(unit, account, now, credit_granted(grant, now))
    await market.paying.settled(market.call, payment.id, Outcome(State.FAILED, DeclineReason.GENERIC))
    await market.method("tok_visa")
    await market.world.settle()
    await market.world.later(days=1, minutes=1)
    assert [one.amount_minor for one in await market.moved()] == [6_000]
    assert await market.balances() == {"CASH": 6_000, "GOODWILL": 4_000, "REVENUE": -10_000}


# --- transfers -------------------------------------------------------------------------------------------------------


async def test_who_pays_by_transfer_has_some_days_and_then_reminders(market: Market) -> None:
    await market.by_transfer()
    subscription = await market.subscribed()
    invoice = await market.owe(10_000, settle=True, reason=Reason.CHANGE, subscription_id=subscription.id)
    assert invoice.due_time == invoice.issue_time + timedelta(days=14)  # type: ignore[operator]
    assert await days(market, 13) == [0]
    assert await state(market, subscription) is SubscriptionState.ACTIVE
    assert await days(market, 1) == [1]
    assert await state(market, subscription) is SubscriptionState.PAST_DUE
    (told,) = market.told("PaymentFailed")
    assert (told.payment_id, told.decline_reason, told.attempt, told.last) == ("", "", 1, False)
    assert await days(market, 1, 2) == [2, 3]
    mails = [mail for mail in market.world.mails.to("admin@acme.example") if mail.kind.endswith("reminder")]
    assert len(mails) == 3 and mails[0].subject == f"Reminder: invoice {invoice.number} is not paid"
    assert "has not arrived. Please pay it before" in mails[0].text
    await market.world.call("billing.RecordTransfer", await root(market), invoice_id=invoice.id, amount_minor=10_000)
    assert await state(market, subscription) is SubscriptionState.ACTIVE
    assert await days(market, 9) == [3]
    (payment,) = await market.payments(invoice)
    assert payment.state is State.SUCCEEDED, "no provider was ever asked"


async def test_without_any_method_there_are_reminders_too(market: Market) -> None:
    invoice = await market.owe(10_000, settle=True)
    assert await days(market, 14, 1) == [1, 2]
    assert [one.decline_reason for one in market.told("PaymentFailed")] == ["METHOD_GONE"] * 2
    mail = [mail for mail in market.world.mails.to("admin@acme.example") if "payment_failed" in mail.kind][-1]
    assert "The payment method is not there any more." in mail.text
    assert (await market.invoice(invoice.id)).attempt_count == 2


async def test_who_tries_early_and_fails_is_not_reminded_before_it_is_due(market: Market) -> None:
    invoice = await market.to_pay("tok_insufficient_funds")
    failed = await market.pay(invoice)
    assert failed.state == failed.STATE_FAILED
    kept = await market.invoice(invoice.id)
    assert (kept.attempt_count, kept.next_attempt_time) == (0, None)
    assert await days(market, 3) == [1]
    assert await days(market, 11) == [2], "when it is due it is charged"


async def test_transfers_are_the_platforms_to_allow(market: Market) -> None:
    fields = {"provider": 4, "default": True}
    with refused("PROVIDER_MISSING"):
        await market.world.call("billing.CreatePaymentMethod", market.admin, **fields)
    offered = await market.world.call("billing.ListPaymentProviders", market.admin)
    assert [one.provider for one in offered.providers] == [1]
    offered = await market.world.call("billing.ListPaymentProviders", market.root)
    assert [(one.provider, one.sandbox) for one in offered.providers] == [(1, True), (4, False)]
    page = await market.world.call("billing.ListPaymentProviders", market.root, page_size=1)
    rest = await market.world.call(
        "billing.ListPaymentProviders", market.root, page_size=1, page_token=page.next_page_token
    )
    assert [one.provider for one in rest.providers] == [4] and not rest.next_page_token
    async with Market(transfers_for_all=True) as other:
        method = await other.world.call("billing.CreatePaymentMethod", other.admin, **fields)
        assert (method.state, method.label) == (method.STATE_ACTIVE, "Bank transfer")


async def root(market: Market) -> str:
    await market.world.sign_in_again()
    return market.world.root
