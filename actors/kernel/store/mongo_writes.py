"""Which writes go in one command, and which of them a duplicate key is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from actors.kernel.errors import Contended
from actors.kernel.store.contract import Delete, Duplicate, Increment, InsertAbsent, Put, Write


def grouped(writes: Sequence[Write]) -> Iterator[list[Write]]:
    group: list[Write] = []
    for write in writes:
        many = (isinstance(write, Put) and write.expected == 0) or isinstance(write, InsertAbsent | Increment)
        if group and many and _mergeable(group[0], write):
            group.append(write)
            continue
        if group:
            yield group
        group = [write]
    if group:
        yield group


def _mergeable(a: Write, b: Write) -> bool:
    if a.place.name != b.place.name or a.place.database != b.place.database:
        return False
    if isinstance(a, Put) and isinstance(b, Put):
        return a.expected == 0 and b.expected == 0
    return isinstance(a, InsertAbsent | Increment) and isinstance(b, InsertAbsent | Increment)


def duplicate_of(writes: Sequence[Write], details: Mapping[str, Any] | None) -> Exception:
    """What a duplicate key says of the write that met it; Contended when no write can be made out."""
    details = details or {}
    pattern = [name for name in details.get("keyPattern", {}) if name != "tenant_id"]
    fields = tuple("id" if name == "_id" else name for name in pattern)
    values = details.get("keyValue", {})
    text = str(details.get("errmsg", ""))
    suspects = [w for w in writes if not isinstance(w, Delete) and f".{w.place.name} index:" in text]
    for write in suspects:
        document = _intended(write)
        if all(document.get(field) == values.get(name) for field, name in zip(fields, pattern, strict=True)):
            return Duplicate(write.place, fields, document)
    return Duplicate(suspects[0].place, fields, values) if suspects else Contended()


def _intended(write: Put | InsertAbsent | Increment) -> Mapping[str, Any]:
    return {"id": write.id, **(write.initial or {})} if isinstance(write, Increment) else write.document
