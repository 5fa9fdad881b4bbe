"""Archives of all that the platform holds of a tenant."""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator

import orjson
from google.api.httpbody_pb2 import HttpBody

from actors import MODULES
from actors.api.tenants.v1 import (
    DownloadTenantExportRequest,
    ExportTenantRequest,
    GetTenantExportRequest,
    TenantExportServiceServicer,
)
from actors.api.tenants.v1 import (
    TenantExport as TenantExportMessage,
)
from actors.kernel import wire
from actors.kernel.call import Call
from actors.kernel.module import Room
from actors.kernel.store.unit import Store
from actors.tenants.domain.intake import (
    ArchivePart,
    ArchiveState,
    ExportState,
    TenantExport,
    TenantExportRequested,
)
from actors.tenants.store import TenantsUnit

_README = """{name}: everything the platform holds of the tenant {tenant_id}, as of {time}.

manifest.json   the modules, their files and how many records each has
<module>/*.jsonl   one record a line, as JSON; times are ISO 8601 in UTC

Secrets (password hashes, one-time secrets, key material) are left out.
"""


class TenantExportService(TenantExportServiceServicer):
    """Archives over all modules: asked for, followed, downloaded."""

    def __init__(self, room: Room) -> None:
        self.room, self.clock = room, room.clock
        self.store: Store[TenantsUnit] = room.store

    async def ExportTenant(self, request: ExportTenantRequest, call: Call) -> TenantExportMessage:
        async with self.store.unit(call) as unit:
            (await unit.tenants.get(request.tenant_id)).must_hold_data("export it")
            export = unit.exports.put(
                TenantExport(
                    id=self.clock.new_id("exp"),
                    tenant_id=request.tenant_id,
                    parts=tuple(ArchivePart(module) for module in MODULES),
                    create_time=self.clock.now(),
                    announcements=(),
                )
            )
            unit.announce(TenantExportRequested(tenant_id=request.tenant_id, export_id=export.id), key=export.id)
            return unit.answer(wire.message(TenantExportMessage, export))

    async def GetTenantExport(self, request: GetTenantExportRequest, call: Call) -> TenantExportMessage:
        return wire.message(TenantExportMessage, await self._get(request.tenant_id, request.id, call))

    async def DownloadTenantExport(self, request: DownloadTenantExportRequest, call: Call) -> AsyncIterator[HttpBody]:
        export = await self._get(request.tenant_id, request.id, call)
        if export.state is not ArchiveState.COMPLETE:
            raise ExportState(state=export.state.name)
        async with self.store.unit(call, aside=True) as unit:
            tenant = await unit.tenants.get(request.tenant_id)
        sink = _Sink()
        with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
            readme = _README.format(name=tenant.display_name, tenant_id=tenant.id, time=export.create_time.isoformat())
            archive.writestr("README.txt", readme)
            archive.writestr("manifest.json", _manifest(export))
            yield HttpBody(content_type="application/zip", data=sink.take())
            for part in export.parts:
                for blob in part.blob_ids:
                    with archive.open(f"{part.module}/{blob.rpartition('/')[2]}", "w") as file:
                        async for chunk in self.room.backend.read_blob(blob):
                            file.write(chunk)
                            if sink.size > 64 * 1024:
                                yield HttpBody(data=sink.take())
        yield HttpBody(data=sink.take())

    async def _get(self, tenant_id: str, id: str, call: Call) -> TenantExport:
        async with self.store.unit(call) as unit:
            return await unit.exports.get(id)


def _manifest(export: TenantExport) -> bytes:
    modules = {
        part.module: {"records": part.records, "files": [blob.rpartition("/")[2] for blob in part.blob_ids]}
        for part in export.parts
    }
    return orjson.dumps(
        {"tenant_id": export.tenant_id, "export_id": export.id, "modules": modules}, option=orjson.OPT_INDENT_2
    )


class _Sink(io.RawIOBase):
    """Takes what a ZIP writer writes, to be handed on piece by piece; cannot seek, so nothing is kept."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._parts.append(bytes(data))
        self.size += len(data)
        return len(data)

    def take(self) -> bytes:
        taken = b"".join(self._parts)
        self._parts, self.size = [], 0
        return taken
