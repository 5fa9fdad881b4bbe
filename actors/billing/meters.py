"""The meters there are, as everything that counts or shows usage reads them."""

from __future__ import annotations

import time
from collections.abc import Mapping

from actors.billing.domain.meter import BUILT_IN, Meter
from actors.billing.store import BillingUnit
from actors.kernel.call import system_call
from actors.kernel.module import Room
from actors.kernel.store.unit import Store

FRESH_SECONDS = 5.0
MOST_METERS = 5000


class Meters:
    """All meters by id, kept in memory for a few seconds: how one counts never changes once it is used.

    A meter that is asked for and not known is looked up at once, so that a new one takes events from its first moment.
    """

    def __init__(self, room: Room) -> None:
        self.store: Store[BillingUnit] = room.store
        self._known: Mapping[str, Meter] = {}
        self._read = -FRESH_SECONDS

    async def all(self) -> Mapping[str, Meter]:
        """Those of the platform first, then those that were added, by id."""
        if time.monotonic() - self._read > FRESH_SECONDS:
            return await self.again()
        return self._known

    async def again(self) -> Mapping[str, Meter]:
        """The same as they are now."""
        async with self.store.unit(system_call(), aside=True) as unit:
            added = await unit.meters.select(limit=MOST_METERS)
        self._known = {meter.id: meter for meter in (*BUILT_IN, *added)}
        self._read = time.monotonic()
        return self._known

    @staticmethod
    def built_in(id: str) -> Meter | None:
        """The platform's own meter of this id, as it is before people call it otherwise."""
        return next((meter for meter in BUILT_IN if meter.id == id), None)

    def forget(self) -> None:
        """Reads anew at the next use."""
        self._read = -FRESH_SECONDS

    async def find(self, id: str) -> Meter | None:
        return (await self.all()).get(id) or (await self.again()).get(id)
