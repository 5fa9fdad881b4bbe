"""Time and identifiers; the only source of both, so that a test can replace them as a whole."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime, timedelta

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = [high + low for high in _CROCKFORD for low in _CROCKFORD]
_SHIFTS = range(120, -1, -10)


class Clock:
    """The real time, in UTC and whole milliseconds: what every store can keep without loss."""

    def __init__(self) -> None:
        self._last_id = 0

    def now(self) -> datetime:
        return _from_millis(self._millis())

    def today(self) -> str:
        """The day in UTC, YYYY-MM-DD."""
        return self.now().date().isoformat()

    def new_id(self, prefix: str) -> str:
        """A new identifier, `prefix_` and a ULID: unique everywhere, sortable by time, rising within this process."""
        value = (self._millis() << 80) | secrets.randbits(79)
        if value <= self._last_id:
            value = self._last_id + 1 + secrets.randbits(32)
        self._last_id = value
        return f"{prefix}_{encode_ulid(value)}"

    def _millis(self) -> int:
        """Since the Unix epoch; `now` and `new_id` follow it."""
        return time.time_ns() // 1_000_000


class ManualClock(Clock):
    """A clock that stands still until it is moved."""

    def __init__(self, start: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        super().__init__()
        self._now = start

    def now(self) -> datetime:
        return self._now

    def advance(self, by: timedelta) -> None:
        """Moves the time forward; never back."""
        if by < timedelta(0):
            raise ValueError("time does not run backwards")
        self._now += by

    def _millis(self) -> int:
        return int(self._now.timestamp() * 1000)


def encode_ulid(value: int) -> str:
    """26 characters of Crockford's base 32 for a 128-bit number (https://github.com/ulid/spec)."""
    return "".join([_PAIRS[value >> shift & 1023] for shift in _SHIFTS])


def _from_millis(millis: int) -> datetime:
    return datetime.fromtimestamp(millis // 1000, UTC).replace(microsecond=millis % 1000 * 1000)
