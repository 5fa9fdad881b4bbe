"""Tenants: made, found, changed, suspended, deleted, brought back; and acted for."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from actors.kernel.errors import AtriumError
from actors.tenants.domain.tenant import RESERVED
from tests.entitling import entitle
from tests.world import PASSWORD, World, principal_of, refused


async def create(world: World, slug: str, plan: str = "standard", token: str = "", **fields: Any) -> Any:
    return await world.call(
        "tenants.CreateTenant",
        token or world.root,
        **{
            "slug": slug,
            "display_name": f" {slug.title()} ",
            "plan": plan,
            "admin_email": f"Admin@{slug}.example",
            "admin_display_name": "Ada",
            **fields,
        },
    )


async def get(world: World, id: str) -> Any:
    return await world.call("tenants.GetTenant", world.root, id=id)


async def test_a_new_tenant_answers_at_once_that_it_is_being_provisioned(world: World) -> None:
    made = await create(world, "initech", locale="de", time_zone="Europe/Berlin")
    assert made.state == made.STATE_PROVISIONING and made.id.startswith("ten_")
    assert (made.slug, made.display_name, made.admin_email) == ("initech", "Initech", "admin@initech.example")
    assert (made.plan, made.tier, made.isolation) == ("standard", "standard", made.ISOLATION_POOL)
    await world.settle()
    active = await get(world, made.id)
    assert active.state == active.STATE_ACTIVE and active.user_count == 1
    silo = await create(world, "hooli", "enterprise")
    assert silo.isolation == silo.ISOLATION_SILO and silo.tier == "premium"


@pytest.mark.parametrize("slug", ["ab", "a" * 41, "Acme", "a_b", "-ab", "ab-", "a b", "", "ünï", "a.b"])
async def test_a_slug_has_three_to_forty_of_its_characters(world: World, slug: str) -> None:
    with refused("INVALID_FIELDS") as seen:
        await create(world, slug)
    assert seen.error.violations[0].field == "slug"


@pytest.mark.parametrize("slug", ["abc", "a-1", "0ab", "a" * 40, "a--b"])
async def test_a_slug_of_the_right_form_is_taken(world: World, slug: str) -> None:
    assert (await create(world, slug, admin_email="a@b.example")).slug == slug


async def test_a_reserved_word_is_no_slug(world: World) -> None:
    assert {"admin", "api", "www", "platform", "master-admin", "signup"} <= RESERVED
    for slug in sorted(RESERVED):
        for name, fields in (
            ("tenants.UpdateTenant", {"id": world.acme.id, "slug": slug}),
            ("tenants.SignUp", {"company": "X", "slug": slug, "email": "a@b.example", "display_name": "A"}),
        ):
            with refused("SLUG_RESERVED"):
                await world.call(name, world.root, **fields)
        with refused("SLUG_RESERVED"):
            await create(world, slug, admin_email="a@b.example")


async def test_a_slug_is_taken_once(world: World) -> None:
    with refused("SLUG_TAKEN") as seen:
        await create(world, "acme")
    assert seen.error.metadata == {"slug": "acme"} and "slug acme" in str(seen.error)
    with refused("SLUG_TAKEN"):
        await world.call("tenants.UpdateTenant", world.root, id=world.globex.id, slug="acme")
    assert (await get(world, world.globex.id)).slug == "globex"


async def test_an_unknown_plan_is_refused_with_the_field(world: World) -> None:
    with refused("PLAN_UNKNOWN") as seen:
        await create(world, "initech", "platinum")
    assert seen.error.metadata["plan"] == "platinum" and seen.error.violations[0].field == "plan"
    with refused("PLAN_UNKNOWN"):
        await world.call("tenants.UpdateTenant", world.root, id=world.acme.id, plan="platinum")
    with refused("INVALID_FIELDS"):
        await create(world, "initech", time_zone="Mars/Olympus")


async def test_a_plan_that_a_subscription_sets_is_not_set_by_hand(world: World) -> None:
    with refused("PLAN_BILLED"):
        await world.call("tenants.UpdateTenant", world.root, id=world.acme.id, plan="premium")
    assert (await get(world, world.acme.id)).plan == world.acme.plan


async def test_two_hundred_creates_with_one_key_make_one_tenant_and_are_answered_alike(world: World) -> None:
    header = {"idempotency-key": "create-initech"}
    answers = await asyncio.gather(*(create(world, "initech", headers=header) for _ in range(200)))
    assert len({one.SerializeToString(deterministic=True) for one in answers}) == 1
    assert len([t for t in world.records("tenants") if t["slug"] == "initech"]) == 1
    await world.settle()
    assert len(world.mails.to("admin@initech.example")) == 1
    with refused("IDEMPOTENCY_KEY_REUSED"):
        await create(world, "hooli", headers=header)


async def test_of_a_hundred_creates_of_one_slug_one_wins(world: World) -> None:
    async def one() -> str:
        try:
            await create(world, "initech")
        except AtriumError as error:
            return error.reason()
        return "DONE"

    outcomes = await asyncio.gather(*(one() for _ in range(100)))
    assert sorted(outcomes) == ["DONE"] + ["SLUG_TAKEN"] * 99
    await world.settle()
    assert len(world.mails.to("admin@initech.example")) == 1


# --- lists ---


async def slugs(world: World, **request: Any) -> list[str]:
    return [t.slug for t in (await world.call("tenants.ListTenants", world.root, **request)).tenants]


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ({}, ["acme", "globex", "hooli"]),
        ({"descending": True}, ["hooli", "globex", "acme"]),
        ({"query": "glob"}, ["globex"]),
        ({"query": "admin@hooli"}, ["hooli"]),
        ({"query": "nothing"}, []),
        ({"states": ["STATE_SUSPENDED"]}, ["hooli"]),
        ({"states": ["STATE_DELETING"]}, ["umbrella"]),
        ({"plan": "enterprise"}, ["globex"]),
        ({"show_deleted": True}, ["acme", "globex", "hooli", "umbrella"]),
        ({"order": "ORDER_NAME", "descending": True}, ["hooli", "globex", "acme"]),
        ({"order": "ORDER_CREATE_TIME", "page_size": 2}, ["acme", "globex"]),
    ],
)
async def test_tenants_are_searched_filtered_and_ordered(world: World, request_: Any, expected: list[str]) -> None:
    hooli, umbrella = await create(world, "hooli"), await create(world, "umbrella")
    await world.settle()
    await world.call("tenants.SuspendTenant", world.root, id=hooli.id)
    await world.call("tenants.DeleteTenant", world.root, id=umbrella.id)
    assert await slugs(world, **request_) == expected


async def test_tenants_are_found_by_when_they_were_created(world: World) -> None:
    assert await slugs(world, created_from=world.globex.create_time) == ["globex"]
    assert await slugs(world, created_to=world.globex.create_time) == ["acme"]


async def test_the_pages_of_tenants_join_to_the_whole_list(world: World) -> None:
    for number in range(5):
        await create(world, f"tenant-{number}")
    for order in ("ORDER_NAME", "ORDER_HEALTH", "ORDER_UNSPECIFIED"):
        whole = await slugs(world, order=order)
        walked: list[str] = []
        token = ""
        while True:
            page = await world.call("tenants.ListTenants", world.root, order=order, page_size=3, page_token=token)
            walked += [t.slug for t in page.tenants]
            if not (token := page.next_page_token):
                break
        assert walked == whole and len(whole) == 7
    page = await world.call("tenants.ListTenants", world.root, page_size=1)
    with refused("PAGE_TOKEN_INVALID"):
        await world.call("tenants.ListTenants", world.root, page_size=1, plan="free", page_token=page.next_page_token)


async def test_plans_are_listed_page_by_page(world: World) -> None:
    whole = (await world.call("tenants.ListTenantPlans", world.root)).plans
    assert [p.id for p in whole] == ["enterprise", "free", "premium", "standard"]
    assert whole[0].isolation == world.globex.ISOLATION_SILO and whole[1].calls_per_minute == 120
    first = await world.call("tenants.ListTenantPlans", world.root, page_size=3)
    rest = await world.call("tenants.ListTenantPlans", world.root, page_size=3, page_token=first.next_page_token)
    assert [p.id for p in (*first.plans, *rest.plans)] == [p.id for p in whole]


# --- changes ---


async def test_only_the_fields_that_are_present_change_and_a_stale_etag_changes_nothing(world: World) -> None:
    acme = await get(world, world.acme.id)
    changed = await world.call("tenants.UpdateTenant", world.root, id=acme.id, display_name="Acme Inc", etag=acme.etag)
    assert (changed.display_name, changed.slug, changed.plan) == ("Acme Inc", "acme", "standard")
    for method in ("tenants.UpdateTenant", "tenants.SuspendTenant", "tenants.RestoreTenant", "tenants.DeleteTenant"):
        with refused("ETAG_STALE"):
            await world.call(method, world.root, id=acme.id, etag=acme.etag)
    assert await get(world, acme.id) == changed


async def test_a_suspended_tenants_people_are_out_at_once_and_its_data_stays(world: World) -> None:
    _, token = await world.person(world.acme_admin, "sue@acme.example")
    suspended = await world.call("tenants.SuspendTenant", world.root, id=world.acme.id, reason="unpaid")
    await world.settle()
    assert suspended.state == suspended.STATE_SUSPENDED and suspended.state_reason == "unpaid"
    for one in (world.acme_admin, token):
        with refused("TOKEN_REVOKED"):
            await world.call("iam.GetMe", one)
        with refused("TOKEN_REVOKED"):
            await world.call("tenants.GetTenant", one, id=world.acme.id)
    with refused("CREDENTIALS_WRONG"):
        await world.login("sue@acme.example", "acme")
    assert len((await world.call("iam.ListUsers", world.root, tenant_id=world.acme.id)).users) == 2
    assert (await world.call("iam.GetMe", world.globex_admin)).tenant.slug == "globex"
    restored = await world.call("tenants.RestoreTenant", world.root, id=world.acme.id)
    await world.settle()
    assert restored.state == restored.STATE_ACTIVE and not restored.state_reason
    assert (await world.login("sue@acme.example", "acme")).access_token


async def test_a_state_that_is_there_already_is_answered_and_not_announced(world: World) -> None:
    for method in ("Restore", "Suspend", "Suspend", "Restore", "Restore", "Delete", "Delete"):
        await world.call(f"tenants.{method}Tenant", world.root, id=world.acme.id)
        await world.settle()
    told = [e.type.rpartition(".Tenant")[2] for e in world.bus.log if e.tenant_id == world.acme.id]
    assert [one for one in told if one in ("Suspended", "Restored", "Deleted")] == ["Suspended", "Restored", "Deleted"]


async def test_a_state_that_does_not_allow_it_is_named(world: World) -> None:
    made = await create(world, "initech")
    for method in ("Suspend", "Restore", "Delete"):
        with refused("TENANT_STATE") as seen:
            await world.call(f"tenants.{method}Tenant", world.root, id=made.id)
        assert seen.error.metadata["state"] == "PROVISIONING"
    await world.settle()
    await world.call("tenants.DeleteTenant", world.root, id=made.id)
    for method, fields in (
        ("tenants.UpdateTenant", {"id": made.id, "display_name": "X"}),
        ("tenants.SuspendTenant", {"id": made.id}),
        ("tenants.UpdateTenantSettings", {"tenant_id": made.id, "locale": "de"}),
        ("tenants.ExportTenant", {"tenant_id": made.id}),
        ("tenants.ImpersonateTenant", {"id": made.id, "reason": "Ticket 4711: helps"}),
    ):
        with refused("TENANT_STATE") as seen:
            await world.call(method, world.root, **fields)
        assert seen.error.metadata["state"] == "DELETING"


async def test_a_tenants_people_see_their_own_tenant_and_no_other(world: World) -> None:
    _, token = await world.person(world.acme_admin, "sue@acme.example", "role_viewer")
    assert (await world.call("tenants.GetTenant", token, id=world.acme.id)).slug == "acme"
    with refused("NOT_FOUND"):
        await world.call("tenants.GetTenant", token, id=world.globex.id)
    for method, fields in (
        ("tenants.ListTenants", {}),
        ("tenants.CreateTenant", {"slug": "abc"}),
        ("tenants.SuspendTenant", {"id": world.acme.id}),
        ("tenants.DeleteTenant", {"id": world.acme.id}),
        ("tenants.ListTenantPlans", {}),
        ("tenants.GetTenantMetrics", {}),
    ):
        with refused("REALM_REFUSED"):
            await world.call(method, world.acme_admin, **fields)


# --- impersonation ---

REASON = "Ticket 4711: cannot see the report"


async def act_for(world: World, token: str = "", **fields: Any) -> Any:
    asked = {"id": world.acme.id, "reason": REASON, **fields}
    return await world.call("tenants.ImpersonateTenant", token or world.root, **asked)


async def test_acting_for_a_tenant_needs_a_reason_and_lasts_half_an_hour_at_most(world: World) -> None:
    for fields in ({"reason": "short"}, {"reason": ""}, {"duration_minutes": 31}, {"duration_minutes": -1}):
        with refused("INVALID_FIELDS"):
            await act_for(world, **fields)
    started = await act_for(world)
    assert started.expire_time.ToSeconds() == int((world.clock.now().timestamp()) + 1800)
    await world.later(minutes=29, seconds=50)
    assert (await world.call("iam.GetMe", started.access_token)).tenant.slug == "acme"
    await world.later(seconds=20)
    with refused("TOKEN_EXPIRED"):
        await world.call("iam.GetMe", started.access_token)


async def test_the_actor_stays_in_the_token_and_in_both_audit_logs(world: World) -> None:
    started = await act_for(world)
    root = (await world.call("iam.GetMe", world.root)).user
    me = await world.call("iam.GetMe", started.access_token)
    assert me.impersonator_id == root.id and not me.impersonator_may_write
    assert me.user.email == "admin@acme.example" and started.tenant == "acme"
    await world.settle()
    for token in (world.acme_admin, world.root):
        entries = (await world.call("iam.ListAuditLogs", token, actor_id=root.id)).audit_logs
        noted = next(e for e in entries if e.action == "iam:user:impersonate")
        assert (noted.actor_email, noted.reason, noted.target_id) == ("root@example.com", REASON, me.user.id)


async def test_the_tenant_sees_the_session_and_can_end_it(world: World) -> None:
    started = await act_for(world)
    listed = (await world.call("iam.ListSessions", world.acme_admin)).sessions
    session = next(s for s in listed if s.id == started.session_id)
    assert session.impersonator_id == principal_of(world, world.root).user_id
    await world.call("iam.RevokeSession", world.acme_admin, id=started.session_id)
    await world.settle()
    with refused("TOKEN_REVOKED"):
        await world.call("iam.GetMe", started.access_token)


async def test_an_impersonator_only_reads_unless_they_asked_to_write(world: World) -> None:
    reader = (await act_for(world)).access_token
    assert (await world.call("iam.ListUsers", reader)).users
    writes = (
        ("iam.CreateUser", {"email": "x@acme.example", "display_name": "X"}),
        ("tenants.UpdateTenantSettings", {"tenant_id": world.acme.id, "locale": "de"}),
        ("iam.CreateApiKey", {"display_name": "k", "permissions": ["users.read"]}),
        ("tenants.ExportTenant", {"tenant_id": world.acme.id}),
    )
    for method, fields in writes:
        with refused("IMPERSONATION_READ_ONLY"):
            await world.call(method, reader, **fields)
    writer = (await act_for(world, may_write=True)).access_token
    user = await world.call("iam.CreateUser", writer, email="x@acme.example", display_name="X")
    await world.settle()
    entry = (await world.call("iam.ListAuditLogs", world.acme_admin, target_id=user.id)).audit_logs[0]
    assert entry.impersonator_id == principal_of(world, world.root).user_id
    assert (await world.call("iam.GetMe", writer)).impersonator_may_write


async def test_acting_ends_when_the_actor_is_suspended(world: World) -> None:
    adam, admin = await world.person(world.root, "adam@example.com", "role_admin")
    token = (await act_for(world, admin)).access_token
    await world.call("iam.SuspendUser", world.root, id=adam.id)
    await world.settle()
    with refused("TOKEN_REVOKED"):
        await world.call("iam.GetMe", token)


async def test_acting_ends_when_the_tenant_is_suspended_and_does_not_begin_then(world: World) -> None:
    token = (await act_for(world)).access_token
    await world.call("tenants.SuspendTenant", world.root, id=world.acme.id)
    await world.settle()
    with refused("TOKEN_REVOKED"):
        await world.call("iam.GetMe", token)
    with refused("TENANT_STATE"):
        await act_for(world)


async def test_somebody_in_particular_can_be_acted_for_while_active(world: World) -> None:
    sue, _ = await world.person(world.acme_admin, "sue@acme.example", "role_viewer")
    token = (await act_for(world, user_id=sue.id)).access_token
    assert (await world.call("iam.GetMe", token)).user.id == sue.id
    with refused("PERMISSION_MISSING"):
        await world.call("iam.ListRoles", token)
    ivy = await world.call("iam.CreateUser", world.acme_admin, email="ivy@acme.example", display_name="Ivy")
    with refused("USER_STATUS"):
        await act_for(world, user_id=ivy.id)
    other, _ = await world.person(world.globex_admin, "bob@globex.example")
    for id in (other.id, "usr_nobody"):
        with refused("NOT_FOUND"):
            await act_for(world, user_id=id)


async def test_a_tenant_whose_administrator_has_not_come_yet_cannot_be_acted_for(world: World) -> None:
    made = await create(world, "initech")
    await world.settle()
    with refused("USER_STATUS"):
        await act_for(world, id=made.id)


async def test_acting_needs_its_permission(world: World) -> None:
    with refused("PERMISSION_MISSING") as seen:
        await act_for(world, await world.holder("tenants.read"))
    assert seen.error.metadata["permission"] == "tenants.impersonate"
    with refused("REALM_REFUSED"):
        await act_for(world, world.acme_admin)


async def test_an_impersonator_cannot_stay_signed_in(world: World) -> None:
    started = await act_for(world)
    session = next(s for s in world.records("tenant_sessions") if s["id"] == started.session_id)
    assert session["refresh_hash"] == "" and PASSWORD


async def test_a_tenant_shows_what_its_subscription_allows(world: World) -> None:
    limits = {"users": 5, "api_calls": 1000}
    await entitle(world, world.acme.id, plan="team", charged=("api_calls",), features=("support.chat",), **limits)
    for token in (world.root, world.acme_admin):
        assert not (await world.call("tenants.GetTenant", token, id=world.acme.id)).HasField("entitlements")
        shown = (await world.call("tenants.GetTenant", token, id=world.acme.id, show_entitlements=True)).entitlements
        assert (shown.plan_id, shown.usable, list(shown.features)) == ("team", True, ["support.chat"])
        assert [(limit.meter, limit.most, limit.charged_beyond) for limit in shown.limits] == [
            ("api_calls", 1000, True),
            ("users", 5, False),
        ]
    await entitle(world, world.acme.id, usable=False)
    shown = (await world.call("tenants.GetTenant", world.root, id=world.acme.id, show_entitlements=True)).entitlements
    assert not shown.usable
    listed = (await world.call("tenants.ListTenants", world.root)).tenants
    assert not any(tenant.HasField("entitlements") for tenant in listed)
