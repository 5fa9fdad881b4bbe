"""The bus in memory: a small real implementation of the port, for unit tests. Keeps the contract suite's promises."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import re
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime, timedelta

from actors.kernel.clock import Clock
from actors.kernel.events.contract import ALONE_FROM, MOST_DELIVERIES, DeadLetter, Envelope, Handler, Source


class _Consumer:
    def __init__(self) -> None:
        self.filters: set[str] = set()
        self.queue: asyncio.Queue[Envelope] = asyncio.Queue()
        self.open = 0
        """Events taken and not yet handled."""


class MemoryBus:
    """A log, consumers with queues, schedules that fire when the clock passes them. One process, one event loop."""

    def __init__(self, clock: Clock, *, retry_seconds: float = 0.0) -> None:
        self.clock, self.retry_seconds = clock, retry_seconds
        self.log: list[Envelope] = []
        self._ids: set[str] = set()
        self._consumers: dict[str, _Consumer] = {}
        self._listeners: list[tuple[str, Callable[[Envelope], None]]] = []
        self._schedules: dict[str, tuple[Envelope, datetime]] = {}
        self._dead: list[DeadLetter] = []
        self._buried = 0
        self._nudges: dict[str, asyncio.Event] = {}
        self._leases: dict[str, asyncio.Lock] = {}

    async def ensure(self, modules: Sequence[str]) -> None:
        return None

    async def publish(self, envelopes: Sequence[Envelope]) -> None:
        for envelope in envelopes:
            if envelope.id in self._ids:
                continue
            self._ids.add(envelope.id)
            if envelope.schedule:
                self._schedules[envelope.subject] = (envelope, self._due(envelope.schedule))
            else:
                self._store(envelope)
        await asyncio.sleep(0)

    def _due(self, rule: str) -> datetime:
        if rule.startswith("@at "):
            return datetime.fromisoformat(rule[4:].replace("Z", "+00:00"))
        if rule.startswith("@every "):
            return self.clock.now() + _duration(rule[7:])
        return self.clock.now() + timedelta(days=1)  # cron rules of the platform run daily at most

    def fire_due(self) -> int:
        """Delivers schedules whose time has come on the clock. Returns how many."""
        fired = 0
        for subject, (envelope, due) in list(self._schedules.items()):
            if due <= self.clock.now():
                fired += 1
                if envelope.schedule.startswith("@at "):
                    del self._schedules[subject]
                else:
                    self._schedules[subject] = (envelope, self._due(envelope.schedule))
                id = f"{envelope.id}:{len(self.log)}"
                self._store(dataclasses.replace(envelope, id=id, subject=envelope.target, schedule="", target=""))
        return fired

    def _store(self, envelope: Envelope) -> None:
        stored = dataclasses.replace(envelope, stored_ms=int(self.clock.now().timestamp() * 1000))
        self.log.append(stored)
        for consumer in self._consumers.values():
            if any(_matches(f, stored.subject) for f in consumer.filters):
                consumer.queue.put_nowait(stored)
        for pattern, listener in list(self._listeners):
            if _matches(pattern, stored.subject):
                listener(stored)

    async def consume(
        self, consumer: str, sources: Sequence[Source], handle: Handler, *, batch: int = 1, at_once: int = 16
    ) -> None:
        mine = self._consumers.get(consumer)
        if mine is None:
            mine = self._consumers[consumer] = _Consumer()
            mine.filters = {source.filter for source in sources}
            for envelope in self.log:
                if any(_matches(f, envelope.subject) for f in mine.filters):
                    mine.queue.put_nowait(envelope)
        async with asyncio.TaskGroup() as group:
            for _ in range(at_once if sources else 0):
                group.create_task(self._work(consumer, mine, handle, batch))

    async def _work(self, name: str, consumer: _Consumer, handle: Handler, batch: int) -> None:
        while True:
            taken = [await consumer.queue.get()]
            while not consumer.queue.empty() and len(taken) < batch:
                taken.append(consumer.queue.get_nowait())
            consumer.open += len(taken)
            try:
                await self._deliver(name, consumer, handle, taken)
            except asyncio.CancelledError:
                for envelope in taken:
                    consumer.queue.put_nowait(envelope)
                raise
            finally:
                consumer.open -= len(taken)

    async def _deliver(self, name: str, consumer: _Consumer, handle: Handler, taken: list[Envelope]) -> None:
        try:
            await handle(taken)
        except Exception as error:  # noqa: BLE001 - whatever a handler raises, its events must not be lost
            if len(taken) > 1 and any(envelope.deliveries >= ALONE_FROM for envelope in taken):
                for envelope in taken:
                    await self._deliver(name, consumer, handle, [envelope])
                return
            for envelope in taken:
                if envelope.deliveries >= MOST_DELIVERIES:
                    self._buried += 1
                    text = " ".join(f"{type(error).__name__}: {error}".split())[:500]
                    self._dead.append(DeadLetter(self._buried, name, text, envelope))
                else:
                    again = dataclasses.replace(envelope, deliveries=envelope.deliveries + 1)
                    asyncio.get_running_loop().call_later(
                        self.retry_seconds * 2**envelope.deliveries, consumer.queue.put_nowait, again
                    )

    def idle(self) -> bool:
        """Whether every consumer has handled all that was published."""
        return all(c.queue.empty() and c.open == 0 for c in self._consumers.values())

    async def replay(
        self,
        sources: Sequence[Source],
        since: datetime | None,
        handle: Callable[[Envelope], None],
        caught_up: Callable[[], None] = lambda: None,
    ) -> None:
        filters = [source.filter for source in sources]
        wanted = [envelope for envelope in self.log if any(_matches(f, envelope.subject) for f in filters)]
        if since is None:
            last = {envelope.subject: envelope.id for envelope in wanted}
            wanted = [envelope for envelope in wanted if last[envelope.subject] == envelope.id]
        else:
            wanted = [envelope for envelope in wanted if envelope.stored_ms >= since.timestamp() * 1000]
        for envelope in wanted:
            handle(envelope)
        listeners = [(pattern, handle) for pattern in filters]
        self._listeners += listeners
        caught_up()
        try:
            await asyncio.Event().wait()
        finally:
            self._listeners = [entry for entry in self._listeners if entry not in listeners]

    async def tail(self, subject: str) -> AsyncIterator[Envelope]:
        queue: asyncio.Queue[Envelope] = asyncio.Queue()
        entry = (subject, queue.put_nowait)
        self._listeners.append(entry)
        try:
            while True:
                yield await queue.get()
        finally:
            self._listeners.remove(entry)

    def nudge(self, name: str) -> None:
        self._nudges.setdefault(name, asyncio.Event()).set()

    async def nudged(self, name: str, seconds: float) -> None:
        event = self._nudges.setdefault(name, asyncio.Event())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await event.wait()
        event.clear()

    @contextlib.asynccontextmanager
    async def lead(self, name: str) -> AsyncIterator[Callable[[], bool]]:
        async with self._leases.setdefault(name, asyncio.Lock()):
            yield lambda: True

    async def dead_letters(self, limit: int = 100) -> list[DeadLetter]:
        return self._dead[-limit:][::-1]

    async def replay_dead(self, sequences: Sequence[int]) -> int:
        again = [letter for letter in self._dead if letter.sequence in sequences]
        self._dead = [letter for letter in self._dead if letter.sequence not in sequences]
        for letter in again:
            self._consumers[letter.consumer].queue.put_nowait(dataclasses.replace(letter.envelope, deliveries=1))
        return len(again)

    async def healthy(self) -> bool:
        return True

    async def close(self) -> None:
        return None


def _matches(pattern: str, subject: str) -> bool:
    expression = re.escape(pattern).replace(r"\*", r"[^.]+").replace(r"\>", ".+").replace(">", ".+")
    return re.fullmatch(expression, subject) is not None


def _duration(text: str) -> timedelta:
    units = {"h": 3600, "m": 60, "s": 1}
    return timedelta(seconds=sum(float(n) * units[u] for n, u in re.findall(r"([\d.]+)([hms])", text)))
