"""Seals the audit log a moment after it was written, and checks it."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
from functools import partial
from typing import TYPE_CHECKING

import jwt
import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from actors.api.iam.v1 import AuditVerification
from actors.iam.domain.audit import GENESIS, Fault, Finding, Seal, check_seal, merkle_root, seal_body
from actors.iam.store import IamUnit
from actors.kernel.call import PLATFORM, Call, system_call
from actors.kernel.errors import AtriumError, NotFound
from actors.kernel.host.retry import attempts
from actors.kernel.module import Room
from actors.kernel.store.contract import Between, Eq, Order
from actors.kernel.store.unit import Store

if TYPE_CHECKING:
    from actors.iam.keys import Keys

EVERY_SECONDS = 1.0
LARGEST = 500
log = logging.getLogger(__name__)


def seal_id(scope: str, number: int) -> str:
    return f"{scope or PLATFORM}:{number:010d}"


class Seals:
    """One worker seals all scopes; the keys that signed are kept beside the seals they signed."""

    def __init__(self, room: Room, keys: Keys) -> None:
        self.room, self.keys = room, keys
        self.store: Store[IamUnit] = room.store

    async def run(self) -> None:
        """Seals what is waiting, again and again, until cancelled."""
        while True:
            try:
                await self.seal_all()
            except AtriumError as error:
                log.warning("sealing waits: %s", error)
            await asyncio.sleep(EVERY_SECONDS)

    async def seal_all(self) -> int:
        """Seals every scope that has entries waiting. Returns how many entries were sealed."""
        async with self.store.unit(system_call()) as unit:
            waiting = await unit.audit_unsealed.select(Between("pending", 1), order=Order("pending"), limit=200)
        sealed = 0
        for scope in waiting:
            call = system_call("" if scope.id == PLATFORM else scope.id)
            try:
                while (count := await attempts(call, partial(self._seal, call))) > 0:
                    sealed += count
                    if count < LARGEST:
                        break
            except AtriumError as error:  # one scope must not keep the others waiting
                log.warning("sealing the log of %s waits: %s", scope.id, error)
        return sealed

    async def _seal(self, call: Call) -> int:
        async with self.store.unit(call) as unit:
            # The last seal before the entries: if another sealer comes between, its seal has this one's number.
            try:
                last = await unit.audit_seals.last()
                entries = await unit.audit_logs.unsealed(LARGEST)
            except NotFound:  # the tenant is gone, and its log with it
                last, entries = None, []
            counter = await unit.audit_unsealed.get(call.scope or PLATFORM)
            if not entries:
                if counter.pending:  # subtracted, not set: others may be filing entries right now
                    unit.audit_unsealed.increment(counter.id, None, pending=-counter.pending)
                return 0
            number = last.number + 1 if last else 1
            previous = last.hash() if last else GENESIS
            leaves = tuple(entry.leaf() for entry in entries)
            ids = tuple(entry.id for entry in entries)
            root, now = merkle_root(leaves), self.room.clock.now()
            body = seal_body(number, now, previous, root, ids)
            key_id, signature = self.keys.sign(body)
            unit.audit_seals.put(
                Seal(
                    id=seal_id(call.scope, number),
                    number=number,
                    time=now,
                    previous_hash=previous,
                    root=root,
                    entry_ids=ids,
                    leaves=leaves,
                    key_id=key_id,
                    signature=signature,
                    mac=self._mac(body, signature),
                    public_jwk=orjson.dumps(self.keys.public_of(key_id)).decode(),
                )
            )
            for entry in entries:
                unit.audit_logs.increment(entry.id, None, {"seal_number": number})
            unit.audit_unsealed.increment(call.scope or PLATFORM, {}, {"last_seal": number}, pending=-len(entries))
        return len(entries)

    async def verify(self, call: Call) -> AuditVerification:
        """Walks the scope's chain from the first seal on."""
        previous, number, sealed = GENESIS, 0, 0
        finding: Finding | None = None
        async with self.store.unit(call) as unit:
            # Sealing goes on meanwhile: what was there before the walk must be met, what comes during it may be.
            counter = await unit.audit_unsealed.find(call.scope or PLATFORM)
            async for seal in unit.audit_seals.scan():
                number += 1
                entries = await unit.audit_logs.under(seal.number)
                finding = check_seal(seal, number, previous, entries, signed=self._authentic(seal))
                if finding is not None:
                    break
                previous, sealed = seal.hash(), sealed + len(seal.entry_ids)
            if finding is None:
                finding = await self._stray(unit, number, counter.last_seal if counter else 0)
            unsealed = await unit.audit_logs.count(Eq("seal_number", 0))
        answer = AuditVerification(
            intact=finding is None, seals=number, sealed_entries=sealed, unsealed_entries=unsealed
        )
        if finding is not None:
            answer.fault = AuditVerification.Fault.Value(f"FAULT_{finding.fault.name}")
            answer.entry_id, answer.seal_number = finding.entry_id, finding.seal_number
            answer.explanation = finding.explanation
        return answer

    async def _stray(self, unit: IamUnit, last: int, expected: int) -> Finding | None:
        """An entry that claims a seal there is not, or a chain that was cut short after its last seal."""
        beyond = await unit.audit_logs.select(Between("seal_number", last + 1), limit=1)
        if beyond and await unit.audit_seals.find(seal_id(unit.call.scope, beyond[0].seal_number)) is None:
            return Finding(
                Fault.SEAL_REMOVED, last + 1, beyond[0].id, f"seal {last + 1} is missing, its entries remain"
            )
        if below := await unit.audit_logs.select(Between("seal_number", None, 0), limit=1):
            return Finding(
                Fault.ENTRY_INSERTED, below[0].seal_number, below[0].id, f"entry {below[0].id} belongs to no seal"
            )
        if expected > last:
            return Finding(
                Fault.SEAL_REMOVED, last + 1, "", f"seal {last + 1} and its entries are missing at the end of the log"
            )
        return None

    def _mac(self, body: bytes, signature: bytes) -> bytes:
        return hmac.digest(self.room.sealer.key("audit-seal"), body + signature, hashlib.sha256)

    def _authentic(self, seal: Seal) -> bool:
        """Whether this platform made the seal and its key signed it."""
        if not hmac.compare_digest(self._mac(seal.body(), bytes(seal.signature)), bytes(seal.mac)):
            return False
        try:
            key = jwt.PyJWK(orjson.loads(seal.public_jwk), algorithm="ES256").key
            if not isinstance(key, ec.EllipticCurvePublicKey):
                return False
            key.verify(bytes(seal.signature), seal.body(), ec.ECDSA(hashes.SHA256()))
        except (InvalidSignature, jwt.PyJWTError, ValueError):
            return False
        return True
