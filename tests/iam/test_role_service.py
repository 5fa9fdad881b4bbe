"""Roles: made of permissions, inherited, granted; never beyond what the grantor has."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from actors.iam.domain.role import BUILT_IN
from actors.kernel.errors import AtriumError
from tests.world import World, refused


async def role(world: World, name: str, *permissions: str, token: str = "", **fields: Any) -> Any:
    return await world.call(
        "iam.CreateRole", token or world.acme_admin, display_name=name, permissions=permissions, **fields
    )


async def test_a_role_has_its_permissions_and_those_of_its_parents(world: World) -> None:
    top = await role(world, "Top", "users.read")
    middle = await role(world, "Middle", "roles.*", parent_id=top.id)
    bottom = await role(world, "Bottom", "audit.read", parent_id=middle.id)
    assert set(bottom.effective_permissions) == {
        "users.read",
        "audit.read",
        "roles.read",
        "roles.create",
        "roles.update",
        "roles.delete",
        "roles.assign",
    }
    _, token = await world.person(world.acme_admin, "sue@acme.example", bottom.id)
    assert set((await world.call("iam.GetMe", token)).permissions) == set(bottom.effective_permissions)
    await world.call("iam.UpdateRole", world.acme_admin, id=top.id, permissions={"names": []})
    await world.settle()
    with refused("TOKEN_REVOKED"):
        await world.call("iam.ListUsers", token)
    again = (await world.login("sue@acme.example", "acme")).access_token
    with refused("PERMISSION_MISSING"):
        await world.call("iam.ListUsers", again)


async def test_a_role_may_inherit_from_a_built_in_one(world: World) -> None:
    made = await role(world, "Viewer plus", "audit.read", parent_id="role_viewer")
    assert {"audit.read", "users.read"} <= set(made.effective_permissions)
    with refused("ROLE_UNKNOWN"):
        await role(world, "Wrong realm", parent_id="role_auditor")


async def test_no_role_inherits_from_itself(world: World) -> None:
    a = await role(world, "A")
    b = await role(world, "B", parent_id=a.id)
    c = await role(world, "C", parent_id=b.id)
    for parent in (a.id, b.id, c.id):
        with refused("ROLE_CYCLE"):
            await world.call("iam.UpdateRole", world.acme_admin, id=a.id, parent_id=parent)
    with refused("ROLE_UNKNOWN"):
        await world.call("iam.UpdateRole", world.acme_admin, id=a.id, parent_id="rol_nowhere")
    freed = await world.call("iam.UpdateRole", world.acme_admin, id=b.id, parent_id="")
    assert not freed.parent_id


async def test_two_roles_that_take_each_other_for_a_parent_at_once_make_no_cycle(world: World) -> None:
    a, b = await role(world, "A"), await role(world, "B")

    async def under(child: Any, parent: Any) -> str:
        try:
            await world.call("iam.UpdateRole", world.acme_admin, id=child.id, parent_id=parent.id)
        except AtriumError as error:
            return error.reason()
        return "DONE"

    assert sorted(await asyncio.gather(under(a, b), under(b, a))) == ["DONE", "ROLE_CYCLE"]


@pytest.mark.parametrize("name", ["nothing.at-all", "tenants.suspend", "users.reed", "nothing.*", "tenants.create"])
async def test_a_permission_that_nothing_asks_for_here_is_refused(world: World, name: str) -> None:
    with refused("PERMISSION_UNKNOWN") as seen:
        await role(world, "Odd", "users.read", name)
    assert seen.error.metadata["permission"] == name
    mine = await role(world, "Mine", "users.read")
    with refused("PERMISSION_UNKNOWN"):
        await world.call("iam.UpdateRole", world.acme_admin, id=mine.id, permissions={"names": ["users.read", name]})


@pytest.mark.parametrize("name", ["users", "users.", "*.read", "Users.read", "users.*.x", "**"])
async def test_a_permission_has_the_form_noun_and_verb(world: World, name: str) -> None:
    with refused("INVALID_FIELDS"):
        await role(world, "Odd", name)


async def test_built_in_roles_cannot_be_changed_or_deleted(world: World) -> None:
    for method, fields in (("iam.UpdateRole", {"display_name": "X"}), ("iam.DeleteRole", {})):
        for token, id in ((world.root, "role_auditor"), (world.acme_admin, "role_viewer")):
            with refused("BUILT_IN_ROLE"):
                await world.call(method, token, id=id, **fields)
    with refused("NOT_FOUND"):
        await world.call("iam.GetRole", world.acme_admin, id="role_auditor")


async def test_a_name_is_taken_whatever_its_case_and_only_in_its_scope(world: World) -> None:
    await role(world, "Night Shift")
    with refused("ROLE_NAME_TAKEN"):
        await role(world, "NIGHT shift")
    await role(world, "Night Shift", token=world.globex_admin)
    await role(world, "Night Shift", token=world.root)


async def test_a_role_in_use_cannot_be_deleted(world: World) -> None:
    parent = await role(world, "Parent")
    child = await role(world, "Child", parent_id=parent.id)
    user, _ = await world.person(world.acme_admin, "sue@acme.example", child.id)
    with refused("ROLE_IN_USE") as seen:
        await world.call("iam.DeleteRole", world.acme_admin, id=child.id)
    assert "somebody still has it" in str(seen.error)
    with refused("ROLE_IN_USE") as seen:
        await world.call("iam.DeleteRole", world.acme_admin, id=parent.id)
    assert "Child inherits from it" in str(seen.error)
    await world.call("iam.RevokeRole", world.acme_admin, id=user.id, role_id=child.id)
    await world.call("iam.DeleteRole", world.acme_admin, id=child.id)
    await world.call("iam.DeleteRole", world.acme_admin, id=parent.id)
    with refused("NOT_FOUND"):
        await world.call("iam.DeleteRole", world.acme_admin, id=parent.id)


async def test_nobody_puts_into_a_role_what_they_do_not_have(world: World) -> None:
    maker = await role(world, "Maker", "roles.*", "users.read")
    _, token = await world.person(world.acme_admin, "sue@acme.example", maker.id)
    wide = await role(world, "Wide", "users.*")
    for permissions in (["users.create"], ["users.*"], ["*"]):
        with refused("GRANT_EXCEEDS_OWN") as seen:
            await role(world, "More", *permissions, token=token)
        assert seen.error.metadata["permission"]
    with refused("GRANT_EXCEEDS_OWN"):
        await role(world, "Heir", token=token, parent_id=wide.id)
    with refused("GRANT_EXCEEDS_OWN"):
        await role(world, "Heir", token=token, parent_id="role_tenant_admin")
    mine = await role(world, "Mine", "users.read", token=token)
    with refused("GRANT_EXCEEDS_OWN"):
        await world.call("iam.UpdateRole", token, id=mine.id, permissions={"names": ["users.delete"]})
    with refused("GRANT_EXCEEDS_OWN"):
        await world.call("iam.UpdateRole", token, id=mine.id, parent_id=wide.id)
    with refused("GRANT_EXCEEDS_OWN"):
        await world.call(
            "iam.BatchUpdateRoles", token, updates=[{"id": mine.id, "permissions": {"names": ["users.*"]}}]
        )
    renamed = await world.call("iam.UpdateRole", token, id=wide.id, display_name="Wider")
    assert renamed.display_name == "Wider", "what the role has already is not granted again"


async def test_several_roles_change_together_or_not_at_all(world: World) -> None:
    a, b = await role(world, "A", "users.read"), await role(world, "B", "users.read")
    with refused("PERMISSION_UNKNOWN"):
        await world.call(
            "iam.BatchUpdateRoles",
            world.acme_admin,
            updates=[
                {"id": a.id, "permissions": {"names": ["audit.read"]}},
                {"id": b.id, "permissions": {"names": ["nothing.here"]}},
            ],
        )
    with refused("ETAG_STALE"):
        await world.call(
            "iam.BatchUpdateRoles",
            world.acme_admin,
            updates=[{"id": a.id, "display_name": "AA"}, {"id": b.id, "display_name": "BB", "etag": "77"}],
        )
    with refused("ROLE_CYCLE"):
        await world.call(
            "iam.BatchUpdateRoles",
            world.acme_admin,
            updates=[{"id": a.id, "parent_id": b.id}, {"id": b.id, "parent_id": a.id}],
        )
    assert (await world.call("iam.GetRole", world.acme_admin, id=a.id)) == a
    both = await world.call(
        "iam.BatchUpdateRoles",
        world.acme_admin,
        updates=[
            {"id": a.id, "permissions": {"names": ["audit.read"]}, "etag": a.etag},
            {"id": b.id, "parent_id": a.id, "tenant_id": world.acme.id},
        ],
    )
    assert set(both.roles[1].effective_permissions) == {"audit.read", "users.read"}
    with refused("NOT_FOUND"):
        await world.call("iam.BatchUpdateRoles", world.acme_admin, updates=[{"id": a.id, "tenant_id": world.globex.id}])


async def test_a_stale_etag_changes_nothing(world: World) -> None:
    made = await role(world, "A")
    await world.call("iam.UpdateRole", world.acme_admin, id=made.id, description="x", etag=made.etag)
    for method in ("iam.UpdateRole", "iam.DeleteRole"):
        with refused("ETAG_STALE"):
            await world.call(method, world.acme_admin, id=made.id, etag=made.etag)


async def test_a_new_name_alone_leaves_tokens_as_they_are(world: World) -> None:
    made = await role(world, "A", "users.read")
    _, token = await world.person(world.acme_admin, "sue@acme.example", made.id)
    await world.call("iam.UpdateRole", world.acme_admin, id=made.id, display_name="B", description="as before")
    await world.settle()
    assert (await world.call("iam.ListUsers", token)).users


@pytest.mark.parametrize("size", [1, 2, 3, 5, 6, 7, 50])
async def test_the_pages_of_roles_join_built_in_ones_first_then_by_name(world: World, size: int) -> None:
    for name in ("delta", "Alpha", "charlie", "Bravo"):
        await role(world, name)
    walked: list[str] = []
    token = ""
    while True:
        page = await world.call("iam.ListRoles", world.acme_admin, page_size=size, page_token=token)
        walked += [r.display_name for r in page.roles]
        if not (token := page.next_page_token):
            break
    assert walked == [r.display_name for r in BUILT_IN["tenant"]] + ["Alpha", "Bravo", "charlie", "delta"]


async def test_roles_of_one_tenant_are_not_seen_by_another(world: World) -> None:
    made = await role(world, "A")
    for method in ("iam.GetRole", "iam.UpdateRole", "iam.DeleteRole"):
        with refused("NOT_FOUND"):
            await world.call(method, world.globex_admin, id=made.id)
    listed = await world.call("iam.ListRoles", world.globex_admin)
    assert all(r.built_in for r in listed.roles)
