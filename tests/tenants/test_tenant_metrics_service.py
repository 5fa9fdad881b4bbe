"""Numbers about tenants: what was done, counted; and a score whose parts are shown."""

from __future__ import annotations

from typing import Any

from tests.world import World, refused


async def activity(world: World, tenant: Any, **request: Any) -> Any:
    await world.settle()
    return await world.call("tenants.ListTenantActivity", world.root, tenant_id=tenant.id, **request)


async def metrics(world: World, **request: Any) -> Any:
    await world.settle()
    return await world.call("tenants.GetTenantMetrics", world.root, **request)


async def create(world: World, slug: str, plan: str = "free") -> Any:
    made, _ = await world.active_tenant(world.root, slug, plan)
    return made


async def test_calls_are_counted_by_tenant_and_day_with_those_that_failed(world: World) -> None:
    before = (await activity(world, world.acme)).activities[0]
    for _ in range(5):
        await world.call("iam.ListUsers", world.acme_admin)
    for _ in range(2):
        with refused("NOT_FOUND"):
            await world.call("iam.GetUser", world.acme_admin, id="usr_nobody")
    await world.call("tenants.GetTenant", world.acme_admin, id=world.acme.id)
    await world.call("iam.ListUsers", world.globex_admin)
    after = (await activity(world, world.acme)).activities[0]
    assert after.day == world.clock.today()
    assert after.calls - before.calls == 8 and after.failed_calls - before.failed_calls == 2


async def test_active_users_are_counted_once_a_day(world: World) -> None:
    await world.person(world.acme_admin, "sue@acme.example")
    await world.login("sue@acme.example", "acme")
    assert (await activity(world, world.acme)).activities[0].active_users == 2
    await world.later(days=1)
    await world.login("sue@acme.example", "acme")
    world.root = (await world.login("root@example.com")).access_token
    days = (await activity(world, world.acme)).activities
    assert [d.active_users for d in days] == [1, 2] and days[0].day > days[1].day


async def test_the_score_is_the_sum_of_its_parts_as_the_formula_says(world: World) -> None:
    for number in range(3):
        await world.person(world.acme_admin, f"u{number}@acme.example")
    await world.settle()
    health = await world.call("tenants.GetTenantHealth", world.root, tenant_id=world.acme.id)
    parts = {p.name: (p.points, p.most_points) for p in health.parts}
    # Four people, each there on one of the five days that would be full use; calls this week, none the week before.
    assert parts == {"sign_ins": (8, 40), "call_trend": (30, 30), "tickets": (10, 10), "payments": (20, 20)}
    assert health.score == sum(p.points for p in health.parts) == 68
    assert "4 active user days" in health.parts[0].explanation and "20 would be full use" in health.parts[0].explanation


async def test_the_trend_compares_this_week_with_the_last(world: World) -> None:
    for _ in range(40):
        await world.call("iam.ListUsers", world.acme_admin)
    await world.settle()
    before = (await activity(world, world.acme)).activities[0].calls
    await world.later(days=7)
    await world.sign_in_again()
    for _ in range(9):
        await world.call("iam.ListUsers", world.acme_admin)
    await world.settle()
    now = (await activity(world, world.acme)).activities[0].calls
    health = await world.call("tenants.GetTenantHealth", world.root, tenant_id=world.acme.id)
    trend = next(p for p in health.parts if p.name == "call_trend")
    assert trend.points == round(30 * now / before)
    assert trend.explanation == f"{now} calls in seven days, {before} in the seven before"
    await world.later(days=14)
    world.root = (await world.login("root@example.com")).access_token
    silent = await world.call("tenants.GetTenantHealth", world.root, tenant_id=world.acme.id)
    assert silent.score == 30


async def test_the_review_keeps_scores_and_measures_storage_of_both_kinds_of_place(world: World) -> None:
    await world.later(hours=1, seconds=1)
    await world.sign_in_again()
    for tenant in (world.acme, world.globex):
        score = (await world.call("tenants.GetTenantHealth", world.root, tenant_id=tenant.id)).score
        assert (await world.call("tenants.GetTenant", world.root, id=tenant.id)).health_score > 0 < score
        assert (await activity(world, tenant)).activities[0].storage_bytes > 1000
    small = (await activity(world, world.acme)).activities[0].storage_bytes
    for number in range(5):
        await world.call("iam.CreateUser", world.acme_admin, email=f"u{number}@acme.example", display_name="X" * 100)
    await world.later(hours=1, seconds=1)
    await world.sign_in_again()
    assert (await activity(world, world.acme)).activities[0].storage_bytes > small


async def test_growth_is_the_count_of_tenants_created_and_deleted_by_day(world: World) -> None:
    await world.later(days=1)
    await world.sign_in_again()
    one = await create(world, "one-one")
    await create(world, "two-two")
    await world.later(days=1)
    await world.sign_in_again()
    await world.call("tenants.DeleteTenant", world.root, id=one.id)
    answer = await metrics(world, days=4)
    assert [(g.created, g.deleted, g.total) for g in answer.growth] == [(0, 0, 0), (2, 0, 2), (2, 0, 4), (0, 1, 3)]
    await world.call("tenants.RestoreTenant", world.root, id=one.id)
    assert [g.total for g in (await metrics(world, days=2)).growth] == [4, 4]


async def test_tenants_are_counted_by_plan_and_state(world: World) -> None:
    await create(world, "one-one")
    suspended = await create(world, "two-two")
    await world.call("tenants.SuspendTenant", world.root, id=suspended.id)
    gone = await create(world, "three")
    await world.call("tenants.DeleteTenant", world.root, id=gone.id)
    answer = await metrics(world)
    assert {p.plan: p.tenants for p in answer.plans} == {"standard": 1, "enterprise": 1, "free": 2}
    states = {world.acme.State.Name(s.state): s.tenants for s in answer.states}
    assert states["STATE_ACTIVE"] == 3 and states["STATE_SUSPENDED"] == 1 and states["STATE_DELETING"] == 1
    assert sum(h.tenants for h in answer.health) == 3 and [h.from_score for h in answer.health] == [0, 20, 40, 60, 80]


async def test_the_busiest_tenants_come_first_with_what_they_used(world: World) -> None:
    for _ in range(20):
        await world.call("iam.ListUsers", world.globex_admin)
    answer = await metrics(world)
    assert [t.display_name for t in answer.top_tenants] == ["Globex", "Acme"]
    today = (await activity(world, world.globex)).activities[0]
    assert answer.top_tenants[0].calls == today.calls and answer.top_tenants[0].active_user_days == 1


async def test_a_tenants_people_see_their_own_activity_only(world: World) -> None:
    await world.settle()
    own = await world.call("tenants.ListTenantActivity", world.acme_admin, tenant_id=world.acme.id)
    assert own.activities
    with refused("NOT_FOUND"):
        await world.call("tenants.ListTenantActivity", world.acme_admin, tenant_id=world.globex.id)
    with refused("REALM_REFUSED"):
        await world.call("tenants.GetTenantHealth", world.acme_admin, tenant_id=world.acme.id)


async def test_days_are_listed_page_by_page_newest_first(world: World) -> None:
    for _ in range(4):
        await world.later(days=1)
        await world.sign_in_again()
    first = await activity(world, world.acme, page_size=3)
    rest = await activity(world, world.acme, page_size=3, page_token=first.next_page_token)
    days = [a.day for a in (*first.activities, *rest.activities)]
    assert len(days) == 5 and days == sorted(days, reverse=True)


async def test_users_are_counted_as_they_come_and_go(world: World) -> None:
    sue, _ = await world.person(world.acme_admin, "sue@acme.example")
    await world.call("iam.CreateUser", world.acme_admin, email="ivy@acme.example", display_name="Ivy")
    await world.settle()
    assert (await world.call("tenants.GetTenant", world.root, id=world.acme.id)).user_count == 3
    for _ in range(2):
        await world.call("iam.DeleteUser", world.acme_admin, id=sue.id)
        await world.settle()
    assert (await world.call("tenants.GetTenant", world.root, id=world.acme.id)).user_count == 2
