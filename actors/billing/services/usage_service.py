"""What tenants use: recording it, and seeing it against the plan."""

from __future__ import annotations

from collections.abc import AsyncIterator

from actors.api.billing.v1 import (
    GetUsageRequest,
    ListMetersRequest,
    ListMetersResponse,
    ListUsageEventsRequest,
    ListUsageEventsResponse,
    RecordUsageRequest,
    RecordUsageResponse,
    StreamUsageRequest,
    UpdateMeterRequest,
    UsageServiceServicer,
)
from actors.api.billing.v1 import (
    Meter as MeterMessage,
)
from actors.api.billing.v1 import (
    Usage as UsageMessage,
)
from actors.api.billing.v1 import (
    UsageEvent as UsageEventMessage,
)
from actors.billing.catalogue import Catalogue
from actors.billing.counting import Counting, Taken
from actors.billing.domain.meter import Aggregation, new_meter
from actors.billing.domain.usage import UsageEvent
from actors.billing.meters import Meters
from actors.billing.present_usage import PresentUsage
from actors.billing.store import BillingUnit
from actors.billing.streaming import Stream
from actors.kernel import wire
from actors.kernel.call import Call
from actors.kernel.module import Room
from actors.kernel.pages import page_request
from actors.kernel.store.contract import In, Order
from actors.kernel.store.unit import Store

LARGEST_PAGE = 500
_NEWEST = Order("occur_time", descending=True)


class UsageService(UsageServiceServicer):
    """Usage of tenants, and the meters it is counted by."""

    def __init__(self, room: Room, catalogue: Catalogue, counting: Counting) -> None:
        self.room, self.meters, self.counting = room, counting.meters, counting
        self.store: Store[BillingUnit] = room.store
        self.present = PresentUsage(room, catalogue, counting.meters)

    async def RecordUsage(self, request: RecordUsageRequest, call: Call) -> RecordUsageResponse:
        return _answer(await self.counting.take(call, request.events))

    async def StreamUsage(  # type: ignore[override]  # the host hands over each message with its call
        self, messages: AsyncIterator[tuple[StreamUsageRequest, Call]], call: Call
    ) -> RecordUsageResponse:
        return _answer(await Stream(self.counting).take(messages))

    async def GetUsage(self, request: GetUsageRequest, call: Call) -> UsageMessage:
        return await self.present.of(call.scope, request.from_day, request.to_day)

    async def ListUsageEvents(self, request: ListUsageEventsRequest, call: Call) -> ListUsageEventsResponse:
        async with self.store.unit(call) as unit:
            # The one index begins with the meter: of several the database merges the parts.
            all_of_them = tuple(id for id, meter in (await self.meters.all()).items() if meter.takes_events)
            asked = (request.meter,) if request.meter else all_of_them
            page = await unit.usage_events.page(In("meter", asked), order=_NEWEST, request=request)
        return ListUsageEventsResponse(events=[_event(one) for one in page.items], next_page_token=page.next_page_token)

    async def ListMeters(self, request: ListMetersRequest, call: Call) -> ListMetersResponse:
        asked = page_request(request, call, self.room.sealer.key("pages"))
        size = request.page_size or LARGEST_PAGE
        after = asked.after[0] if asked.after is not None else ""
        found = [meter for id, meter in sorted((await self.meters.again()).items()) if id > after]
        token = asked.token((found[size - 1].id,)) if len(found) > size else ""
        return ListMetersResponse(
            meters=[wire.message(MeterMessage, meter) for meter in found[:size]], next_page_token=token
        )

    async def UpdateMeter(self, request: UpdateMeterRequest, call: Call) -> MeterMessage:
        asked = Aggregation[wire.enum_name(MeterMessage.Aggregation.DESCRIPTOR, request.aggregation)]
        async with self.store.unit(call) as unit:
            known = await unit.meters.find(request.id) or Meters.built_in(request.id)
            if known is None:
                meter = new_meter(request.id, request.display_name, request.unit, asked)
            else:
                # Of a present value nothing can be asked for but what it is.
                kept = None if known.aggregation is Aggregation.GAUGE else asked
                meter = known.renamed(request.display_name, request.unit, kept)
            meter = unit.meters.put(meter)
        self.meters.forget()
        return wire.message(MeterMessage, meter)


def _answer(taken: Taken) -> RecordUsageResponse:
    return RecordUsageResponse(accepted=taken.accepted, duplicates=taken.duplicates)


def _event(event: UsageEvent) -> UsageEventMessage:
    return wire.message(UsageEventMessage, event, id=event.sender_id)
