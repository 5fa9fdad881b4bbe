"""Messages of a pull consumer, over outages: requests are kept open, and made anew when they may be lost."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator

from nats.aio.client import Client
from nats.aio.msg import Msg

from actors.kernel.events.jetstream.connection import FAULTS

HEARTBEAT_SECONDS = 5.0
REQUEST_SECONDS = 30.0
_LOOK_SECONDS = 1.0
_DRAIN_SECONDS = 2.0


class Pull:
    """One inbox, to which the consumers of `lists` deliver. Keeps requests for `ahead` messages open."""

    def __init__(self, client: Client, *, batch: int, ahead: int) -> None:
        self.client, self.batch, self.ahead = client, batch, ahead
        self.waiting: deque[Msg] = deque()
        """What has arrived and was not handed on."""
        self._arrived = asyncio.Event()
        self._asked = 0

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        self._inbox = self.client.new_inbox()
        subscription = await self.client.subscribe(self._inbox, cb=self._received)
        try:
            yield
        finally:
            # Not just unsubscribed: what is on its way arrives, so that it can be given back.
            with contextlib.suppress(*FAULTS):
                async with asyncio.timeout(_DRAIN_SECONDS):
                    await subscription.drain()

    async def _received(self, message: Msg) -> None:
        self.waiting.append(message)
        self._arrived.set()

    async def lists(self, stream: str, consumer: str, lost: asyncio.Event) -> AsyncGenerator[list[Msg], None]:
        """Messages in lists of up to `batch`, until the requests are lost: say so by the event, or by silence."""
        subject = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}"
        self._asked = 0
        lost.clear()
        heard = time.monotonic()
        while True:
            if self._asked <= self.ahead // 2:
                await self._ask(subject)
            if not self.waiting:
                self._arrived.clear()
                try:
                    async with asyncio.timeout(_LOOK_SECONDS):
                        await self._arrived.wait()
                except TimeoutError:
                    if lost.is_set() or time.monotonic() - heard > 2.5 * HEARTBEAT_SECONDS:
                        return
                    continue
            messages, ended = self._take()
            if messages:
                yield messages
            if ended:
                return
            heard = time.monotonic()

    async def _ask(self, subject: str) -> None:
        request = {
            "batch": self.ahead - self._asked,
            "expires": int(REQUEST_SECONDS * 1e9),
            "idle_heartbeat": int(HEARTBEAT_SECONDS * 1e9),
        }
        await self.client.publish(subject, json.dumps(request).encode(), reply=self._inbox)
        self._asked = self.ahead

    def _take(self) -> tuple[list[Msg], bool]:
        """Up to `batch` messages, and whether the server ended the requests."""
        messages: list[Msg] = []
        while self.waiting and len(messages) < self.batch:
            message = self.waiting.popleft()
            headers = message.headers or {}
            status = headers.get("Status")
            if status is None:
                self._asked = max(0, self._asked - 1)
                messages.append(message)
            elif status in ("404", "408"):  # a request ran out
                self._asked = max(0, self._asked - int(headers.get("Nats-Pending-Messages", self._asked)))
            elif status != "100":
                return messages, True
        return messages, False
