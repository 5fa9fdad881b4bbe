"""Events of providers: checked over their bytes, applied once, in whatever order they come."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any

import orjson
import pytest

from actors.billing.domain.invoice import State as InvoiceState
from actors.billing.domain.payment import State
from actors.billing.domain.payment_method import State as MethodState
from actors.billing.providers.registry import Providers
from actors.billing.providers.sandbox_events import SIGNATURE_HEADER
from actors.billing.providers.stripe import StripePayments
from actors.kernel.clock import ManualClock
from tests.billing.fakes import stripe_server
from tests.billing.fakes.stripe_server import StripeFake
from tests.billing.market import Market, challenge
from tests.world import refused


@pytest.fixture
async def market() -> AsyncIterator[Market]:
    async with Market() as market:
        yield market


async def events(market: Market) -> list[bytes]:
    """What the sandbox has to tell now, without its being taken."""
    heard: list[bytes] = []

    async def hear(headers: Mapping[str, str], body: bytes) -> bool:
        heard.append(body)
        return True

    await market.sandbox.deliver_due(hear)
    return heard


def signed(market: Market, body: bytes, age: timedelta = timedelta(0)) -> dict[str, str]:
    return market.sandbox.events.signed(body) if not age else _at(market, age).signed(body)


def _at(market: Market, age: timedelta) -> Any:
    from actors.billing.providers.sandbox_events import SandboxEvents

    clock = ManualClock(market.world.clock.now() - age)
    return SandboxEvents(market.sandbox._state, clock, market.sandbox.events._secret)


async def pending(market: Market) -> tuple[Any, bytes]:
    """A payment whose answer was lost, and the event that tells of it."""
    invoice = await market.to_pay("tok_timeout")
    payment = await market.pay(invoice)
    (body,) = await events(market)
    return payment, body


async def state(market: Market, payment: Any) -> State:
    async with market.unit() as unit:
        return (await unit.payments.get(payment.id)).state


async def test_an_event_settles_its_payment_once_however_often_it_comes(market: Market) -> None:
    payment, body = await pending(market)
    await asyncio.gather(*(market.hook(body, signed(market, body)) for _ in range(5)))
    for _ in range(3):
        await market.hook(body, signed(market, body))
    assert await state(market, payment) is State.SUCCEEDED
    assert (await market.balances())["CASH"] == 10_000
    async with market.unit() as unit:
        assert len(await unit.provider_events.select()) == 1


async def test_an_event_that_is_not_signed_by_the_provider_is_refused_and_changes_nothing(market: Market) -> None:
    payment, body = await pending(market)
    good = signed(market, body)
    changed = body.replace(b"payment.succeeded", b"payment.succeedeD")
    await check_refused(market, body, None)
    await check_refused(market, body, {SIGNATURE_HEADER: "t=1,v1=00"})
    await check_refused(market, body, {SIGNATURE_HEADER: good[SIGNATURE_HEADER][:-1] + "0x"})
    await check_refused(market, changed, good)
    await check_refused(market, body + b" ", good)
    await check_refused(market, body, signed(market, body, timedelta(minutes=6)))
    await check_refused(market, body, signed(market, body, timedelta(minutes=-6)))
    await check_refused(market, b"", None)
    await check_refused(market, b"\xff\xfe", good)
    await check_refused(market, b"x" * (2 << 20), good)
    assert await state(market, payment) is State.PENDING
    assert market.world.records("provider_events", "books") == []


async def check_refused(market: Market, body: bytes, headers: dict[str, str] | None) -> None:
    with refused("SIGNATURE_INVALID") as seen:
        await market.hook(body, headers)
    assert seen.error is not None and seen.error.metadata["provider"] == "sandbox"


async def test_what_is_nothing_of_ours_is_taken_and_forgotten(market: Market) -> None:
    payment, body = await pending(market)
    now = market.world.clock.now().isoformat()
    for event in (
        {"id": "sbe_1", "type": "weather.changed", "time": now},
        {"id": "sbe_2", "type": "payment.succeeded", "time": now, "object": "sbp_none", "key": "pay_none"},
        {"id": "sbe_3", "type": "refund.failed", "time": now, "object": "sbr_none", "key": "ref_none"},
    ):
        event["standing"] = {"state": "FAILED", "amount_minor": 1, "decline": None}
        raw = orjson.dumps(event)
        await market.hook(raw, signed(market, raw))
    assert await state(market, payment) is State.PENDING


async def test_an_event_is_only_a_hint_and_the_provider_is_believed(market: Market) -> None:
    payment, body = await pending(market)
    lie = orjson.dumps({**orjson.loads(body), "id": "sbe_lie", "standing": {"state": "FAILED", "decline": "GENERIC"}})
    await market.hook(lie, signed(market, lie))
    assert await state(market, payment) is State.SUCCEEDED, "it was looked up"


async def test_what_is_signed_and_yet_no_event_is_refused(market: Market) -> None:
    for raw in (b"", b"[]", b"null", b"{}", b'{"id": 7', b'{"id":"x","type":"payment.succeeded","time":"yesterday"}'):
        with refused("MALFORMED"):
            await market.hook(raw, signed(market, raw))
    long = orjson.dumps({"id": "x" * 200, "type": "weather", "time": market.world.clock.now().isoformat()})
    with refused("MALFORMED"):
        await market.hook(long, signed(market, long))


async def test_only_providers_that_are_set_up_are_listened_to(market: Market) -> None:
    for provider in ("stripe", "paypal"):
        with refused("PROVIDER_MISSING"):
            await market.hook(b"{}", {}, provider=provider)
    for provider in ("manual", "nobody", ""):
        with refused("INVALID_FIELDS"):
            await market.hook(b"{}", {}, provider=provider)


async def test_an_answer_needs_the_secret_of_its_challenge(market: Market) -> None:
    invoice = await market.to_pay("tok_challenge")
    waiting = await market.pay(invoice)
    good = orjson.loads(challenge(waiting.confirmation))
    for change in ({"client_secret": "sbs_wrong"}, {"reference": "sbp_other"}, {"client_secret": None}):
        await check_refused(market, orjson.dumps({**good, **change}), None)
    del good["client_secret"]
    for raw in (orjson.dumps(good), b'{"answer": ', b'["answer"]', b'"answer"'):
        await check_refused(market, raw, None)
    assert await state(market, waiting) is State.REQUIRES_ACTION
    await market.answer(waiting.confirmation)
    assert await state(market, waiting) is State.SUCCEEDED


async def test_an_event_that_cannot_be_applied_comes_again(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    payment, body = await pending(market)
    paying, real = market.paying, market.paying.settled

    async def dies(*arguments: Any) -> Any:
        monkeypatch.setattr(paying, "settled", real)
        raise RuntimeError("the process ended here")

    monkeypatch.setattr(paying, "settled", dies)
    with refused("INTERNAL"):
        await market.hook(body, signed(market, body))
    assert await state(market, payment) is State.PENDING
    await market.hook(body, signed(market, body))
    assert await state(market, payment) is State.SUCCEEDED


async def test_the_sandbox_delivers_what_was_not_taken_again(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    invoice = await market.to_pay("tok_slow")
    await market.pay(invoice)
    await market.world.later(seconds=6)
    webhooks, real = market.webhooks, market.webhooks.take

    async def refuses(name: str, headers: Any, body: bytes, call: Any) -> None:
        monkeypatch.setattr(webhooks, "take", real)
        await real("paypal", headers, body, call)

    monkeypatch.setattr(webhooks, "take", refuses)
    assert await market.deliver() == 0
    assert (await market.invoice(invoice.id)).state is InvoiceState.OPEN
    assert await market.deliver() == 0, "not before a second has passed"
    market.world.clock.advance(timedelta(seconds=2))
    assert await market.deliver() == 1
    assert (await market.invoice(invoice.id)).state is InvoiceState.PAID


# --- Stripe, over its fake -------------------------------------------------------------------------------------------


@pytest.fixture
async def stripe(market: Market) -> AsyncIterator[StripeFake]:
    """A market in which Stripe is set up too."""
    async with StripeFake().running() as fake:
        provider = StripePayments(
            api_key=stripe_server.API_KEY,
            webhook_secret=stripe_server.WEBHOOK_SECRET,
            api_base=fake.address,
            timeout_seconds=5,
            retries=0,
        )
        found: Providers = market.paying.providers
        found._found["stripe"] = provider
        yield fake
        await provider.aclose()


async def test_stripes_events_in_any_order_end_in_the_same_books(market: Market, stripe: StripeFake) -> None:
    invoice = await market.owe(10_000, settle=True)
    await market.method("tok_visa", provider=2)
    stripe.faults.paths, stripe.faults.unanswered = "/payment_intents", 1
    payment = await market.pay(invoice)
    assert payment.state == payment.STATE_PENDING
    told = stripe.deliveries.all()
    assert len(told) > 1
    for order in itertools.islice(itertools.permutations(told), 6):
        for headers, body in (*order, *order):
            await market.hook(body, {name.lower(): value for name, value in headers.items()}, provider="stripe")
    assert await state(market, payment) is State.SUCCEEDED
    assert await market.balances() == {"CASH": 10_000, "REVENUE": -10_000}
    assert len(stripe.things("payment_intent")) == 1


async def test_stripes_signatures_are_checked_and_old_or_forged_ones_refused(
    market: Market, stripe: StripeFake
) -> None:
    body = b'{"id":"evt_1","object":"event","type":"a.b","created":1,"data":{"object":{}}}'
    now = market.world.clock.now().timestamp()
    for headers in (
        {},
        {"stripe-signature": ""},
        {"stripe-signature": "t=,v1="},
        stripe.signed(body, secret="whsec_other"),
        stripe.signed(body, at=now - 3600),
        stripe.signed(body + b" "),
    ):
        with refused("SIGNATURE_INVALID"):
            await market.hook(body, {name.lower(): value for name, value in headers.items()}, provider="stripe")
    good = {name.lower(): value for name, value in stripe.signed(body).items()}
    await market.hook(body, good, provider="stripe")
    strange = b'{"id":"evt_2","object":"event"}'
    with refused("MALFORMED"):
        await market.hook(
            strange, {name.lower(): value for name, value in stripe.signed(strange).items()}, provider="stripe"
        )


async def test_a_card_that_its_bank_has_renewed_is_charged_again(market: Market, stripe: StripeFake) -> None:
    card = await market.method("tok_visa", provider=2)
    async with market.unit() as unit:
        kept = unit.payment_methods.put((await unit.payment_methods.get(card.id)).expired(market.world.clock.now()))
    renewed = {"brand": "visa", "last4": "1881", "exp_month": 7, "exp_year": market.world.clock.now().year + 4}
    told = {
        "id": "evt_renewed",
        "object": "event",
        "type": "payment_method.automatically_updated",
        "created": int(market.world.clock.now().timestamp()),
        "data": {
            "object": {"object": "payment_method", "id": kept.provider_reference, "type": "card", "card": renewed}
        },
    }
    body = orjson.dumps(told)
    headers = {name.lower(): value for name, value in stripe.signed(body).items()}
    await market.hook(body, headers, provider="stripe")
    async with market.unit() as unit:
        now = await unit.payment_methods.get(card.id)
    assert (now.state, now.label, now.expire_month) == (MethodState.ACTIVE, "Visa •••• 1881", 7)
    await market.world.call("billing.DeletePaymentMethod", market.admin, id=card.id)
    again = orjson.dumps({**told, "id": "evt_again"})
    headers = {name.lower(): value for name, value in stripe.signed(again).items()}
    await market.hook(again, headers, provider="stripe")
    async with market.unit() as unit:
        assert (await unit.payment_methods.get(card.id)).state is MethodState.REMOVED, (
            "who removed it has the last word"
        )
