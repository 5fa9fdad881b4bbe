"""Numbers about the business."""

from __future__ import annotations

from actors.api.billing.v1 import BillingMetrics, BillingMetricsServiceServicer, GetBillingMetricsRequest
from actors.billing.domain.money import must_be_currency
from actors.billing.measuring import Measuring
from actors.billing.store import BooksUnit
from actors.kernel.call import Call
from actors.kernel.module import Room
from actors.kernel.store.unit import Store


class BillingMetricsService(BillingMetricsServiceServicer):
    """Revenue, churn, conversion, usage, what is paid and what is not."""

    def __init__(self, room: Room) -> None:
        self.store: Store[BooksUnit] = room.books
        self.measuring = Measuring(room)

    async def GetBillingMetrics(self, request: GetBillingMetricsRequest, call: Call) -> BillingMetrics:
        if request.currency:
            must_be_currency(request.currency)
        return await self.measuring.measured(request.months, request.currency)
