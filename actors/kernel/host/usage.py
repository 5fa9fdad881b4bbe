"""Counting in memory, telling now and then: permissions used and calls made, never a write per call."""

from __future__ import annotations

from google.protobuf.message import Message

from actors.api.kernel.v1 import CallsCounted, PermissionsUsed
from actors.kernel.call import TENANT, Call
from actors.kernel.clock import Clock

_MOST_KEYS = 50_000


class Usage:
    """What callers of one host did since the last `take`. A crash loses at most what was counted since."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._permissions: dict[tuple[str, str], list[int]] = {}
        self._calls: dict[str, list[int]] = {}

    def permission(self, call: Call, permission: str, *, allowed: bool) -> None:
        key = (call.principal.tenant_id, permission)
        counts = self._permissions.get(key)
        if counts is None:
            if len(self._permissions) >= _MOST_KEYS:
                return
            counts = self._permissions[key] = [0, 0]
        counts[0 if allowed else 1] += 1

    def called(self, call: Call, *, failed: bool, counted: bool = True) -> None:
        """Counts a call; `counted` says whether it is use of the API when a machine made it."""
        principal = call.principal
        if principal.realm != TENANT:
            return
        counts = self._calls.get(principal.tenant_id)
        if counts is None:
            counts = self._calls[principal.tenant_id] = [0, 0, 0]
        counts[0] += 1
        if failed:
            counts[1] += 1
        if counted and principal.machine:
            counts[2] += 1

    def take(self) -> list[Message]:
        """The announcements of what was counted."""
        day = self.clock.today()
        permissions, self._permissions = self._permissions, {}
        calls, self._calls = self._calls, {}
        told: list[Message] = []
        if permissions:
            uses = [
                PermissionsUsed.Use(tenant_id=t, permission=p, allowed=a, denied=d)
                for (t, p), (a, d) in permissions.items()
            ]
            told += [PermissionsUsed(day=day, uses=uses[i : i + 500]) for i in range(0, len(uses), 500)]
        if calls:
            rows = [
                CallsCounted.Calls(tenant_id=t, calls=n, failures=f, machine_calls=m) for t, (n, f, m) in calls.items()
            ]
            told += [CallsCounted(day=day, calls=rows[i : i + 1000]) for i in range(0, len(rows), 1000)]
        return told
