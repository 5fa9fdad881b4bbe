"""Payers who want their money back from their bank: told of at once, booked once, proven at any time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from actors.api.billing.v1 import Dispute as DisputeMessage
from actors.billing.domain.dispute import Facts, Moved, State
from actors.billing.domain.invoice import State as InvoiceState
from actors.billing.domain.money import MICROS
from actors.billing.domain.refund import State as RefundState
from actors.billing.providers import paypal_objects, stripe_objects
from actors.billing.providers.contract import EventKind, Movement, MovementKind, ProviderRefused
from actors.billing.providers.stripe import StripePayments
from actors.kernel.mail import Mail
from tests.billing.fakes import stripe_server
from tests.billing.fakes.disputes import paypal_event, paypal_movement, stripe_dispute, stripe_event, stripe_movement
from tests.billing.fakes.stripe_server import StripeFake
from tests.billing.market import Market
from tests.world import refused

AT = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)


@pytest.fixture
async def market() -> AsyncIterator[Market]:
    async with Market(seller_email="books@example.com") as market:
        yield market


# --- what providers say ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "status", "state"),
    [
        ("created", "needs_response", State.OPEN),
        ("created", "warning_needs_response", State.OPEN),
        ("closed", "won", State.WON),
        ("closed", "warning_closed", State.WON),
        ("closed", "lost", State.LOST),
    ],
)
def test_stripe_tells_of_a_dispute_by_its_payment(kind: str, status: str, state: State) -> None:
    event = stripe_objects.event(stripe_event(kind, stripe_dispute("pi_1", status, due=1_800_000_000)))
    assert (event.kind, event.reference) == (EventKind.DISPUTE, "pi_1")
    due = datetime.fromtimestamp(1_800_000_000, UTC)
    assert event.dispute == Facts("dp_1", state, 1000, "EUR", "fraudulent", due)


def test_stripe_says_what_it_took_and_gave_back() -> None:
    dispute = stripe_dispute("pi_1", "won")
    entries = [stripe_movement("dp_1", -1000), {**stripe_movement("dp_1", 400), "id": "txn_2"}]
    for kind in ("updated", "funds_withdrawn", "funds_reinstated"):
        event = stripe_objects.event(stripe_event(kind, {**dispute, "balance_transactions": entries}))
        assert event.kind is EventKind.DISPUTE and event.dispute is not None
        at = datetime.fromtimestamp(1_790_000_002, UTC)
        assert event.dispute.moved == (Moved("txn_1", -1000, at), Moved("txn_2", 400, at))
    dollars = [{**one, "currency": "usd", "amount": 2 * one["amount"]} for one in entries]
    found = stripe_objects.dispute({**dispute, "balance_transactions": dollars})
    assert [one.amount_minor for one in found.moved] == [-1000, 1000], "in the payment's currency, as near as is known"


@pytest.mark.parametrize("amount", [-1000, 1000])
def test_what_a_dispute_moves_on_stripes_balance_is_its_payments(amount: int) -> None:
    moved = stripe_objects.movement(stripe_movement(stripe_dispute("pi_1"), amount))
    assert (moved.kind, moved.reference, moved.amount_minor) == (MovementKind.DISPUTE, "pi_1", amount)


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({}, State.OPEN),
        ({"status": "RESOLVED", "dispute_outcome": {"outcome_code": "RESOLVED_BUYER_FAVOUR"}}, State.LOST),
        ({"status": "RESOLVED", "dispute_outcome": {"outcome_code": "RESOLVED_SELLER_FAVOUR"}}, State.WON),
    ],
)
def test_paypal_tells_of_a_dispute_by_our_key(more: dict[str, Any], state: State) -> None:
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


async def test_a_dispute_is_told_and_booked_when_it_begins_and_when_it_is_lost(market: Market) -> None:
    payment = await disputed(market, "tok_disputed_lost")
    assert await market.balances() == {"DISPUTED": 10_000, "REVENUE": -10_000}
    (mail,) = told(market)
    assert mail.to == "books@example.com" and mail.subject == "Acme disputes a payment"
    assert payment.id in mail.text and "€100.00 was taken" in mail.text and "(fraudulent)" in mail.text
    assert "Answer at Sandbox until " in mail.text and "/master-admin/billing/invoices/" in mail.text
    shown = (await market.world.call("billing.GetPayment", market.admin, id=payment.id)).disputes
    assert [(one.state, one.amount_minor, one.taken_minor, one.reason) for one in shown] == [
        (DisputeMessage.STATE_OPEN, 10_000, 10_000, "fraudulent")
    ]
    assert shown[0].HasField("respond_time") and not shown[0].HasField("close_time")
    await decide(market)
    assert await market.balances() == {"BAD_DEBT": 10_000, "REVENUE": -10_000}
    assert len(told(market)) == 2 and told(market)[-1].subject == "The dispute of Acme is lost"
    assert "€100.00 as lost" in told(market)[-1].text
    (listed,) = (await market.world.call("billing.ListPayments", market.admin)).payments
    assert listed.state == listed.STATE_SUCCEEDED and listed.disputed_minor == 10_000
    assert listed.disputes[0].state == DisputeMessage.STATE_LOST and listed.disputes[0].HasField("close_time")
    assert (await market.invoice(payment.invoice_id)).state is InvoiceState.PAID, "staff decide what follows"
    assert [(one.previous_state, one.state) for one in market.told("PaymentDisputed")] == [
        ("", "OPEN"),
        ("OPEN", "LOST"),
    ]
    assert await ids(market) == {f"dispute:{listed.disputes[0].id}:{n}" for n in (1, 2)}


async def test_disputes_are_listed_by_state_and_payment_each_tenants_own(market: Market) -> None:
    world, first = market.world, await disputed(market, "tok_disputed_lost")
    await decide(market)
    await market.method("tok_disputed")
    (second,) = await market.payments(await market.owe(10_000, settle=True))
    await begin(market)

    async def listed(token: str, **more: Any) -> list[str]:
        return [one.payment_id for one in (await world.call("billing.ListDisputes", token, **more)).disputes]

    assert await listed(market.admin) == [second.id, first.id] == await listed(market.root)
    assert await listed(market.root, states=["STATE_OPEN"]) == [second.id]
    assert await listed(market.admin, payment_id=first.id) == [first.id]
    page = await world.call("billing.ListDisputes", market.root, page_size=1)
    rest = await world.call("billing.ListDisputes", market.root, page_size=1, page_token=page.next_page_token)
    assert [one.payment_id for one in (*page.disputes, *rest.disputes)] == [second.id, first.id]
    assert await listed(world.globex_admin) == []


async def test_a_dispute_that_is_won_leaves_the_books_as_they_were(market: Market) -> None:
    payment = await disputed(market, "tok_disputed_won")
    kept = (await market.invoice(payment.invoice_id)).kept_micros
    assert kept == 0, "what is not ours to keep is not credited"
    await decide(market)
    assert await market.balances() == {"CASH": 10_000, "REVENUE": -10_000}
    assert [mail.subject for mail in told(market)] == ["Acme disputes a payment", "The dispute of Acme is won"]
    assert (await market.invoice(payment.invoice_id)).kept_micros == MICROS
    refund = await refunded(market, payment.id)
    assert refund.state == refund.STATE_SUCCEEDED, "it may be refunded again"


async def test_a_part_may_be_disputed(market: Market) -> None:
    payment = await disputed(market, "tok_disputed_half")
    assert await market.balances() == {"CASH": 5_000, "DISPUTED": 5_000, "REVENUE": -10_000}
    assert (await market.invoice(payment.invoice_id)).kept_micros == MICROS // 2
    await decide(market)
    assert await market.balances() == {"CASH": 5_000, "BAD_DEBT": 5_000, "REVENUE": -10_000}
    with refused("AMOUNT_DISPUTED") as seen:
        await refunded(market, payment.id, 5_001)
    assert seen.error is not None and seen.error.metadata == {"disputed_minor": "5000", "left_minor": "5000"}
    refund = await refunded(market, payment.id)
    assert (refund.state, refund.amount_minor) == (refund.STATE_SUCCEEDED, 5_000)
    assert (await market.balances())["BAD_DEBT"] == 5_000
    await proven(market)


async def test_a_banks_question_moves_nothing(market: Market) -> None:
    payment = await disputed(market, "tok_disputed_asked")
    books = {"CASH": 10_000, "REVENUE": -10_000}
    assert await market.balances() == books and len(told(market)) == 1
    await decide(market)
    assert await market.balances() == books and await ids(market) == set()
    (shown,) = (await market.world.call("billing.GetPayment", market.admin, id=payment.id)).disputes
    assert (shown.state, shown.taken_minor) == (DisputeMessage.STATE_WON, 0)


async def test_events_come_twice_and_in_any_order(market: Market) -> None:
    """Each order of what is told ends in the same books, whenever it is heard; each change is told once."""
    payment = await paid(market, "tok_disputed_lost")
    market.world.clock.advance(timedelta(minutes=2))
    bodies = await events(market)
    assert [orjson.loads(body)["type"] for body in bodies] == ["payment.succeeded", "dispute.open", "dispute.close"]
    for body in (bodies[2], bodies[1], bodies[2], bodies[0], bodies[1]):
        await market.hook(body, market.sandbox.events.signed(body))
        await market.world.settle()
        assert await market.balances() == {"BAD_DEBT": 10_000, "REVENUE": -10_000}
    assert [mail.subject for mail in told(market)] == ["The dispute of Acme is lost"]
    assert len(await ids(market)) == 1 and payment.id


async def test_two_replicas_that_hear_of_it_at_once_book_it_once(market: Market) -> None:
    await paid(market, "tok_disputed_lost")
    market.world.clock.advance(timedelta(seconds=11))
    bodies = [body for body in await events(market) if b"dispute.open" in body]
    await asyncio.gather(*(market.hook(bodies[0], market.sandbox.events.signed(bodies[0])) for _ in range(5)))
    await market.world.settle()
    assert await market.balances() == {"DISPUTED": 10_000, "REVENUE": -10_000}
    assert len(told(market)) == len(market.told("PaymentDisputed")) == 1


async def test_what_an_older_answer_says_does_not_undo_a_newer_one(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = await paid(market, "tok_disputed_won")
    market.world.clock.advance(timedelta(seconds=11))
    real, waiting, asked = market.sandbox.list_disputes, asyncio.Event(), asyncio.Event()

    async def slow(reference: str) -> list[Facts]:
        found = await real(reference)
        monkeypatch.setattr(market.sandbox, "list_disputes", real)
        asked.set()
        await waiting.wait()
        return found

    monkeypatch.setattr(market.sandbox, "list_disputes", slow)
    disputing = market.webhooks.disputing
    first = asyncio.create_task(disputing.look(market.call, payment.id))
    await asked.wait()
    market.world.clock.advance(timedelta(minutes=1))
    await disputing.look(market.call, payment.id)
    waiting.set()
    (dispute,) = await first
    assert dispute.state is State.WON
    assert await market.balances() == {"CASH": 10_000, "REVENUE": -10_000}


async def test_a_refund_before_a_dispute_is_not_disputed_too(market: Market) -> None:
    payment = await paid(market, "tok_disputed_lost")
    await refunded(market, payment.id, 4_000)
    await begin(market)
    assert await market.balances() == {"DISPUTED": 6_000, "REVENUE": -6_000}
    with refused("AMOUNT_DISPUTED"):
        await refunded(market, payment.id)
    await decide(market)
    assert await market.balances() == {"BAD_DEBT": 6_000, "REVENUE": -6_000}
    await proven(market)


async def test_a_payment_that_was_refunded_whole_is_not_disputed(market: Market) -> None:
    payment = await paid(market, "tok_disputed_lost")
    await refunded(market, payment.id)
    await begin(market)
    await decide(market)
    assert await market.balances() == {} and told(market) == []


@pytest.mark.parametrize("won", [True, False])
async def test_a_refund_that_a_dispute_overtakes_waits_and_is_not_given_twice(market: Market, won: bool) -> None:
    """It is recorded, and before the provider is asked its payer disputes the payment."""
    payment = await paid(market, "tok_disputed_won" if won else "tok_disputed_lost")
    refunding = market.webhooks.refunding
    async with market.unit() as unit:
        found = await unit.payments.get(payment.id)
        await refunding.begin(unit, found, 0, "They asked.", id="ref_1", at=market.world.clock.now())
    await market.world.settle()
    market.world.clock.advance(timedelta(seconds=11))
    refund = await refunding.ask(market.call, "ref_1", again=True)
    assert refund.state is RefundState.PENDING, "whether it may go back is not decided"
    await market.deliver()
    assert (await market.balances())["DISPUTED"] == 10_000
    assert len(told(market)) == 1 and (await market.world.call("billing.ProveLedger", market.root)).proven
    await decide(market)
    refund = await refunding.ask(market.call, "ref_1", again=True)
    await market.world.settle()
    if won:
        assert refund.state is RefundState.SUCCEEDED and await market.balances() == {}
    else:
        assert refund.state is RefundState.FAILED
        assert await market.balances() == {}, "the payer has it from the bank: neither credit nor a loss"
    await proven(market)


# --- what is nobody's, or was not heard of ---------------------------------------------------------------------------


async def test_a_dispute_of_a_payment_that_is_not_known_is_told_once_and_booked_nowhere(market: Market) -> None:
    for n, (state, type) in enumerate([("OPEN", "dispute.open"), ("OPEN", "dispute.open"), ("LOST", "dispute.close")]):
        standing = {
            "payment": "sbp_elsewhere",
            "state": state,
            "amount_minor": 700,
            "currency": "EUR",
            "reason": "fraudulent",
            "respond_time": AT.isoformat(),
        }
        event = {"id": f"sbe_{n}", "type": type, "object": "sbd_x", "key": "pay_none", "time": AT.isoformat()}
        body = orjson.dumps({**event, "standing": standing})
        await market.hook(body, market.sandbox.events.signed(body))
        await market.world.settle()
    first, second = told(market)
    assert first.subject == "A payment at Sandbox that is not known here is disputed"
    assert "sbp_elsewhere" in first.text and "€7.00" in first.text and "Nothing is booked" in first.text
    assert "it is lost" in second.text and await market.balances() == {}


async def test_what_is_taken_of_an_unknown_payment_shows_in_the_proof(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = Movement("m1", MovementKind.DISPUTE, "sbp_elsewhere", "", -700, "EUR", 0, "EUR", market.world.clock.now())

    async def movements(start: datetime, end: datetime) -> AsyncIterator[Movement]:
        if start <= moved.time < end:
            yield moved

    monkeypatch.setattr(market.sandbox, "list_movements", movements)
    proof = await later_proof(market)
    assert [(one.kind, one.id, one.expected_minor, one.found_minor) for one in proof.differences] == [
        ("provider", "dispute of sbp_elsewhere", 0, -700)
    ]


@pytest.mark.parametrize("token", ["tok_disputed_lost", "tok_disputed_won", "tok_disputed_half", "tok_disputed"])
async def test_the_books_are_proven_before_during_and_after_a_dispute(market: Market, token: str) -> None:
    await paid(market, token)
    await proven(market)
    await begin(market)
    await proven(market)
    await decide(market)
    for _ in range(3):
        await proven(market)
        await market.world.later(days=4)


@pytest.mark.parametrize("won", [True, False])
async def test_what_was_never_told_is_found_by_the_proof(market: Market, won: bool) -> None:
    """All events are lost: the money that moved, and the end that moves nothing, are found at the provider."""
    await paid(market, "tok_disputed_won_10" if won else "tok_disputed_lost_10")
    await drop(market)
    await proven(market)
    assert (await market.balances())["DISPUTED"] == 10_000 and len(told(market)) == 1
    await market.world.later(days=11)
    await drop(market)
    await proven(market)
    assert await market.balances() == {"CASH" if won else "BAD_DEBT": 10_000, "REVENUE": -10_000}
    assert len(told(market)) == 2


async def test_a_provider_that_lists_what_it_took_only_is_booked_by_its_list(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As PayPal does: the dispute says its state, the report says the money."""
    real = market.sandbox.list_disputes

    async def stateless(reference: str) -> list[Facts]:
        return [replace(one, moved=()) for one in await real(reference)]

    monkeypatch.setattr(market.sandbox, "list_disputes", stateless)
    await disputed(market, "tok_disputed_lost_10")
    assert (await market.balances())["CASH"] == 10_000, "nobody knows yet"
    await proven(market)
    assert await market.balances() == {"DISPUTED": 10_000, "REVENUE": -10_000}
    await market.world.later(days=11)
    await market.deliver()
    assert await market.balances() == {"BAD_DEBT": 10_000, "REVENUE": -10_000}
    await proven(market)


async def test_a_provider_that_refuses_to_be_asked_is_believed_by_its_events(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As PayPal does where the right to read disputes was not given: staff hear of it all the same."""

    async def refuses(reference: str) -> list[Facts]:
        raise ProviderRefused("sandbox: not allowed")

    monkeypatch.setattr(market.sandbox, "list_disputes", refuses)
    await disputed(market, "tok_disputed_lost")
    assert [mail.subject for mail in told(market)] == ["Acme disputes a payment"]
    assert (await market.balances())["CASH"] == 10_000
    await proven(market)
    assert await market.balances() == {"DISPUTED": 10_000, "REVENUE": -10_000}
    await decide(market)
    assert await market.balances() == {"BAD_DEBT": 10_000, "REVENUE": -10_000}
    late = {"state": "OPEN", "amount_minor": 10_000, "currency": "EUR", "reason": "", "respond_time": ""}
    async with market.unit() as unit:
        (dispute,), (payment,) = await unit.disputes.select(), await unit.payments.select()
    event = {"id": "sbe_late", "type": "dispute.open", "object": dispute.provider_reference, "key": payment.id}
    body = orjson.dumps({**event, "time": AT.isoformat(), "standing": {**late, "payment": payment.provider_reference}})
    await market.hook(body, market.sandbox.events.signed(body))
    assert await market.balances() == {"BAD_DEBT": 10_000, "REVENUE": -10_000}, "an old event opens nothing"
    await proven(market)
    assert len(told(market)) == 2


async def test_money_that_is_taken_without_a_dispute_is_lost(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    payment = await paid(market, "tok_visa")
    real, at = market.sandbox.list_movements, market.world.clock.now()
    reversal = Movement("m1", MovementKind.DISPUTE, payment.provider_reference, "", -10_000, "EUR", 0, "EUR", at)

    async def movements(start: datetime, end: datetime) -> AsyncIterator[Movement]:
        async for one in real(start, end):
            yield one
        if start <= reversal.time < end:
            yield reversal

    monkeypatch.setattr(market.sandbox, "list_movements", movements)
    for _ in range(2):
        await proven(market)
        assert await market.balances() == {"BAD_DEBT": 10_000, "REVENUE": -10_000}
    assert len(told(market)) == 1 and "is lost" in told(market)[0].subject


# --- Stripe, over its fake -------------------------------------------------------------------------------------------


async def test_stripes_dispute_is_booked_from_its_own_events(market: Market) -> None:
    async with StripeFake().running() as fake:
        provider = StripePayments(
            api_key=stripe_server.API_KEY,
            webhook_secret=stripe_server.WEBHOOK_SECRET,
            api_base=fake.address,
            timeout_seconds=5,
            retries=0,
        )
        market.paying.providers._found["stripe"] = provider
        invoice = await market.owe(10_000, settle=True)
        await market.method("tok_createDispute", provider=2)
        payment = await market.pay(invoice)
        assert payment.state == payment.STATE_SUCCEEDED
        heard = 0

        async def hear(*, backwards: bool = False) -> None:
            nonlocal heard
            new, heard = fake.deliveries.all()[heard:], len(fake.deliveries.bodies)
            for headers, body in reversed(new) if backwards else new:
                await market.hook(body, {name.lower(): value for name, value in headers.items()}, provider="stripe")
            await market.world.settle()

        await hear(backwards=True)
        assert await market.balances() == {"DISPUTED": 10_000, "REVENUE": -10_000}
        (dispute,) = fake.things("dispute")
        fake.decide(dispute["id"], won=True)
        await hear()
        assert await market.balances() == {"CASH": 10_000, "REVENUE": -10_000}
        assert len(told(market)) == 2
        again = fake.dispute(dispute["payment_intent"], amount=2_500)
        await hear()
        fake.decide(again["id"], won=False)
        await hear(backwards=True)
        assert await market.balances() == {"CASH": 7_500, "BAD_DEBT": 2_500, "REVENUE": -10_000}
        shown = (await market.world.call("billing.GetPayment", market.admin, id=payment.id)).disputes
        assert [(one.state, one.taken_minor) for one in shown] == [
            (DisputeMessage.STATE_LOST, 2_500),
            (DisputeMessage.STATE_WON, 0),
        ]
        await provider.aclose()


# --- a market in which payers dispute --------------------------------------------------------------------------------


async def paid(market: Market, token: str) -> Any:
    payment = await market.pay(await market.to_pay(token))
    assert payment.state == payment.STATE_SUCCEEDED
    return payment


async def begin(market: Market) -> None:
    """The time comes in which payments are disputed, and is heard of."""
    market.world.clock.advance(timedelta(seconds=11))
    await market.deliver()


async def decide(market: Market) -> None:
    market.world.clock.advance(timedelta(minutes=1))
    await market.deliver()


async def disputed(market: Market, token: str) -> Any:
    payment = await paid(market, token)
    await begin(market)
    return payment


async def refunded(market: Market, id: str, amount_minor: int = 0) -> Any:
    fields = {"id": id, "amount_minor": amount_minor, "reason": "They asked for it."}
    refund = await market.world.call("billing.RefundPayment", market.root, **fields)
    await market.world.settle()
    return refund


async def events(market: Market) -> list[bytes]:
    """What the sandbox has to tell now, without its being taken."""
    heard: list[bytes] = []

    async def hear(headers: Any, body: bytes) -> bool:
        heard.append(body)
        return False

    await market.sandbox.deliver_due(hear)
    return heard


async def drop(market: Market) -> None:
    """Loses what the sandbox has to tell."""

    async def deaf(headers: Any, body: bytes) -> bool:
        return True

    await market.sandbox.deliver_due(deaf)


async def ids(market: Market) -> set[str]:
    """The transactions that disputes caused."""
    async with market.unit() as unit:
        return {one.transaction_id for one in await unit.ledger.select() if one.transaction_id.startswith("dispute:")}


def told(market: Market) -> list[Mail]:
    return [mail for mail in market.world.mails.mails.values() if mail.kind == "disputed"]


async def later_proof(market: Market) -> Any:
    """The proof once what is young now is compared, too."""
    await market.world.later(hours=2)
    await market.world.sign_in_again()
    return await market.world.call("billing.ProveLedger", market.world.root)


async def proven(market: Market) -> None:
    proof = await later_proof(market)
    assert proof.proven and not proof.unasked, proof
    far, now = timedelta(days=400), market.world.clock.now()
    moved = sum([one.amount_minor async for one in market.sandbox.list_movements(now - far, now)])
    assert (await market.balances()).get("CASH", 0) == moved, "the ledger has what the provider has"
