"""Moves committed announcements from an outbox to the bus. One replica does it at a time, by lease.

A module with books has two outboxes and two relays: when one database is down, what the other committed is told.
"""

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


def nudge_name(outbox: str) -> str:
    return f"outbox.{outbox}"


class Relay:
    """Publishes first and removes after, so that nothing is lost; the bus drops what is published twice."""

    def __init__(self, name: str, outbox: Outbox, bus: Bus) -> None:
        self.name, self.outbox, self.bus = name, outbox, bus
        """The name is the outbox's: the module's, or `<module>.books`."""
        self.published = 0
        self.leading = False

    async def run(self) -> None:
        """Runs until cancelled."""
        while True:
            heed()
            async with self.bus.lead(f"relay.{self.name}") as holding:
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
                    await self.bus.nudged(nudge_name(self.name), IDLE_SECONDS)
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
