"""Sign-ups that wait for their confirmation, and archives of a tenant's data."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from actors.kernel.errors import FailedPrecondition, InvalidArgument
from actors.kernel.records import Announcement, Record, secret


class SignUpClosed(FailedPrecondition):
    message = "sign-up is switched off here; ask the provider for an account"


class ConfirmationInvalid(InvalidArgument):
    message = "this link was never ours, or its time is over; sign up again"


class ExportState(FailedPrecondition):
    message = "the archive is {state}; it can be downloaded while it is COMPLETE"


@dataclass(frozen=True, kw_only=True)
class TenantExportRequested(Announcement):
    tenant_id: str
    export_id: str


@dataclass(frozen=True, kw_only=True)
class TenantExportExpired(Announcement):
    tenant_id: str
    export_id: str


@dataclass(frozen=True, kw_only=True)
class SignUp(Record):
    """Somebody who wants to become a tenant."""

    company: str
    slug: str
    email: str
    display_name: str
    locale: str
    time_zone: str
    secret_hash: str = secret()
    create_time: datetime
    expire_time: datetime
    confirmed_tenant_id: str = ""


class ArchiveState(enum.Enum):
    RUNNING = "RUNNING"
    COMPLETE = "COMPLETE"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True)
class ArchivePart:
    module: str
    complete: bool = False
    records: int = 0
    blob_ids: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TenantExport(Record):
    """An archive: complete once every module wrote its part."""

    state: ArchiveState = ArchiveState.RUNNING
    parts: tuple[ArchivePart, ...]
    create_time: datetime
    complete_time: datetime | None = None
    expire_time: datetime | None = None

    def with_part(self, part: ArchivePart, expires: datetime, at: datetime) -> TenantExport:
        parts = tuple(part if one.module == part.module else one for one in self.parts)
        if not all(one.complete for one in parts):
            return self.but(parts=parts)
        return self.but(parts=parts, state=ArchiveState.COMPLETE, complete_time=at, expire_time=expires)

    def expired(self) -> TenantExport:
        return self.but(state=ArchiveState.EXPIRED)
