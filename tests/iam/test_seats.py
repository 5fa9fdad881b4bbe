"""A tenant has as many users as its plan takes: at creation, at invitation, at acceptance, and also side by side."""

from __future__ import annotations

import asyncio
from typing import Any

from actors.kernel.errors import AtriumError
from tests.entitling import entitle
from tests.world import PASSWORD, World, link_token, refused


async def create(world: World, name: str, token: str = "", **fields: Any) -> Any:
    return await world.call(
        "iam.CreateUser",
        token or world.acme_admin,
        email=f"{name}@acme.example",
        display_name=name.title(),
        **fields,
    )


def statuses(world: World) -> list[str]:
    return sorted(user["status"] for user in world.records("tenant_users") if user["tenant_id"] == world.acme.id)


async def test_a_tenant_without_a_limit_has_as_many_users_as_it_likes(world: World) -> None:
    await entitle(world, world.acme.id, tickets=1)
    for number in range(5):
        await create(world, f"user{number}")
    assert len(statuses(world)) == 6


async def test_users_beyond_the_plan_are_refused_with_what_to_do_and_nothing_is_kept(world: World) -> None:
    await entitle(world, world.acme.id, users=3)
    await create(world, "one")
    await create(world, "two", password=PASSWORD)
    before, mails = statuses(world), len(world.mails.mails)
    for token in (world.acme_admin, world.root):
        tenant = {"tenant_id": world.acme.id} if token == world.root else {}
        with refused("LIMIT_REACHED") as seen:
            await create(world, "three", token, **tenant)
        assert seen.error.metadata["meter"] == "users"
        assert (seen.error.metadata["most"], seen.error.metadata["used"]) == ("3", "3")
        assert "change to a larger plan" in seen.error.metadata["remedy"]
    await world.settle()
    assert statuses(world) == before and len(world.mails.mails) == mails
    await world.person(world.globex_admin, "more@globex.example")


async def test_a_larger_plan_or_a_user_who_goes_makes_room(world: World) -> None:
    await entitle(world, world.acme.id, users=2)
    one = await create(world, "one")
    with refused("LIMIT_REACHED"):
        await create(world, "two")
    await world.call("iam.DeleteUser", world.acme_admin, id=one.id)
    await create(world, "two")
    await entitle(world, world.acme.id, users=3)
    await create(world, "three")
    with refused("LIMIT_REACHED"):
        await create(world, "four")
    await entitle(world, world.acme.id, users=3, charged=("users",))
    await create(world, "four")


async def test_of_users_created_side_by_side_only_those_that_fit_are_kept(world: World) -> None:
    await entitle(world, world.acme.id, users=4)
    answers = await asyncio.gather(*(create(world, f"user{n}") for n in range(12)), return_exceptions=True)
    refusals = [one for one in answers if isinstance(one, AtriumError)]
    assert {one.reason() for one in refusals} == {"LIMIT_REACHED"}
    assert len(refusals) == 9 and len(statuses(world)) == 4


async def test_after_a_smaller_plan_those_who_wait_outside_stay_outside_until_there_is_room(world: World) -> None:
    await entitle(world, world.acme.id, users=5)
    invited = await create(world, "invited")
    await world.settle()
    token = link_token(world.mails.to("invited@acme.example")[-1])
    suspended, _ = await world.person(world.acme_admin, "suspended@acme.example")
    await world.call("iam.SuspendUser", world.acme_admin, id=suspended.id)
    await entitle(world, world.acme.id, users=2)
    with refused("LIMIT_REACHED"):
        await world.call("iam.AcceptInvitation", token=token, password=PASSWORD)
    with refused("LIMIT_REACHED"):
        await world.call("iam.InviteUser", world.acme_admin, id=invited.id)
    with refused("LIMIT_REACHED"):
        await world.call("iam.RestoreUser", world.acme_admin, id=suspended.id)
    assert statuses(world) == ["ACTIVE", "INVITED", "SUSPENDED"], "nobody is put out"
    assert (await world.call("iam.ListUsers", world.acme_admin)).users, "and whoever is there works on"
    await world.call("iam.DeleteUser", world.acme_admin, id=suspended.id)
    await world.call("iam.AcceptInvitation", token=token, password=PASSWORD)


async def test_people_of_the_platform_are_not_limited(world: World) -> None:
    await entitle(world, "", users=1)
    await world.call("iam.CreateUser", world.root, email="two@example.com", display_name="Two", password=PASSWORD)
