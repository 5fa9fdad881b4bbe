"""Lock-outs: each failed sign-in beyond the first few costs a wait, which doubles up to a limit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from actors.kernel.errors import ResourceExhausted
from actors.kernel.records import Record

FORGET = timedelta(hours=1)
"""After this long without a failure the count begins anew."""


class LockedOut(ResourceExhausted):
    message = "too many failed sign-ins; try again in {retry_after_seconds} s"


@dataclass(frozen=True, kw_only=True)
class Failures(Record):
    """Failed sign-ins of one account or from one address."""

    count: int
    last_time: datetime
    expire_time: datetime

    def wait_seconds(self, free: int, longest: int, at: datetime) -> int:
        """Whole seconds until the next try is allowed: 0 for the first `free` failures, then 1, 2, 4 … `longest`."""
        if self.count < free or at >= self.last_time + FORGET:
            return 0
        delay = timedelta(seconds=min(longest, 2 ** min(self.count - free, 20)))
        remaining = (self.last_time + delay - at).total_seconds()
        return max(0, int(-(-remaining // 1)))
