"""Webhooks of a fake: kept, and posted when an address is given, as untidily as the network may make them."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field

import aiohttp

Signed = tuple[dict[str, str], bytes]


@dataclass
class Deliveries:
    """Every event of a fake. With `url` each is posted; the switches make deliveries double, late or out of order."""

    sign: Callable[[bytes], dict[str, str]]
    url: str = ""
    copies: int = 1
    delay_seconds: float = 0.0
    shuffled: random.Random | None = None
    bodies: list[bytes] = field(default_factory=list)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def add(self, body: bytes) -> None:
        self.bodies.append(body)
        if self.url:
            for _ in range(self.copies):
                task = asyncio.ensure_future(self._post(body))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    def all(self) -> list[Signed]:
        """What a receiver would have got by now."""
        found = [(self.sign(body), body) for body in self.bodies for _ in range(self.copies)]
        if self.shuffled is not None:
            self.shuffled.shuffle(found)
        return found

    async def _post(self, body: bytes) -> None:
        late = self.shuffled.random() * 0.2 if self.shuffled is not None else 0.0
        await asyncio.sleep(self.delay_seconds + late)
        async with aiohttp.ClientSession() as session:
            for attempt in range(5):
                try:
                    async with session.post(self.url, data=body, headers=self.sign(body)) as answer:
                        if answer.status < 300:
                            return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.2 * 2**attempt)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
