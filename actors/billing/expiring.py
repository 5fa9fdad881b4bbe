"""Payment methods whose time is over: cards that expire, setups that nobody finished, what providers still keep."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime
from functools import partial

from actors.billing.correspondence import Correspondence
from actors.billing.domain.payment_method import PaymentMethod, State
from actors.billing.providers.contract import ProviderMissing, ProviderRefused, ProviderUnavailable
from actors.billing.standing import live_subscription
from actors.billing.store import BooksUnit
from actors.billing.vaulting import Vaulting, unfinished
from actors.billing.walking import walk
from actors.kernel.call import Call, system_call
from actors.kernel.host.retry import attempts
from actors.kernel.store.contract import Eq

log = logging.getLogger(__name__)

EXPIRE_SECONDS = 3600.0


class Expiring:
    """Looks at all methods, again and again."""

    def __init__(self, vaulting: Vaulting, correspondence: Correspondence) -> None:
        self.vaulting, self.correspondence = vaulting, correspondence
        self.books, self.clock = vaulting.books, vaulting.clock

    async def run(self) -> None:
        """Every hour until cancelled; on one replica at a time."""
        while True:
            await self.expire()
            await self.warn()
            await asyncio.sleep(EXPIRE_SECONDS)

    async def expire(self) -> int:
        """Marks cards whose last month is over, drops setups that were begun more than a day ago, and removes at the
        providers what was removed here without their answer. Returns how many methods it changed. Repeatable.
        """
        call, now, found = system_call(), self.clock.now(), list[str]()
        async with self.books.unit(call, aside=True) as unit:
            async for method in walk(unit.payment_methods):
                gone = method.state is State.REMOVED and method.provider_reference
                over = method.state is State.ACTIVE and method.expired_at(now)
                if gone or over or unfinished(method, now):
                    found.append(method.id)
        for id in found:
            try:
                await attempts(call, partial(self._end, call, id))
            except (ProviderUnavailable, ProviderMissing, ProviderRefused):
                log.warning("%s is still at its provider", id, exc_info=True)
        return len(found)

    async def warn(self) -> int:
        """Tells tenants of cards that they pay with and that expire soon, once for each. Returns how many that were."""
        now, found = self.clock.now(), list[tuple[str, str]]()
        async with self.books.unit(system_call(), aside=True) as unit:
            async for method in walk(unit.payment_methods, Eq("state", State.ACTIVE.name)):
                if method.to_warn_of(now):
                    found.append((method.tenant_id, method.id))
        return sum([await self._warned(tenant_id, id, now) for tenant_id, id in found])

    async def _warned(self, tenant_id: str, method_id: str, now: datetime) -> bool:
        call = system_call(tenant_id)
        if (to := await self.correspondence.addressee(tenant_id)) is None:
            return False

        async def once() -> bool:
            async with self.books.unit(call, aside=True) as unit:
                method = await unit.payment_methods.find(method_id)
                if method is None or not method.to_warn_of(now) or not await _needed(unit, method):
                    return False
                unit.payment_methods.put(method.warned(now))
                for mail in await self.correspondence.card_expiring(to, method):
                    unit.mail(mail)
                return True

        return await attempts(call, once)

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


async def _needed(unit: BooksUnit, method: PaymentMethod) -> bool:
    """Whether something will be charged to the method, should nothing change."""
    subscription = await live_subscription(unit, method.tenant_id)
    if subscription is None or not subscription.costs or subscription.cancel_at_period_end:
        return False
    account = await unit.accounts.find(method.tenant_id)
    default = account.default_payment_method_id if account is not None else ""
    return (subscription.payment_method_id or default) == method.id
