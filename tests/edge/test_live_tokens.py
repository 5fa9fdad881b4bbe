"""Tokens at the edge: what is let through, what is refused, and new keys without a restart."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.edge.conftest import World
from tests.edge.live import ISSUER, Keys, client_for, reason_of, until

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]
USER = "/api/v1/users/usr_1"


def unsigned(**claims: Any) -> str:
    parts = ({"alg": "none", "typ": "JWT"}, {"iss": ISSUER, "aud": "atrium", "exp": 9_999_999_999, **claims})
    return ".".join(base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=").decode() for p in parts) + "."


async def refusal(world: World, token: str) -> tuple[int, str]:
    async with client_for(world.edge, token) as client:
        answer = await client.get(USER)
    return answer.status_code, reason_of(answer)


async def test_a_good_token_passes_and_reaches_the_module(world: World) -> None:
    async with world.client() as client:
        assert (await client.get(USER)).status_code == 200
        assert world.module.seen[-1].metadata["authorization"] == client.headers["authorization"]


async def test_a_missing_token_is_told_so(world: World) -> None:
    async with world.anonymous() as client:
        answer = await client.get(USER)
    assert (answer.status_code, reason_of(answer)) == (401, "TOKEN_MISSING")


async def test_a_token_past_its_time_is_told_apart(world: World) -> None:
    assert await refusal(world, world.keys.token(ttl=-60)) == (401, "TOKEN_EXPIRED")


async def test_clocks_may_differ_by_a_few_seconds(world: World) -> None:
    async with client_for(world.edge, world.keys.token(ttl=-2)) as client:
        assert (await client.get(USER)).status_code == 200


@pytest.mark.parametrize(
    "claims",
    [{"iss": "https://elsewhere.test"}, {"aud": "other"}, {"iss": None}, {"exp": None}],
    ids=["another issuer", "another audience", "no issuer", "no end"],
)
async def test_tokens_for_somebody_else_are_refused(world: World, claims: dict[str, Any]) -> None:
    assert await refusal(world, world.keys.token(**claims)) == (401, "TOKEN_INVALID")


async def test_forged_tokens_are_refused(world: World) -> None:
    good = world.keys.token()
    head, payload, signature = good.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    changed = base64.urlsafe_b64encode(json.dumps({**claims, "tid": "ten_2"}).encode()).rstrip(b"=").decode()
    for forged in (
        Keys(kid=world.keys.kid).token(),
        Keys(kid="unknown").token(),
        f"{head}.{changed}.{signature}",
        f"{head}.{payload}.",
        unsigned(),
        "rubbish",
        "a.b.c",
    ):
        assert await refusal(world, forged) == (401, "TOKEN_INVALID"), forged


async def test_public_methods_take_no_notice_of_a_bad_token(world: World) -> None:
    for token in ("rubbish", world.keys.token(ttl=-60)):
        async with client_for(world.edge, token) as client:
            assert (await client.get("/api/v1/branding/acme")).status_code == 200
            body = {"realm": "REALM_PLATFORM", "email": "a@b.ch", "password": "x"}
            assert (await client.post("/api/v1/auth/login", json=body)).status_code == 200


async def test_an_api_key_may_come_instead_of_a_token(world: World) -> None:
    async with world.anonymous() as client:
        answer = await client.get(USER, headers={"x-api-key": "key-1"})
        assert answer.status_code == 200 and world.module.seen[-1].metadata["x-api-key"] == "key-1"


async def test_an_api_key_does_not_excuse_a_bad_token(world: World) -> None:
    async with client_for(world.edge, "rubbish") as client:
        answer = await client.get(USER, headers={"x-api-key": "key-1"})
    assert (answer.status_code, reason_of(answer)) == (401, "TOKEN_INVALID")


async def test_keys_rotate_without_a_restart(world: World) -> None:
    new = Keys(kid="k2")
    assert await refusal(world, new.token()) == (401, "TOKEN_INVALID")

    async def takes(keys: Keys) -> bool:
        async with client_for(world.edge, keys.token()) as client:
            return (await client.get(USER)).status_code == 200

    world.edge.publish(world.keys, new)
    await until(lambda: takes(new))
    assert await takes(world.keys)
    world.edge.publish(new)

    async def old_is_refused() -> bool:
        return not await takes(world.keys)

    await until(old_is_refused)
    assert await takes(new)
    world.edge.publish(world.keys)
    await until(lambda: takes(world.keys))
