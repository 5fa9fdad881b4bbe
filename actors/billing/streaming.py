"""Counting a stream of events: batches side by side, and small messages put together into larger batches."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from actors.api.billing.v1 import StreamUsageRequest, UsageEvent
from actors.billing.counting import Counting, Taken
from actors.kernel.call import Call

DEPTH = 2
"""Batches of one stream that are under way: one is prepared while the database is busy with another. More take the
database's turns from each other."""
MOST_EVENTS = 1000
"""As many wait at most, and are counted in one transaction."""

_Message = tuple[StreamUsageRequest, Call]


class Stream:
    """One sender's stream. Nothing is read faster than it is counted, so that the sender feels how fast that is."""

    def __init__(self, counting: Counting) -> None:
        self.counting = counting
        self.taken = Taken()
        self._running: set[asyncio.Task[Taken]] = set()
        self._waiting: dict[str, tuple[Call, list[UsageEvent]]] = {}
        """What came while DEPTH batches were under way, by tenant, oldest first."""
        self._suspicious = False

    async def take(self, messages: AsyncIterator[_Message]) -> Taken:
        """Counts all messages. What was counted before a refusal or a failure stays; the sender sends the rest again,
        or all of it."""
        reading: asyncio.Future[_Message | None] | None = None
        ended = False
        try:
            while True:
                self._start()
                room = sum(len(events) for _, events in self._waiting.values()) < MOST_EVENTS
                if reading is None and room and not ended:
                    reading = asyncio.ensure_future(anext(messages, None))
                if reading is None and not self._running:
                    return self.taken
                pending: set[asyncio.Future[Any]] = {*self._running, *([reading] if reading is not None else [])}
                await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
                self._collect()
                if reading is not None and reading.done():
                    message, reading = reading.result(), None
                    if message is None:
                        ended = True
                    else:
                        self._wait(*message)
        finally:
            await self._cancel(reading)

    def _wait(self, message: StreamUsageRequest, call: Call) -> None:
        events = self._waiting.setdefault(call.scope, (call, []))[1]
        events.extend(message.events)

    def _start(self) -> None:
        while self._waiting and len(self._running) < DEPTH:
            scope = next(iter(self._waiting))
            call, events = self._waiting.pop(scope)
            self._running.add(asyncio.create_task(self.counting.take(call, events, look_first=self._suspicious)))

    def _collect(self) -> None:
        """Raises what a batch was refused with."""
        for task in [task for task in self._running if task.done()]:
            self._running.discard(task)
            taken = task.result()
            self.taken += taken
            # A sender that sends one thing again is likely to send more.
            self._suspicious = taken.duplicates > 0

    async def _cancel(self, reading: asyncio.Future[_Message | None] | None) -> None:
        left: set[asyncio.Future[Any]] = {*self._running, *([reading] if reading is not None else [])}
        for task in left:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*left, return_exceptions=True)
