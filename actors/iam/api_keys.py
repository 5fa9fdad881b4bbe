"""API keys: made, and exchanged for access tokens."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, timedelta

from actors.api.iam.v1 import CreateApiKeyRequest, ExchangeApiKeyRequest, SessionServiceStub, SignedIn
from actors.iam.domain.access import ApiKey, ApiKeyInvalid
from actors.iam.domain.role import realm_of
from actors.iam.keys import Keys
from actors.iam.sessions import SessionDesk
from actors.iam.settings import IamSettings
from actors.iam.store import IamUnit
from actors.kernel import opaque, wire
from actors.kernel.call import Call, Principal
from actors.kernel.errors import NotFound
from actors.kernel.mesh.dial import Mesh, answer
from actors.kernel.module import Room
from actors.kernel.store.unit import Store

PREFIX = "ak"
DEFAULT_LIFE = timedelta(days=365)
_USE_NOTED_EVERY = timedelta(minutes=1)
_MOST_REMEMBERED = 10_000


class ApiKeys:
    """Machine access to the platform or to one tenant."""

    def __init__(self, room: Room, keys: Keys, desk: SessionDesk) -> None:
        self.room, self.keys, self.desk = room, keys, desk
        self.settings: IamSettings = room.settings
        self.store: Store[IamUnit] = room.store
        self._key = room.sealer.key("api-key")

    def new(self, call: Call, request: CreateApiKeyRequest) -> tuple[ApiKey, str]:
        """A new key and its secret, which is shown once."""
        now = self.room.clock.now()
        id = self.room.clock.new_id("key")
        secret, hashed = opaque.make(PREFIX, call.scope, id, self._key)
        expire = request.expire_time.ToDatetime(UTC) if request.HasField("expire_time") else now + DEFAULT_LIFE
        key = ApiKey(
            id=id,
            tenant_id=call.scope,
            display_name=request.display_name.strip(),
            prefix=".".join(secret.split(".")[:3]),
            secret_hash=hashed,
            permissions=tuple(sorted(request.permissions)),
            creator_id=call.principal.user_id,
            create_time=now,
            expire_time=expire.replace(microsecond=expire.microsecond // 1000 * 1000),
        )
        return key, secret

    async def exchange(self, call: Call, secret: str) -> SignedIn:
        """An access token for the key. Raises ApiKeyInvalid, or what refuses the tenant's machines for now."""
        known = opaque.read(secret, PREFIX, self._key)
        if known is None:
            raise ApiKeyInvalid
        call.enter(known.scope)
        now = self.room.clock.now()
        try:
            async with self.store.unit(call) as unit:
                key = await unit.api_keys.find(known.id)
                tenancy = await self.desk.tenancy(unit, call.scope)
                if key is None or key.secret_hash != known.hash or not key.usable(now):
                    raise ApiKeyInvalid
                if call.scope and tenancy is None:
                    raise ApiKeyInvalid
                if key.last_use_time is None or now - key.last_use_time > _USE_NOTED_EVERY:
                    unit.api_keys.increment(key.id, None, {"last_use_time": now})
        except NotFound:  # the tenant is gone, with all its keys
            raise ApiKeyInvalid from None
        if call.scope:
            self.room.entitlements.must_serve_machine(call.scope)
        expires = min(now + timedelta(seconds=self.settings.access_token_seconds), key.expire_time)
        principal = Principal(
            user_id=key.id,
            realm=realm_of(call.scope),
            tenant_id=call.scope,
            session_id=key.id,
            tier=self.desk.tier(tenancy),
            machine=True,
            issued_ms=call.started_ms or int(now.timestamp() * 1000),
            expires=expires.timestamp(),
        )
        return SignedIn(
            access_token=self.keys.token(principal, key.permissions),
            access_expire_time=wire.timestamp(expires),
            session_id=key.id,
        )


def exchanger(mesh: Mesh) -> Callable[[str, bool], Awaitable[str]]:
    """How any host turns an API key into an access token: asks IAM, and remembers the token for most of its life."""
    remembered: dict[str, tuple[str, float]] = {}

    async def exchange(key: str, fresh: bool) -> str:
        known = remembered.get(key)
        if known is not None and not fresh and time.time() < known[1]:
            return known[0]
        request = ExchangeApiKeyRequest(api_key=key)
        signed_in = await answer(mesh.dial("iam", SessionServiceStub).ExchangeApiKey, request, Call())
        if len(remembered) >= _MOST_REMEMBERED:
            remembered.clear()
        until = time.time() + 0.8 * (signed_in.access_expire_time.ToDatetime(UTC).timestamp() - time.time())
        remembered[key] = (signed_in.access_token, until)
        return str(signed_in.access_token)

    return exchange
