"""Coupons, and credit that tenants are given."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from actors.kernel import wire
from tests.billing.making import flat
from tests.billing.selling import Shop
from tests.world import World, refused


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    async with World.furnished() as world:
        shop = Shop(world)
        yield shop
        await world.settle()
        await shop.check()


async def coupon(shop: Shop, code: str = "SPRING", **more: Any) -> Any:
    if not {"percent_micros", "amount_off"} & more.keys():
        more["percent_micros"] = 250_000
    return await shop.world.call("billing.CreateCoupon", shop.world.root, code=code, display_name="Spring", **more)


async def test_a_coupon_is_made_listed_and_removed(shop: Shop) -> None:
    world = shop.world
    first, second = await coupon(shop), await coupon(shop, "autumn", months=3)
    with refused("COUPON_TAKEN"):
        await coupon(shop, "Spring")
    page = await world.call("billing.ListCoupons", world.root, page_size=1)
    rest = await world.call("billing.ListCoupons", world.root, page_size=1, page_token=page.next_page_token)
    assert [*page.coupons, *rest.coupons] == [second, first] and not rest.next_page_token
    gone = await world.call("billing.DeleteCoupon", world.root, id=first.id)
    assert gone.deleted and await world.call("billing.DeleteCoupon", world.root, id=first.id) == gone
    assert [one.id for one in (await world.call("billing.ListCoupons", world.root)).coupons] == [second.id]
    assert len((await world.call("billing.ListCoupons", world.root, show_deleted=True)).coupons) == 2
    assert (await coupon(shop, "spring")).code == "spring"  # the code is free again


async def test_a_coupon_that_makes_no_sense_is_refused(shop: Shop) -> None:
    past = wire.timestamp(shop.world.clock.now() - timedelta(days=1))
    for more in (
        {"amount_off": {"minor": 0, "currency": "EUR"}},
        {"amount_off": {"minor": 5, "currency": "XQX"}},
        {"percent_micros": 1, "amount_off": {"minor": 5, "currency": "EUR"}},
        {"once": True, "months": 2},
        {"expire_time": past},
    ):
        with refused("INVALID_FIELDS"):
            await coupon(shop, **more)
    with refused("REALM_REFUSED"):
        await shop.world.call("billing.ListCoupons", shop.world.acme_admin)


async def test_who_redeemed_a_coupon_keeps_it_when_it_is_removed(shop: Shop) -> None:
    world, acme = shop.world, shop.world.acme
    await shop.offer("small", flat(1000))
    made = await coupon(shop, most_redemptions=5)
    await shop.without(acme)
    await shop.card(acme)
    bought = await shop.subscribe(acme, "small", coupon_code="spring")
    assert bought.invoice.totals.total_minor == 750
    await world.call("billing.DeleteCoupon", world.root, id=made.id)
    await shop.until((await shop.live(acme)).period_end_time + timedelta(hours=2))
    assert [one.totals.total_minor for one in await shop.invoices(acme)] == [750, 750]
    shown = (await world.call("billing.ListCoupons", world.root, show_deleted=True)).coupons
    assert [one.redemptions for one in shown] == [1]
    await shop.without(world.globex)
    await shop.card(world.globex)
    with refused("COUPON_INVALID"):
        await shop.subscribe(world.globex, "small", coupon_code="SPRING")


async def grant(shop: Shop, minor: int, currency: str = "EUR", **more: Any) -> Any:
    request = {
        "tenant_id": shop.world.acme.id,
        "amount": {"minor": minor, "currency": currency},
        "reason": "sorry",
        **more,
    }
    return await shop.world.call("billing.GrantCredit", shop.world.root, **request)


async def test_credit_is_given_taken_back_and_used_before_anything_is_charged(shop: Shop) -> None:
    acme = shop.world.acme
    assert (await grant(shop, 700)).balance.minor == 700
    assert (await grant(shop, -200)).balance.minor == 500
    with refused("AMOUNT_EXCEEDS") as seen:
        await grant(shop, -501)
    assert seen.error is not None and seen.error.metadata["left_minor"] == "500"
    await shop.offer("small", flat(1000))
    await shop.without(acme)
    await shop.card(acme)
    bought = await shop.subscribe(acme, "small")
    assert (bought.invoice.totals.credit_minor, bought.payment.amount_minor) == (500, 500)
    assert (await shop.account(acme)).credit_minor == 0


async def test_credit_pays_what_is_open_at_once(shop: Shop) -> None:
    acme = shop.world.acme
    await shop.offer("small", flat(1000))
    await shop.without(acme)
    await shop.card(acme, "tok_visa_declined")
    await shop.subscribe(acme, "small")
    assert (await shop.account(acme)).owed_minor == 1000
    given = await grant(shop, 1500)
    assert given.balance.minor == 1500
    account = await shop.account(acme)
    assert (account.owed_minor, account.credit_minor) == (0, 500)
    assert (await shop.live(acme)).state.name == "ACTIVE"


async def test_a_grant_is_given_once_for_its_key(shop: Shop) -> None:
    world, key = shop.world, {"idempotency-key": "grant-1"}
    assert await grant(shop, 300, headers=key) == await grant(shop, 300, headers=key)
    assert (await shop.account(world.acme)).credit_minor == 300
    with refused("IDEMPOTENCY_KEY_REUSED"):
        await grant(shop, 301, headers=key)


async def test_credit_in_another_currency_or_of_nothing_is_refused(shop: Shop) -> None:
    with refused("CURRENCY_MISMATCH"):
        await grant(shop, 5, "USD")
    for minor, currency in ((0, "EUR"), (5, "XQX")):
        with refused("INVALID_FIELDS"):
            await grant(shop, minor, currency)
    with refused("NOT_FOUND"):
        await grant(shop, 5, tenant_id="ten_nobody")
    assert (await shop.account(shop.world.acme)).credit_minor == 0
