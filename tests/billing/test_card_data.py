"""Card data never comes here: whatever path is taken, and wherever a number is pasted, nothing holds it afterwards."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest

from actors.kernel.errors import AtriumError
from tests.billing.market import Market
from tests.billing.test_webhooks import signed

NUMBERS = ("4242424242424242", "4000000000009995", "5555555555554444", "378282246310005")
TOKENS = ("tok_visa", "tok_mastercard", "tok_insufficient_funds", "tok_challenge", "tok_slow", "tok_timeout")


def spellings(number: str) -> tuple[str, ...]:
    groups = [number[n : n + 4] for n in range(0, len(number), 4)]
    return number, " ".join(groups), "-".join(groups), f"card {number}.", f"tok_{number}"


@pytest.fixture
async def market() -> AsyncIterator[Market]:
    async with Market() as market:
        yield market


def found(market: Market, text: str, logs: str) -> list[str]:
    """Everything that has the text somewhere."""
    places = market.world.mentions(text)
    places += [f"event {one.type}" for one in market.world.bus.log if text.encode() in one.payload]
    places += [f"mail {mail.subject}" for mail in market.world.mails.mails.values() if text in repr(mail)]
    return places + (["log"] if text in logs else [])


async def live(market: Market) -> Any:
    """Every way to pay, to fail and to give back."""
    for token in TOKENS:
        await market.method(token)
        invoice = await market.owe(10_000, settle=True)
        with contextlib.suppress(AtriumError):
            payment = await market.pay(invoice)
            if payment.HasField("confirmation"):
                await market.answer(payment.confirmation)
    await market.world.later(minutes=6)
    await market.deliver()
    await market.world.sign_in_again()
    market.admin, market.root = market.world.acme_admin, market.world.root
    (paid, *_) = [
        one for one in (await market.world.call("billing.ListPayments", market.root)).payments if one.state == 3
    ]
    await market.world.call("billing.RefundPayment", market.root, id=paid.id, amount_minor=100, reason="Sorry")
    await market.world.settle()
    return paid


async def test_no_path_leaves_a_card_number_anywhere(market: Market, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    paid = await live(market)
    await market.by_transfer()
    invoice = await market.owe(10_000, settle=True)
    call, admin, root = market.world.call, market.admin, market.root
    for number in NUMBERS:
        for text in spellings(number):
            method = {"provider": 1, "provider_token": text}
            attempts: list[tuple[str, str, dict[str, Any]]] = [
                ("CreatePaymentMethod", admin, method),
                ("CreatePaymentMethod", admin, {"provider": 1, "return_path": f"/back?{text}"}),
                ("CreatePayment", admin, {"invoice_id": invoice.id, "return_path": f"/back?{text}"}),
                ("CreatePayment", admin, {"invoice_id": invoice.id, "payment_method_id": text}),
                ("ConfirmPayment", admin, {"id": text}),
                ("ConfirmPaymentMethod", admin, {"id": text}),
                ("DeletePaymentMethod", admin, {"id": text}),
                ("GetPayment", admin, {"id": text}),
                ("ListPayments", admin, {"page_token": text}),
                ("RecordTransfer", root, {"invoice_id": invoice.id, "amount_minor": 1, "note": text}),
                ("RefundPayment", root, {"id": paid.id, "amount_minor": 1, "reason": text}),
            ]
            for name, token, fields in attempts:
                with pytest.raises(AtriumError):
                    await call(f"billing.{name}", token, **fields)
            body = f'{{"id":"sbe_1","type":"{text}","number":"{text}"}}'.encode()
            for headers in (None, signed(market, body)):
                with pytest.raises(AtriumError):
                    await market.hook(body, headers)
    for host in market.world.hosts.values():
        await host.flush()
    await market.world.seal()
    logs = caplog.text + "".join(repr(vars(record)) for record in caplog.records)
    assert "4242" in repr(market.world.records("payment_methods", "books")), "the last four digits are there"
    for number in NUMBERS:
        for text in spellings(number)[:3]:
            assert found(market, text, logs) == []
