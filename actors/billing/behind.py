"""The usage behind a line of an invoice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from actors.api.billing.v1 import ListInvoiceLineUsageRequest, ListInvoiceLineUsageResponse
from actors.api.billing.v1 import UsageEvent as UsageEventMessage
from actors.billing.domain.line import InvoiceLine, Kind
from actors.billing.domain.usage import OLDEST, UsageLog, usage_log_id
from actors.billing.meters import Meters
from actors.billing.store import BillingUnit, BooksUnit
from actors.kernel import wire
from actors.kernel.call import Call
from actors.kernel.module import Room
from actors.kernel.pages import page_request
from actors.kernel.store.contract import Between, Eq, Order
from actors.kernel.store.unit import Store

_OLDEST_FIRST = Order("occur_time")
DAY_TOTAL = "total of the day"


class UsageBehind:
    """Events where they are kept; else the totals of the days, which are kept for ever."""

    def __init__(self, room: Room) -> None:
        self.clock, self.sealer, self.meters = room.clock, room.sealer, Meters(room)
        self.store: Store[BillingUnit] = room.store

    async def listed(
        self, unit: BooksUnit, line: InvoiceLine, request: ListInvoiceLineUsageRequest, call: Call
    ) -> ListInvoiceLineUsageResponse:
        """A page of what the line charges, oldest first; nothing for a line that charges no usage.

        Events are forgotten after a while, and what the platform counts by itself has none: then one row a day, its
        id the day, the last day of a highest or present value being the one that counts.
        """
        if line.kind is not Kind.USAGE:
            return ListInvoiceLineUsageResponse()
        meter = await self.meters.find(line.meter)
        if meter is not None and not meter.built_in and self._events_are_kept(line):
            return await self._events(line, request, call)
        id = usage_log_id(line.subscription_id, line.period_number, line.meter)
        return self._days(await unit.usage_logs.of(line.tenant_id).find(id), request, call)

    def _events_are_kept(self, line: InvoiceLine) -> bool:
        """Whether none of the period's events can have been forgotten yet."""
        return line.start_time is not None and self.clock.now() < line.start_time + 2 * OLDEST

    async def _events(
        self, line: InvoiceLine, request: ListInvoiceLineUsageRequest, call: Call
    ) -> ListInvoiceLineUsageResponse:
        assert line.start_time is not None
        async with self.store.unit(call.within(line.tenant_id), aside=True) as main:
            page = await main.usage_events.page(
                Eq("meter", line.meter),
                Eq("period_number", line.period_number),
                # Late ones occurred before the period; numbers are those of one subscription.
                Between("occur_time", line.start_time - OLDEST - timedelta(days=1), line.end_time),
                order=_OLDEST_FIRST,
                request=request,
            )
        return ListInvoiceLineUsageResponse(
            events=[wire.message(UsageEventMessage, event, id=event.sender_id) for event in page.items],
            next_page_token=page.next_page_token,
        )

    def _days(
        self, log: UsageLog | None, request: ListInvoiceLineUsageRequest, call: Call
    ) -> ListInvoiceLineUsageResponse:
        asked = page_request(request, call, self.sealer.key("pages"))
        days = sorted(log.days if log is not None else (), key=lambda one: one.day)
        after = asked.after[0] if asked.after is not None else ""
        left = [one for one in days if one.day > after]
        shown = left[: asked.size]
        return ListInvoiceLineUsageResponse(
            events=[
                UsageEventMessage(
                    id=one.day,
                    meter=one.meter,
                    quantity=one.quantity,
                    occur_time=wire.timestamp(datetime.fromisoformat(one.day).replace(tzinfo=UTC)),
                    subject=DAY_TOTAL,
                )
                for one in shown
            ],
            next_page_token=asked.token((shown[-1].day,)) if len(left) > len(shown) else "",
        )
