"""The call: who asks, for which tenant, until when. Made once by the host, handed to everything that acts for it."""

from __future__ import annotations

import copy
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from actors.kernel.errors import PermissionMissing

if TYPE_CHECKING:
    from google.protobuf.message import Message

    from actors.kernel.access.policy import Method

PLATFORM = "platform"
TENANT = "tenant"


@dataclass(frozen=True)
class Principal:
    """Who asks, as a verified token says."""

    user_id: str
    """The user, or the API key that calls."""
    realm: str
    """PLATFORM or TENANT."""
    tenant_id: str = ""
    session_id: str = ""
    email: str = ""
    tier: str = ""
    role_ids: tuple[str, ...] = ()
    permissions: frozenset[str] = frozenset()
    """Wildcards resolved against the catalogue."""
    owes_second_factor: bool = False
    impersonator_id: str = ""
    may_write: bool = True
    """False for an impersonator who did not ask to change things."""
    machine: bool = False
    """An API key."""
    issued_ms: int = 0
    """When the token's facts were read, in Unix milliseconds."""
    expires: float = 0.0


ANONYMOUS = Principal(user_id="", realm="")


@dataclass(slots=True)
class Call:
    """One request, reaction or scheduled piece of work.

    `scope` is the tenant whose things the call is about, empty for the platform's own. Handlers never filter by
    tenant: every store adds the scope below their queries.
    """

    principal: Principal = ANONYMOUS
    scope: str = ""
    request_id: str = ""
    method: Method | None = None
    request: Message | None = None
    address: str = ""
    user_agent: str = ""
    deadline: float | None = None
    """On time.monotonic()'s scale; None for no limit."""
    headers: dict[str, str] = field(default_factory=dict)
    response_headers: list[tuple[str, str]] = field(default_factory=list)
    """Headers the host sends before the answer."""
    started_ms: int = 0
    """When the call arrived, in Unix milliseconds."""
    idempotency: Any = None
    """The key the answer is kept under, when the caller sent one (`kernel.host.idempotency.Key`)."""
    store: Any = None
    """The store that the call commits to, where the host goes by it: its marks, kept answer and audit entry belong
    there, and units of other stores are aside. None when none of these is at stake."""
    inbox_ids: tuple[str, ...] = ()
    """The events this call reacts to; kept with its change, so that they are reacted to once."""
    occur_time: datetime | None = None
    """When the event this call reacts to happened."""
    audited: bool = False
    """Whether the audit entry of this call is committed."""

    def remaining(self) -> float | None:
        """Seconds until the deadline, None without one."""
        return None if self.deadline is None else self.deadline - time.monotonic()

    def may(self, permission: str) -> bool:
        return permission in self.principal.permissions

    def require(self, permission: str) -> None:
        """Refuses a caller who lacks a permission that widens the method. Raises PermissionMissing."""
        if permission not in self.principal.permissions:
            raise PermissionMissing(permission=permission)

    def enter(self, scope: str) -> None:
        """Makes the call about this tenant; for public methods, which learn the tenant from the request."""
        self.scope = scope

    def within(self, scope: str) -> Call:
        """A copy of the call about another tenant, or about none; for reactions."""
        other = copy.copy(self)
        other.scope = scope
        return other


def system_call(scope: str = "", request_id: str = "") -> Call:
    """A call of the platform itself: reactions, schedules, seeding."""
    return Call(principal=Principal(user_id="system", realm=PLATFORM), scope=scope, request_id=request_id)
