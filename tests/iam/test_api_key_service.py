"""API keys: shown once, used by machines, limited, revoked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.world import World, principal_of, refused


async def make(world: World, *permissions: str, token: str = "", **fields: Any) -> Any:
    return await world.call(
        "iam.CreateApiKey", token or world.acme_admin, display_name="Robot", permissions=permissions, **fields
    )


def key(made: Any) -> dict[str, str]:
    return {"x-api-key": made.secret}


async def test_the_secret_is_shown_once_and_only_its_hash_is_kept(world: World) -> None:
    made = await make(world, "users.read")
    assert made.secret.startswith(made.api_key.prefix + ".")
    await world.settle()
    random = made.secret.split(".")[3]
    assert world.mentions(random) == [] and world.mentions(made.secret) == []
    shown = await world.call("iam.GetApiKey", world.acme_admin, id=made.api_key.id)
    assert made.secret not in str(shown) and random not in str(shown)
    entry = next(e for e in world.records("tenant_audit_logs") if e["action"] == "iam:api-key:create")
    assert {c["field"]: c["new_value"] for c in entry["changes"]}["secret_hash"] == "•••"


async def test_a_repeated_create_shows_the_same_secret_and_the_store_cannot_read_it(world: World) -> None:
    header = {"idempotency-key": "robot-1"}
    first = await make(world, "users.read", headers=header)
    again = await make(world, "users.read", headers=header)
    assert again == first and world.mentions(first.secret.split(".")[3]) == []


async def test_a_key_is_used_with_every_call_through_the_chain(world: World) -> None:
    made = await make(world, "users.read")
    assert (await world.call("iam.ListUsers", headers=key(made))).users
    me = await world.call("iam.GetMe", headers=key(made))
    assert me.api_key_id == made.api_key.id and list(me.permissions) == ["users.read"]
    assert me.tenant.id == world.acme.id and not me.HasField("user")
    with refused("PERMISSION_MISSING"):
        await world.call("iam.ListRoles", headers=key(made))
    with refused("PERMISSION_MISSING"):
        await world.call("tenants.GetTenantMetrics", headers=key(await make(world, "users.read", token=world.root)))


async def test_a_key_is_exchanged_for_a_token_of_its_scopes(world: World) -> None:
    made = await make(world, "users.*")
    answer = await world.call("iam.ExchangeApiKey", api_key=made.secret)
    principal = principal_of(world, answer.access_token)
    assert principal.machine and principal.tenant_id == world.acme.id and not answer.refresh_token
    assert principal.permissions == {
        "users.create",
        "users.read",
        "users.update",
        "users.delete",
        "users.suspend",
        "users.invite",
    }
    used = (await world.call("iam.GetApiKey", world.acme_admin, id=made.api_key.id)).last_use_time
    assert used.ToSeconds() == int(world.clock.now().timestamp())


@pytest.mark.parametrize("secret", ["x", "ak.platform.key_1.x.y", "....", "atr.x.y.z.w"])
async def test_a_made_up_key_is_refused(world: World, secret: str) -> None:
    with refused("API_KEY_INVALID"):
        await world.call("iam.ExchangeApiKey", api_key=secret)
    with refused("API_KEY_INVALID"):
        await world.call("iam.GetMe", headers={"x-api-key": secret})


async def test_a_refresh_token_is_no_key_and_a_key_no_refresh_token(world: World) -> None:
    refresh = (await world.login("admin@acme.example", "acme")).refresh_token
    with refused("API_KEY_INVALID"):
        await world.call("iam.ExchangeApiKey", api_key=refresh)
    with refused("REFRESH_TOKEN_INVALID"):
        await world.call("iam.Refresh", refresh_token=(await make(world, "users.read")).secret)


async def test_revoking_takes_effect_at_once_also_on_tokens_made_before(world: World) -> None:
    made = await make(world, "users.read")
    token = (await world.call("iam.ExchangeApiKey", api_key=made.secret)).access_token
    assert (await world.call("iam.ListUsers", headers=key(made))).users
    revoked = await world.call("iam.DeleteApiKey", world.acme_admin, id=made.api_key.id)
    await world.settle()
    with refused("TOKEN_REVOKED"):
        await world.call("iam.ListUsers", token)
    with refused("API_KEY_INVALID"):
        await world.call("iam.ListUsers", headers=key(made))
    with refused("API_KEY_INVALID"):
        await world.call("iam.ExchangeApiKey", api_key=made.secret)
    again = await world.call("iam.DeleteApiKey", world.acme_admin, id=made.api_key.id)
    assert again.revoke_time == revoked.revoke_time


async def test_a_key_ends_with_its_time(world: World) -> None:
    made = await make(world, "users.read", expire_time=world.clock.now() + timedelta(days=2))
    assert (await world.call("iam.ListUsers", headers=key(made))).users
    assert (
        not (await make(world, "users.read")).api_key.expire_time.ToSeconds()
        < (world.clock.now() + timedelta(days=364)).timestamp()
    )
    await world.later(days=2)
    with refused("API_KEY_INVALID"):
        await world.call("iam.ListUsers", headers=key(made))
    await world.sign_in_again()
    assert made.api_key.id not in {k.id for k in (await world.call("iam.ListApiKeys", world.acme_admin)).api_keys}
    shown = (await world.call("iam.ListApiKeys", world.acme_admin, show_revoked=True)).api_keys
    assert made.api_key.id in {k.id for k in shown}


async def test_a_key_cannot_be_made_for_the_past(world: World) -> None:
    with refused("INVALID_FIELDS"):
        await make(world, "users.read", expire_time=world.clock.now() - timedelta(days=2))


async def test_nobody_makes_or_revokes_a_key_that_may_do_more_than_they(world: World) -> None:
    role = await world.call(
        "iam.CreateRole", world.acme_admin, display_name="Keys", permissions=["api-keys.*", "users.read"]
    )
    _, token = await world.person(world.acme_admin, "sue@acme.example", role.id)
    for permissions in (("users.create",), ("users.*",), ("*",)):
        with refused("GRANT_EXCEEDS_OWN"):
            await make(world, *permissions, token=token)
    strong = await make(world, "users.create")
    with refused("GRANT_EXCEEDS_OWN"):
        await world.call("iam.DeleteApiKey", token, id=strong.api_key.id)
    mine = await make(world, "users.read", token=token)
    assert mine.api_key.creator_id


async def test_a_key_made_by_a_key_is_no_stronger(world: World) -> None:
    maker = await make(world, "api-keys.create", "users.read")
    token = (await world.call("iam.ExchangeApiKey", api_key=maker.secret)).access_token
    assert (await make(world, "users.read", token=token)).api_key.creator_id == maker.api_key.id
    with refused("GRANT_EXCEEDS_OWN"):
        await make(world, "users.create", token=token)


async def test_a_permission_of_another_realm_is_unknown(world: World) -> None:
    with refused("PERMISSION_UNKNOWN"):
        await make(world, "tenants.suspend")
    with refused("INVALID_FIELDS"):
        await make(world)


async def test_keys_of_a_suspended_tenant_do_nothing_until_it_is_restored(world: World) -> None:
    made = await make(world, "users.read")
    await world.call("tenants.SuspendTenant", world.root, id=world.acme.id)
    await world.settle()
    with refused("API_KEY_INVALID"):
        await world.call("iam.ListUsers", headers=key(made))
    await world.call("tenants.RestoreTenant", world.root, id=world.acme.id)
    await world.settle()
    assert (await world.call("iam.ListUsers", headers=key(made))).users


async def test_keys_of_one_tenant_are_not_seen_by_another(world: World) -> None:
    made = await make(world, "users.read")
    for method in ("iam.GetApiKey", "iam.DeleteApiKey"):
        with refused("NOT_FOUND"):
            await world.call(method, world.globex_admin, id=made.api_key.id)
    assert not (await world.call("iam.ListApiKeys", world.globex_admin)).api_keys
    assert (await world.call("iam.ListUsers", headers=key(made))).users


async def test_the_pages_of_keys_join_to_the_whole_list(world: World) -> None:
    for _ in range(5):
        await make(world, "users.read")
    whole = [k.id for k in (await world.call("iam.ListApiKeys", world.acme_admin)).api_keys]
    first = await world.call("iam.ListApiKeys", world.acme_admin, page_size=3)
    rest = await world.call("iam.ListApiKeys", world.acme_admin, page_size=3, page_token=first.next_page_token)
    assert [k.id for k in (*first.api_keys, *rest.api_keys)] == whole and len(whole) == 5
