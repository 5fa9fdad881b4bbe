"""Stripe beyond the contract: what the SDK is told to do, and Stripe's own ways."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from actors.billing.domain.invoice import AmountExceeds
from actors.billing.domain.payment import DeclineReason, State
from actors.billing.domain.payment_method import Confirmation
from actors.billing.domain.subscription_state import PaymentMethodNeeded
from actors.billing.providers import stripe_objects
from actors.billing.providers.contract import ChargeRequest, ProviderRefused, ProviderUnavailable, SetupState
from actors.billing.providers.declines import stripe_decline
from actors.billing.providers.stripe import StripePayments
from tests.billing.fakes.serving import served
from tests.billing.fakes.stripe_server import API_KEY, WEBHOOK_SECRET, StripeFake
from tests.billing.stages import StripeStage


@pytest.fixture
async def stage() -> AsyncIterator[StripeStage]:
    async with StripeFake().running() as fake:
        found = StripeStage(fake)
        yield found
        await found.close()


@pytest.mark.parametrize(
    ("minor", "currency", "stripe"),
    [
        (1050, "EUR", 1050),
        (500, "JPY", 500),
        (500, "KRW", 500),
        (5120, "KWD", 5120),
        (5124, "KWD", None),
        (5120, "BHD", 5120),
        (500, "ISK", 50000),
        (500, "UGX", 50000),
        (1000, "HUF", 1000),
        (800, "TWD", 800),
        (500, "MGA", 5),
        (501, "MGA", None),
    ],
)
def test_amounts_are_what_stripe_counts(minor: int, currency: str, stripe: int | None) -> None:
    assert stripe_objects.stripe_amount(minor, currency) == stripe
    if stripe is not None:
        assert stripe_objects.minor_amount(stripe, currency) == minor


@pytest.mark.parametrize(
    ("codes", "reason"),
    [
        (("insufficient_funds", "card_declined"), DeclineReason.INSUFFICIENT_FUNDS),
        (("generic_decline", "card_declined"), DeclineReason.GENERIC),
        ((None, "expired_card"), DeclineReason.EXPIRED),
        (("stolen_card", "card_declined"), DeclineReason.LOST_OR_STOLEN),
        (("a_code_of_next_year", "card_declined"), DeclineReason.GENERIC),
        ((None, "payment_intent_authentication_failure"), DeclineReason.NOT_CONFIRMED),
        ((None, None), DeclineReason.GENERIC),
    ],
)
def test_declines_are_said_in_the_platforms_words(codes: tuple[str | None, ...], reason: DeclineReason) -> None:
    assert stripe_decline(*codes) is reason


async def test_a_wrong_key_is_a_fault_of_the_installation_and_is_not_repeated_in_the_error(stage: StripeStage) -> None:
    provider = StripePayments(api_key="sk_test_wrong", webhook_secret="w", api_base=stage.fake.address)
    with pytest.raises(ProviderRefused) as refused:
        await provider.create_customer("cus_1", name="Ada", email="ada@example.com")
    assert "sk_test_wrong" not in str(refused.value)
    await provider.aclose()


async def test_a_provider_that_is_not_there_is_unavailable() -> None:
    provider = StripePayments(api_key=API_KEY, webhook_secret="w", api_base="http://127.0.0.1:1", retries=0)
    with pytest.raises(ProviderUnavailable):
        await provider.create_customer("cus_1", name="Ada", email="ada@example.com")
    await provider.aclose()


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_passing_fault_is_asked_again_under_the_same_key(stage: StripeStage, status: int) -> None:
    request = await stage.charge()
    stage.fake.faults.statuses = [status]
    provider = await stage.replica()
    if status == 429:
        with pytest.raises(ProviderUnavailable):
            await provider.charge(request)
    outcome = await provider.charge(request)
    assert outcome.state is State.SUCCEEDED
    assert len(stage.fake.things("charge")) == 1


async def test_an_answer_that_never_comes_is_not_waited_for() -> None:
    async def never(request: web.Request) -> web.Response:
        await asyncio.sleep(30)
        return web.Response()

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", never)
    async with served(app) as address:
        provider = StripePayments(api_key=API_KEY, webhook_secret="w", api_base=address, timeout_seconds=0.1, retries=0)
        request = ChargeRequest("pay_1", 500, "EUR", datetime.now(UTC), customer="cus_1", method="pm_1")
        with pytest.raises(ProviderUnavailable):
            await provider.charge(request)
        await provider.aclose()


async def test_a_charge_is_found_among_many_of_its_customer(stage: StripeStage) -> None:
    provider, first = await stage.replica(), await stage.charge()
    outcome = await provider.charge(first)
    for number in range(120):
        request = stage.request(first.customer, first.method, amount_minor=5000 + number)
        await provider.charge(request)
    assert await provider.look_up(first) == outcome
    assert len(await stage.movements(provider)) == 121
    late = ChargeRequest(
        first.idempotency_key, 5000, "EUR", stage.now() + timedelta(hours=1), first.customer, first.method
    )
    assert await provider.look_up(late) is None, "nothing before the payment was recorded is looked at"


async def test_an_intent_that_failed_with_the_payer_is_closed(stage: StripeStage) -> None:
    provider, request = await stage.replica(), await stage.charge("challenge", off_session=False)
    outcome = await provider.charge(request)
    assert outcome.confirmation is not None and outcome.confirmation.client_secret
    await stage.payer(outcome.confirmation, agrees=False)
    failed = await provider.look_up(request, reference=outcome.reference)
    assert failed is not None and failed.decline is DeclineReason.NOT_CONFIRMED
    (intent,) = stage.fake.things("payment_intent")
    assert (intent["status"], intent["cancellation_reason"]) == ("canceled", "abandoned")


async def test_a_payer_who_is_not_there_is_asked_later(stage: StripeStage) -> None:
    provider, request = await stage.replica(), await stage.charge("challenge", off_session=True)
    outcome = await provider.charge(request)
    assert outcome.state is State.REQUIRES_ACTION
    assert outcome.confirmation is not None and outcome.confirmation.client_secret
    assert outcome.confirmation.redirect_url == "", "the page is made when the payer is there"
    assert await provider.look_up(request) == outcome


async def test_an_amount_too_small_is_the_ways_fault_not_an_error(stage: StripeStage) -> None:
    provider = await stage.replica()
    outcome = await provider.charge(await stage.charge(amount_minor=49))
    assert (outcome.state, outcome.decline) == (State.FAILED, DeclineReason.UNSUPPORTED)
    huge = await provider.charge(await stage.charge(amount_minor=100_000_000))
    assert (huge.state, huge.decline) == (State.FAILED, DeclineReason.LIMIT_EXCEEDED)


async def test_malformed_requests_are_faults(stage: StripeStage) -> None:
    provider = await stage.replica()
    with pytest.raises(PaymentMethodNeeded):
        await provider.charge(stage.request("", ""))
    with pytest.raises(ProviderRefused):
        await provider.begin_setup("pm_1", customer="cus_of_nobody", token="tok_visa")
    with pytest.raises(ProviderRefused):
        await provider.look_up(stage.request("c", "m"), reference="pi_nothing")
    unknown = await provider.charge(stage.request("", "pm_nothing"))
    assert unknown.decline is DeclineReason.METHOD_GONE
    with pytest.raises(AmountExceeds):
        await provider.refund(stage.refund("pi_nothing", 1001, "KWD"))


async def test_the_fake_refuses_parameters_that_stripe_does_not_know(stage: StripeStage) -> None:
    provider = await stage.replica()
    with pytest.raises(ProviderRefused, match="parameter_unknown"):
        await provider._asked(provider._api.customers.create_async({"colour": "blue"}))


async def test_a_setup_shows_what_the_script_in_the_browser_needs(stage: StripeStage) -> None:
    provider = await stage.replica()
    setup = await provider.begin_setup("pm_1", customer=await stage.customer())
    assert setup.state is SetupState.REQUIRES_ACTION and setup.confirmation is not None
    assert setup.confirmation.client_secret.startswith(setup.reference) and not setup.confirmation.redirect_url
    assert "secret" not in repr(Confirmation("https://x", "the secret"))


async def test_events_come_double_and_out_of_order_and_settle_the_same(stage: StripeStage) -> None:
    heard: list[tuple[dict[str, str], bytes]] = []
    done = asyncio.Event()

    async def hear(request: web.Request) -> web.Response:
        heard.append((dict(request.headers), await request.read()))
        if sum(b"payment_intent.succeeded" in body for _, body in heard) == 2:
            done.set()
        return web.Response(status=500 if len(heard) == 1 else 200)

    app = web.Application()
    app.router.add_post("/hook", hear)
    async with served(app) as address:
        stage.fake.deliveries.url, stage.fake.deliveries.copies = f"{address}/hook", 2
        stage.fake.deliveries.shuffled = random.Random(7)
        provider, request = await stage.replica(), await stage.charge()
        await provider.charge(request)
        await asyncio.wait_for(done.wait(), 20)
        events = [await provider.read_webhook(*one) for one in heard]
    assert len({one.id for one in events}) < len(events)
    outcomes = {one.outcome.state for one in events if one.outcome and one.idempotency_key == request.idempotency_key}
    assert State.SUCCEEDED in outcomes
    assert WEBHOOK_SECRET not in str(heard)
