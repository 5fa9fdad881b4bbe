"""What a tenant's subscription means for its people and machines: who is refused, and what their tokens say."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from actors.kernel.host import module_host
from tests.contracts.buses import until
from tests.entitling import entitle
from tests.world import PASSWORD, World, principal_of, refused


async def make_key(world: World) -> dict[str, str]:
    made = await world.call("iam.CreateApiKey", world.acme_admin, display_name="Robot", permissions=["users.*"])
    return {"x-api-key": made.secret}


async def test_people_of_a_tenant_that_does_not_pay_sign_in_look_and_tidy_up_but_begin_nothing(world: World) -> None:
    user, member = await world.person(world.acme_admin, "member@acme.example")
    await entitle(world, world.acme.id, usable=False)
    signed_in = await world.login("admin@acme.example", "acme")
    token = str(signed_in.access_token)
    assert (await world.call("iam.Refresh", refresh_token=signed_in.refresh_token)).access_token
    assert (await world.call("iam.ListUsers", token)).users
    assert (await world.call("iam.GetMe", member)).user.id == user.id
    await world.call("iam.UpdateUser", token, id=user.id, display_name="Accounts")
    await world.call("iam.AssignRole", token, id=user.id, role_id="role_billing_contact")
    new: dict[str, dict[str, Any]] = {
        "CreateUser": {"email": "new@acme.example", "display_name": "New"},
        "InviteUser": {"id": user.id},
        "CreateApiKey": {"display_name": "Robot", "permissions": ["users.read"]},
    }
    for name, fields in new.items():
        with refused("SUBSCRIPTION_INACTIVE") as seen:
            await world.call(f"iam.{name}", token, **fields)
        assert "pay what is due" in str(seen.error)
    await world.call("iam.DeleteUser", token, id=user.id)
    await entitle(world, world.acme.id)
    await world.call("iam.CreateUser", token, **new["CreateUser"])


async def test_the_platforms_staff_may_help_a_tenant_that_does_not_pay(world: World) -> None:
    await entitle(world, world.acme.id, usable=False)
    fields = {"email": "accounts@acme.example", "display_name": "Accounts", "tenant_id": world.acme.id}
    await world.call("iam.CreateUser", world.root, password=PASSWORD, **fields)


async def test_machines_of_a_tenant_that_does_not_pay_are_refused_on_every_module(world: World) -> None:
    key = await make_key(world)
    token = (await world.call("iam.ExchangeApiKey", api_key=key["x-api-key"])).access_token
    assert (await world.call("iam.ListUsers", headers=key)).users
    await entitle(world, world.acme.id, usable=False)
    for name, fields in (("iam.ListUsers", {}), ("iam.GetMe", {}), ("tenants.GetTenant", {"id": world.acme.id})):
        with refused("SUBSCRIPTION_INACTIVE"):
            await world.call(name, headers=key, **fields)
        with refused("SUBSCRIPTION_INACTIVE"):
            await world.call(name, token, **fields)
    with refused("SUBSCRIPTION_INACTIVE"):
        await world.call("iam.ExchangeApiKey", api_key=key["x-api-key"])
    with refused("API_KEY_INVALID"):
        await world.call("iam.ExchangeApiKey", api_key=key["x-api-key"][:-1] + "x")
    await entitle(world, world.acme.id)
    assert (await world.call("iam.ListUsers", headers=key)).users


async def test_a_plan_without_custom_roles_keeps_what_there_is_and_refuses_more(world: World) -> None:
    made = await world.call("iam.CreateRole", world.acme_admin, display_name="Lead", permissions=["users.read"])
    user, _ = await world.person(world.acme_admin, "member@acme.example")
    await world.call("iam.AssignRole", world.acme_admin, id=user.id, role_id=made.id)
    await entitle(world, world.acme.id, features=())
    token = str((await world.login("admin@acme.example", "acme")).access_token)
    changes: dict[str, dict[str, Any]] = {
        "CreateRole": {"display_name": "More", "permissions": ["users.read"]},
        "UpdateRole": {"id": made.id, "display_name": "Other"},
        "BatchUpdateRoles": {"updates": [{"id": made.id, "display_name": "Other"}]},
    }
    for name, fields in changes.items():
        with refused("FEATURE_MISSING") as seen:
            await world.call(f"iam.{name}", token, **fields)
        assert "does not include iam.custom-roles" in str(seen.error)
        await world.call(f"iam.{name}", world.root, tenant_id=world.acme.id, **fields)
    member = str((await world.login("member@acme.example", "acme")).access_token)
    assert (await world.call("iam.ListUsers", member)).users, "who holds such a role keeps what it allows"
    await world.call("iam.RevokeRole", token, id=user.id, role_id=made.id)
    await world.call("iam.DeleteRole", token, id=made.id)
    await entitle(world, world.acme.id, features=("iam.custom-roles",))
    await world.call("iam.CreateRole", token, **changes["CreateRole"] | {"display_name": "Again"})


async def test_keys_are_kept_and_refused_while_the_plan_is_without_them(world: World) -> None:
    key = await make_key(world)
    await entitle(world, world.acme.id, features=("iam.custom-roles",))
    with refused("FEATURE_MISSING"):
        await world.call("iam.ListUsers", headers=key)
    token = str((await world.login("admin@acme.example", "acme")).access_token)
    with refused("FEATURE_MISSING") as seen:
        await world.call("iam.CreateApiKey", token, display_name="Robot", permissions=["users.read"])
    assert "does not include iam.api-keys" in str(seen.error)
    (kept,) = (await world.call("iam.ListApiKeys", token)).api_keys
    assert kept.display_name == "Robot"
    await entitle(world, world.acme.id)
    assert (await world.call("iam.ListUsers", headers=key)).users


async def test_tokens_name_the_tier_of_the_subscription(world: World) -> None:
    assert principal_of(world, world.globex_admin).tier == "premium"
    await entitle(world, world.globex.id, tier="free")
    token = str((await world.login("admin@globex.example", "globex")).access_token)
    assert principal_of(world, token).tier == "free"
    key = await world.call("iam.CreateApiKey", token, display_name="Robot", permissions=["users.read"])
    exchanged = await world.call("iam.ExchangeApiKey", api_key=key.secret)
    assert principal_of(world, exchanged.access_token).tier == "free"


@pytest.mark.parametrize("delay", [0.0, 0.05])
async def test_a_change_of_tier_has_everybody_fetch_a_token_that_names_it(
    world: World, delay: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    await entitle(world, world.acme.id, tier="standard")
    key = await make_key(world)
    assert (await world.call("iam.ListUsers", headers=key)).users
    signed_in = await world.login("admin@acme.example", "acme")
    world.clock.advance(timedelta(milliseconds=1))
    monkeypatch.setattr(module_host, "TIER_SECONDS", delay)
    await entitle(world, world.acme.id, tier="premium")
    for host in world.hosts.values():
        await until(lambda host=host: world.acme.id in host.revocations._tiers)
    await asyncio.sleep(0)
    with refused("TOKEN_REVOKED"):
        await world.call("iam.ListUsers", signed_in.access_token)
    world.clock.advance(timedelta(seconds=delay))
    refreshed = await world.call("iam.Refresh", refresh_token=signed_in.refresh_token)
    assert principal_of(world, refreshed.access_token).tier == "premium"
    assert (await world.call("iam.ListUsers", refreshed.access_token)).users
    assert (await world.call("iam.ListUsers", headers=key)).users, "a key gets a new token by itself"
    await entitle(world, world.acme.id, tier="premium", users=50)
    assert (await world.call("iam.ListUsers", refreshed.access_token)).users, "the same tier again changes nothing"
