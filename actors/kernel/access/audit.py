"""What the audit log is told: entries of calls that changed something, and refusals folded by the minute.

An entry is an announcement like any other: it is committed in the unit of the change, travels through the outbox and
is filed by the module that keeps the log. So there is one way for every module and every kind of store.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from google.protobuf.message import Message

from actors.api.kernel.v1 import AuditRecorded, Change
from actors.kernel.call import Call
from actors.kernel.card_number import holds_card_number
from actors.kernel.clock import Clock
from actors.kernel.errors import AtriumError
from actors.kernel.records import Record
from actors.kernel.wire import timestamp

MASK = "•••"
_UNTOLD = {"id", "tenant_id", "version", "announcements", "update_time", "create_time"}
_LONGEST = 500


def changes_between(before: Record | None, after: Record | None) -> list[Change]:
    """The fields that differ, old and new as text; secrets only as changed, never what they are."""
    known = after if after is not None else before
    if known is None:
        return []
    kind: Any = type(known)
    changes = []
    for name, missing, hidden in _told(kind):
        old = getattr(before, name) if before is not None else missing
        new = getattr(after, name) if after is not None else missing
        if old != new:
            changes.append(Change(field=name, old_value=_text(old, hidden), new_value=_text(new, hidden)))
    return changes


@functools.cache
def _told(kind: Any) -> tuple[tuple[str, Any, bool], ...]:
    """What is told of a kind of record: each field with its default and whether it is secret."""
    return tuple(
        (
            field.name,
            None if field.default is dataclasses.MISSING else field.default,
            bool(field.metadata.get("secret")),
        )
        for field in dataclasses.fields(kind)
        if field.name not in _UNTOLD
    )


def _text(value: Any, hidden: bool) -> str:
    if value is None or value in ("", (), b""):
        return ""
    if hidden:
        return MASK
    if type(value) is str:
        text = value
    elif isinstance(value, datetime):
        text = value.isoformat().replace("+00:00", "Z")
    elif isinstance(value, tuple):
        text = ", ".join(_text(one, False) for one in value)
    elif dataclasses.is_dataclass(value):
        text = "; ".join(
            f"{f.name}={_text(getattr(value, f.name), bool(f.metadata.get('secret')))}"
            for f in dataclasses.fields(value)
        )
    else:
        text = str(getattr(value, "name", value))
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def audit_entry(
    call: Call, clock: Clock, pairs: Iterable[tuple[str, Record | None, Record | None]], answer: Message | None
) -> AuditRecorded:
    """The entry of a call that succeeded, with what it changed: kind of record, what it was, what it is.

    Fields of the target go by their name, those of other records with the record's kind before it.
    """
    pairs = list(pairs)
    entry = _entry(call, clock)
    entry.target_id = _target(call, answer) or next(
        (record.id for _, before, after in pairs if (record := after or before) is not None), ""
    )
    for kind, before, after in pairs:
        record = after or before
        changes = changes_between(before, after)
        if record is not None and record.id != entry.target_id:
            for change in changes:
                change.field = f"{kind}.{change.field}"
        entry.changes.extend(changes)
    return entry


def noted_entry(call: Call, clock: Clock, action: str, target_id: str, reason: str) -> AuditRecorded:
    """An entry for something that happened during a call, by its own name."""
    entry = _entry(call, clock)
    entry.action, entry.target_id, entry.reason = action, target_id, reason
    return entry


def _entry(call: Call, clock: Clock) -> AuditRecorded:
    principal, method = call.principal, call.method
    return AuditRecorded(
        id=clock.new_id("aud"),
        tenant_id=call.scope,
        occur_time=timestamp(clock.now()),
        actor_id=principal.user_id,
        actor_email=principal.email,
        actor_realm=principal.realm,
        impersonator_id=principal.impersonator_id,
        action=(method.audit_action or "") if method else "",
        method=method.full_name if method else "",
        address=call.address,
        user_agent=call.user_agent[:200],
        request_id=call.request_id,
        count=1,
    )


def _target(call: Call, answer: Message | None) -> str:
    """The value of the method's target field: of the request when it has the field, else of the answer."""
    path = (call.method.audit_target if call.method else "") or "id"
    for source in (call.request, answer):
        value: Any = source
        for name in path.split("."):
            if isinstance(value, Sequence) and not isinstance(value, str):
                value = value[0] if value else None
            value = getattr(value, name, None) if value is not None else None
        if isinstance(value, str) and value:
            return value[:64]
    return ""


@dataclasses.dataclass
class _Fold:
    first: AuditRecorded
    count: int = 0
    told: int = 0


class Refusals:
    """Counts refused calls in memory; `take` turns them into a few entries.

    A flood of refusals makes two entries at most for each actor, method, reason and minute: one soon after the first
    refusal, one for the rest when the minute is over. Of different ones there are at most `most` a minute: the rest
    is summed up under no actor. So nobody can fill the store by being refused.
    """

    def __init__(self, clock: Clock, most: int = 500) -> None:
        self.clock, self.most = clock, most
        self._folds: dict[tuple[str, ...], _Fold] = {}

    def add(self, call: Call, error: AtriumError) -> None:
        method = call.method
        if method is None or not method.audit_action:
            return
        actor = call.principal.user_id or call.address
        reason, minute = error.reason(), self._minute()
        key = (call.scope, actor, method.full_name, reason, minute)
        if key not in self._folds and len(self._folds) >= self.most:
            key = ("", "", method.full_name, reason, minute)
        fold = self._folds.get(key)
        if fold is None:
            entry = _entry(call, self.clock)
            entry.outcome, entry.reason = int(error.code), reason
            # Nobody has checked it: whatever somebody pasted for an id.
            target = _target(call, None)
            entry.target_id = MASK if holds_card_number(target) else target
            if not key[1]:
                entry.tenant_id = entry.actor_id = entry.actor_email = entry.address = entry.target_id = ""
            fold = self._folds[key] = _Fold(entry)
        fold.count += 1

    def take(self, *, everything: bool = False) -> list[AuditRecorded]:
        """The entries that are due. With `everything` also those of the minute that is not over, for the last take."""
        due, minute = [], self._minute()
        for key, fold in list(self._folds.items()):
            over = everything or key[-1] != minute
            if fold.count > fold.told and (over or not fold.told):
                entry = AuditRecorded()
                entry.CopyFrom(fold.first)
                if fold.told:
                    entry.id = self.clock.new_id("aud")
                entry.count = fold.count - fold.told
                fold.told = fold.count
                due.append(entry)
            if over:
                del self._folds[key]
        return due

    def _minute(self) -> str:
        return self.clock.now().strftime("%Y-%m-%dT%H:%M")
