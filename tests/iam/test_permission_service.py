"""The catalogue of permissions is what the contracts of all modules ask for."""

from __future__ import annotations

from actors import MODULES
from actors.api.options.v1 import REALM_PLATFORM, REALM_TENANT
from tests.world import World, refused


async def test_the_catalogue_is_what_the_methods_ask_for(world: World) -> None:
    methods = world.hosts["iam"].policy.methods.values()
    asked = {p for m in methods if "platform" in m.realms for p in (m.permission, m.widened_by) if p}
    listed = (await world.call("iam.ListPermissions", world.root)).permissions
    assert {p.id for p in listed} == asked and [p.id for p in listed] == sorted(asked)
    assert {p.module for p in listed} == set(MODULES)
    suspend = next(p for p in listed if p.id == "tenants.suspend")
    assert (suspend.noun, suspend.verb) == ("tenants", "suspend")
    assert sorted(suspend.methods) == ["RestoreTenant", "SuspendTenant"]
    assert list(suspend.realms) == [REALM_PLATFORM] and "second" in suspend.description


async def test_a_tenant_sees_only_what_its_roles_may_hold(world: World) -> None:
    listed = (await world.call("iam.ListPermissions", world.acme_admin)).permissions
    assert listed and all(REALM_TENANT in p.realms for p in listed)
    assert "tenants.suspend" not in {p.id for p in listed}
    same = (await world.call("iam.ListPermissions", world.root, tenant_id=world.acme.id)).permissions
    assert [p.id for p in same] == [p.id for p in listed]


async def test_the_pages_of_the_catalogue_join_to_the_whole(world: World) -> None:
    whole = [p.id for p in (await world.call("iam.ListPermissions", world.root)).permissions]
    walked: list[str] = []
    token = ""
    while True:
        page = await world.call("iam.ListPermissions", world.root, page_size=4, page_token=token)
        walked += [p.id for p in page.permissions]
        if not (token := page.next_page_token):
            break
    assert walked == whole
    with refused("PAGE_TOKEN_INVALID"):
        await world.call("iam.ListPermissions", world.root, page_size=4, page_token="forged")


async def test_the_catalogue_needs_roles_read(world: World) -> None:
    with refused("PERMISSION_MISSING") as seen:
        await world.call("iam.ListPermissions", await world.holder("users.read"))
    assert seen.error.metadata["permission"] == "roles.read"
