"""Signing keys: two live at once, sealed at rest, replaced without anybody noticing."""

from __future__ import annotations

import jwt

from tests.world import World, refused


async def rotate(world: World) -> None:
    await world.service("iam", "SessionService").keys.rotate_once()


def kid(token: str) -> str:
    return str(jwt.get_unverified_header(token)["kid"])


async def listed(world: World) -> list[str]:
    return [key.kid for key in (await world.call("iam.GetJwks")).keys]


async def test_a_new_key_is_published_before_it_signs_and_old_tokens_stay_good(world: World) -> None:
    old = kid(world.root)
    assert await listed(world) == [old]
    await world.later(hours=23, minutes=51)
    await rotate(world)
    assert len(await listed(world)) == 2
    before = (await world.login("root@example.com")).access_token
    assert kid(before) == old, "the new key waits until it is known everywhere"
    await world.later(minutes=10)
    await rotate(world)
    after = (await world.login("root@example.com")).access_token
    assert kid(after) != old
    await world.sign_in_again()
    for token in (after, world.root):
        assert (await world.call("iam.GetMe", token)).user.email == "root@example.com"
    assert len(await listed(world)) == 2


async def test_a_token_of_the_old_key_is_verified_until_it_expires(world: World) -> None:
    await world.later(hours=23, minutes=51)
    await rotate(world)
    await world.later(minutes=9, seconds=50)
    token = (await world.login("root@example.com")).access_token
    await world.later(seconds=20)
    await rotate(world)
    assert kid((await world.login("root@example.com")).access_token) != kid(token)
    assert (await world.call("iam.GetMe", token)).user.email == "root@example.com"


async def test_a_key_goes_when_nothing_it_signed_can_live_any_more(world: World) -> None:
    old = kid(world.root)
    await world.later(hours=24)
    await rotate(world)
    await world.later(minutes=10)
    await rotate(world)
    assert old in await listed(world)
    await world.later(minutes=31)
    await rotate(world)
    assert old not in await listed(world)
    with refused("TOKEN_INVALID"):
        await world.call("iam.GetMe", world.root)


async def test_looking_often_makes_no_more_keys(world: World) -> None:
    await world.later(hours=24)
    for _ in range(5):
        await rotate(world)
    assert len(await listed(world)) == 2


async def test_the_private_half_is_sealed_at_rest(world: World) -> None:
    record = world.records("signing_keys")[0]
    sealed = bytes(record["private_key"])
    plain = world.sealer.open("signing-key", sealed)
    assert plain != sealed and plain not in sealed
    assert plain[:1] == b"\x30", "DER"
    public = str(record["public_jwk"])
    assert '"d"' not in public and '"kid"' in public


async def test_a_second_replica_takes_up_the_key_of_the_first(world: World) -> None:
    from actors.iam.keys import Keys

    other = Keys(world.hosts["iam"].room)
    await other.prepare()
    assert other.jwks() == world.service("iam", "SessionService").keys.jwks()
