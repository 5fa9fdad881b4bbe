"""Signing keys: two live at once, so that a new one is known everywhere before it signs."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta

import jwt
import orjson
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from actors.iam.domain.access import SigningKey
from actors.iam.settings import IamSettings
from actors.iam.store import IamUnit
from actors.kernel.access.tokens import LEEWAY_SECONDS, claims_of, signed
from actors.kernel.call import Principal, system_call
from actors.kernel.errors import AtriumError
from actors.kernel.module import Room
from actors.kernel.store.contract import Order
from actors.kernel.store.unit import Store

_PURPOSE = "signing-key"
LOOK_SECONDS = 20.0
log = logging.getLogger(__name__)


class Keys:
    """Every replica signs with the youngest active key; one of them, by lease, makes new ones."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.settings: IamSettings = room.settings
        self.store: Store[IamUnit] = room.store
        self._signer: tuple[str, ec.EllipticCurvePrivateKey] | None = None
        self._public: dict[str, dict[str, str]] = {}

    async def prepare(self) -> None:
        """Makes the first key if there is none, and publishes the public ones."""
        await self._load()
        if self._signer is None:
            await self._make(activate=self.room.clock.now())
            await self._load()
        await self.room.publish_jwks(self.jwks())

    async def follow(self) -> None:
        """Takes up keys that others made, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self._load()
            except AtriumError as error:
                log.warning("keys wait: %s", error)

    async def rotate(self) -> None:
        """Makes and retires keys as they age, until cancelled."""
        while True:
            await self.rotate_once()
            await asyncio.sleep(LOOK_SECONDS)

    async def rotate_once(self) -> None:
        """Makes the next key when the current one is old enough, and drops those nothing is signed with any more."""
        now = self.room.clock.now()
        lead = timedelta(seconds=self.settings.key_lead_seconds)
        async with self.store.unit(system_call()) as unit:
            keys = await unit.signing_keys.select(order=Order())
            youngest = max(keys, key=lambda key: key.activate_time)
            for key in keys:
                if key.retire_time is not None and key.retire_time <= now:
                    unit.signing_keys.delete(key)
        if now >= youngest.activate_time + timedelta(hours=self.settings.key_rotation_hours) - lead:
            await self._make(activate=now + lead, retire_others=True)
        await self._load()
        await self.room.publish_jwks(self.jwks())

    async def _make(self, activate: datetime, *, retire_others: bool = False) -> None:
        now = self.room.clock.now()
        private = ec.generate_private_key(ec.SECP256R1())
        plain = private.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        id = self.room.clock.new_id("key")
        jwk = jwt.algorithms.ECAlgorithm.to_jwk(private.public_key(), as_dict=True)
        lifetime = timedelta(seconds=max(self.settings.access_token_seconds, 1800) + LEEWAY_SECONDS)
        async with self.store.unit(system_call()) as unit:
            if retire_others:
                for key in await unit.signing_keys.select():
                    if key.retire_time is None:
                        unit.signing_keys.put(key.but(retire_time=activate + lifetime))
            unit.signing_keys.put(
                SigningKey(
                    id=id,
                    private_key=self.room.sealer.seal(_PURPOSE, plain),
                    public_jwk=orjson.dumps({**jwk, "kid": id, "alg": "ES256", "use": "sig"}).decode(),
                    create_time=now,
                    activate_time=activate,
                )
            )

    async def _load(self) -> None:
        now = self.room.clock.now()
        async with self.store.unit(system_call()) as unit:
            keys = await unit.signing_keys.select()
        self._public = {key.id: orjson.loads(key.public_jwk) for key in keys}
        active = [key for key in keys if key.activate_time <= now]
        if active:
            youngest = max(active, key=lambda key: (key.activate_time, key.id))
            if self._signer is None or self._signer[0] != youngest.id:
                plain = self.room.sealer.open(_PURPOSE, bytes(youngest.private_key))
                private = serialization.load_der_private_key(plain, password=None)
                assert isinstance(private, ec.EllipticCurvePrivateKey)
                self._signer = (youngest.id, private)

    def jwks(self) -> bytes:
        """The JSON Web Key Set of every key that a living token may be signed with."""
        return orjson.dumps({"keys": self.public()})

    def public(self) -> list[dict[str, str]]:
        return [self._public[id] for id in sorted(self._public)]

    def public_of(self, id: str) -> dict[str, str]:
        return self._public[id]

    def token(self, principal: Principal, patterns: tuple[str, ...]) -> str:
        """An access token for this principal."""
        assert self._signer is not None
        id, private = self._signer
        return signed(claims_of(principal, self.room.platform.public_url, patterns), private, id)

    def sign(self, data: bytes) -> tuple[str, bytes]:
        """The key's id and an ECDSA signature over the data."""
        assert self._signer is not None
        id, private = self._signer
        return id, private.sign(data, ec.ECDSA(hashes.SHA256()))
