"""The set-up wizard: once, with the code, for ever."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from actors.kernel.errors import AtriumError
from tests.world import PASSWORD, SETUP_CODE, World, refused


@pytest.fixture
async def empty() -> AsyncIterator[World]:
    async with World(iam={"hash_workers": 4, "hash_queue": 64}) as world:
        yield world


def wizard(**changes: Any) -> dict[str, Any]:
    return {
        "code": SETUP_CODE,
        "organization_name": " Example Software ",
        "email": "Root@Example.com",
        "display_name": "Root",
        "password": PASSWORD,
        **changes,
    }


async def test_the_wizard_is_open_until_it_is_completed(empty: World) -> None:
    before = await empty.call("iam.GetSetup")
    assert before.open and not before.organization_name
    made = await empty.call("iam.CompleteSetup", **wizard())
    assert not made.open
    assert made.user.email == "root@example.com" and list(made.user.role_ids) == ["role_super_admin"]
    after = await empty.call("iam.GetSetup")
    assert not after.open and after.organization_name == "Example Software" and not after.HasField("user")


async def test_the_super_admin_may_do_everything(empty: World) -> None:
    me = await empty.call("iam.GetMe", await empty.set_up())
    catalogue = empty.hosts["iam"].policy.catalogue
    assert set(me.permissions) == {id for id, p in catalogue.items() if "platform" in p.realms}


async def test_a_second_set_up_is_refused_for_ever_also_with_the_right_code(empty: World) -> None:
    await empty.call("iam.CompleteSetup", **wizard())
    with refused("SETUP_CLOSED"):
        await empty.call("iam.CompleteSetup", **wizard(email="other@example.com"))
    await empty.later(days=400)
    with refused("SETUP_CLOSED"):
        await empty.call("iam.CompleteSetup", **wizard(code="wrong"))


async def test_of_fifty_parallel_calls_exactly_one_makes_the_super_admin(empty: World) -> None:
    async def one(number: int) -> str:
        try:
            await empty.call("iam.CompleteSetup", **wizard(email=f"root{number}@example.com"))
        except AtriumError as error:
            return error.reason()
        return "DONE"

    outcomes = await asyncio.gather(*(one(n) for n in range(50)))
    assert sorted(outcomes) == ["DONE"] + ["SETUP_CLOSED"] * 49
    assert len(empty.records("master_users")) == 1 == len(empty.records("master_user_roles"))
    await empty.settle()
    known = {one["id"] for one in empty.records("master_users")}
    actors = {one["actor_id"] for one in empty.records("master_audit_logs")} - {""}
    assert actors <= known, "the losers' accounts never existed, so nobody acted as them"


async def test_a_wrong_code_makes_nothing_and_is_audited(empty: World) -> None:
    with refused("SETUP_CODE_WRONG"):
        await empty.call("iam.CompleteSetup", **wizard(code="GUESS"))
    await empty.settle()
    assert not empty.records("master_users") and (await empty.call("iam.GetSetup")).open
    entry = empty.records("master_audit_logs")[0]
    assert (entry["action"], entry["reason"]) == ("iam:setup:complete", "SETUP_CODE_WRONG")


async def test_the_code_may_be_typed_in_lower_case_with_spaces_around_it(empty: World) -> None:
    assert not (await empty.call("iam.CompleteSetup", **wizard(code=f" {SETUP_CODE.lower()} "))).open


async def test_without_a_configured_code_the_wizard_cannot_be_completed() -> None:
    async with World() as world:
        service = world.service("iam", "SetupService")
        service.settings = service.settings.model_copy(update={"setup_code": None})
        with refused("SETUP_CODE_WRONG"):
            await world.call("iam.CompleteSetup", **wizard(code="None"))


@pytest.mark.parametrize(
    "password", ["short", "password123", "Passw0rd!!", "qwertyuiop1", "Root@Example.com", "Example Software"]
)
async def test_a_weak_password_is_refused_with_the_field(empty: World, password: str) -> None:
    with refused("PASSWORD_WEAK") as seen:
        await empty.call("iam.CompleteSetup", **wizard(password=password))
    assert [v.field for v in seen.error.violations] == ["password"]
    assert not empty.records("master_users")


async def test_a_bad_address_is_refused_with_the_field(empty: World) -> None:
    with refused("INVALID_FIELDS") as seen:
        await empty.call("iam.CompleteSetup", **wizard(email="nobody"))
    assert [v.field for v in seen.error.violations] == ["email"]
