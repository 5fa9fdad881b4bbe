"""Time zones by their IANA names."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

from actors.kernel.errors import InvalidFields, Violation


@cache
def _names() -> frozenset[str]:
    return frozenset(available_timezones())


def check_time_zone(name: str, field: str = "time_zone") -> None:
    """Raises InvalidFields for a name that is no IANA time zone; the empty one passes."""
    if name and name not in _names():
        raise InvalidFields(Violation(field, f"{name} is not an IANA time zone", "TIME_ZONE_UNKNOWN"))
