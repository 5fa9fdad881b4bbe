"""Payments of invoices: by people, through the provider, settled once."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from actors.api.billing.v1 import Payment as PaymentMessage
from actors.billing.bookkeeping import posted
from actors.billing.domain.credit import granted
from actors.billing.domain.invoice import Invoice
from actors.billing.domain.invoice import State as InvoiceState
from actors.billing.domain.ledger import credit_granted
from actors.billing.domain.money import Money
from actors.billing.domain.payment import DeclineReason, Outcome, State
from actors.billing.paying import ANSWER_SECONDS
from actors.kernel.errors import Contended
from tests.billing.market import Market
from tests.world import refused

S = PaymentMessage
PAID = {"CASH": 10_000, "REVENUE": -10_000}


@pytest.fixture
async def market() -> AsyncIterator[Market]:
    async with Market() as market:
        yield market


# --- paying ----------------------------------------------------------------------------------------------------------


async def test_an_invoice_is_paid_with_the_default_method(market: Market) -> None:
    invoice = await market.to_pay()
    payment = await market.pay(invoice)
    assert payment.state == S.STATE_SUCCEEDED and payment.payment_method_id
    assert (payment.amount_minor, payment.currency, payment.provider) == (10_000, "EUR", 1)
    assert payment.HasField("settle_time") and not payment.HasField("confirmation")
    paid = await market.invoice(invoice.id)
    assert (paid.state, paid.outstanding_minor) == (InvoiceState.PAID, 0)
    assert await market.balances() == PAID
    await market.world.settle()
    (told,) = market.told("PaymentSucceeded")
    assert (told.payment_id, told.invoice_id, told.amount_minor) == (payment.id, invoice.id, 10_000)
    assert told.account_current
    (moved,) = await market.moved()
    assert (moved.idempotency_key, moved.amount_minor) == (payment.id, 10_000)
    assert await market.world.call("billing.GetPayment", market.admin, id=payment.id) == payment
    assert len(await market.payments(invoice)) == 1, "the reaction to the invoice found it paid"


async def test_a_repeated_call_is_the_same_payment(market: Market) -> None:
    invoice = await market.to_pay()
    key = {"idempotency-key": "pay-it"}
    first = await market.pay(invoice, headers=key)
    assert await market.pay(invoice, headers=key) == first
    with refused("INVOICE_STATE"):
        await market.pay(invoice)
    assert len(await market.moved()) == 1


async def methods(market: Market) -> list[Any]:
    async with market.unit() as unit:
        return list(await unit.payment_methods.select())


async def test_an_invoice_is_paid_with_a_new_method_which_is_kept(market: Market) -> None:
    invoice = await market.to_pay("tok_insufficient_funds")
    new, key = {"provider": 1, "provider_token": "tok_mastercard"}, {"idempotency-key": "pay-it"}
    payment = await market.pay(invoice, new_method=new, headers=key)
    assert payment.state == S.STATE_SUCCEEDED
    assert await market.pay(invoice, new_method=new, headers=key) == payment
    made = {method.id: method for method in await methods(market)}
    assert len(made) == 2 and made[payment.payment_method_id].last4 == "4444"
    async with market.unit() as unit:
        default = (await unit.accounts.get(market.tenant_id)).default_payment_method_id
    assert default != payment.payment_method_id, "it was not asked to be"
    assert len(await market.moved()) == 1 and await market.balances() == PAID
    with refused("INVOICE_STATE"):
        await market.pay(invoice, new_method={**new, "default": True})
    assert len(await methods(market)) == 2, "nothing is kept for what nobody has to pay"


async def test_a_new_method_that_its_payer_has_to_confirm_is_confirmed_first_and_then_pays(market: Market) -> None:
    invoice = await market.owe(10_000, settle=True)
    new = {"provider": 1, "provider_token": "tok_setup_challenge"}
    with refused("PAYMENT_METHOD_STATE") as seen:
        await market.pay(invoice, new_method=new, return_path="/billing/invoices")
    (method,) = await methods(market)
    assert seen.error.metadata["payment_method"] == method.id and await market.payments(invoice) == []
    await market.answer(method.setup)
    await market.world.call("billing.ConfirmPaymentMethod", market.admin, id=method.id)
    assert (await market.pay(invoice, payment_method_id=method.id)).state == S.STATE_SUCCEEDED


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"new_method": {"provider": 1, "provider_token": "tok_setup_declined"}}, "PAYMENT_DECLINED"),
        ({"new_method": {"provider": 1, "provider_token": "4242424242424242"}}, "INVALID_FIELDS"),
        ({"new_method": {"provider": 1, "provider_token": "t4242424242424242"}}, "CARD_NUMBER_REFUSED"),
        ({"new_method": {"provider": 4}}, "INVALID_FIELDS"),
        ({"new_method": {}}, "INVALID_FIELDS"),
        ({"new_method": {"provider": 2, "provider_token": "tok_visa"}}, "PROVIDER_MISSING"),
        ({"new_method": {"provider": 1, "provider_token": "tok_visa"}, "payment_method_id": "pm_1"}, "INVALID_FIELDS"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_new_method_that_cannot_be_is_refused_and_nothing_is_kept(
    market: Market, fields: dict[str, Any], reason: str
) -> None:
    invoice = await market.owe(10_000, settle=True)
    with refused(reason):
        await market.pay(invoice, **fields)
    assert await methods(market) == [] and await market.payments(invoice) == [] and await market.moved() == []


async def test_who_may_pay_and_not_manage_methods_gives_no_new_one(market: Market) -> None:
    invoice = await market.to_pay()
    await market.subscribed()  # or keys would not be let in
    payer = await market.world.holder("payments.create", tenant=market.world.acme)
    with refused("PERMISSION_MISSING"):
        await market.pay(invoice, payer, new_method={"provider": 1, "provider_token": "tok_visa"})
    assert (await market.pay(invoice, payer)).state == S.STATE_SUCCEEDED


async def test_what_a_bank_declines_is_told_in_its_reason_and_may_be_paid_otherwise(market: Market) -> None:
    invoice = await market.to_pay("tok_insufficient_funds")
    failed = await market.pay(invoice)
    assert failed.state == S.STATE_FAILED and failed.decline_reason == 2
    assert (await market.invoice(invoice.id)).attempt_count == 0, "it was not due yet: nobody is reminded of it"
    other = await market.method("tok_mastercard", default=False)
    assert (await market.pay(invoice, payment_method_id=other.id)).state == S.STATE_SUCCEEDED
    assert await market.balances() == PAID
    await market.world.settle()
    (told,) = market.told("PaymentFailed")
    assert (told.payment_id, told.decline_reason, told.attempt, told.last) == (
        failed.id,
        "INSUFFICIENT_FUNDS",
        1,
        False,
    )
    page = await market.world.call("billing.ListPayments", market.admin, invoice_id=invoice.id)
    assert [one.state for one in page.payments] == [S.STATE_SUCCEEDED, S.STATE_FAILED]
    page = await market.world.call("billing.ListPayments", market.admin, states=[S.STATE_FAILED], page_size=1)
    assert [one.id for one in page.payments] == [failed.id] and not page.next_page_token


async def test_a_payer_confirms_and_the_payment_goes_on(market: Market) -> None:
    invoice = await market.to_pay("tok_challenge")
    waiting = await market.pay(invoice, return_path="/billing/invoices")
    assert waiting.state == S.STATE_REQUIRES_ACTION
    assert "return_url=http%3A%2F%2F127.0.0.1%3A8080%2Fbilling%2Finvoices" in waiting.confirmation.redirect_url
    again = await market.pay(invoice)
    assert (again.id, again.confirmation) == (waiting.id, waiting.confirmation), "it is continued, not begun anew"
    await market.subscribed()  # or keys would not be let in
    reader = await market.world.holder("payments.read", tenant=market.world.acme)
    seen = await market.world.call("billing.GetPayment", reader, id=waiting.id)
    assert seen.state == S.STATE_REQUIRES_ACTION and not seen.HasField("confirmation")
    same = await market.world.call("billing.ConfirmPayment", market.admin, id=waiting.id)
    assert same.state == S.STATE_REQUIRES_ACTION
    await market.answer(waiting.confirmation)
    done = await market.world.call("billing.ConfirmPayment", market.admin, id=waiting.id)
    assert done.state == S.STATE_SUCCEEDED and not done.HasField("confirmation")
    assert await market.balances() == PAID and len(await market.moved()) == 1


async def test_a_payer_who_refuses_has_not_paid(market: Market) -> None:
    invoice = await market.to_pay("tok_challenge")
    waiting = await market.pay(invoice)
    await market.answer(waiting.confirmation, accept=False)
    done = await market.world.call("billing.ConfirmPayment", market.admin, id=waiting.id)
    assert (done.state, done.decline_reason) == (S.STATE_FAILED, 8)
    await market.answer(waiting.confirmation, accept=True)
    assert (await market.payments(invoice))[0].state is State.FAILED, "the first answer counts"
    assert await market.moved() == []


async def test_a_payer_may_take_another_method_while_one_waits_for_them(market: Market) -> None:
    invoice = await market.to_pay("tok_challenge")
    other = await market.method("tok_visa", default=False)
    waiting = await market.pay(invoice)
    paid = await market.pay(invoice, payment_method_id=other.id)
    assert paid.state == S.STATE_SUCCEEDED and paid.id != waiting.id
    await market.answer(waiting.confirmation)
    states = {one.id: one.state for one in await market.payments(invoice)}
    assert states == {waiting.id: State.CANCELLED, paid.id: State.SUCCEEDED}
    assert len(await market.moved()) == 1, "the page of the first is of no use any more"


async def test_many_at_once_make_one_payment(market: Market) -> None:
    invoice = await market.to_pay()
    done = await asyncio.gather(*(market.pay(invoice) for _ in range(8)), return_exceptions=True)
    refusals = [one for one in done if isinstance(one, BaseException)]
    assert all(getattr(one, "reason", str)() == "INVOICE_STATE" for one in refusals)
    assert len({one.id for one in done if not isinstance(one, BaseException)}) == 1
    assert len(await market.moved()) == 1 and await market.balances() == PAID


async def test_an_invoice_that_was_paid_since_it_was_read_is_not_charged_again(market: Market) -> None:
    invoice = await market.to_pay()
    with pytest.raises(Contended):
        async with market.unit() as unit:
            read = await unit.invoices.get(invoice.id)
            assert (await market.pay(invoice)).state == S.STATE_SUCCEEDED
            assert await market.paying.under_way(unit, read) is None
            (method,) = await unit.payment_methods.select()
            market.paying.begin(unit, read, method, id="pay_again", at=market.world.clock.now())
    assert [one.state for one in await market.payments(invoice)] == [State.SUCCEEDED]
    assert len(await market.moved()) == 1 and await market.balances() == PAID


async def test_credit_that_comes_while_a_payment_begins_is_not_put_on_its_invoice(market: Market) -> None:
    invoice = await market.to_pay()
    async with market.unit() as unit:
        (method,) = await unit.payment_methods.select()
    with pytest.raises(Contended):
        async with market.unit() as unit:
            account = await unit.accounts.get(market.tenant_id)
            now = market.world.clock.now()
            grant = granted(account, Money(300, "EUR"), "sorry", id="crd_1", at=now)
            account = posted(unit, account, now, credit_granted(grant, now))
            await market.paying.owing.issuing.use_credit(unit, account, grant.id, now)
            async with market.unit() as other:
                read = await other.invoices.get(invoice.id)
                market.paying.begin(other, read, method, id="pay_1", at=now)
    assert (await market.invoice(invoice.id)).outstanding_minor == invoice.outstanding_minor


async def test_who_has_no_method_is_told_so_and_nothing_is_begun(market: Market) -> None:
    invoice = await market.owe(10_000)
    with refused("PAYMENT_METHOD_NEEDED"):
        await market.pay(invoice)
    card = await market.method(default=False)
    await market.world.call("billing.DeletePaymentMethod", market.admin, id=card.id)
    with refused("NOT_FOUND"):
        await market.pay(invoice, payment_method_id=card.id)
    assert await market.payments(invoice) == []


async def test_a_parked_account_is_not_charged(market: Market) -> None:
    invoice = await market.to_pay()
    async with market.unit() as unit:
        account = await unit.accounts.get(market.tenant_id)
        unit.accounts.put(account.parked("somebody must look", market.world.clock.now()))
    with refused("ACCOUNT_PARKED") as seen:
        await market.pay(invoice)
    assert seen.error is not None and seen.error.metadata["park_reason"] == "somebody must look"
    assert await market.moved() == []


async def test_tenants_have_payments_of_their_own(market: Market) -> None:
    invoice = await market.to_pay()
    payment = await market.pay(invoice)
    other = market.world.globex_admin
    for name in ("GetPayment", "ConfirmPayment"):
        with refused("NOT_FOUND"):
            await market.world.call(f"billing.{name}", other, id=payment.id)
    with refused("NOT_FOUND"):
        await market.pay(invoice, other)
    assert not (await market.world.call("billing.ListPayments", other)).payments
    assert (await market.world.call("billing.GetPayment", market.root, id=payment.id)).id == payment.id


# --- outcomes that are not known -------------------------------------------------------------------------------------


async def test_an_answer_that_is_lost_is_looked_up_before_anything_is_tried_again(market: Market) -> None:
    invoice = await market.to_pay("tok_timeout")
    payment = await market.pay(invoice)
    assert payment.state == S.STATE_PENDING
    assert (await market.payments(invoice))[0].asked is not None
    await market.world.later(minutes=6)
    (done,) = await market.payments(invoice)
    assert (done.id, done.state) == (payment.id, State.SUCCEEDED)
    assert len(await market.moved()) == 1 and await market.balances() == PAID


async def test_a_provider_that_is_down_is_asked_again_under_the_same_key(market: Market) -> None:
    invoice = await market.to_pay("tok_down")
    payment = await market.pay(invoice)
    assert payment.state == S.STATE_PENDING
    await market.world.later(minutes=6)
    assert (await market.payments(invoice))[0].state is State.PENDING
    await comes_back(market, invoice)
    await market.world.later(minutes=20)
    (done,) = await market.payments(invoice)
    assert (done.id, done.state) == (payment.id, State.SUCCEEDED)
    assert [one.idempotency_key for one in await market.moved()] == [payment.id]


async def test_what_a_provider_has_forgotten_is_never_asked_for_again(market: Market) -> None:
    invoice = await market.to_pay("tok_down")
    first = await market.pay(invoice)
    await market.world.later(hours=24)
    await comes_back(market, invoice)
    await market.world.later(hours=7)
    states = {one.id: one.state for one in await market.payments(invoice)}
    assert states[first.id] is State.CANCELLED and await market.moved() == []
    await market.world.later(days=15)
    assert [one.amount_minor for one in await market.moved()] == [10_000], "another payment was made of it"
    assert await market.balances() == PAID


async def test_a_payment_that_takes_its_time_ends_when_the_provider_says_so(market: Market) -> None:
    invoice = await market.to_pay("tok_slow")
    assert (await market.pay(invoice)).state == S.STATE_PENDING
    assert (await market.pay(invoice)).state == S.STATE_PENDING
    await market.world.later(seconds=6)
    assert await market.deliver() == 1 and await market.deliver() == 0
    assert (await market.invoice(invoice.id)).state is InvoiceState.PAID
    assert await market.balances() == PAID


async def test_a_payer_who_never_confirms_is_not_waited_for_without_end(market: Market) -> None:
    invoice = await market.to_pay("tok_challenge")
    waiting = await market.pay(invoice)
    await market.world.later(minutes=30)
    assert (await market.payments(invoice))[0].state is State.REQUIRES_ACTION
    await market.world.later(hours=2)
    assert (await market.payments(invoice))[0].state is State.CANCELLED
    await market.answer(waiting.confirmation)
    assert await market.moved() == [], "the page is of no use any more"


async def test_a_provider_that_is_slow_is_not_waited_for_longer_than_the_caller_waits(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = await market.to_pay("tok_down")
    payment = await market.pay(invoice)

    async def never(*arguments: Any, **more: Any) -> Any:
        await asyncio.Event().wait()

    monkeypatch.setattr(market.sandbox, "look_up", never)
    hurried = dataclasses.replace(market.call, deadline=time.monotonic() + ANSWER_SECONDS)
    assert (await market.paying.ask(hurried, payment.id)).state is State.PENDING


async def comes_back(market: Market, invoice: Invoice) -> None:
    """From now on the provider of the method that pays the invoice answers."""
    state = market.sandbox._state
    (payment,) = await market.payments(invoice)
    async with market.unit() as unit:
        reference = (await unit.payment_methods.get(payment.payment_method_id)).provider_reference
    record = await state.read(f"method:{reference}")
    assert record is not None
    assert await state.write(record.key, {**record.data, "token": "tok_visa"}, record.revision)


# --- processes that die ----------------------------------------------------------------------------------------------


class Killed(Exception):
    """The process ended here."""


def dying(market: Market, where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ends the next call at this place; what was committed before stays."""
    paying, sandbox = market.paying, market.sandbox
    owner: Any
    owner, name, before = {
        "begun, nobody asked": (paying, "ask", True),
        "recorded that it is asked": (sandbox, "charge", True),
        "charged, and no answer came": (sandbox, "charge", False),
        "answered, not settled": (paying, "settled", True),
        "settled, the caller not told": (paying, "settled", False),
    }[where]
    real = getattr(owner, name)

    async def dies(*arguments: Any, **more: Any) -> Any:
        monkeypatch.setattr(owner, name, real)
        if not before:
            await real(*arguments, **more)
        raise Killed

    monkeypatch.setattr(owner, name, dies)


PLACES = (
    "begun, nobody asked",
    "recorded that it is asked",
    "charged, and no answer came",
    "answered, not settled",
    "settled, the caller not told",
)


@pytest.mark.parametrize("place", PLACES)
async def test_a_process_that_dies_anywhere_never_charges_twice(
    market: Market, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = await market.to_pay()
    key = {"idempotency-key": "once"}
    dying(market, place, monkeypatch)
    with refused("INTERNAL"):
        await market.pay(invoice, headers=key)
    payment = await market.pay(invoice, headers=key)
    assert payment.state == S.STATE_SUCCEEDED
    assert [one.idempotency_key for one in await market.moved()] == [payment.id]
    assert await market.balances() == PAID and len(await market.payments(invoice)) == 1


@pytest.mark.parametrize("place", PLACES)
async def test_what_nobody_repeats_is_caught_up_with(
    market: Market, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = await market.to_pay()
    dying(market, place, monkeypatch)
    with refused("INTERNAL"):
        await market.pay(invoice)
    await market.world.settle()
    await market.world.later(minutes=10)
    await market.world.later(days=15)
    assert [one.amount_minor for one in await market.moved()] == [10_000]
    assert (await market.invoice(invoice.id)).state is InvoiceState.PAID and await market.balances() == PAID


@pytest.mark.parametrize("place", PLACES)
async def test_a_reaction_that_dies_is_delivered_again_and_charges_once(
    market: Market, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await market.method()
    dying(market, place, monkeypatch)
    invoice = await market.owe(10_000, settle=True)
    await market.world.later(minutes=10)
    (payment,) = await market.payments(invoice)
    assert payment.state is State.SUCCEEDED
    assert [one.idempotency_key for one in await market.moved()] == [payment.id]
    assert await market.balances() == PAID


# --- settling --------------------------------------------------------------------------------------------------------

OUTCOMES = (
    Outcome(State.SUCCEEDED, provider_reference="ref_1"),
    Outcome(State.SUCCEEDED),
    Outcome(State.FAILED, DeclineReason.GENERIC),
    Outcome(State.FAILED, DeclineReason.EXPIRED),
    Outcome(State.CANCELLED),
    Outcome(State.PENDING, provider_reference="ref_1"),
    Outcome(State.REQUIRES_ACTION),
)


async def test_settling_twice_and_in_any_order_changes_nothing(market: Market) -> None:
    await market.method("tok_down")
    paid = 0
    for orders in range(7 * 7):
        first, second = OUTCOMES[orders % 7], OUTCOMES[orders // 7]
        await market.world.settle()
        invoice = await market.owe(100)
        await market.world.settle()
        payment = await market.pay(invoice)
        for outcome in (first, second, first, second):
            await market.paying.settled(market.call, payment.id, outcome)
        (kept,) = [one for one in await market.payments(invoice) if one.id == payment.id]
        succeeded = State.SUCCEEDED in (first.state, second.state)
        assert (kept.state is State.SUCCEEDED) == succeeded
        final = [one.state for one in (first, second) if one.state not in (State.PENDING, State.REQUIRES_ACTION)]
        if final and not succeeded:
            assert kept.state is final[0], "while nothing is known, the first that is final counts"
        paid += succeeded
        assert (await market.invoice(invoice.id)).state is (InvoiceState.PAID if succeeded else InvoiceState.OPEN)
    assert (await market.balances())["CASH"] == 100 * paid


async def test_settling_at_once_from_many_sides_books_it_once(market: Market) -> None:
    invoice = await market.to_pay("tok_timeout")
    payment = await market.pay(invoice)
    succeeded = Outcome(State.SUCCEEDED, provider_reference="ref_1")
    await asyncio.gather(*(market.paying.settled(market.call, payment.id, succeeded) for _ in range(6)))
    assert await market.balances() == PAID


async def test_money_that_comes_twice_for_one_invoice_is_credit_that_pays_the_next(market: Market) -> None:
    invoice = await market.to_pay("tok_timeout")
    first = await market.pay(invoice)
    await market.paying.settled(market.call, first.id, Outcome(State.FAILED, DeclineReason.GENERIC))
    card = await market.method("tok_visa")
    await market.pay(invoice, payment_method_id=card.id)
    await market.paying.settled(market.call, first.id, Outcome(State.SUCCEEDED))
    assert await market.balances() == {"CASH": 20_000, "REVENUE": -10_000, "CREDIT": -10_000}
    (kept,) = [one for one in await market.payments(invoice) if one.id == first.id]
    assert (kept.state, kept.excess_minor) == (State.SUCCEEDED, 10_000)
    following = await market.owe(4_000, settle=True)
    assert following.state is InvoiceState.PAID and (await market.balances())["CREDIT"] == -6_000


# --- transfers -------------------------------------------------------------------------------------------------------


async def record(market: Market, invoice: Any, amount_minor: int, **more: Any) -> PaymentMessage:
    fields = {"invoice_id": invoice.id, "amount_minor": amount_minor, **more}
    payment: PaymentMessage = await market.world.call("billing.RecordTransfer", market.root, **fields)
    return payment


async def test_transfers_are_recorded_in_parts_and_never_more_than_is_owed(market: Market) -> None:
    await market.by_transfer()
    invoice = await market.owe(10_000, settle=True)
    assert await market.payments(invoice) == [], "nobody is charged"
    with refused("PAYMENT_METHOD_NEEDED"):
        await market.pay(invoice)
    key = {"headers": {"idempotency-key": "statement-7"}}
    fields = {"invoice_id": invoice.id, "amount_minor": 4_000, "note": " Statement 7 "}
    part = await market.world.call("billing.RecordTransfer", market.root, **key, **fields)
    assert await market.world.call("billing.RecordTransfer", market.root, **key, **fields) == part
    assert (part.state, part.provider, part.note) == (S.STATE_SUCCEEDED, 4, "Statement 7")
    assert (await market.invoice(invoice.id)).outstanding_minor == 6_000
    with refused("AMOUNT_EXCEEDS") as seen:
        await record(market, invoice, 6_001)
    assert seen.error is not None and seen.error.metadata == {"left_minor": "6000"}
    with refused("INVALID_FIELDS"):
        await record(market, invoice, 6_000, pay_time={"seconds": 2**33})
    with refused("CARD_NUMBER_REFUSED"):
        await record(market, invoice, 6_000, note="4242 4242 4242 4242")
    await record(market, invoice, 6_000)
    with refused("INVOICE_STATE"):
        await record(market, invoice, 1)
    assert await market.balances() == PAID
    with refused("REALM_REFUSED"):
        await market.world.call("billing.RecordTransfer", market.admin, invoice_id=invoice.id, amount_minor=1)


async def test_a_transfer_overtakes_a_payment_that_waits_for_its_payer(market: Market) -> None:
    invoice = await market.to_pay("tok_challenge")
    waiting = await market.pay(invoice)
    await record(market, invoice, 10_000)
    assert {one.id: one.state for one in await market.payments(invoice)}[waiting.id] is State.CANCELLED
    await market.answer(waiting.confirmation)
    assert await market.moved() == [] and await market.balances() == PAID


def test_there_is_an_outcome_for_every_state() -> None:
    assert {outcome.state for outcome in OUTCOMES} == set(State)
