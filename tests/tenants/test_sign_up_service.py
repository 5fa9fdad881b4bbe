"""Customers who come by themselves."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from actors.kernel.errors import AtriumError
from tests.world import PASSWORD, World, link_token, refused

EMAIL = "bill@initech.example"


async def sign_up(world: World, slug: str = "initech", email: str = EMAIL, **fields: Any) -> Any:
    asked = {"company": "Initech", "slug": slug, "email": email, "display_name": "Bill", **fields}
    answer = await world.call("tenants.SignUp", **asked)
    await world.settle()
    return answer


def link(world: World, email: str = EMAIL) -> str:
    return link_token(world.mails.to(email)[-1])


async def test_a_customer_signs_up_confirms_and_comes_in(world: World) -> None:
    await sign_up(world, email="Bill@Initech.example")
    assert len(world.records("tenants")) == 2, "nothing exists before the address is confirmed"
    made = await world.call("tenants.ConfirmSignUp", token=link(world))
    await world.settle()
    assert made.slug == "initech"
    tenant = await world.call("tenants.GetTenant", world.root, id=made.tenant_id)
    assert tenant.state == tenant.STATE_ACTIVE and tenant.plan == "standard" and tenant.admin_email == EMAIL
    invitation = world.mails.to(EMAIL)[-1]
    signed_in = await world.call("iam.AcceptInvitation", token=link_token(invitation), password=PASSWORD)
    assert signed_in.user.tenant_id == made.tenant_id


async def test_a_confirmation_that_is_repeated_is_answered_the_same(world: World) -> None:
    await sign_up(world)
    token = link(world)
    answers = await asyncio.gather(*(world.call("tenants.ConfirmSignUp", token=token) for _ in range(10)))
    assert len({a.tenant_id for a in answers}) == 1
    assert await world.call("tenants.ConfirmSignUp", token=token) == answers[0]
    assert len(world.records("tenants")) == 3


async def test_the_answer_does_not_tell_whether_an_address_is_known(world: World) -> None:
    new = await sign_up(world, "first-one", "stranger@x.example")
    known = await sign_up(world, "second-one", "admin@acme.example")
    for number in range(6):
        flooded = await sign_up(world, f"slug-{number}", "stranger@x.example")
    assert new == known == flooded


async def test_nobody_is_flooded_with_mails(world: World) -> None:
    for number in range(9):
        await sign_up(world, f"slug-{number}")
    assert len(world.mails.to(EMAIL)) == 5
    await world.later(hours=49)
    await sign_up(world, "slug-later")
    assert len(world.mails.to(EMAIL)) == 6


async def test_a_link_is_past_its_time_after_two_days(world: World) -> None:
    await sign_up(world)
    await world.later(hours=48)
    with refused("CONFIRMATION_INVALID"):
        await world.call("tenants.ConfirmSignUp", token=link(world))


@pytest.mark.parametrize("token", ["x", "sgn.platform.sgn_1.x.y", "...."])
async def test_a_made_up_link_is_refused(world: World, token: str) -> None:
    with refused("CONFIRMATION_INVALID"):
        await world.call("tenants.ConfirmSignUp", token=token)


async def test_an_invitation_link_confirms_no_sign_up(world: World) -> None:
    await world.call("iam.CreateUser", world.acme_admin, email="ivy@acme.example", display_name="Ivy")
    await world.settle()
    with refused("CONFIRMATION_INVALID"):
        await world.call("tenants.ConfirmSignUp", token=link(world, "ivy@acme.example"))


async def test_a_slug_that_is_taken_is_told_at_once_and_one_taken_meanwhile_at_the_confirmation(world: World) -> None:
    with refused("SLUG_TAKEN"):
        await sign_up(world, "acme")
    await sign_up(world)
    await sign_up(world, email="other@initech.example")
    await world.call("tenants.ConfirmSignUp", token=link(world, "other@initech.example"))
    with refused("SLUG_TAKEN") as seen:
        await world.call("tenants.ConfirmSignUp", token=link(world))
    assert seen.error.metadata["slug"] == "initech"
    await world.settle()
    assert len(world.records("tenants")) == 3


async def test_of_two_confirmations_for_one_slug_one_wins(world: World) -> None:
    await sign_up(world)
    await sign_up(world, email="other@initech.example")

    async def one(email: str) -> str:
        try:
            await world.call("tenants.ConfirmSignUp", token=link(world, email))
        except AtriumError as error:
            return error.reason()
        return "DONE"

    assert sorted(await asyncio.gather(one(EMAIL), one("other@initech.example"))) == ["DONE", "SLUG_TAKEN"]


async def test_sign_up_can_be_switched_off() -> None:
    async with World.furnished(tenants={"sign_up_open": False}) as world:
        with refused("SIGN_UP_CLOSED"):
            await sign_up(world)
        with refused("SIGN_UP_CLOSED"):
            await world.call("tenants.ConfirmSignUp", token="x")


async def test_only_the_hash_of_the_link_is_kept(world: World) -> None:
    await sign_up(world)
    assert world.mentions(link(world).split(".")[3]) == []


async def test_what_a_customer_types_is_checked(world: World) -> None:
    for fields in ({"email": "nobody"}, {"company": ""}, {"display_name": "a\nb"}, {"slug": "A"}):
        with refused("INVALID_FIELDS"):
            await sign_up(world, **fields)
    with refused("SLUG_RESERVED"):
        await sign_up(world, "admin")
