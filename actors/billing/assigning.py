"""Reading the periods that usage may count in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from actors.billing.domain.assignment import Assignment
from actors.billing.domain.billed_period import BilledPeriod
from actors.billing.store import BooksUnit
from actors.kernel.call import system_call
from actors.kernel.errors import InvalidFields, NotFound, Violation
from actors.kernel.module import Room
from actors.kernel.store.contract import Between, In, Order
from actors.kernel.store.unit import Store

_TENANTS = 200
_MOST_OPEN = 20
"""Periods of one tenant that may be open: each grace begins with an end."""


class Assigning:
    """The periods of tenants as they are now. Read each time: a plan may have changed a moment ago."""

    def __init__(self, room: Room) -> None:
        self.grace = room.settings.grace
        self.books: Store[BooksUnit] = room.books

    async def of(self, tenant_id: str, arrive_time: datetime) -> Assignment:
        """Of one tenant. Raises NotFound for one that is not billed here, InvalidFields for none at all."""
        if not tenant_id:  # a call about nobody would see the periods of all
            raise InvalidFields(Violation("tenant_id", "say whose usage this is", "TENANT_MISSING"))
        async with self.books.unit(system_call(tenant_id), aside=True) as unit:
            periods = await unit.periods.select(
                Between("end_time", arrive_time - self.grace), order=Order("end_time"), limit=_MOST_OPEN
            )
            if not periods:
                periods = await unit.periods.select(order=Order("end_time", descending=True), limit=1)
            if not periods and await unit.accounts.find(tenant_id) is None:
                raise NotFound(kind="tenant", id=tenant_id)
        return Assignment(periods, self.grace)

    async def of_all(self, tenant_ids: Iterable[str], arrive_time: datetime) -> dict[str, Assignment]:
        """Of many tenants: those with an account."""
        asked, found = sorted(set(tenant_ids)), {}
        for start in range(0, len(asked), _TENANTS):
            some = tuple(asked[start : start + _TENANTS])
            async with self.books.unit(system_call(), aside=True) as unit:
                accounts = await unit.accounts.select(In("id", some), limit=len(some))
                open_ones = await unit.periods.select(
                    In("tenant_id", some), Between("end_time", arrive_time - self.grace), limit=len(some) * _MOST_OPEN
                )
                by_tenant: dict[str, list[BilledPeriod]] = {account.id: [] for account in accounts}
                for period in open_ones:
                    by_tenant.setdefault(period.tenant_id, []).append(period)
                for tenant_id, periods in by_tenant.items():
                    if not periods:
                        periods += await unit.periods.of(tenant_id).select(
                            order=Order("end_time", descending=True), limit=1
                        )
                    found[tenant_id] = Assignment(periods, self.grace)
        return found
