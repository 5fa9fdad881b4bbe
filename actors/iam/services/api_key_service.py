"""API keys of the platform and of each tenant."""

from __future__ import annotations

from actors.api.iam.v1 import (
    ApiKey as ApiKeyMessage,
)
from actors.api.iam.v1 import (
    ApiKeyServiceServicer,
    CreateApiKeyRequest,
    CreateApiKeyResponse,
    DeleteApiKeyRequest,
    GetApiKeyRequest,
    ListApiKeysRequest,
    ListApiKeysResponse,
)
from actors.iam.api_keys import ApiKeys
from actors.iam.roles import Roles
from actors.iam.store import IamUnit
from actors.kernel import wire
from actors.kernel.call import Call
from actors.kernel.module import Room
from actors.kernel.store.contract import Between, Condition, Eq, Order
from actors.kernel.store.unit import Store


class ApiKeyService(ApiKeyServiceServicer):
    """API keys of the platform and of each tenant."""

    def __init__(self, room: Room, api_keys: ApiKeys, roles: Roles) -> None:
        self.room, self.api_keys, self.roles = room, api_keys, roles
        self.store: Store[IamUnit] = room.store

    async def CreateApiKey(self, request: CreateApiKeyRequest, call: Call) -> CreateApiKeyResponse:
        self.roles.check_known(request.permissions, call.scope)
        async with self.store.unit(call) as unit:
            await self.roles.check_grant(unit, call, request.permissions)
            key, secret = self.api_keys.new(call, request)
            key = unit.api_keys.put(key)
            return unit.answer(CreateApiKeyResponse(api_key=wire.message(ApiKeyMessage, key), secret=secret))

    async def ListApiKeys(self, request: ListApiKeysRequest, call: Call) -> ListApiKeysResponse:
        usable = (Eq("revoke_time", None), Between("expire_time", self.room.clock.now()))
        where: tuple[Condition, ...] = () if request.show_revoked else usable
        async with self.store.unit(call) as unit:
            page = await unit.api_keys.page(*where, order=Order("create_time", descending=True), request=request)
        return ListApiKeysResponse(
            api_keys=[wire.message(ApiKeyMessage, key) for key in page.items], next_page_token=page.next_page_token
        )

    async def GetApiKey(self, request: GetApiKeyRequest, call: Call) -> ApiKeyMessage:
        async with self.store.unit(call) as unit:
            return wire.message(ApiKeyMessage, await unit.api_keys.get(request.id))

    async def DeleteApiKey(self, request: DeleteApiKeyRequest, call: Call) -> ApiKeyMessage:
        async with self.store.unit(call) as unit:
            key = await unit.api_keys.get(request.id)
            await self.roles.check_grant(unit, call, key.permissions)
            key = unit.api_keys.put(key.revoked(self.room.clock.now()))
            return wire.message(ApiKeyMessage, key)
