"""What terms would charge: for quantities that are given, or for what a tenant used in the last months."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from actors.api.billing.v1 import Interval as IntervalMessage
from actors.api.billing.v1 import InvoiceLine as InvoiceLineMessage
from actors.api.billing.v1 import SimulatePlanRequest, SimulatePlanResponse
from actors.billing.domain.charges import simulated
from actors.billing.domain.invariants import must_be_sane
from actors.billing.domain.line import InvoiceLine
from actors.billing.domain.meter import BUILT_IN, Aggregation, Meter, Reading, quantity_of
from actors.billing.domain.metrics import month_starts
from actors.billing.domain.period import Interval
from actors.billing.domain.terms import Terms
from actors.billing.keeping import UsageTotal
from actors.billing.store import BillingUnit
from actors.kernel import wire
from actors.kernel.module import Room
from actors.kernel.pages import PageRequest
from actors.kernel.store.contract import Between, Order

DEFAULT_MONTHS = 3
_PAGE = 1000
_BY_DAY = Order("day")
_NEVER = datetime.min.replace(tzinfo=UTC)


class Simulator:
    """Prices terms that nobody has subscribed to."""

    def __init__(self, room: Room) -> None:
        self.clock, self.settings = room.clock, room.settings

    async def simulated(self, unit: BillingUnit, request: SimulatePlanRequest, terms: Terms) -> SimulatePlanResponse:
        """A bill for each month, before taxes. Raises PriceMissing, and InvariantBroken for an absurd amount."""
        interval = Interval[wire.enum_name(IntervalMessage.DESCRIPTOR, request.interval)]
        now = self.clock.now()
        if not request.tenant_id:
            start = month_starts(now, 1)[0]
            lines = simulated(terms, request.currency, interval, request.seats, dict(request.usage), start)
            return SimulatePlanResponse(bills=[self._bill("", lines)])
        months = request.months or DEFAULT_MONTHS
        starts = month_starts(now, months + 1)[:-1]
        meters = {meter.id: meter for meter in (*BUILT_IN, *await unit.meters.select())}
        used = await self._used(unit, starts[0].date().isoformat(), starts[-1].date().isoformat(), meters)
        bills = []
        for start in starts[:-1]:
            month = start.strftime("%Y-%m")
            quantities = used.get(month, {})
            seats = request.seats or quantities.get("users", 0)
            bills.append(self._bill(month, simulated(terms, request.currency, interval, seats, quantities, start)))
        return SimulatePlanResponse(bills=bills)

    async def _used(
        self, unit: BillingUnit, first: str, end: str, meters: Mapping[str, Meter]
    ) -> dict[str, dict[str, int]]:
        """Month → meter → quantity, of the days in [first, end)."""
        parts: dict[tuple[str, str], list[Reading]] = {}
        after = None
        while True:
            asked = PageRequest(_PAGE, after, b"", b"")
            page = await unit.usage_totals.page_of(asked, Between("day", first, end), order=_BY_DAY)
            for total in page.items:
                if (meter := meters.get(total.meter)) is not None:
                    parts.setdefault((total.day[:7], meter.id), []).append(_reading(meter, total))
            if not page.next_page_token:
                break
            after = (page.items[-1].day, page.items[-1].id)
        found: dict[str, dict[str, int]] = {}
        for (month, meter), readings in parts.items():
            found.setdefault(month, {})[meter] = quantity_of(meters[meter].aggregation, readings)
        return found

    def _bill(self, month: str, lines: Sequence[InvoiceLine]) -> SimulatePlanResponse.Bill:
        must_be_sane(lines, self.settings.most_line_minor)
        return SimulatePlanResponse.Bill(
            month=month,
            lines=[wire.message(InvoiceLineMessage, line) for line in lines],
            total_minor=sum(line.amount_minor for line in lines),
        )


def _reading(meter: Meter, total: UsageTotal) -> Reading:
    names = {Aggregation.SUM: "quantity", Aggregation.MAX: "highest", Aggregation.GAUGE: "present"}
    quantity = int(getattr(total, names[meter.aggregation]))
    return Reading(total.day, quantity, total.count_time or _NEVER)
