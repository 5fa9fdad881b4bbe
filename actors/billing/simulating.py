"""What terms would charge: for quantities that are given, or for what a tenant used in the last months."""

from __future__ import annotations

from collections.abc import Sequence

from actors.api.billing.v1 import Interval as IntervalMessage
from actors.api.billing.v1 import InvoiceLine as InvoiceLineMessage
from actors.api.billing.v1 import SimulatePlanRequest, SimulatePlanResponse
from actors.billing.counted import counted
from actors.billing.domain.charges import simulated
from actors.billing.domain.invariants import must_be_sane
from actors.billing.domain.line import InvoiceLine
from actors.billing.domain.meter import quantity_of
from actors.billing.domain.metrics import month_starts
from actors.billing.domain.period import Interval
from actors.billing.domain.terms import Terms
from actors.billing.meters import Meters
from actors.billing.settings import BillingSettings
from actors.billing.store import BillingUnit
from actors.kernel import wire
from actors.kernel.module import Room
from actors.kernel.store.contract import Between

DEFAULT_MONTHS = 3


class Simulator:
    """Prices terms that nobody has subscribed to."""

    def __init__(self, room: Room) -> None:
        self.clock, self.meters = room.clock, Meters(room)
        self.settings: BillingSettings = room.settings

    async def simulated(self, unit: BillingUnit, request: SimulatePlanRequest, terms: Terms) -> SimulatePlanResponse:
        """A bill for each month, before taxes. Raises PriceMissing, and InvariantBroken for an absurd amount.

        Of a tenant's usage, the seats that are not given are its users.
        """
        interval = Interval[wire.enum_name(IntervalMessage.DESCRIPTOR, request.interval)]
        now = self.clock.now()
        if not request.tenant_id:
            start = month_starts(now, 1)[0]
            lines = simulated(terms, request.currency, interval, request.seats, dict(request.usage), start)
            return SimulatePlanResponse(bills=[self._bill("", lines)])
        starts = month_starts(now, (request.months or DEFAULT_MONTHS) + 1)[:-2]
        present = month_starts(now, 1)[0]
        used = await self._used(unit, request.tenant_id, starts[0].date().isoformat(), present.date().isoformat())
        bills = []
        for start in starts:
            month = start.strftime("%Y-%m")
            quantities = used.get(month, {})
            seats = request.seats or quantities.get("users", 0)
            bills.append(self._bill(month, simulated(terms, request.currency, interval, seats, quantities, start)))
        return SimulatePlanResponse(bills=bills)

    async def _used(self, unit: BillingUnit, tenant_id: str, first: str, end: str) -> dict[str, dict[str, int]]:
        """Month → meter → quantity, of the days in [first, end)."""
        found: dict[str, dict[str, int]] = {}
        for one in await counted(unit, await self.meters.all(), tenant_id, Between("day", first, end)):
            for month in sorted({day.day[:7] for day in one.days}):
                days = [day for day in one.days if day.day.startswith(month)]
                found.setdefault(month, {})[one.meter.id] = quantity_of(one.meter.aggregation, days)
        return found

    def _bill(self, month: str, lines: Sequence[InvoiceLine]) -> SimulatePlanResponse.Bill:
        must_be_sane(lines, self.settings.most_line_minor)
        return SimulatePlanResponse.Bill(
            month=month,
            lines=[wire.message(InvoiceLineMessage, line) for line in lines],
            total_minor=sum(line.amount_minor for line in lines),
        )
