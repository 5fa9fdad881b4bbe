"""The buses of the contract suite: replicas of one platform on each kind of bus."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from actors.kernel.clock import Clock, ManualClock
from actors.kernel.events.contract import Bus, Envelope, Handler, Source
from actors.kernel.events.jetstream import JetStreamBus, connect
from actors.kernel.events.memory import MemoryBus
from tests.servers import Server

MODULES = ("alpha", "beta")
_numbers = itertools.count(1)


class Buses(Protocol):
    """A bus and the means to be several replicas on it."""

    async def replica(self) -> Bus: ...

    async def until_due(self, seconds: float) -> None:
        """Lets so much time pass for schedules."""
        ...


@dataclass
class MemoryBuses:
    clock: ManualClock = field(default_factory=ManualClock)

    def __post_init__(self) -> None:
        self.clock.advance(datetime.now(UTC).replace(microsecond=0) - self.clock.now())
        self.bus = MemoryBus(self.clock, retry_seconds=0.0002)

    async def replica(self) -> Bus:
        await self.bus.ensure(MODULES)
        return self.bus

    async def until_due(self, seconds: float) -> None:
        for _ in range(int(seconds * 10)):
            self.clock.advance(timedelta(milliseconds=100))
            self.bus.fire_due()
            await asyncio.sleep(0)


@dataclass
class JetStreamBuses:
    server: Server
    options: dict[str, Any] = field(default_factory=dict)
    opened: list[JetStreamBus] = field(default_factory=list)

    async def replica(self) -> JetStreamBus:
        options = {"retry_seconds": 0.0005, "ack_seconds": 2.0, **self.options}
        bus = JetStreamBus(await connect(self.server.url, "test"), **options)
        self.opened.append(bus)
        await bus.ensure(MODULES)
        return bus

    async def until_due(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def close(self) -> None:
        for bus in self.opened:
            await bus.close()


def envelope(event: str = "Made", *, tenant: str = "ten_1", module: str = "alpha", **more: Any) -> Envelope:
    number = next(_numbers)
    return Envelope(
        **{
            "id": f"evt_{number:06}",
            "type": f"atrium.{module}.v1.{event}",
            "subject": f"atrium.{module}.{event}.{tenant or 'platform'}",
            "payload": f"payload {number}".encode(),
            "time": Clock().now(),
            "tenant_id": tenant,
            **more,
        }
    )


class Seen:
    """A handler that keeps what it is given."""

    def __init__(self, fail: Callable[[Envelope], bool] = lambda _: False) -> None:
        self.envelopes: list[Envelope] = []
        self.batches: list[int] = []
        self.fail = fail

    async def __call__(self, envelopes: list[Envelope]) -> None:
        self.batches.append(len(envelopes))
        for one in envelopes:
            if self.fail(one):
                raise ValueError(f"no good:\r\n  {one.id} — ü")
        self.envelopes += envelopes

    @property
    def ids(self) -> list[str]:
        return [one.id for one in self.envelopes]


@contextlib.asynccontextmanager
async def consuming(bus: Bus, consumer: str, handle: Handler, *events: str, **more: Any) -> AsyncIterator[None]:
    """The consumer at work while the block runs."""
    sources = [Source("alpha", event) for event in events or ("Made",)]
    async with background(bus.consume(consumer, sources, handle, **more)):
        yield


@contextlib.asynccontextmanager
async def background(work: Any) -> AsyncIterator[asyncio.Task[Any]]:
    task = asyncio.ensure_future(work)
    try:
        yield task
        assert not task.done(), task.exception()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(true: Callable[[], Any], what: str = "", seconds: float = 15) -> None:
    """Waits until something holds, maybe asked of a server; fails after so many seconds."""
    give_up = time.monotonic() + seconds
    while True:
        answer = true()
        if asyncio.iscoroutine(answer):
            answer = await answer
        if answer:
            return
        assert time.monotonic() < give_up, f"not within {seconds} s: {what}"
        await asyncio.sleep(0.01)
