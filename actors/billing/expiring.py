"""Payment methods whose time is over: cards that expired, setups that nobody finished, what providers still keep."""

from __future__ import annotations

import asyncio
import logging

from actors.billing.domain.payment_method import PaymentMethod, State
from actors.billing.providers.contract import ProviderMissing, ProviderRefused, ProviderUnavailable
from actors.billing.vaulting import Vaulting, unfinished
from actors.billing.walking import walk
from actors.kernel.call import Call, system_call
from actors.kernel.host.retry import attempts

log = logging.getLogger(__name__)

EXPIRE_SECONDS = 3600.0


class Expiring:
    """Looks at all methods, again and again."""

    def __init__(self, vaulting: Vaulting) -> None:
        self.vaulting, self.books, self.clock = vaulting, vaulting.books, vaulting.clock

    async def run(self) -> None:
        """Every hour until cancelled; on one replica at a time."""
        while True:
            await self.expire()
            await asyncio.sleep(EXPIRE_SECONDS)

    async def expire(self) -> int:
        """Marks cards whose last month is over, drops setups that were begun more than a day ago, and removes at the
        providers what was removed here without their answer. Returns how many methods it changed. Repeatable.
        """
        call, now, found = system_call(), self.clock.now(), list[PaymentMethod]()
        async with self.books.unit(call, aside=True) as unit:
            async for method in walk(unit.payment_methods):
                gone = method.state is State.REMOVED and method.provider_reference
                over = method.state is State.ACTIVE and method.expired_at(now)
                if gone or over or unfinished(method, now):
                    found.append(method)
        for method in found:
            try:
                await attempts(call, lambda method=method: self._end(call, method.id))  # type: ignore[misc]
            except (ProviderUnavailable, ProviderMissing, ProviderRefused):
                log.warning("%s is still at its provider", method.id, exc_info=True)
        return len(found)

    async def _end(self, call: Call, method_id: str) -> None:
        now = self.clock.now()
        async with self.books.unit(call, aside=True) as unit:
            method = await unit.payment_methods.find(method_id)
            if method is None:
                return
            if unfinished(method, now):
                unit.payment_methods.delete(method)
            elif method.expired_at(now):
                method = unit.payment_methods.put(method.expired(now))
        await self.vaulting.withdraw(call, method)
