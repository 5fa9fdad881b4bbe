"""Users: made, found, changed, ended; and who may do that to whom."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from actors.kernel.errors import AtriumError
from tests.world import PASSWORD, World, refused


async def create(world: World, email: str, token: str = "", **fields: Any) -> Any:
    return await world.call(
        "iam.CreateUser", token or world.acme_admin, email=email, display_name=email.partition("@")[0], **fields
    )


async def test_a_user_with_a_password_is_active_and_without_one_invited(world: World) -> None:
    active = await create(world, "sue@acme.example", password=PASSWORD)
    invited = await create(world, "ivy@acme.example")
    assert active.status == active.STATUS_ACTIVE and invited.status == invited.STATUS_INVITED
    await world.settle()
    assert not world.mails.to("sue@acme.example") and len(world.mails.to("ivy@acme.example")) == 1
    assert list(active.role_ids) == ["role_member"] and active.tenant_id == world.acme.id
    with refused("CREDENTIALS_WRONG"):
        await world.login("ivy@acme.example", "acme")


async def test_a_new_user_takes_the_tenants_language_and_time_zone(world: World) -> None:
    await world.call(
        "tenants.UpdateTenantSettings",
        world.acme_admin,
        tenant_id=world.acme.id,
        locale="de-CH",
        time_zone="Europe/Zurich",
    )
    await world.settle()
    user = await create(world, "sue@acme.example")
    assert (user.locale, user.time_zone) == ("de-CH", "Europe/Zurich")
    other = await create(world, "bob@acme.example", locale="fr", time_zone="Europe/Paris")
    assert (other.locale, other.time_zone) == ("fr", "Europe/Paris")
    with refused("INVALID_FIELDS"):
        await create(world, "eve@acme.example", time_zone="Mars/Olympus")


async def test_an_e_mail_is_taken_whatever_its_case_and_only_in_its_tenant(world: World) -> None:
    await create(world, "Sue@acme.example")
    with refused("EMAIL_TAKEN") as seen:
        await create(world, "SUE@ACME.example")
    assert seen.error.metadata == {"email": "sue@acme.example"}
    assert "sue@acme.example" in str(seen.error)
    assert (await create(world, "sue@acme.example", world.globex_admin)).tenant_id == world.globex.id
    assert (await create(world, "sue@acme.example", world.root)).tenant_id == ""


async def test_of_many_parallel_creates_of_one_e_mail_one_wins(world: World) -> None:
    async def one() -> str:
        try:
            await create(world, "sue@acme.example")
        except AtriumError as error:
            return error.reason()
        return "DONE"

    assert sorted(await asyncio.gather(*(one() for _ in range(20)))) == ["DONE"] + ["EMAIL_TAKEN"] * 19
    await world.settle()
    assert len(world.mails.to("sue@acme.example")) == 1


async def test_a_repeated_create_with_its_key_is_answered_the_same(world: World) -> None:
    header = {"idempotency-key": "k-1"}
    answers = await asyncio.gather(*(create(world, "sue@acme.example", headers=header) for _ in range(20)))
    assert len({one.SerializeToString(deterministic=True) for one in answers}) == 1
    with refused("IDEMPOTENCY_KEY_REUSED"):
        await create(world, "bob@acme.example", headers=header)
    await world.settle()
    assert len(world.mails.to("sue@acme.example")) == 1


async def test_only_domains_the_tenant_allows_get_an_account(world: World) -> None:
    await world.call(
        "tenants.UpdateTenantSettings",
        world.acme_admin,
        tenant_id=world.acme.id,
        allowed_email_domains={"names": ["ACME.example", "acme.test"]},
    )
    await world.settle()
    with refused("EMAIL_DOMAIN_REFUSED") as seen:
        await create(world, "sue@elsewhere.example")
    assert seen.error.metadata["domains"] == "acme.example, acme.test"
    user = await create(world, "sue@Acme.Example")
    with refused("EMAIL_DOMAIN_REFUSED"):
        await world.call("iam.UpdateUser", world.acme_admin, id=user.id, email="sue@sub.acme.example")
    with refused("EMAIL_DOMAIN_REFUSED"):
        await create(world, "sue@elsewhere.example", world.root, tenant_id=world.acme.id)
    await world.call("tenants.SuspendTenant", world.root, id=world.acme.id)
    await world.settle()
    with refused("EMAIL_DOMAIN_REFUSED"):
        await create(world, "sue@elsewhere.example", world.root, tenant_id=world.acme.id)


async def test_a_change_needs_the_current_etag_when_it_brings_one(world: World) -> None:
    user = await create(world, "sue@acme.example")
    changed = await world.call("iam.UpdateUser", world.acme_admin, id=user.id, display_name="Susan", etag=user.etag)
    assert changed.display_name == "Susan" and changed.etag != user.etag
    for method in ("iam.UpdateUser", "iam.SuspendUser", "iam.RestoreUser", "iam.DeleteUser"):
        with refused("ETAG_STALE"):
            await world.call(method, world.acme_admin, id=user.id, etag=user.etag)
    assert (await world.call("iam.GetUser", world.acme_admin, id=user.id)) == changed
    same = await world.call("iam.UpdateUser", world.acme_admin, id=user.id, display_name="Susan", etag=changed.etag)
    assert same.etag == changed.etag


async def test_only_the_fields_that_are_present_change(world: World) -> None:
    user = await create(world, "sue@acme.example", locale="fr")
    changed = await world.call("iam.UpdateUser", world.acme_admin, id=user.id, email="SUSAN@acme.example")
    assert (changed.email, changed.display_name, changed.locale) == ("susan@acme.example", "sue", "fr")
    await create(world, "bob@acme.example")
    with refused("EMAIL_TAKEN"):
        await world.call("iam.UpdateUser", world.acme_admin, id=user.id, email="bob@acme.example")


async def test_a_deleted_user_is_hidden_and_the_e_mail_is_free_again(world: World) -> None:
    user, token = await world.person(world.acme_admin, "sue@acme.example")
    deleted = await world.call("iam.DeleteUser", world.acme_admin, id=user.id)
    await world.settle()
    assert deleted.status == deleted.STATUS_DELETED and deleted.HasField("delete_time")
    with refused("TOKEN_REVOKED"):
        await world.call("iam.GetMe", token)
    listed = await world.call("iam.ListUsers", world.acme_admin)
    assert user.id not in {u.id for u in listed.users}
    shown = await world.call("iam.ListUsers", world.acme_admin, show_deleted=True)
    assert user.id in {u.id for u in shown.users}
    again = await create(world, "sue@acme.example")
    assert again.id != user.id
    kept = {r["id"] for r in world.records("tenant_credentials")} | {
        r["user_id"] for r in world.records("tenant_user_roles")
    }
    assert user.id not in kept, "what a deleted person proved who they are with does not stay"
    for method, fields in (
        ("iam.UpdateUser", {"display_name": "x"}),
        ("iam.SuspendUser", {}),
        ("iam.RestoreUser", {}),
        ("iam.InviteUser", {}),
        ("iam.AssignRole", {"role_id": "role_viewer"}),
    ):
        with refused("USER_STATUS") as seen:
            await world.call(method, world.acme_admin, id=user.id, **fields)
        assert seen.error.metadata["status"] == "DELETED"
    assert (await world.call("iam.DeleteUser", world.acme_admin, id=user.id)).delete_time == deleted.delete_time


async def test_suspending_ends_sessions_and_restoring_brings_the_account_back(world: World) -> None:
    user, token = await world.person(world.acme_admin, "sue@acme.example")
    suspended = await world.call("iam.SuspendUser", world.acme_admin, id=user.id, reason="left the building")
    await world.settle()
    assert suspended.status == suspended.STATUS_SUSPENDED and suspended.suspend_reason == "left the building"
    with refused("TOKEN_REVOKED"):
        await world.call("iam.GetMe", token)
    again = await world.call("iam.SuspendUser", world.acme_admin, id=user.id, reason="another")
    assert again.etag == suspended.etag and again.suspend_reason == "left the building"
    restored = await world.call("iam.RestoreUser", world.acme_admin, id=user.id)
    assert restored.status == restored.STATUS_ACTIVE and not restored.suspend_reason
    await world.settle()
    told = [e.type.rpartition(".")[2] for e in world.bus.log if e.type.endswith(("UserSuspended", "UserRestored"))]
    assert told == ["UserSuspended", "UserRestored"]
    assert (await world.login("sue@acme.example", "acme")).access_token
    with refused("USER_STATUS"):
        await world.call("iam.InviteUser", world.acme_admin, id=user.id)


async def test_an_invited_user_is_invited_again_after_a_suspension(world: World) -> None:
    user = await create(world, "ivy@acme.example")
    await world.call("iam.SuspendUser", world.acme_admin, id=user.id)
    restored = await world.call("iam.RestoreUser", world.acme_admin, id=user.id)
    assert restored.status == restored.STATUS_INVITED


async def test_an_invitation_to_a_suspended_tenant_leads_to_the_tenants_pages(world: World) -> None:
    await world.call("tenants.SuspendTenant", world.root, id=world.acme.id)
    await world.settle()
    await create(world, "ivy@acme.example", world.root, tenant_id=world.acme.id)
    await world.settle()
    assert "/t/acme/accept-invitation#token=" in world.mails.to("ivy@acme.example")[-1].text


# --- lists ---


async def names(world: World, **request: Any) -> list[str]:
    listed = await world.call("iam.ListUsers", world.acme_admin, **request)
    return [user.display_name for user in listed.users]


async def people(world: World) -> dict[str, Any]:
    made = {}
    for name in ("Zoë Ångström", "Bob Brown", "Ada Brown"):
        made[name] = await world.call(
            "iam.CreateUser",
            world.acme_admin,
            email=f"{name[:3].casefold().replace('ë', 'e')}@acme.example",
            display_name=name,
            role_ids=["role_viewer"],
        )
    await world.call("iam.DeleteUser", world.acme_admin, id=made["Bob Brown"].id)
    await world.call("iam.SuspendUser", world.acme_admin, id=made["Ada Brown"].id)
    return made


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ({}, ["Ada Brown", "Zoë Ångström", "Ada"]),
        ({"query": "brown"}, ["Ada Brown"]),
        ({"query": "angst zoe"}, ["Zoë Ångström"]),
        ({"query": "zoe@acme.example"}, ["Zoë Ångström"]),
        ({"query": ".*"}, []),
        ({"query": "brown", "show_deleted": True}, ["Ada Brown", "Bob Brown"]),
        ({"statuses": ["STATUS_SUSPENDED", "STATUS_DELETED"]}, ["Ada Brown", "Bob Brown"]),
        ({"role_id": "role_viewer"}, ["Ada Brown", "Zoë Ångström"]),
        ({"role_id": "role_nobody"}, []),
        ({"order": "ORDER_NAME"}, ["Ada", "Ada Brown", "Zoë Ångström"]),
        ({"order": "ORDER_NAME", "descending": True}, ["Zoë Ångström", "Ada Brown", "Ada"]),
        ({"order": "ORDER_EMAIL", "descending": True}, ["Zoë Ångström", "Ada", "Ada Brown"]),
        ({"order": "ORDER_CREATE_TIME"}, ["Ada", "Zoë Ångström", "Ada Brown"]),
        ({"order": "ORDER_LAST_SIGN_IN_TIME", "descending": True, "page_size": 1}, ["Ada"]),
    ],
)
async def test_users_are_searched_filtered_and_ordered(world: World, request_: Any, expected: list[str]) -> None:
    await people(world)
    assert await names(world, **request_) == expected


async def test_the_pages_of_users_join_to_the_whole_list(world: World) -> None:
    for number in range(7):
        await create(world, f"u{number}@acme.example")
    for order in ("ORDER_UNSPECIFIED", "ORDER_NAME", "ORDER_LAST_SIGN_IN_TIME"):
        walked: list[str] = []
        token = ""
        while True:
            page = await world.call("iam.ListUsers", world.acme_admin, page_size=3, page_token=token, order=order)
            walked += [u.id for u in page.users]
            if not (token := page.next_page_token):
                break
        whole = await world.call("iam.ListUsers", world.acme_admin, order=order)
        assert walked == [u.id for u in whole.users] and len(walked) == 8


async def test_a_page_token_belongs_to_its_query_and_its_tenant(world: World) -> None:
    for number in range(3):
        await create(world, f"u{number}@acme.example")
    token = (await world.call("iam.ListUsers", world.acme_admin, page_size=1)).next_page_token
    for caller, request in (
        (world.acme_admin, {"query": "u"}),
        (world.acme_admin, {"order": 1}),
        (world.globex_admin, {}),
        (world.root, {}),
    ):
        with refused("PAGE_TOKEN_INVALID"):
            await world.call("iam.ListUsers", caller, page_size=1, page_token=token, **request)


# --- who may do what to whom ---


async def test_every_method_names_the_permission_that_is_missing(world: World) -> None:
    _, token = await world.person(world.acme_admin, "vic@acme.example", "role_billing_contact")
    user = await create(world, "sue@acme.example")
    for method, permission, fields in (
        ("iam.CreateUser", "users.create", {"email": "x@y.example", "display_name": "x"}),
        ("iam.ListUsers", "users.read", {}),
        ("iam.GetUser", "users.read", {"id": user.id}),
        ("iam.UpdateUser", "users.update", {"id": user.id}),
        ("iam.DeleteUser", "users.delete", {"id": user.id}),
        ("iam.SuspendUser", "users.suspend", {"id": user.id}),
        ("iam.RestoreUser", "users.suspend", {"id": user.id}),
        ("iam.InviteUser", "users.invite", {"id": user.id}),
        ("iam.AssignRole", "roles.assign", {"id": user.id, "role_id": "role_viewer"}),
        ("iam.RevokeRole", "roles.assign", {"id": user.id, "role_id": "role_viewer"}),
    ):
        with refused("PERMISSION_MISSING") as seen:
            await world.call(method, token, **fields)
        assert seen.error.metadata["permission"] == permission


async def test_an_admin_cannot_touch_a_super_admin(world: World) -> None:
    _, admin = await world.person(world.root, "adam@example.com", "role_admin")
    other, _ = await world.person(world.root, "boss@example.com", "role_super_admin")
    for method, fields in (
        ("iam.UpdateUser", {"email": "adam2@example.com"}),
        ("iam.SuspendUser", {}),
        ("iam.RestoreUser", {}),
        ("iam.DeleteUser", {}),
        ("iam.InviteUser", {}),
        ("iam.RevokeRole", {"role_id": "role_super_admin"}),
    ):
        with refused("GRANT_EXCEEDS_OWN"):
            await world.call(method, admin, id=other.id, **fields)
    unchanged = await world.call("iam.GetUser", world.root, id=other.id)
    assert unchanged.email == "boss@example.com" and unchanged.status == unchanged.STATUS_ACTIVE


async def test_nobody_grants_a_role_that_allows_more_than_their_own(world: World) -> None:
    adam, admin = await world.person(world.root, "adam@example.com", "role_admin")
    for target in (adam.id, (await create(world, "sue@example.com", world.root)).id):
        with refused("GRANT_EXCEEDS_OWN"):
            await world.call("iam.AssignRole", admin, id=target, role_id="role_super_admin")
    with refused("GRANT_EXCEEDS_OWN"):
        await create(world, "eve@example.com", admin, role_ids=["role_super_admin"])
    whole = await world.call("iam.CreateRole", world.root, display_name="Whole", permissions=["*"])
    heir = await world.call("iam.CreateRole", world.root, display_name="Heir", parent_id=whole.id)
    for role_id in (whole.id, heir.id):
        with refused("GRANT_EXCEEDS_OWN"):
            await world.call("iam.AssignRole", admin, id=adam.id, role_id=role_id)
    for method, fields in (
        ("iam.CreateRole", {"display_name": "x", "permissions": ["*"]}),
        ("iam.CreateRole", {"display_name": "x", "parent_id": "role_super_admin"}),
        ("iam.CreateApiKey", {"display_name": "x", "permissions": ["*"]}),
    ):
        with refused("GRANT_EXCEEDS_OWN"):
            await world.call(method, admin, **fields)
    renamed = await world.call("iam.UpdateRole", admin, id=whole.id, display_name="All of it")
    assert renamed.display_name == "All of it"
    assert await create(world, "ann@example.com", admin, role_ids=["role_admin"])
    assert not any(u["email"].startswith("eve@") for u in world.records("master_users"))


async def test_roles_belong_to_their_realm_and_tenant(world: World) -> None:
    own = await world.call("iam.CreateRole", world.globex_admin, display_name="Own", permissions=["users.read"])
    user = await create(world, "sue@acme.example")
    for role_id in ("role_super_admin", "role_admin", own.id, "role_nobody"):
        with refused("ROLE_UNKNOWN"):
            await world.call("iam.AssignRole", world.acme_admin, id=user.id, role_id=role_id)
        with refused("ROLE_UNKNOWN"):
            await create(world, "eve@acme.example", role_ids=[role_id])
    with refused("ROLE_UNKNOWN"):
        await create(world, "eve@example.com", world.root, role_ids=["role_tenant_admin"])


async def test_assigning_and_revoking_twice_is_the_same_as_once(world: World) -> None:
    user = await create(world, "sue@acme.example")
    for _ in range(2):
        answer = await world.call("iam.AssignRole", world.acme_admin, id=user.id, role_id="role_viewer")
        assert list(answer.role_ids) == ["role_member", "role_viewer"]
    for _ in range(2):
        answer = await world.call("iam.RevokeRole", world.acme_admin, id=user.id, role_id="role_viewer")
        assert list(answer.role_ids) == ["role_member"]
    await world.settle()
    assert len([e for e in world.bus.log if e.type.endswith(".RoleAssigned")]) == 2  # with the creation
    assert len([e for e in world.bus.log if e.type.endswith(".RoleRevoked")]) == 1


@pytest.mark.parametrize("realm", ["platform", "tenant"])
async def test_the_last_administrator_stays(world: World, realm: str) -> None:
    token, role = (world.root, "role_super_admin") if realm == "platform" else (world.acme_admin, "role_tenant_admin")
    me = (await world.call("iam.GetMe", token)).user
    await create(world, "invited@acme.example", token, role_ids=[role])  # cannot act until the invitation is accepted
    for method, fields in (
        ("iam.DeleteUser", {}),
        ("iam.SuspendUser", {}),
        ("iam.RevokeRole", {"role_id": role}),
    ):
        with refused("LAST_ADMIN_STAYS") as seen:
            await world.call(method, token, id=me.id, **fields)
        assert seen.error.metadata["email"] == me.email
    _, other = await world.person(token, "second@acme.example", role)
    await world.call("iam.SuspendUser", other, id=me.id)


@pytest.mark.parametrize("ways", [("iam.DeleteUser", "iam.SuspendUser"), ("iam.RevokeRole", "iam.DeleteUser")])
async def test_of_two_administrators_who_remove_each_other_one_stays(world: World, ways: tuple[str, str]) -> None:
    first = (await world.call("iam.GetMe", world.acme_admin)).user
    second, token = await world.person(world.acme_admin, "second@acme.example", "role_tenant_admin")

    async def remove(way: str, caller: str, id: str) -> str:
        fields = {"role_id": "role_tenant_admin"} if way == "iam.RevokeRole" else {}
        try:
            await world.call(way, caller, id=id, **fields)
        except AtriumError as error:
            return error.reason()
        return "DONE"

    outcomes = await asyncio.gather(remove(ways[0], world.acme_admin, second.id), remove(ways[1], token, first.id))
    assert sorted(outcomes) == ["DONE", "LAST_ADMIN_STAYS"]


async def test_another_tenants_user_is_not_found(world: World) -> None:
    user = await create(world, "sue@globex.example", world.globex_admin)
    for method in ("iam.GetUser", "iam.UpdateUser", "iam.DeleteUser", "iam.SuspendUser", "iam.RestoreUser"):
        with refused("NOT_FOUND"):
            await world.call(method, world.acme_admin, id=user.id)
        with refused("NOT_FOUND"):
            await world.call(method, world.acme_admin, id=user.id, tenant_id=world.globex.id)
    assert (await world.call("iam.GetUser", world.root, id=user.id, tenant_id=world.globex.id)).id == user.id
    with refused("NOT_FOUND"):
        await world.call("iam.GetUser", world.root, id=user.id)
    with refused("NOT_FOUND"):
        await world.call("iam.ListUsers", world.root, tenant_id="ten_nowhere")
