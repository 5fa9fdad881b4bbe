"""Moves committed announcements from a module's outbox to the bus. One replica does it at a time, by lease."""

from __future__ import annotations

import asyncio
import logging

from actors.kernel.cancellation import heed
from actors.kernel.errors import AtriumError
from actors.kernel.events.contract import Bus
from actors.kernel.events.outbox import Outbox

BATCH = 500
IDLE_SECONDS = 0.5
log = logging.getLogger(__name__)


def nudge_name(module: str) -> str:
    return f"outbox.{module}"


class Relay:
    """Publishes first and removes after, so that nothing is lost; the bus drops what is published twice."""

    def __init__(self, module: str, outbox: Outbox, bus: Bus) -> None:
        self.module, self.outbox, self.bus = module, outbox, bus
        self.published = 0
        self.leading = False

    async def run(self) -> None:
        """Runs until cancelled."""
        while True:
            heed()
            async with self.bus.lead(f"relay.{self.module}") as holding:
                self.leading = True
                try:
                    await self._relay_while(holding)
                finally:
                    self.leading = False

    async def _relay_while(self, holding: object) -> None:
        assert callable(holding)
        while holding():
            heed()
            try:
                if await self.drain() < BATCH:
                    await self.bus.nudged(nudge_name(self.module), IDLE_SECONDS)
            except AtriumError as error:
                log.warning("the relay waits: %s", error)
                await asyncio.sleep(IDLE_SECONDS)

    async def drain(self) -> int:
        """Publishes one batch. Returns how many."""
        envelopes = await self.outbox.pending(BATCH)
        if envelopes:
            await self.bus.publish(envelopes)
            await self.outbox.remove(envelopes)
            self.published += len(envelopes)
        return len(envelopes)
