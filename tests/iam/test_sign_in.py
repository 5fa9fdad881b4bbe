"""Signing in with a password: what a failure is told, and what it costs."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from argon2.exceptions import VerifyMismatchError

from actors.iam.passwords import _NOBODY, Passwords
from actors.iam.settings import IamSettings
from actors.kernel.errors import AtriumError
from tests.world import PASSWORD, World, refused

WRONG = "not the password at all"


async def outcome(world: World, email: str, tenant: str = "", password: str = PASSWORD, address: str = "") -> Any:
    """What a sign-in ends with: the reason and the whole of what the caller is told."""
    try:
        await world.login(email, tenant, password, headers={"x-forwarded-for": address} if address else None)
    except AtriumError as error:
        return error.reason(), str(error), error.metadata
    return "SIGNED_IN"


async def test_every_refused_sign_in_is_told_the_same(world: World) -> None:
    user, _ = await world.person(world.acme_admin, "sue@acme.example")
    await world.call("iam.SuspendUser", world.acme_admin, id=user.id)
    await world.call("iam.CreateUser", world.acme_admin, email="ivy@acme.example", display_name="Ivy")
    await world.call("tenants.SuspendTenant", world.root, id=world.globex.id)
    await world.settle()
    told = [
        await outcome(world, "admin@acme.example", "acme", WRONG),
        await outcome(world, "nobody@acme.example", "acme"),
        await outcome(world, "sue@acme.example", "acme"),
        await outcome(world, "ivy@acme.example", "acme"),
        await outcome(world, "admin@acme.example", "globex"),
        await outcome(world, "admin@globex.example", "globex"),
        await outcome(world, "admin@acme.example", "no-such-tenant"),
        await outcome(world, "admin@acme.example"),
        await outcome(world, "root@example.com", "acme"),
    ]
    assert all(one == told[0] for one in told)
    assert told[0][0] == "CREDENTIALS_WRONG"
    with refused("CREDENTIALS_WRONG"):
        await world.login("nobody@acme.example", "acme")


async def test_an_unknown_user_costs_a_hash_as_a_known_one_does(world: World) -> None:
    passwords = world.service("iam", "SessionService").sign_in.passwords
    hashed: list[str] = []
    verify = passwords._argon2.verify

    class Counting:
        def verify(self, known: str, password: str) -> bool:
            hashed.append(password)
            return bool(verify(known, password))

    passwords._argon2 = Counting()
    for email, tenant in (("nobody@acme.example", "acme"), ("x@y.example", "no-such-tenant"), ("x@y.example", "")):
        assert (await outcome(world, email, tenant, "tried"))[0] == "CREDENTIALS_WRONG"
    assert hashed == ["tried"] * 3


def test_the_hash_that_stands_in_for_an_account_costs_what_a_real_one_does() -> None:
    passwords = Passwords(IamSettings())
    assert not passwords._argon2.check_needs_rehash(_NOBODY)
    with pytest.raises(VerifyMismatchError):
        passwords._argon2.verify(_NOBODY, "nobody's password")


async def test_the_realm_and_the_tenant_must_fit(world: World) -> None:
    for fields in ({"realm": 2}, {"realm": 1, "tenant": "acme"}, {"realm": 0}):
        with refused("INVALID_FIELDS"):
            await world.call("iam.Login", email="a@b.example", password="x", **fields)


async def test_an_account_is_locked_for_a_time_that_doubles_with_each_failure(world: World) -> None:
    waits = []
    for number in range(12):
        address = f"198.51.100.{number}"
        assert (await outcome(world, "admin@acme.example", "acme", WRONG, address))[0] == "CREDENTIALS_WRONG"
        if number < 4:
            continue
        with refused("LOCKED_OUT") as seen:
            await world.login("admin@acme.example", "acme", headers={"x-forwarded-for": "198.51.100.99"})
        waits.append(int(seen.error.metadata["retry_after_seconds"]))
        await world.later(seconds=waits[-1])
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128]


async def test_the_wait_has_an_upper_limit(world: World) -> None:
    for _ in range(20):
        await outcome(world, "admin@acme.example", "acme", WRONG)
        await world.later(seconds=900)
    await outcome(world, "admin@acme.example", "acme", WRONG)
    with refused("LOCKED_OUT") as seen:
        await world.login("admin@acme.example", "acme")
    assert int(seen.error.metadata["retry_after_seconds"]) == 900


async def test_a_locked_account_opens_by_itself_and_a_success_clears_the_count(world: World) -> None:
    for _ in range(5):
        await outcome(world, "admin@acme.example", "acme", WRONG)
    assert (await outcome(world, "admin@acme.example", "acme"))[0] == "LOCKED_OUT"
    await world.later(seconds=2)
    assert await outcome(world, "admin@acme.example", "acme") == "SIGNED_IN"
    for _ in range(4):
        assert (await outcome(world, "admin@acme.example", "acme", WRONG))[0] == "CREDENTIALS_WRONG"
    assert await outcome(world, "admin@acme.example", "acme") == "SIGNED_IN"


async def test_an_unknown_account_is_locked_like_a_known_one(world: World) -> None:
    for tenant in ("acme", "no-such-tenant", ""):
        for number in range(5):
            address = f"203.0.113.{number}"
            assert (await outcome(world, "ghost@x.example", tenant, WRONG, address))[0] == "CREDENTIALS_WRONG"
        assert (await outcome(world, "ghost@x.example", tenant, WRONG, "203.0.113.9"))[0] == "LOCKED_OUT"


async def test_the_same_address_in_two_tenants_is_two_accounts(world: World) -> None:
    await world.call(
        "iam.CreateUser", world.globex_admin, email="admin@acme.example", display_name="A", password=PASSWORD
    )
    for _ in range(5):
        await outcome(world, "admin@acme.example", "acme", WRONG)
    assert (await outcome(world, "admin@acme.example", "acme"))[0] == "LOCKED_OUT"
    assert await outcome(world, "admin@acme.example", "globex") == "SIGNED_IN"


async def test_one_address_that_tries_many_accounts_is_locked_and_others_are_not() -> None:
    async with World.furnished(iam={"address_tries": 6}) as world:
        for number in range(6):
            assert (await outcome(world, f"u{number}@x.example", "acme", WRONG, "203.0.113.7"))[0] == (
                "CREDENTIALS_WRONG"
            )
        assert (await outcome(world, "admin@acme.example", "acme", PASSWORD, "203.0.113.7"))[0] == "LOCKED_OUT"
        assert await outcome(world, "admin@acme.example", "acme", PASSWORD, "203.0.113.8") == "SIGNED_IN"


async def test_an_administrator_lifts_a_lock(world: World) -> None:
    user, _ = await world.person(world.acme_admin, "sue@acme.example")
    for _ in range(5):
        await outcome(world, "sue@acme.example", "acme", WRONG)
    assert (await outcome(world, "sue@acme.example", "acme"))[0] == "LOCKED_OUT"
    await world.call("iam.RestoreUser", world.acme_admin, id=user.id)
    assert await outcome(world, "sue@acme.example", "acme") == "SIGNED_IN"


async def test_a_lock_stays_with_the_account_when_the_tenants_slug_changes(world: World) -> None:
    for _ in range(5):
        await outcome(world, "admin@acme.example", "acme", WRONG)
    await world.call("tenants.UpdateTenant", world.root, id=world.acme.id, slug="acme-two")
    await world.settle()
    assert (await outcome(world, "admin@acme.example", "acme-two"))[0] == "LOCKED_OUT"


async def test_the_provider_lifts_a_lock_in_a_suspended_tenant_and_not_its_own(world: World) -> None:
    user, _ = await world.person(world.acme_admin, "root@example.com")
    for tenant in ("acme", ""):
        for _ in range(5):
            await outcome(world, "root@example.com", tenant, WRONG)
    await world.call("tenants.SuspendTenant", world.root, id=world.acme.id)
    await world.settle()
    await world.call("iam.RestoreUser", world.root, id=user.id, tenant_id=world.acme.id)
    await world.call("tenants.RestoreTenant", world.root, id=world.acme.id)
    await world.settle()
    assert await outcome(world, "root@example.com", "acme") == "SIGNED_IN"
    assert (await outcome(world, "root@example.com"))[0] == "LOCKED_OUT"


async def test_a_flood_of_sign_ins_is_told_to_come_back_and_stalls_nothing_else() -> None:
    async with World.furnished(iam={"hash_workers": 1, "hash_queue": 3}) as world:
        many = [asyncio.ensure_future(outcome(world, f"u{n}@acme.example", "acme")) for n in range(30)]
        assert (await world.call("iam.GetMe", world.acme_admin)).tenant.slug == "acme"
        told = await asyncio.gather(*many)
        busy = [one for one in told if one[0] == "SIGN_IN_BUSY"]
        assert len(busy) == 26 and all(int(one[2]["retry_after_seconds"]) >= 1 for one in busy)
        with refused("SIGN_IN_BUSY"):
            await asyncio.gather(*(world.login("root@example.com") for _ in range(9)))
