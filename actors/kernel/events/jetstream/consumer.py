"""One durable consumer at work: handing messages to a handler, and what becomes of them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable

from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import ConsumerConfig

from actors.kernel.cancellation import heed
from actors.kernel.events.contract import ALONE_FROM, MOST_DELIVERIES, Handler
from actors.kernel.events.jetstream.connection import FAULTS
from actors.kernel.events.jetstream.headers import ONLY_FOR, envelope_of
from actors.kernel.events.jetstream.pull import Pull

LONGEST_RETRY_SECONDS = 60.0
LONGEST_SECONDS = 900.0
"""How long a handler may take; then its events go to another replica as well."""
log = logging.getLogger(__name__)


class Consumer:
    """Hands messages of one stream to the handler, up to `at_once` lists at the same time."""

    def __init__(
        self,
        js: JetStreamContext,
        pull: Pull,
        stream: str,
        config: ConsumerConfig,
        handle: Handler,
        *,
        at_once: int,
        retry_seconds: float,
        given_up: Callable[[str, Msg, str, str], Awaitable[None]],
    ) -> None:
        self.js, self.pull, self.stream, self.config, self.handle = js, pull, stream, config, handle
        self.name = str(config.durable_name)
        self.ack_seconds = float(config.ack_wait or 30)
        self.retry_seconds, self.given_up = retry_seconds, given_up
        self._free = asyncio.Semaphore(at_once)
        self._held: dict[int, tuple[Msg, float]] = {}
        """Messages that were taken, and when; until it is known what becomes of them."""

    async def run(self, lost: asyncio.Event) -> None:
        """Runs until cancelled; what is not handled by then is given back at once."""
        running: set[asyncio.Task[None]] = set()
        keeping = asyncio.create_task(self._keep(), name=f"keep {self.name}")
        try:
            async with self.pull.open(), contextlib.aclosing(self._arriving(lost)) as arriving:
                async for messages in arriving:
                    self._held |= {id(message): (message, time.monotonic()) for message in messages}
                    await self._free.acquire()
                    task = asyncio.create_task(self._work(messages))
                    running.add(task)
                    task.add_done_callback(running.discard)
        finally:
            keeping.cancel()
            for task in running:
                task.cancel()
            await asyncio.gather(keeping, *running, return_exceptions=True)
            await self._give_back()

    async def _arriving(self, lost: asyncio.Event) -> AsyncGenerator[list[Msg], None]:
        while True:
            try:
                info = await self.js.add_consumer(self.stream, self.config)
                heed()
                async with contextlib.aclosing(self.pull.lists(self.stream, info.name, lost)) as lists:
                    async for messages in lists:
                        yield messages
            except FAULTS as error:
                log.debug("consumer of %s: %r", self.stream, error)
            heed()
            await asyncio.sleep(0.2)

    async def _work(self, messages: list[Msg]) -> None:
        try:
            await self._deliver(messages)
            for message in messages:
                self._held.pop(id(message), None)
        finally:
            self._free.release()

    async def _deliver(self, messages: list[Msg]) -> None:
        mine = [m for m in messages if (m.headers or {}).get(ONLY_FOR, self.name) == self.name]
        try:
            if mine:
                await self.handle([envelope_of(message) for message in mine])
        except Exception as error:  # noqa: BLE001 - whatever a handler raises, its events must not be lost
            if len(mine) > 1 and any(message.metadata.num_delivered >= ALONE_FROM for message in mine):
                for message in mine:  # one event must not take the others with it
                    await self._deliver([message])
            else:
                await self._refused(mine, error)
        for message in messages:
            if not message.is_acked:
                with contextlib.suppress(*FAULTS):
                    await message.ack()

    async def _refused(self, messages: list[Msg], error: Exception) -> None:
        text = " ".join(f"{type(error).__name__}: {error}".split())[:500]
        for message in messages:
            tries = message.metadata.num_delivered
            with contextlib.suppress(*FAULTS):
                if tries >= MOST_DELIVERIES:
                    log.error("%s gives up on %s: %s", self.name, message.subject, text, exc_info=error)
                    await self.given_up(self.name, message, envelope_of(message).id, text)
                    await message.term()
                else:
                    log.warning("%s will see %s again: %s", self.name, message.subject, text)
                    await message.nak(delay=min(self.retry_seconds * 2**tries, LONGEST_RETRY_SECONDS))

    async def _keep(self) -> None:
        """Tells the server that messages are in good hands, also those that wait for a free handler."""
        while True:
            await asyncio.sleep(self.ack_seconds / 3)
            oldest = time.monotonic() - LONGEST_SECONDS
            for message in [*self.pull.waiting, *(m for m, since in self._held.values() if since > oldest)]:
                if message.reply and not message.is_acked:
                    with contextlib.suppress(*FAULTS):
                        await message.in_progress()

    async def _give_back(self) -> None:
        for message in [*(message for message, _ in self._held.values()), *self.pull.waiting]:
            if message.reply and not message.is_acked:
                with contextlib.suppress(*FAULTS):
                    await message.nak()
