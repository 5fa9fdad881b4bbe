"""Payers who want their money back from their bank: told of at once, and seen in the proof of the books."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from actors.billing.providers import paypal_objects, stripe_objects
from actors.billing.providers.contract import (
    Dispute,
    DisputeState,
    EventKind,
    Movement,
    MovementKind,
    ProviderEvent,
)
from actors.kernel.mail import Mail
from tests.billing.fakes.disputes import paypal_event, paypal_movement, stripe_dispute, stripe_event, stripe_movement
from tests.billing.market import Market

AT = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)


@pytest.fixture
async def market() -> AsyncIterator[Market]:
    async with Market(seller_email="books@example.com") as market:
        yield market


# --- what providers say ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "status", "state"),
    [
        ("created", "needs_response", DisputeState.OPEN),
        ("created", "warning_needs_response", DisputeState.OPEN),
        ("closed", "won", DisputeState.WON),
        ("closed", "warning_closed", DisputeState.WON),
        ("closed", "lost", DisputeState.LOST),
    ],
)
def test_stripe_tells_of_a_dispute_by_its_payment(kind: str, status: str, state: DisputeState) -> None:
    event = stripe_objects.event(stripe_event(kind, stripe_dispute("pi_1", status, due=1_800_000_000)))
    assert (event.kind, event.reference) == (EventKind.DISPUTE, "pi_1")
    due = datetime.fromtimestamp(1_800_000_000, UTC)
    assert event.dispute == Dispute("dp_1", state, 1000, "EUR", "fraudulent", due)


def test_what_stripe_says_in_between_is_no_news() -> None:
    for kind in ("updated", "funds_withdrawn", "funds_reinstated"):
        assert stripe_objects.event(stripe_event(kind, stripe_dispute("pi_1"))).kind is EventKind.OTHER


@pytest.mark.parametrize("amount", [-1000, 1000])
def test_what_a_dispute_moves_on_stripes_balance_is_its_payments(amount: int) -> None:
    moved = stripe_objects.movement(stripe_movement(stripe_dispute("pi_1"), amount))
    assert (moved.kind, moved.reference, moved.amount_minor) == (MovementKind.DISPUTE, "pi_1", amount)


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({}, DisputeState.OPEN),
        ({"status": "RESOLVED", "dispute_outcome": {"outcome_code": "RESOLVED_BUYER_FAVOUR"}}, DisputeState.LOST),
        ({"status": "RESOLVED", "dispute_outcome": {"outcome_code": "RESOLVED_SELLER_FAVOUR"}}, DisputeState.WON),
    ],
)
def test_paypal_tells_of_a_dispute_by_our_key(more: dict[str, Any], state: DisputeState) -> None:
    told = paypal_event("CREATED", "pay_1", AT, seller_response_due_date="2026-12-01T00:00:00Z", **more)
    event = paypal_objects.event(told)
    assert (event.kind, event.idempotency_key) == (EventKind.DISPUTE, "pay_1")
    assert event.dispute is not None and (event.dispute.state, event.dispute.amount_minor) == (state, 1000)
    assert event.dispute.respond_time == datetime(2026, 12, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("T0006", MovementKind.CHARGE),
        ("T1106", MovementKind.DISPUTE),
        ("T1107", MovementKind.REFUND),
        ("T1201", MovementKind.DISPUTE),
        ("T0400", MovementKind.OTHER),
    ],
)
def test_paypals_report_tells_disputes_from_refunds(code: str, kind: MovementKind) -> None:
    assert paypal_objects.movement(paypal_movement(code, "-10.00", "pay_1", AT)).kind is kind


# --- what comes of it ------------------------------------------------------------------------------------------------


async def hear(market: Market, monkeypatch: pytest.MonkeyPatch, state: DisputeState, **about: Any) -> None:
    dispute = Dispute("dp_1", state, 10_000, "EUR", "fraudulent", AT if state is DisputeState.OPEN else None)
    event = ProviderEvent(
        id=f"evt_{state.name}", kind=EventKind.DISPUTE, time=market.world.clock.now(), dispute=dispute, **about
    )

    async def read(headers: Any, raw_body: bytes) -> ProviderEvent:
        return event

    monkeypatch.setattr(market.sandbox, "read_webhook", read)
    await market.hook(orjson.dumps({}), {})
    await market.world.settle()


def told(market: Market) -> list[Mail]:
    return [mail for mail in market.world.mails.mails.values() if mail.kind == "disputed"]


async def test_the_provider_is_told_of_a_dispute_and_of_its_end_once_each(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = await market.pay(await market.to_pay())
    for _ in range(2):
        await hear(market, monkeypatch, DisputeState.OPEN, idempotency_key=payment.id)
    (mail,) = told(market)
    assert mail.to == "books@example.com" and mail.subject == "Acme disputes a payment"
    assert payment.id in mail.text and "€100.00" in mail.text and "(fraudulent)" in mail.text
    assert "Answer at Sandbox until 2026-11-26 09:00 UTC" in mail.text and "/master-admin/billing/" in mail.text
    for _ in range(2):
        await hear(market, monkeypatch, DisputeState.LOST, reference=payment.provider_reference)
    assert len(told(market)) == 2 and "is lost" in told(market)[-1].subject
    assert (await market.balances())["CASH"] == 10_000, "an event books nothing"


async def test_a_dispute_of_nothing_of_ours_is_nobodys_news(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    await hear(market, monkeypatch, DisputeState.OPEN, idempotency_key="pay_none", reference="pi_none")
    assert told(market) == []


async def test_money_that_a_dispute_takes_shows_in_the_proof_until_it_comes_back(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = market.world
    payment = await market.pay(await market.to_pay())
    real, moved = market.sandbox.list_movements, list[Movement]()

    async def movements(start: datetime, end: datetime) -> AsyncIterator[Movement]:
        async for one in real(start, end):
            yield one
        for one in moved:
            if start <= one.time < end:
                yield one

    async def differences() -> list[tuple[str, str, int, int]]:
        await world.later(hours=2)
        await world.sign_in_again()
        proof = await world.call("billing.ProveLedger", world.root)
        return [(one.kind, one.id, one.expected_minor, one.found_minor) for one in proof.differences]

    monkeypatch.setattr(market.sandbox, "list_movements", movements)
    assert await differences() == []
    taken = Movement(
        "m1", MovementKind.DISPUTE, payment.provider_reference, "", -10_000, "EUR", 0, "EUR", world.clock.now()
    )
    moved.append(taken)
    assert await differences() == [("provider", f"dispute of {payment.id}", 0, -10_000)]
    moved.append(
        Movement(
            "m2",
            MovementKind.DISPUTE,
            payment.provider_reference,
            "",
            10_000,
            "EUR",
            0,
            "EUR",
            taken.time + timedelta(hours=1),
        )
    )
    assert await differences() == []
