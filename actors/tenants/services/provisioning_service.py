"""How a tenant came, or is coming, into being."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from actors.api.tenants.v1 import (
    GetProvisioningRequest,
    ProvisioningServiceServicer,
    RetryProvisioningRequest,
    WatchProvisioningRequest,
    WatchProvisioningResponse,
)
from actors.api.tenants.v1 import (
    Provisioning as ProvisioningMessage,
)
from actors.kernel import wire
from actors.kernel.call import Call
from actors.kernel.module import Room
from actors.kernel.store.unit import Store
from actors.tenants.domain.provisioning import Provisioning, SagaState
from actors.tenants.intake import skipped_steps
from actors.tenants.saga import advance
from actors.tenants.store import TenantsUnit

LOOK_SECONDS = 0.25
HEARTBEAT_SECONDS = 15.0
LONGEST_WATCH_SECONDS = 600.0


class ProvisioningService(ProvisioningServiceServicer):
    """The saga that brings a tenant into being."""

    def __init__(self, room: Room) -> None:
        self.room, self.clock = room, room.clock
        self.store: Store[TenantsUnit] = room.store

    async def GetProvisioning(self, request: GetProvisioningRequest, call: Call) -> ProvisioningMessage:
        return wire.message(ProvisioningMessage, await self._get(request.tenant_id, call), tenant_id=request.tenant_id)

    async def WatchProvisioning(
        self, request: WatchProvisioningRequest, call: Call
    ) -> AsyncIterator[WatchProvisioningResponse]:
        loop = asyncio.get_running_loop()
        until, told = loop.time() + LONGEST_WATCH_SECONDS, loop.time()
        last: Provisioning | None = None
        while loop.time() < until:
            saga = await self._get(request.tenant_id, call)
            if saga != last:
                last, told = saga, loop.time()
                message = wire.message(ProvisioningMessage, saga, tenant_id=request.tenant_id)
                yield WatchProvisioningResponse(provisioning=message)
                if saga.state is not SagaState.RUNNING:
                    break
            elif loop.time() - told > HEARTBEAT_SECONDS:
                told = loop.time()
                yield WatchProvisioningResponse(heartbeat=True)
            await asyncio.sleep(LOOK_SECONDS)
        yield WatchProvisioningResponse(end=True)

    async def RetryProvisioning(self, request: RetryProvisioningRequest, call: Call) -> ProvisioningMessage:
        now = self.clock.now()
        async with self.store.unit(call) as unit:
            saga = await unit.provisionings.get(request.tenant_id)
            tenant = await unit.tenants.get(request.tenant_id)
            saga = advance(unit, saga.again(skipped_steps(), now), self.room.settings)
            unit.tenants.put(tenant.provisioning_again(now))
            return wire.message(ProvisioningMessage, saga, tenant_id=request.tenant_id)

    async def _get(self, tenant_id: str, call: Call) -> Provisioning:
        async with self.store.unit(call) as unit:
            return await unit.provisionings.get(tenant_id)
