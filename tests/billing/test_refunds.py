"""Refunds: money that goes back once, with its credit note, whatever happens in between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from actors.api.billing.v1 import Refund as RefundMessage
from actors.billing.domain.invoice import Invoice, Kind
from actors.billing.domain.invoice import State as InvoiceState
from actors.billing.domain.payment import Payment
from actors.billing.domain.refund import State
from actors.kernel.mail import Mail
from tests.billing.market import Market
from tests.billing.test_payment_service import Killed, record
from tests.world import refused

S = RefundMessage


@pytest.fixture
async def market() -> AsyncIterator[Market]:
    async with Market(seller_email="books@example.com") as market:
        yield market


async def paid(market: Market, token: str = "tok_visa") -> tuple[Invoice, Payment]:
    await market.method(token)
    invoice = await market.owe(10_000, settle=True)
    (payment,) = await market.payments(invoice)
    return invoice, payment


async def refund(market: Market, payment: Any, amount_minor: int = 0, **more: Any) -> RefundMessage:
    fields = {"id": payment.id, "amount_minor": amount_minor, "reason": "It did not work", **more}
    found: RefundMessage = await market.world.call("billing.RefundPayment", market.root, **fields)
    return found


async def notes(market: Market) -> list[Invoice]:
    async with market.unit() as unit:
        return [one for one in await unit.invoices.select() if one.kind is Kind.CREDIT_NOTE]


async def test_all_of_a_payment_goes_back_with_a_credit_note(market: Market) -> None:
    invoice, payment = await paid(market)
    made = await refund(market, payment)
    assert (made.state, made.amount_minor, made.reason) == (S.STATE_SUCCEEDED, 10_000, "It did not work")
    await market.world.settle()
    (note,) = await notes(market)
    assert (note.id, note.state, note.credited_invoice_id) == (made.credit_note_id, InvoiceState.PAID, invoice.id)
    assert note.number.endswith("-000002") and note.totals.total_minor == -10_000
    assert await market.balances() == {}
    assert [one.amount_minor for one in await market.moved()] == [10_000, -10_000]
    assert (await market.payments(invoice))[0].refunded_minor == 10_000
    assert not (await market.invoice(invoice.id)).stands
    page = await market.world.call("billing.ListRefunds", market.admin, payment_id=payment.id)
    assert [one.id for one in page.refunds] == [made.id]
    assert not (await market.world.call("billing.ListRefunds", market.world.globex_admin)).refunds


async def test_parts_go_back_until_nothing_is_left(market: Market) -> None:
    _, payment = await paid(market)
    for _ in range(3):
        await refund(market, payment, 3_000)
    with refused("AMOUNT_EXCEEDS") as seen:
        await refund(market, payment, 1_001)
    assert seen.error is not None and seen.error.metadata == {"left_minor": "1000"}
    assert (await refund(market, payment)).amount_minor == 1_000
    await market.world.settle()
    assert sorted(note.number[5:] for note in await notes(market)) == [f"{n:06d}" for n in range(2, 6)]
    assert await market.balances() == {}
    with refused("AMOUNT_EXCEEDS"):
        await refund(market, payment)


async def test_a_repeated_call_and_many_at_once_give_back_once(market: Market) -> None:
    _, payment = await paid(market)
    headers = {"idempotency-key": "back"}
    first = await refund(market, payment, 6_000, headers=headers)
    assert await refund(market, payment, 6_000, headers=headers) == first
    others = await asyncio.gather(*(refund(market, payment, 3_000) for _ in range(4)), return_exceptions=True)
    reasons = [one.reason() for one in others if isinstance(one, BaseException)]  # type: ignore[attr-defined]
    assert reasons == ["AMOUNT_EXCEEDS"] * 3
    assert sum(one.amount_minor for one in await market.moved()) == 1_000


async def test_a_refund_that_takes_its_time_is_settled_by_the_providers_event(market: Market) -> None:
    _, payment = await paid(market, "tok_refund_slow")
    made = await refund(market, payment)
    assert made.state == S.STATE_PENDING
    await market.world.settle()
    assert (await market.balances())["CASH"] == 10_000, "it is not out yet"
    await market.world.later(seconds=6)
    await market.deliver()
    (kept,) = await market.refunds()
    assert (kept.state, kept.provider_reference != "") == (State.SUCCEEDED, True)
    assert await market.balances() == {}


async def test_a_refund_without_an_event_is_looked_up(market: Market) -> None:
    _, payment = await paid(market, "tok_refund_slow")
    await refund(market, payment)
    await market.world.settle()
    await market.world.later(minutes=6)
    assert (await market.refunds())[0].state is State.SUCCEEDED and await market.balances() == {}


async def test_money_that_does_not_arrive_is_credit_and_may_go_back_another_time(market: Market) -> None:
    invoice, payment = await paid(market, "tok_refund_fails")
    await refund(market, payment, 4_000)
    await market.world.settle()
    await market.world.later(seconds=6)
    await market.deliver()
    await market.deliver()
    assert (await market.refunds())[0].state is State.FAILED
    await market.world.settle()
    (mail,) = [one for one in market.world.mails.mails.values() if one.kind == "billing.refund-failed"]
    assert mail.to == "books@example.com" and "A refund of €40.00 to Acme" in mail.text and payment.id in mail.text
    assert await market.balances() == {"CASH": 10_000, "REVENUE": -6_000, "CREDIT": -4_000}
    (kept,) = await market.payments(invoice)
    assert (kept.refunded_minor, kept.excess_minor) == (0, 4_000)
    again = await refund(market, payment)
    assert again.amount_minor == 10_000
    assert (await market.balances()).get("CREDIT", 0) == 0, "credit on its way back is nobody's to use"


async def test_a_refund_that_fails_pays_what_is_open(market: Market) -> None:
    _, payment = await paid(market, "tok_refund_fails")
    await refund(market, payment, 4_000)
    await market.by_transfer()
    open_invoice = await market.owe(3_000, settle=True)
    assert open_invoice.state is InvoiceState.OPEN
    await market.world.later(seconds=6)
    await market.deliver()
    assert (await market.invoice(open_invoice.id)).state is InvoiceState.PAID
    assert (await market.balances())["CREDIT"] == -1_000


async def test_what_was_given_back_elsewhere_is_not_given_back_again(market: Market) -> None:
    from actors.billing.providers.contract import RefundRequest

    _, payment = await paid(market)
    await market.sandbox.refund(RefundRequest("by hand", payment.provider_reference, 8_000, "EUR"))
    made = await refund(market, payment, 5_000)
    assert made.state == S.STATE_FAILED
    assert (await market.balances())["CREDIT"] == -5_000


async def test_a_transfer_is_given_back_by_hand(market: Market) -> None:
    await market.by_transfer()
    invoice = await market.owe(10_000, settle=True)
    payment = await record(market, invoice, 10_000)
    made = await refund(market, payment, 2_500)
    assert (made.state, made.amount_minor) == (S.STATE_SUCCEEDED, 2_500)
    await market.world.settle()
    assert await market.balances() == {"CASH": 7_500, "REVENUE": -7_500}


async def test_what_brought_nothing_gives_nothing_back(market: Market) -> None:
    invoice = await market.to_pay("tok_visa_declined")
    payment = await market.pay(invoice)
    with refused("PAYMENT_STATE") as seen:
        await refund(market, payment)
    assert seen.error is not None and seen.error.metadata["state"] == "FAILED"
    with refused("NOT_FOUND"):
        await market.world.call("billing.RefundPayment", market.root, id="pay_nobody", reason="Because")
    with refused("CARD_NUMBER_REFUSED"):
        await refund(market, payment, reason="of 4242 4242 4242 4242")
    with refused("REALM_REFUSED"):
        await market.world.call("billing.RefundPayment", market.admin, id=payment.id, reason="Because")


@pytest.mark.parametrize("place", ["begun", "asked", "answered", "settled"])
@pytest.mark.parametrize("repeated", [True, False])
async def test_a_process_that_dies_anywhere_never_gives_back_twice(
    market: Market, place: str, repeated: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, payment = await paid(market)
    refunding: Any = market.world.service("billing", "PaymentService").refunding
    owner, name, before = {
        "begun": (refunding, "ask", True),
        "asked": (market.sandbox, "refund", False),
        "answered": (refunding, "settled", True),
        "settled": (refunding, "settled", False),
    }[place]
    real = getattr(owner, name)

    async def dies(*arguments: Any, **more: Any) -> Any:
        monkeypatch.setattr(owner, name, real)
        if not before:
            await real(*arguments, **more)
        raise Killed

    monkeypatch.setattr(owner, name, dies)
    headers = {"idempotency-key": "back"}
    with refused("INTERNAL"):
        await refund(market, payment, 4_000, headers=headers)
    await market.world.settle()
    if repeated:
        assert (await refund(market, payment, 4_000, headers=headers)).state == S.STATE_SUCCEEDED
    await market.world.later(minutes=6)
    (kept,) = await market.refunds()
    assert kept.state is State.SUCCEEDED
    assert [one.amount_minor for one in await market.moved()] == [10_000, -4_000]
    assert await market.balances() == {"CASH": 6_000, "REVENUE": -6_000}
    assert market.world.clock.now() - kept.create_time < timedelta(hours=1)


# --- what tenants are told -------------------------------------------------------------------------------------------


def written(market: Market, kind: str) -> list[Mail]:
    found = [mail for mail in market.world.mails.mails.values() if mail.kind == kind]
    assert all(mail.to == "admin@acme.example" for mail in found)
    return found


async def german(market: Market) -> None:
    fields = {"tenant_id": market.tenant_id, "locale": "de"}
    await market.world.call("billing.UpdateBillingAccount", market.admin, **fields)


async def left_over(market: Market) -> Any:
    """A payment that came when its invoice was taken back: all of it is credit."""
    invoice = await market.to_pay("tok_slow")
    payment = await market.pay(invoice)
    await market.world.call("billing.VoidInvoice", market.root, id=invoice.id, reason="A mistake")
    await market.world.later(seconds=6)
    await market.deliver()
    assert await market.balances() == {"CASH": 10_000, "CREDIT": -10_000}
    return payment


@pytest.mark.parametrize("language", ["en", "de"])
async def test_a_tenant_is_told_of_credit_that_goes_back(market: Market, language: str) -> None:
    payment = await left_over(market)
    if language == "de":
        await german(market)
    made = await refund(market, payment, 6_000)
    await market.world.settle()
    assert made.credit_note_id == "" and not await notes_of_refunds(market)
    (mail,) = written(market, "refund")
    said = mail.text.replace("\N{NO-BREAK SPACE}", " ")
    if language == "de":
        assert "60,00 € Ihres Guthabens werden zurückgezahlt" in mail.subject.replace("\N{NO-BREAK SPACE}", " ")
        assert "60,00 € aus dem Guthaben von Acme" in said and "per Visa •••• 0077" in said
    else:
        assert mail.subject == "€60.00 of your credit goes back" and "by Visa •••• 0077" in said
    assert "Sandbox: " in said and f"/billing/invoices/{payment.invoice_id}" in mail.text


@pytest.mark.parametrize("language", ["en", "de"])
async def test_a_tenant_is_told_of_a_refund_that_failed_once_it_did(market: Market, language: str) -> None:
    _, payment = await paid(market, "tok_refund_fails")
    if language == "de":
        await german(market)
    made = await refund(market, payment, 4_000)
    await market.world.settle()
    assert written(market, "refund_failed") == [] == written(market, "refund")
    await market.world.later(seconds=6)
    for _ in range(2):
        await market.deliver()
    (mail,) = written(market, "refund_failed")
    said = mail.text.replace("\N{NO-BREAK SPACE}", " ")
    if language == "de":
        assert "Eine Rückzahlung von 40,00 € ist fehlgeschlagen" in mail.subject.replace("\N{NO-BREAK SPACE}", " ")
        assert "40,00 € für Acme konnten nicht per Visa •••• 5126 zurückgezahlt werden" in said
    else:
        assert mail.subject == "A refund of €40.00 could not be paid out"
        assert "€40.00 for Acme could not be paid back by Visa •••• 5126. The amount is your credit now" in said
    (told,) = [one for one in market.told("RefundSettled") if one.refund_id == made.id]
    assert (told.state, told.amount_minor, told.credited_minor) == ("FAILED", 4_000, 4_000)
    (listed,) = (await market.world.call("billing.ListRefunds", market.admin)).refunds
    assert listed.credited_minor == 4_000


async def test_a_refund_with_a_credit_note_is_told_by_that(market: Market) -> None:
    _, payment = await paid(market)
    await refund(market, payment, 4_000)
    await market.world.settle()
    assert written(market, "refund") == [] == written(market, "refund_failed")
    assert [mail.subject for mail in written(market, "invoice")][-1].startswith("Credit note")


async def notes_of_refunds(market: Market) -> list[Invoice]:
    return [note for note in await notes(market) if not note.settles_invoice]
