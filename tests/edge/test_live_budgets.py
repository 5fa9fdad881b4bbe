"""Budgets: one for each tenant by its tier, for each API key, and for each address."""

from __future__ import annotations

import asyncio

import grpc
import httpx
import pytest

from actors.api.iam import v1 as iam
from tests.edge.conftest import World
from tests.edge.live import reason_of, unique

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]
EDGE_SETTINGS = {
    "tiers": {"free": 6, "standard": 12, "platform": 60},
    "sign_in_per_minute": 4,
    "public_per_minute": 10,
}
USER = "/api/v1/users/usr_1"


async def passed(client: httpx.AsyncClient, calls: int, path: str = USER, **options: object) -> int:
    """How many of so many calls in a row were let through."""
    answers = [await client.get(path, **options) for _ in range(calls)]  # type: ignore[arg-type]
    for answer in answers:
        assert answer.status_code in (200, 404, 429)
    return sum(answer.status_code != 429 for answer in answers)


async def test_each_tenant_has_a_bucket_of_its_tier(world: World) -> None:
    for tier, calls in (("free", 6), ("standard", 12)):
        for _ in range(2):
            async with world.client(tid=unique(), tier=tier) as client:
                assert await passed(client, calls + 3) == calls


async def test_users_of_one_tenant_share_its_bucket(world: World) -> None:
    tenant = unique()
    one, other = (world.client(tid=tenant, tier="free", sub=user) for user in ("usr_1", "usr_2"))
    async with one, other:
        assert await passed(one, 4) == 4
        assert await passed(other, 4) == 2


async def test_a_refusal_says_how_long_to_wait(world: World) -> None:
    async with world.client(tid=unique(), tier="free") as client:
        first = await client.get(USER)
        assert (first.headers["x-ratelimit-limit"], first.headers["x-ratelimit-remaining"]) == ("6", "5")
        await passed(client, 5)
        answer = await client.get(USER)
    assert (answer.status_code, reason_of(answer)) == (429, "RATE_LIMITED")
    assert answer.json()["code"] == 8
    # The slowest budget here gives a call back every 15 seconds.
    assert answer.headers["retry-after"] == "15"
    assert answer.headers["x-ratelimit-remaining"] == "0"


async def test_a_bucket_is_given_back_evenly(world: World) -> None:
    async with world.client(tid=unique(), tier="platform") as client:
        await asyncio.gather(*(client.get(USER) for _ in range(70)))
        assert (await client.get(USER)).status_code == 429
        await asyncio.sleep(1.2)  # one call a second comes back
        assert (await client.get(USER)).status_code == 200
        assert (await client.get(USER)).status_code == 429


async def test_grpc_clients_are_told_resource_exhausted(world: World) -> None:
    metadata = (("authorization", f"Bearer {world.keys.token(tid=unique(), tier='free')}"),)
    async with grpc.aio.insecure_channel(world.edge.settings.address) as channel:
        users = iam.UserServiceStub(channel)
        for _ in range(6):
            await users.GetUser(iam.GetUserRequest(id="usr_1"), metadata=metadata)
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await users.GetUser(iam.GetUserRequest(id="usr_1"), metadata=metadata)
    assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


async def test_each_api_key_has_the_standard_bucket_and_one_address_cannot_invent_keys_without_end(
    world: World,
) -> None:
    async with world.anonymous() as client:
        assert await passed(client, 14, headers={"x-api-key": unique()}) == 12
        invented = [await client.get(USER, headers={"x-api-key": unique()}) for _ in range(60)]
    let_through = sum(answer.status_code == 200 for answer in invented)
    # The address has the bucket of the highest tier, 60, of which the calls above took some.
    assert 40 <= let_through <= 50


async def test_sign_in_methods_share_one_bucket_for_an_address(world: World) -> None:
    login = {"realm": "REALM_PLATFORM", "email": "a@b.ch", "password": "x"}
    async with world.anonymous() as client:
        first = [(await client.post("/api/v1/auth/login", json=login)).status_code for _ in range(4)]
        other = await client.post("/api/v1/auth/password/forgot", json=login | {"password": "x"})
        reset = await client.post("/api/v1/auth/password/reset", json={"token": "t", "password": "x"})
    assert first == [200, 200, 200, 200]
    assert other.status_code == 400  # refused for its unknown field before it is counted
    assert (reset.status_code, reason_of(reset)) == (429, "RATE_LIMITED")


async def test_public_methods_and_what_does_not_exist_share_one_bucket_for_an_address(world: World) -> None:
    async with world.anonymous() as client:
        assert await passed(client, 7, "/api/v1/branding/acme") == 7
        assert await passed(client, 5, "/api/v1/nothing") == 3
        # The pages are never counted.
        assert await passed(client, 15, "/openapi.json") == 15


async def test_tenants_of_a_tier_that_nobody_knows_share_the_smallest_bucket(world: World) -> None:
    async with world.client(tid=unique(), tier="gold") as one, world.client(tid=unique(), tier="gold") as other:
        assert await passed(one, 6) == 6
        # All of Envoy's unmatched calls are in it, so a single call back is as much as may have come meanwhile.
        assert await passed(other, 6) <= 1
