"""The audit log as a chain of seals: batches of entries under a Merkle root, each seal hashed into the next.

Leaf and node hashes are those of RFC 6962 (https://www.rfc-editor.org/rfc/rfc6962#section-2.1): SHA-256 over 0x00 and
the entry, or 0x01 and the two children. Ordering and sealing are done afterwards, by one worker, so that writers never
wait for each other. Entries of the last second or so are not covered yet.
"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson

from actors.kernel import wire
from actors.kernel.records import Record

GENESIS = hashlib.sha256(b"atrium audit log").hexdigest()


@dataclass(frozen=True)
class Change:
    field: str
    old_value: str
    new_value: str


@dataclass(frozen=True, kw_only=True)
class AuditLog(Record):
    """One entry. All but `seal_number` is under the seal."""

    occur_time: datetime
    actor_id: str = ""
    actor_email: str = ""
    actor_realm: str = ""
    impersonator_id: str = ""
    action: str = ""
    target_id: str = ""
    method: str = ""
    outcome: int = 0
    reason: str = ""
    address: str = ""
    user_agent: str = ""
    request_id: str = ""
    changes: tuple[Change, ...] = ()
    count: int = 1
    refused: bool = False
    about_tenant_id: str = ""
    seal_number: int = 0

    def leaf(self) -> str:
        """The entry's leaf hash."""
        content = wire.document(self)
        del content["seal_number"], content["version"]
        plain = orjson.dumps(content, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z)
        return hashlib.sha256(b"\x00" + plain).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Seal(Record):
    """A sealed batch. Its id is `<scope>:<number>`."""

    number: int
    time: datetime
    previous_hash: str
    root: str
    entry_ids: tuple[str, ...]
    leaves: tuple[str, ...]
    key_id: str
    public_jwk: str
    """The public half of the key, kept here because keys are retired long before their seals."""
    signature: bytes
    mac: bytes
    """Keyed with the platform's secret: who can write the store but does not have the secret cannot make a seal."""

    def body(self) -> bytes:
        """What is signed, and hashed into the next seal."""
        return seal_body(self.number, self.time, self.previous_hash, self.root, self.entry_ids)

    def hash(self) -> str:
        return hashlib.sha256(self.body() + self.signature).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Unsealed(Record):
    """How many entries of a scope wait for a seal, and how many seals there are. Its id is the scope, or `platform`."""

    pending: int
    last_seal: int = 0


def seal_body(number: int, time: datetime, previous_hash: str, root: str, entry_ids: Sequence[str]) -> bytes:
    ids = hashlib.sha256("\n".join(entry_ids).encode()).hexdigest()
    return f"{number}|{time.isoformat()}|{previous_hash}|{root}|{ids}".encode()


def merkle_root(leaves: Sequence[str]) -> str:
    """The root over leaf hashes; an odd one is carried up unchanged."""
    level = [bytes.fromhex(leaf) for leaf in leaves]
    if not level:
        return hashlib.sha256(b"").hexdigest()
    while len(level) > 1:
        pairs = [hashlib.sha256(b"\x01" + a + b).digest() for a, b in zip(level[::2], level[1::2], strict=False)]
        level = pairs + ([level[-1]] if len(level) % 2 else [])
    return level[0].hex()


class Fault(enum.Enum):
    ENTRY_CHANGED = "ENTRY_CHANGED"
    ENTRY_REMOVED = "ENTRY_REMOVED"
    ENTRY_INSERTED = "ENTRY_INSERTED"
    SEAL_CHANGED = "SEAL_CHANGED"
    SEAL_REMOVED = "SEAL_REMOVED"


@dataclass(frozen=True)
class Finding:
    """The first thing that is wrong."""

    fault: Fault
    seal_number: int
    entry_id: str
    explanation: str


def check_seal(
    seal: Seal, number: int, previous_hash: str, entries: Mapping[str, AuditLog], *, signed: bool
) -> Finding | None:
    """Compares a seal with its place in the chain and with the entries that carry its number."""
    if seal.number != number:
        return Finding(Fault.SEAL_REMOVED, number, "", f"seal {number} is missing")
    if seal.previous_hash != previous_hash:
        return Finding(Fault.SEAL_CHANGED, number, "", f"seal {number} does not follow the one before it")
    if not signed or merkle_root(seal.leaves) != seal.root:
        return Finding(Fault.SEAL_CHANGED, number, "", f"seal {number} is not what was signed")
    for id, leaf in zip(seal.entry_ids, seal.leaves, strict=True):
        entry = entries.get(id)
        if entry is None:
            return Finding(Fault.ENTRY_REMOVED, number, id, f"entry {id} of seal {number} is gone")
        if entry.leaf() != leaf:
            return Finding(Fault.ENTRY_CHANGED, number, id, f"entry {id} of seal {number} was changed")
    for id in sorted(entries.keys() - set(seal.entry_ids)):
        return Finding(Fault.ENTRY_INSERTED, number, id, f"entry {id} was put into seal {number} afterwards")
    return None


@dataclass(frozen=True, kw_only=True)
class PermissionDay(Record):
    """Uses of a permission on a day. Its id is `<tenant or platform>:<day>:<permission>`."""

    day: str
    permission: str
    allowed: int = 0
    denied: int = 0


@dataclass(frozen=True, kw_only=True)
class SignInDay(Record):
    """Sign-ins of a day. Its id is `<tenant or platform>:<day>`."""

    day: str
    succeeded: int = 0
    failed: int = 0
