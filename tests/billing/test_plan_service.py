"""The catalogue: drafted, offered, given new versions by date, archived; and priced before anybody buys."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from actors.api.billing.v1 import Plan, PlanTerms
from actors.billing.default_plans import default_terms
from actors.billing.domain.meter import BUILT_IN
from actors.billing.domain.period import Interval
from actors.billing.domain.terms import check_terms
from actors.kernel import wire
from actors.tenants.settings import PLANS
from tests.billing.selling import Shop
from tests.world import World, refused

DRAFT, PUBLISHED, ARCHIVED = Plan.STATE_DRAFT, Plan.STATE_PUBLISHED, Plan.STATE_ARCHIVED
DEFAULTS = ["free", "standard", "premium", "enterprise"]


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    async with World.furnished() as world:
        yield Shop(world)


def terms(minor: int = 1000, **more: Any) -> dict[str, Any]:
    """Terms with one price a month in EUR."""
    price = {
        "id": "flat",
        "display_name": "Platform",
        "kind": "KIND_FLAT",
        "model": "MODEL_PER_UNIT",
        "tiers": [{"unit_micros": minor * 1_000_000}],
    }
    book = {"currency": "EUR", "interval": "INTERVAL_MONTH", "prices": [price]}
    return {"display_name": "Team", "tier": "standard", "price_books": [book], **more}


async def create(shop: Shop, id: str = "team", **more: Any) -> Plan:
    made: Plan = await shop.world.call("billing.CreatePlan", shop.world.root, id=id, terms=terms(**more))
    return made


async def publish(shop: Shop, id: str = "team", **more: Any) -> Plan:
    await create(shop, id, **more)
    made: Plan = await shop.world.call("billing.PublishPlan", shop.world.root, id=id)
    return made


async def listed(shop: Shop, token: str = "", **request: Any) -> list[str]:
    return [plan.id for plan in (await shop.world.call("billing.ListPlans", token, **request)).plans]


# --- the first day ---------------------------------------------------------------------------------------------------


async def test_an_installation_begins_with_the_plans_that_tenants_know(shop: Shop) -> None:
    plans = (await shop.world.call("billing.ListPlans")).plans
    assert [plan.id for plan in plans] == DEFAULTS == list(PLANS)
    for plan in plans:
        known = PLANS[plan.id]
        assert (plan.terms.display_name, plan.terms.tier) == (known.display_name, known.tier)
        assert plan.terms.own_database == (known.isolation == "SILO")
        assert plan.state == PUBLISHED and plan.plan_version == 1


@pytest.mark.parametrize("currency", ["EUR", "CHF", "KWD"])
def test_the_first_plans_make_sense_and_are_sold_in_the_sellers_currency(currency: str) -> None:
    for id, sold in default_terms(currency).items():
        check_terms(sold, {meter.id for meter in BUILT_IN})
        for interval in Interval:
            assert sold.book(currency, interval).costs == (id != "free")
            assert sold.book("JPY", interval).currency == "JPY"
    year, month = (
        default_terms("EUR")["standard"].book("EUR", interval).price("platform")
        for interval in (Interval.YEAR, Interval.MONTH)
    )
    assert year is not None and month is not None and year.tiers[0].unit_micros == 10 * month.tiers[0].unit_micros


async def test_plans_that_are_there_are_left_alone(shop: Shop) -> None:
    await shop.world.call("billing.ArchivePlan", shop.world.root, id="free")
    before = await shop.world.call("billing.GetPlan", shop.world.root, id="free")
    prepare = shop.world.hosts["billing"].furnished.prepare
    assert prepare is not None
    await prepare()
    assert await shop.world.call("billing.GetPlan", shop.world.root, id="free") == before


# --- who sees what ---------------------------------------------------------------------------------------------------


async def test_drafts_and_archived_plans_are_for_the_providers_staff_only(shop: Shop) -> None:
    world = shop.world
    await create(shop)
    await world.call("billing.ArchivePlan", world.root, id="premium")
    offered = ["free", "standard", "enterprise"]
    assert await listed(shop) == offered and await listed(shop, world.acme_admin) == offered
    assert await listed(shop, world.root) == ["free", "team", "standard", "premium", "enterprise"]
    assert await listed(shop, world.root, states=[DRAFT, ARCHIVED]) == ["team", "premium"]
    reader = await world.holder("plans.read")
    assert await listed(shop, reader, states=[DRAFT]) == ["team"]
    for token in ("", world.acme_admin):
        with refused("PERMISSION_MISSING"):
            await listed(shop, token, states=[DRAFT])
        for id in ("team", "premium"):
            with refused("NOT_FOUND"):
                await world.call("billing.GetPlan", token, id=id)
        assert (await world.call("billing.GetPlan", token, id="free")).id == "free"


async def test_no_stranger_learns_how_many_customers_there_are(shop: Shop) -> None:
    world = shop.world
    seen = {plan.id: plan.subscription_count for plan in (await world.call("billing.ListPlans", world.root)).plans}
    assert seen == {"free": 0, "standard": 1, "premium": 0, "enterprise": 1}
    for token in ("", world.acme_admin):
        assert not any(plan.subscription_count for plan in (await world.call("billing.ListPlans", token)).plans)
        assert (await world.call("billing.GetPlan", token, id="standard")).subscription_count == 0


async def test_who_is_on_an_archived_plan_still_sees_it(shop: Shop) -> None:
    world = shop.world
    await world.call("billing.ArchivePlan", world.root, id="standard")
    assert (await world.call("billing.GetPlan", world.acme_admin, id="standard")).state == ARCHIVED
    with refused("NOT_FOUND"):
        await world.call("billing.GetPlan", world.globex_admin, id="standard")


async def test_plans_page(shop: Shop) -> None:
    world = shop.world
    found, token = [], ""
    while True:
        page = await world.call("billing.ListPlans", page_size=3, page_token=token)
        found += [plan.id for plan in page.plans]
        assert len(page.plans) <= 3
        if not (token := page.next_page_token):
            break
    assert found == DEFAULTS
    first = await world.call("billing.ListPlans", page_size=1)
    with refused("PAGE_TOKEN_INVALID"):
        await world.call("billing.ListPlans", world.root, states=[PUBLISHED], page_token=first.next_page_token)


# --- drafts and versions ---------------------------------------------------------------------------------------------


async def test_a_draft_changes_in_place_until_it_is_published(shop: Shop) -> None:
    world = shop.world
    draft = await create(shop)
    assert (draft.state, draft.plan_version) == (DRAFT, 1)
    changed = await world.call("billing.UpdatePlan", world.root, id="team", terms=terms(2000), etag=draft.etag)
    assert (changed.state, changed.plan_version) == (DRAFT, 1) and changed.terms.price_books[0].prices[0].tiers
    with refused("ETAG_STALE"):
        await world.call("billing.UpdatePlan", world.root, id="team", terms=terms(1), etag=draft.etag)
    assert not (await world.call("billing.ListPlanVersions", world.root, id="team")).versions
    published = await world.call("billing.PublishPlan", world.root, id="team")
    assert published.state == PUBLISHED and await world.call("billing.PublishPlan", world.root, id="team") == published
    (version,) = (await world.call("billing.ListPlanVersions", world.root, id="team")).versions
    assert version.plan_version == 1 and version.terms == published.terms == changed.terms


async def test_subscribers_stay_on_their_version(shop: Shop) -> None:
    world = shop.world
    await publish(shop)
    await shop.without(world.acme)
    await shop.card(world.acme)
    await shop.subscribe(world.acme, "team")
    second = await world.call("billing.UpdatePlan", world.root, id="team", terms=terms(2000))
    assert second.plan_version == 2
    await shop.without(world.globex)
    await shop.card(world.globex)
    await shop.subscribe(world.globex, "team")
    assert [(await shop.live(one)).plan_version for one in (world.acme, world.globex)] == [1, 2]
    assert [(await shop.live(one)).recurring_micros for one in (world.acme, world.globex)] == [10**9, 2 * 10**9]
    versions = (await world.call("billing.ListPlanVersions", world.root, id="team")).versions
    assert [(one.plan_version, one.subscription_count) for one in versions] == [(2, 1), (1, 1)]
    first = await world.call("billing.ListPlanVersions", world.root, id="team", page_size=1)
    second_page = await world.call(
        "billing.ListPlanVersions", world.root, id="team", page_size=1, page_token=first.next_page_token
    )
    assert [first.versions[0].plan_version, second_page.versions[0].plan_version] == [2, 1]
    assert not second_page.next_page_token


async def test_a_version_waits_for_its_time_and_may_be_replaced_until_then(shop: Shop) -> None:
    world = shop.world
    await publish(shop)
    soon = world.clock.now() + timedelta(days=3)
    with refused("INVALID_FIELDS"):
        await update(shop, 2000, world.clock.now() - timedelta(days=1))
    waiting = await update(shop, 2000, soon)
    assert waiting.plan_version == 1 and price_of(waiting.terms) == 1000 and price_of(waiting.next_terms) == 2000
    replaced = await update(shop, 3000, soon + timedelta(days=1))
    assert replaced.plan_version == 1 and price_of(replaced.next_terms) == 3000
    for reader in (None, world.acme_admin, await world.holder("plans.manage")):
        plans = (await world.call("billing.ListPlans", reader)).plans
        for plan in (
            await world.call("billing.GetPlan", reader, id="team"),
            *(one for one in plans if one.id == "team"),
        ):
            assert not plan.HasField("next_terms") and not plan.HasField("next_effective_time"), (
                "it is not on offer yet"
            )
    for plan in (await world.call("billing.ListPlans", await world.holder("plans.read"))).plans:
        assert plan.HasField("next_terms") == (plan.id == "team")
    await world.later(days=3, seconds=2)
    assert (await world.call("billing.GetPlan", id="team")).plan_version == 1
    await world.later(days=1)
    plan = await world.call("billing.GetPlan", id="team")
    assert plan.plan_version == 2 and price_of(plan.terms) == 3000 and not plan.HasField("next_terms")
    await world.sign_in_again()
    versions = (await world.call("billing.ListPlanVersions", world.root, id="team")).versions
    assert [(one.plan_version, price_of(one.terms)) for one in versions] == [(2, 3000), (1, 1000)]
    assert [kept["plan_version"] for kept in world.records("plans") if kept["id"] == "team"] == [2]


async def update(shop: Shop, minor: int, at: datetime) -> Plan:
    made: Plan = await shop.world.call(
        "billing.UpdatePlan", shop.world.root, id="team", terms=terms(minor), effective_time=wire.timestamp(at)
    )
    return made


def price_of(found: PlanTerms) -> int:
    return found.price_books[0].prices[0].tiers[0].unit_micros // 1_000_000


async def test_an_archived_plan_is_sold_to_nobody_until_it_is_published_again(shop: Shop) -> None:
    world = shop.world
    await publish(shop)
    archived = await world.call("billing.ArchivePlan", world.root, id="team")
    assert archived.state == ARCHIVED and "team" not in await listed(shop)
    assert await world.call("billing.ArchivePlan", world.root, id="team") == archived
    with refused("PLAN_STATE") as seen:
        await world.call("billing.UpdatePlan", world.root, id="team", terms=terms(5))
    assert seen.error is not None and seen.error.metadata["state"] == "ARCHIVED"
    await shop.without(world.acme)
    with refused("PLAN_UNKNOWN"):
        await shop.subscribe(world.acme, "team")
    again = await world.call("billing.PublishPlan", world.root, id="team")
    assert again.state == PUBLISHED and again.plan_version == 1 and "team" in await listed(shop)


async def test_terms_that_contradict_themselves_are_refused_field_by_field(shop: Shop) -> None:
    world = shop.world
    limits = [{"meter": "unicorns", "most": 1, "beyond": "BEYOND_REFUSE"}]
    with refused("TERMS_INVALID") as seen:
        await create(shop, limits=limits, trial_without_method=True)
    assert seen.error is not None
    fields = {violation.field for violation in seen.error.violations}
    assert fields == {"terms.limits[0].meter", "terms.trial_without_method"}
    with refused("NOT_FOUND"):
        await world.call("billing.GetPlan", world.root, id="team")
    await create(shop)
    with refused("PLAN_TAKEN"):
        await create(shop)
    with refused("PERMISSION_MISSING"):
        await world.call("billing.CreatePlan", await world.holder("plans.read"), id="other", terms=terms())
    with refused("REALM_REFUSED"):
        await world.call("billing.CreatePlan", world.acme_admin, id="other", terms=terms())


async def test_a_plan_that_is_created_again_with_its_key_is_the_same(shop: Shop) -> None:
    world, key = shop.world, {"idempotency-key": "plan-1"}
    first = await world.call("billing.CreatePlan", world.root, terms=terms(), headers=key)
    again = await world.call("billing.CreatePlan", world.root, terms=terms(), headers=key)
    assert first == again and first.id.startswith("plan_")
    assert len(await listed(shop, world.root)) == len(DEFAULTS) + 1


# --- the simulator ---------------------------------------------------------------------------------------------------

CALLS = {
    "id": "calls",
    "display_name": "Calls",
    "kind": "KIND_METER",
    "meter": "api_calls",
    "model": "MODEL_PER_UNIT",
    "free_units": 10,
    "tiers": [{"unit_micros": 2_000_000}],
}
SEATS = {
    "id": "seats",
    "display_name": "Seats",
    "kind": "KIND_SEAT",
    "model": "MODEL_PER_UNIT",
    "tiers": [{"unit_micros": 500_000_000}],
}


def metered() -> dict[str, Any]:
    found = terms()
    found["price_books"][0]["prices"] += [CALLS, SEATS]
    return found


async def simulate(shop: Shop, **more: Any) -> Any:
    request = {"terms": metered(), "currency": "EUR", "interval": "INTERVAL_MONTH", **more}
    return await shop.world.call("billing.SimulatePlan", shop.world.root, **request)


async def test_terms_are_priced_for_quantities(shop: Shop) -> None:
    (bill,) = (await simulate(shop, seats=3, usage={"api_calls": 25})).bills
    assert (bill.month, bill.total_minor) == ("", 1000 + 3 * 500 + 15 * 2)
    assert [(line.price_id, line.quantity, line.free_quantity, line.amount_minor) for line in bill.lines] == [
        ("flat", 1, 0, 1000),
        ("seats", 3, 0, 1500),
        ("calls", 25, 10, 30),
    ]
    with refused("PRICE_MISSING"):
        await simulate(shop, currency="USD")
    with refused("INVARIANT_BROKEN"):
        await simulate(shop, usage={"api_calls": 10**15})


async def test_terms_are_priced_for_what_a_tenant_used(shop: Shop) -> None:
    world = shop.world
    used = []
    for _ in range(3):
        await world.later(days=31)
        await shop.use(world.acme, "api_calls", 20)
        used.append(world.clock.today()[:7])
    await world.later(days=31)
    world.root = str((await world.login("root@example.com")).access_token)
    before = len(await shop.invoices(world.acme))
    bills = (await simulate(shop, tenant_id=world.acme.id, months=6, seats=1)).bills
    assert len(bills) == 6 and bills[-1].month < world.clock.today()[:7]
    by_month = {bill.month: bill.total_minor for bill in bills}
    for month in used:
        assert by_month[month] >= 1500 + 2 * 10
    assert {minor for month, minor in by_month.items() if month < min(used)} == {1500}
    assert len(await shop.invoices(world.acme)) == before
