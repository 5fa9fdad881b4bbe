"""What moves while the edge runs: endpoints, failures, restarts. Nothing here restarts Envoy."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from tests.edge.conftest import World
from tests.edge.live import Module, reason_of, until

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]
EDGE_SETTINGS = {"tiers": {"standard": 1_000_000}, "request_timeout_seconds": 5}
ME, SUSPEND = "/api/v1/auth/me", "/api/v1/users/usr_1/suspend"


async def answered_by(client: httpx.AsyncClient) -> str:
    answer = await client.get(ME)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["sessionId"])


async def test_a_new_endpoint_takes_over_without_a_restart(world: World) -> None:
    other = await Module("b").start()
    try:
        async with world.client() as client:
            assert await answered_by(client) == "a"
            world.edge.announce("iam", other)

            async def by_other() -> bool:
                return await answered_by(client) == "b"

            await until(by_other, 5)
            world.edge.announce("iam", world.module)

            async def by_first() -> bool:
                return await answered_by(client) == "a"

            await until(by_first, 5)
    finally:
        await other.stop()


async def test_replicas_share_the_calls(world: World) -> None:
    other = await Module("b").start()
    try:
        world.edge.announce("iam", world.module, other)
        async with world.client() as client:

            async def both() -> bool:
                return {await answered_by(client) for _ in range(6)} == {"a", "b"}

            await until(both, 5)
    finally:
        world.edge.announce("iam", world.module)
        await other.stop()


async def test_a_module_that_nobody_answers_for_is_unavailable_in_the_one_shape(world: World) -> None:
    world.edge.announce("tenants")
    try:
        async with world.client() as client:

            async def gone() -> httpx.Response | None:
                answer = await client.get("/api/v1/tenants/plans")
                return answer if answer.status_code == 503 else None

            answer = await until(gone, 5)
            assert reason_of(answer) == "UPSTREAM_UNAVAILABLE" and answer.json()["code"] == 14
            assert (await client.get(ME)).status_code == 200
    finally:
        world.edge.announce("tenants", world.module)


async def test_safe_calls_are_sent_again_when_a_module_asks_for_it(world: World) -> None:
    world.module.failures = 2
    async with world.client() as client:
        before = len(world.module.seen)
        assert (await client.get("/api/v1/users/usr_1")).status_code == 200
        assert len(world.module.seen) - before == 3
        world.module.failures = 2
        assert (await client.post(SUSPEND)).status_code == 200  # idempotent


async def test_calls_that_may_have_had_an_effect_are_not_sent_again(world: World) -> None:
    world.module.failures = 1
    async with world.client() as client:
        before = len(world.module.seen)
        answer = await client.post("/api/v1/users", json={"email": "a@b.ch"})
    assert answer.status_code == 503 and len(world.module.seen) - before == 1
    assert world.module.failures == 0


async def test_a_killed_replica_costs_no_call_while_another_lives(world: World) -> None:
    doomed = await Module("b").start()
    world.edge.announce("iam", world.module, doomed)
    try:
        async with world.client() as client:

            async def both() -> bool:
                return {await answered_by(client) for _ in range(6)} == {"a", "b"}

            await until(both, 5)
            statuses: list[int] = []

            async def keep_calling() -> None:
                while len(statuses) < 400:
                    verb = "GET" if len(statuses) % 2 else "POST"
                    path = ME if verb == "GET" else SUSPEND
                    statuses.append((await client.request(verb, path)).status_code)

            callers = [asyncio.create_task(keep_calling()) for _ in range(8)]
            await until(lambda: len(statuses) > 100)
            await doomed.stop()
            await asyncio.gather(*callers)
        assert set(statuses) == {200}
    finally:
        world.edge.announce("iam", world.module)


async def test_a_restarted_only_replica_is_waited_for(world: World) -> None:
    """The only replica dies, and comes back on another port a second and a half later."""
    first = await Module("b").start()
    world.edge.announce("iam", first)
    second = Module("c")
    try:
        async with world.client() as client:

            async def by_first() -> bool:
                return await answered_by(client) == "b"

            await until(by_first, 5)
            await first.stop()

            async def come_back() -> None:
                await asyncio.sleep(1.5)
                await second.start()
                world.edge.announce("iam", second)

            answers = await asyncio.gather(
                come_back(),
                *(client.get(ME) for _ in range(10)),
                *(client.post("/api/v1/users", json={"email": "a@b.ch"}) for _ in range(10)),
            )
        assert {answer.status_code for answer in answers if answer is not None} == {200}
    finally:
        world.edge.announce("iam", world.module)
        await second.stop()
