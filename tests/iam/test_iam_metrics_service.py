"""The dashboards' numbers are what was done, no more and no less."""

from __future__ import annotations

from typing import Any

from tests.world import World, refused


async def metrics(world: World, token: str = "", **request: Any) -> Any:
    await world.settle()
    return await world.call("iam.GetIamMetrics", token or world.acme_admin, **request)


async def test_sign_ins_and_failures_are_counted_by_day(world: World) -> None:
    before = (await metrics(world)).days[-1]
    for _ in range(3):
        await world.login("admin@acme.example", "acme")
    for _ in range(2):
        with refused("CREDENTIALS_WRONG"):
            await world.login("admin@acme.example", "acme", "wrong")
    with refused("CREDENTIALS_WRONG"):
        await world.login("admin@globex.example", "globex", "wrong")
    after = (await metrics(world)).days[-1]
    assert after.sign_ins - before.sign_ins == 3 and after.failed_sign_ins - before.failed_sign_ins == 2
    assert after.day == world.clock.today()
    assert (await metrics(world, world.root)).days[-1].failed_sign_ins == 0
    assert (await metrics(world, world.globex_admin)).days[-1].failed_sign_ins == 1


async def test_active_users_are_distinct_people_of_a_day_a_week_and_a_month(world: World) -> None:
    sue, _ = await world.person(world.acme_admin, "sue@acme.example")
    refresh = (await world.login("sue@acme.example", "acme")).refresh_token
    now = await metrics(world)
    assert (now.daily_active_users, now.weekly_active_users, now.monthly_active_users) == (2, 2, 2)
    await world.later(days=3)
    await world.call("iam.Refresh", refresh_token=refresh)
    await world.later(days=5)
    await world.sign_in_again()
    later = await metrics(world)
    assert (later.daily_active_users, later.weekly_active_users, later.monthly_active_users) == (1, 2, 2)
    assert [d.active_users for d in later.days[-9:]] == [2, 0, 0, 1, 0, 0, 0, 0, 1]
    await world.later(days=28)
    await world.sign_in_again()
    assert (await metrics(world)).monthly_active_users == 1


async def test_users_are_counted_by_role_and_by_status(world: World) -> None:
    role = await world.call("iam.CreateRole", world.acme_admin, display_name="R", permissions=["users.read"])
    sue, _ = await world.person(world.acme_admin, "sue@acme.example", role.id, "role_viewer")
    bob, _ = await world.person(world.acme_admin, "bob@acme.example", role.id)
    await world.call("iam.CreateUser", world.acme_admin, email="ivy@acme.example", display_name="I")
    eve, _ = await world.person(world.acme_admin, "eve@acme.example", role.id)
    await world.call("iam.SuspendUser", world.acme_admin, id=bob.id)
    await world.call("iam.DeleteUser", world.acme_admin, id=eve.id)
    answer = await metrics(world)
    roles = {r.role_id: r.users for r in answer.roles}
    assert roles[role.id] == 2 and roles["role_viewer"] == 1 and roles["role_tenant_admin"] == 1
    assert roles["role_member"] == 1 and roles["role_billing_contact"] == 0
    assert {s.status: s.users for s in answer.statuses} == {"INVITED": 1, "ACTIVE": 2, "SUSPENDED": 1, "DELETED": 1}
    assert answer.active_accounts == 2 and answer.users_with_second_factor == 0


async def test_the_heat_map_counts_each_use_of_a_permission(world: World) -> None:
    _, token = await world.person(world.acme_admin, "sue@acme.example", "role_viewer")
    for _ in range(7):
        await world.call("iam.ListUsers", token)
    for _ in range(2):
        with refused("PERMISSION_MISSING"):
            await world.call("iam.ListRoles", token)
    uses = {(u.permission, u.day): (u.allowed, u.denied) for u in (await metrics(world)).permission_uses}
    today = world.clock.today()
    assert uses[("users.read", today)] == (7, 0) and uses[("roles.read", today)] == (0, 2)
    elsewhere = {u.permission for u in (await metrics(world, world.globex_admin)).permission_uses}
    assert "users.read" not in elsewhere


async def test_the_period_is_as_long_as_asked(world: World) -> None:
    assert len((await metrics(world)).days) == 30
    assert len((await metrics(world, days=366)).days) == 366
    with refused("INVALID_FIELDS"):
        await metrics(world, days=367)
    with refused("PERMISSION_MISSING"):
        await metrics(world, await world.holder("users.read", tenant=world.acme))
