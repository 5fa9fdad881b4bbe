"""The audit log: listed, exported, watched, verified."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime

from google.api.httpbody_pb2 import HttpBody

from actors.api.iam.v1 import (
    AuditLog as AuditLogMessage,
)
from actors.api.iam.v1 import (
    AuditLogServiceServicer,
    AuditVerification,
    ExportAuditLogsRequest,
    ListAuditLogsRequest,
    ListAuditLogsResponse,
    VerifyAuditLogRequest,
    WatchAuditLogsRequest,
    WatchAuditLogsResponse,
)
from actors.iam.domain.audit import AuditLog
from actors.iam.seals import Seals
from actors.iam.store import IamUnit
from actors.kernel import wire
from actors.kernel.call import PLATFORM, Call
from actors.kernel.module import Room
from actors.kernel.store.contract import Between, Condition, Eq, Order
from actors.kernel.store.unit import Store

HEARTBEAT_SECONDS = 15.0
LONGEST_WATCH_SECONDS = 1800.0
_NEWEST_FIRST = Order("occur_time", descending=True)
_COLUMNS = (
    "id",
    "occur_time",
    "actor_id",
    "actor_email",
    "actor_realm",
    "impersonator_id",
    "action",
    "target_id",
    "method",
    "outcome",
    "reason",
    "address",
    "user_agent",
    "request_id",
    "count",
    "changes",
)


class AuditLogService(AuditLogServiceServicer):
    """What was done and refused, by whom."""

    def __init__(self, room: Room, seals: Seals) -> None:
        self.room, self.seals = room, seals
        self.store: Store[IamUnit] = room.store

    async def ListAuditLogs(self, request: ListAuditLogsRequest, call: Call) -> ListAuditLogsResponse:
        async with self.store.unit(call) as unit:
            page = await unit.audit_logs.page(*_conditions(request), order=_NEWEST_FIRST, request=request)
        return ListAuditLogsResponse(
            audit_logs=[wire.message(AuditLogMessage, entry) for entry in page.items],
            next_page_token=page.next_page_token,
        )

    async def ExportAuditLogs(self, request: ExportAuditLogsRequest, call: Call) -> AsyncIterator[HttpBody]:
        where = _conditions(request)
        yield HttpBody(content_type="text/csv; charset=utf-8", data=_row(_COLUMNS))
        after = None
        async with self.store.unit(call, aside=True) as unit:
            place = await self.store.place(unit.audit_logs.collection, call.scope)
            while found := await self.store.backend.find(place, where, _NEWEST_FIRST, 500, after):
                entries = [wire.from_document(AuditLog, document) for document in found]
                yield HttpBody(data=b"".join(_row(_cells(entry)) for entry in entries))
                after = (entries[-1].occur_time, entries[-1].id)

    async def WatchAuditLogs(self, request: WatchAuditLogsRequest, call: Call) -> AsyncIterator[WatchAuditLogsResponse]:
        # The provider's log has, besides its own, the entries of what its staff did to tenants.
        events = self.room.bus.tail(f"atrium.*.AuditRecorded.{call.scope or '*'}")
        until = asyncio.get_running_loop().time() + LONGEST_WATCH_SECONDS
        waiting = asyncio.ensure_future(anext(events))
        yield WatchAuditLogsResponse(heartbeat=True)
        try:
            while asyncio.get_running_loop().time() < until:
                done, _ = await asyncio.wait([waiting], timeout=HEARTBEAT_SECONDS)
                if not done:
                    yield WatchAuditLogsResponse(heartbeat=True)
                    continue
                recorded = waiting.result().message()
                waiting = asyncio.ensure_future(anext(events))
                entry = wire.record(AuditLog, recorded)
                if entry.tenant_id and not call.scope:
                    if entry.actor_realm != PLATFORM:
                        continue
                    entry = entry.but(tenant_id="", about_tenant_id=entry.tenant_id)
                yield WatchAuditLogsResponse(audit_log=wire.message(AuditLogMessage, entry))
            yield WatchAuditLogsResponse(end=True)
        finally:
            waiting.cancel()

    async def VerifyAuditLog(self, request: VerifyAuditLogRequest, call: Call) -> AuditVerification:
        return await self.seals.verify(call)


def _conditions(request: ListAuditLogsRequest | ExportAuditLogsRequest) -> list[Condition]:
    where: list[Condition] = [
        Eq(name, value) for name in ("actor_id", "action", "target_id") if (value := getattr(request, name))
    ]
    if request.outcome:
        where.append(Eq("refused", request.outcome == ListAuditLogsRequest.OUTCOME_REFUSED))
    if request.HasField("start_time") or request.HasField("end_time"):
        low = request.start_time.ToDatetime(UTC) if request.HasField("start_time") else None
        high = request.end_time.ToDatetime(UTC) if request.HasField("end_time") else None
        where.append(Between("occur_time", low, high))
    return where


def _cells(entry: AuditLog) -> tuple[str, ...]:
    changes = "; ".join(f"{c.field}: {c.old_value} → {c.new_value}" for c in entry.changes)
    values = [getattr(entry, name) for name in _COLUMNS[:-1]]
    return (*(v.isoformat() if isinstance(v, datetime) else str(v) for v in values), changes)


def _row(cells: tuple[str, ...]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow(guarded(cell) for cell in cells)
    return text.getvalue().encode()


def guarded(cell: str) -> str:
    """The cell so that no spreadsheet takes it for a formula (https://owasp.org/www-community/attacks/CSV_Injection)."""
    return f"'{cell}" if cell[:1] in "=+-@\t\r" and cell else cell
