"""Streams of requests through a real Envoy: longer, larger and slower than any single call may be."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import grpc
import pytest

from actors.api.billing import v1 as billing
from tests.edge.conftest import World
from tests.edge.live import until

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]
EDGE_SETTINGS = {"request_timeout_seconds": 1, "max_request_bytes": 64 * 1024, "tiers": {"standard": 100_000}}
BATCH = billing.StreamUsageRequest(
    tenant_id="ten_1",
    events=[billing.UsageEvent(id=f"e{n}", meter="exports", quantity=1, subject="x" * 100) for n in range(500)],
)


def stub_of(world: World, channel: grpc.aio.Channel) -> billing.UsageServiceStub:
    return billing.UsageServiceStub(channel)


def channel_of(world: World) -> grpc.aio.Channel:
    return grpc.aio.insecure_channel(world.edge.settings.address)


def signed_in(world: World) -> tuple[tuple[str, str], ...]:
    return (("authorization", f"Bearer {world.keys.token()}"),)


async def test_a_stream_may_be_larger_than_any_request(world: World) -> None:
    async def batches() -> AsyncIterator[billing.StreamUsageRequest]:
        for _ in range(100):
            yield BATCH

    assert len(BATCH.SerializeToString()) < 64 * 1024 < 100 * len(BATCH.SerializeToString())
    async with channel_of(world) as channel:
        answer = await stub_of(world, channel).StreamUsage(batches(), metadata=signed_in(world), timeout=20)
    assert answer.accepted == 50_000


async def test_a_stream_may_last_longer_than_any_call_and_is_taken_while_it_lasts(world: World) -> None:
    before = len(world.module.seen)

    async def batches() -> AsyncIterator[billing.StreamUsageRequest]:
        yield BATCH
        await until(lambda: len(world.module.seen) > before)  # taken though the stream is open
        await asyncio.sleep(1.5)  # longer than the time limit of calls
        yield BATCH

    async with channel_of(world) as channel:
        answer = await stub_of(world, channel).StreamUsage(batches(), metadata=signed_in(world), timeout=20)
    assert answer.accepted == 1000
    assert world.module.seen[-1].remaining is None or world.module.seen[-1].remaining > 5


async def test_a_stream_without_a_token_is_refused_at_the_edge(world: World) -> None:
    before = len(world.module.seen)

    async def batches() -> AsyncIterator[billing.StreamUsageRequest]:
        yield BATCH

    async with channel_of(world) as channel:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await stub_of(world, channel).StreamUsage(batches(), timeout=20)
    assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED
    assert len(world.module.seen) == before


@pytest.mark.parametrize("path", ["/api/v1/users", "/atrium.iam.v1.UserService/CreateUser"])
async def test_any_other_request_has_to_arrive_in_time(world: World, path: str) -> None:
    before = len(world.module.seen)
    reader, writer = await asyncio.open_connection(*world.edge.settings.address.split(":"))
    kind = "application/json" if path.startswith("/api") else "application/grpc"
    head = f"POST {path} HTTP/1.1\r\nhost: a\r\ncontent-type: {kind}\r\ncontent-length: 100\r\n"
    writer.write(f"{head}authorization: Bearer {world.keys.token()}\r\n\r\n".encode())
    answer = asyncio.create_task(reader.readuntil(b"\r\n\r\n"))
    async with asyncio.timeout(10):
        while not answer.done():
            with contextlib.suppress(ConnectionError):
                writer.write(b" ")
                await writer.drain()
            await asyncio.sleep(0.1)
    assert (b" 408 " if kind == "application/json" else b"grpc-status: 4") in answer.result()
    writer.close()
    assert len(world.module.seen) == before
