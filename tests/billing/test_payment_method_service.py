"""Payment methods: kept by providers, referred to here."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from actors.api.billing.v1 import PaymentMethod as PaymentMethodMessage
from actors.billing.domain.payment_method import State
from actors.billing.expiring import Expiring
from actors.billing.providers.contract import ProviderUnavailable
from tests.billing.market import Market
from tests.billing.selling import corresponding
from tests.world import refused

S = PaymentMethodMessage


@pytest.fixture
async def market() -> AsyncIterator[Market]:
    async with Market() as market:
        yield market


async def listed(market: Market, token: str = "", **more: Any) -> list[PaymentMethodMessage]:
    page = await market.world.call("billing.ListPaymentMethods", token or market.admin, **more)
    return list(page.payment_methods)


async def call(market: Market, name: str, id: str, token: str = "") -> PaymentMethodMessage:
    found: PaymentMethodMessage = await market.world.call(f"billing.{name}", token or market.admin, id=id)
    return found


async def kept(market: Market, id: str) -> Any:
    async with market.unit() as unit:
        return await unit.payment_methods.find(id)


def expiring(market: Market) -> Expiring:
    world = market.world
    correspondence = corresponding(world)
    return Expiring(world.service("billing", "PaymentMethodService").vaulting, correspondence)


async def test_a_token_becomes_a_method_and_the_first_one_is_the_default(market: Market) -> None:
    first = await market.method(default=False)
    assert (first.state, first.label, first.last4, first.default) == (S.STATE_ACTIVE, "Visa •••• 4242", "4242", True)
    second = await market.method("tok_mastercard", default=False)
    assert not second.default
    assert [one.id for one in await listed(market)] == [second.id, first.id], "newest first"
    third = await market.method(default=True)
    assert [one.id for one in await listed(market) if one.default] == [third.id]
    assert await listed(market, market.world.globex_admin) == []
    assert len(await listed(market, market.root)) == 3, "the platform sees those of all tenants"
    assert len(await listed(market, market.root, tenant_id=market.world.globex.id)) == 0


async def test_a_repeated_call_makes_one_method(market: Market) -> None:
    fields = {"provider": 1, "provider_token": "tok_visa"}
    headers = {"idempotency-key": "card"}
    first = await market.world.call("billing.CreatePaymentMethod", market.admin, headers=headers, **fields)
    assert await market.world.call("billing.CreatePaymentMethod", market.admin, headers=headers, **fields) == first
    assert len(await listed(market)) == 1


async def test_a_setup_that_died_goes_on_where_it_stopped(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox, real = market.sandbox, market.sandbox.begin_setup

    async def dies(*arguments: Any, **more: Any) -> Any:
        monkeypatch.setattr(sandbox, "begin_setup", real)
        await real(*arguments, **more)
        raise RuntimeError("the process ended here")

    monkeypatch.setattr(sandbox, "begin_setup", dies)
    fields = {"provider": 1, "provider_token": "tok_visa", "headers": {"idempotency-key": "card"}}
    with refused("INTERNAL"):
        await market.world.call("billing.CreatePaymentMethod", market.admin, **fields)
    (begun,) = await listed(market)
    assert begun.state == S.STATE_PENDING
    with refused("PAYMENT_METHOD_STATE"):
        await call(market, "ConfirmPaymentMethod", begun.id)
    done = await market.world.call("billing.CreatePaymentMethod", market.admin, **fields)
    assert (done.id, done.state) == (begun.id, S.STATE_ACTIVE)


async def test_a_provider_that_does_not_answer_is_said_to_and_the_call_may_be_repeated(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox, real = market.sandbox, market.sandbox.begin_setup

    async def silent(*arguments: Any, **more: Any) -> Any:
        monkeypatch.setattr(sandbox, "begin_setup", real)
        raise ProviderUnavailable(provider="sandbox")

    monkeypatch.setattr(sandbox, "begin_setup", silent)
    fields = {"provider": 1, "provider_token": "tok_visa", "headers": {"idempotency-key": "card"}}
    with refused("PROVIDER_UNAVAILABLE") as seen:
        await market.world.call("billing.CreatePaymentMethod", market.admin, **fields)
    assert seen.error is not None and seen.error.metadata == {"provider": "sandbox"}
    done = await market.world.call("billing.CreatePaymentMethod", market.admin, **fields)
    assert done.state == S.STATE_ACTIVE and len(await listed(market)) == 1


async def test_a_payer_finishes_a_setup_on_the_page(market: Market) -> None:
    first = await market.method()
    fields = {"provider": 1, "provider_token": "tok_setup_challenge", "default": True, "return_path": "/billing"}
    waiting = await market.world.call("billing.CreatePaymentMethod", market.admin, **fields)
    assert waiting.state == S.STATE_PENDING and waiting.setup.client_secret and not waiting.default
    await market.subscribed()  # or keys would not be let in
    reader = await market.world.holder("payment-methods.read", tenant=market.world.acme)
    assert not any(one.HasField("setup") for one in await listed(market, reader))
    assert (await call(market, "ConfirmPaymentMethod", waiting.id)).state == S.STATE_PENDING
    with refused("PAYMENT_METHOD_STATE"):
        await call(market, "SetDefaultPaymentMethod", waiting.id)
    await market.answer(waiting.setup)
    done = await call(market, "ConfirmPaymentMethod", waiting.id)
    assert (done.state, done.default, done.HasField("setup")) == (S.STATE_ACTIVE, True, False)
    assert [one.id for one in await listed(market) if one.default] == [waiting.id] != [first.id]


async def test_a_provider_without_fields_of_its_own_always_asks_the_payer(market: Market) -> None:
    waiting = await market.world.call("billing.CreatePaymentMethod", market.admin, provider=1)
    assert waiting.state == S.STATE_PENDING and "/billing/sandbox/confirm#" in waiting.setup.redirect_url
    await market.answer(waiting.setup, accept=False)
    assert await listed(market) == [], "a setup that failed leaves nothing"
    with refused("NOT_FOUND"):
        await call(market, "ConfirmPaymentMethod", waiting.id)


async def test_what_cannot_be_saved_says_why_and_leaves_nothing(market: Market) -> None:
    for token, reason in (("tok_setup_declined", "GENERIC"), ("tok_nonsense", "INCORRECT_DETAILS")):
        with refused("PAYMENT_DECLINED") as seen:
            await market.method(token)
        assert seen.error is not None and seen.error.metadata["decline_reason"] == reason
    assert await listed(market) == []


async def test_card_numbers_are_refused_before_anything_happens(market: Market) -> None:
    for token in ("x4242424242424242", "tok_4242-4242-4242-4242"):
        with refused("CARD_NUMBER_REFUSED") as seen:
            await market.method(token)
        assert seen.error is not None and seen.error.metadata == {"field": "provider_token"}
    with refused("INVALID_FIELDS"):
        await market.method("4242424242424242")
    assert await listed(market) == [] and market.world.mentions("4242424242424242") == []


async def test_a_provider_that_is_not_set_up_is_said_to_be_missing(market: Market) -> None:
    for provider in (2, 3):
        with refused("PROVIDER_MISSING"):
            await market.method(provider=provider)
    with refused("INVALID_FIELDS"):
        await market.world.call("billing.CreatePaymentMethod", market.root, provider=1, provider_token="tok_visa")
    with refused("NOT_FOUND"):
        await market.world.call(
            "billing.CreatePaymentMethod", market.root, provider=1, provider_token="tok_visa", tenant_id="ten_nobody"
        )


async def test_the_default_moves_with_what_the_subscription_is_paid_with(market: Market) -> None:
    first = await market.method()
    subscription = await market.subscribed()
    second = await market.method("tok_mastercard", default=False)
    await call(market, "SetDefaultPaymentMethod", second.id)
    assert (await market.subscription(subscription.id)).payment_method_id == second.id
    assert (await call(market, "SetDefaultPaymentMethod", second.id)).default
    with refused("PAYMENT_METHOD_IN_USE"):
        await call(market, "DeletePaymentMethod", second.id)
    removed = await call(market, "DeletePaymentMethod", first.id)
    assert removed.state == S.STATE_REMOVED
    assert [one.id for one in await listed(market)] == [second.id]
    for name in ("SetDefaultPaymentMethod", "ConfirmPaymentMethod"):
        with refused("NOT_FOUND"):
            await call(market, name, first.id)
    assert (await call(market, "DeletePaymentMethod", first.id)).state == S.STATE_REMOVED


async def test_a_removed_method_is_gone_at_the_provider_too(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    card = await market.method()
    reference = (await kept(market, card.id)).provider_reference
    sandbox, real = market.sandbox, market.sandbox.remove_method

    async def down(method: str) -> None:
        raise RuntimeError("the process ended here")

    monkeypatch.setattr(sandbox, "remove_method", down)
    with refused("INTERNAL"):
        await call(market, "DeletePaymentMethod", card.id)
    monkeypatch.setattr(sandbox, "remove_method", real)
    assert (await kept(market, card.id)).state is State.REMOVED and await listed(market) == []
    record = await sandbox._state.read(f"method:{reference}")
    assert record is not None and record.data["state"] == "ACTIVE"
    assert await expiring(market).expire() == 1 and await expiring(market).expire() == 0
    record = await sandbox._state.read(f"method:{reference}")
    assert record is not None and record.data["state"] == "REMOVED"


async def test_cards_expire_after_their_last_month(market: Market) -> None:
    card = await market.method()
    assert await expiring(market).expire() == 0
    year = (await kept(market, card.id)).expire_year
    await market.world.later(days=366 * 4)
    assert market.world.clock.now().year > year
    assert await expiring(market).expire() == 1
    assert (await kept(market, card.id)).state is State.EXPIRED
    await market.world.sign_in_again()
    invoice = await market.owe(10_000, settle=True)
    with refused("PAYMENT_METHOD_STATE") as seen:
        await market.pay(invoice, market.world.acme_admin)
    assert seen.error is not None and seen.error.metadata["state"] == "EXPIRED"
    assert market.told("PaymentFailed")[-1].decline_reason == "EXPIRED"
    assert await market.moved() == []


async def test_setups_that_nobody_finishes_go_after_a_day(market: Market) -> None:
    waiting = await market.world.call("billing.CreatePaymentMethod", market.admin, provider=1)
    assert await expiring(market).expire() == 0
    await market.world.later(days=1)
    assert await expiring(market).expire() == 1
    assert await kept(market, waiting.id) is None


async def test_a_purged_tenants_methods_are_forgotten_here_and_removed_at_the_provider(market: Market) -> None:
    card = await market.method()
    reference = (await kept(market, card.id)).provider_reference
    await market.world.call("tenants.DeleteTenant", market.root, id=market.tenant_id)
    await market.world.settle()
    await market.world.later(days=31)
    tenant = await market.world.call("tenants.GetTenant", await signed_in(market), id=market.tenant_id)
    assert tenant.state == tenant.STATE_PURGED
    gone = await kept(market, card.id)
    assert (gone.state, gone.label, gone.last4, gone.provider_customer) == (State.REMOVED, "", "", "")
    assert await expiring(market).expire() == 1
    record = await market.sandbox._state.read(f"method:{reference}")
    assert record is not None and record.data["state"] == "REMOVED"
    assert (await kept(market, card.id)).provider_reference == ""


async def signed_in(market: Market) -> str:
    return str((await market.world.login("root@example.com")).access_token)


async def test_other_tenants_methods_are_not_there(market: Market) -> None:
    card = await market.method()
    for name in ("ConfirmPaymentMethod", "SetDefaultPaymentMethod", "DeletePaymentMethod"):
        with refused("NOT_FOUND"):
            await call(market, name, card.id, market.world.globex_admin)


async def test_a_declined_card_is_told_by_the_webhook_of_its_setup_too(market: Market) -> None:
    waiting = await market.world.call("billing.CreatePaymentMethod", market.admin, provider=1)
    await market.answer(waiting.setup)
    assert [(one.id, one.state) for one in await listed(market)] == [(waiting.id, S.STATE_ACTIVE)]
    await market.answer(waiting.setup, accept=False)
    assert [one.state for one in await listed(market)] == [S.STATE_ACTIVE], "the first answer counts"
