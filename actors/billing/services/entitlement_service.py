"""What tenants may use."""

from __future__ import annotations

from actors.api.billing.v1 import Entitlements as EntitlementsMessage
from actors.api.billing.v1 import EntitlementServiceServicer, GetEntitlementsRequest
from actors.billing.domain.entitlement import no_entitlements
from actors.billing.store import BooksUnit
from actors.kernel import wire
from actors.kernel.call import Call
from actors.kernel.module import Room
from actors.kernel.store.unit import Store


class EntitlementService(EntitlementServiceServicer):
    """What tenants may use."""

    def __init__(self, room: Room) -> None:
        self.clock = room.clock
        self.store: Store[BooksUnit] = room.books

    async def GetEntitlements(self, request: GetEntitlementsRequest, call: Call) -> EntitlementsMessage:
        async with self.store.unit(call) as unit:
            await unit.accounts.get(request.tenant_id)
            kept = await unit.entitlements.find(request.tenant_id)
        return wire.message(EntitlementsMessage, kept or no_entitlements(request.tenant_id, self.clock.now()))
