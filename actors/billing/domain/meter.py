"""Meters: what is counted, and how events become a quantity."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from actors.kernel.errors import InvalidArgument, InvalidFields, Violation
from actors.kernel.records import Record


class MeterUnknown(InvalidArgument):
    message = "there is no meter {meter}, or it takes no events"


class Aggregation(enum.Enum):
    """SUM adds up; MAX is the highest value of the period; GAUGE the last that was reported."""

    SUM = "SUM"
    MAX = "MAX"
    GAUGE = "GAUGE"


@dataclass(frozen=True, kw_only=True)
class Meter(Record):
    """What is counted. Its id is its name. `used` once an event came: from then on it counts as it does."""

    display_name: str
    unit: str
    aggregation: Aggregation
    built_in: bool = False
    used: bool = False

    @property
    def within_period(self) -> bool:
        """Whether it begins at nothing in each period; else it has a value at any time."""
        return self.aggregation is not Aggregation.GAUGE

    def renamed(self, display_name: str, unit: str, aggregation: Aggregation | None = None) -> Meter:
        """With other words for people. Raises InvalidFields for another aggregation once it is used or built in."""
        aggregation = aggregation or self.aggregation
        if aggregation is not self.aggregation and (self.used or self.built_in):
            raise InvalidFields(Violation("aggregation", "events were counted already", "METER_USED"))
        after = self.but(display_name=display_name.strip(), unit=unit.strip(), aggregation=aggregation)
        return self if after == self else after

    def counted(self) -> Meter:
        return self if self.used else self.but(used=True)

    @property
    def takes_events(self) -> bool:
        """Whether senders report it; not what the platform counts by itself."""
        return not self.built_in and self.aggregation is not Aggregation.GAUGE

    def must_take_events(self) -> None:
        """Raises MeterUnknown for one that the platform counts by itself."""
        if not self.takes_events:
            raise MeterUnknown(meter=self.id)


def _built_in(id: str, display_name: str, unit: str, aggregation: Aggregation) -> Meter:
    return Meter(id=id, display_name=display_name, unit=unit, aggregation=aggregation, built_in=True)


BUILT_IN = (
    _built_in("api_calls", "API calls", "call", Aggregation.SUM),
    _built_in("users", "Users", "user", Aggregation.GAUGE),
    _built_in("storage_bytes", "Storage", "byte", Aggregation.GAUGE),
    _built_in("tickets", "Tickets", "ticket", Aggregation.SUM),
    _built_in("reports", "Reports", "report", Aggregation.SUM),
    _built_in("models", "Models", "model", Aggregation.GAUGE),
)
"""What the platform counts, and what its modules report: plans may limit and price them from the first day."""


def new_meter(id: str, display_name: str, unit: str, aggregation: Aggregation) -> Meter:
    """A meter for events: SUM or MAX. Raises InvalidFields for a GAUGE, which only the platform reports."""
    if aggregation is Aggregation.GAUGE:
        raise InvalidFields(Violation("aggregation", "only the platform reports present values", "GAUGE_UNFIT"))
    return Meter(id=id, display_name=display_name.strip(), unit=unit.strip(), aggregation=aggregation)


@dataclass(frozen=True)
class Reading:
    """A part of what was counted: of a day, or of one of the shards that a day is counted in."""

    day: str
    quantity: int
    time: datetime
    """When it was counted last: of two present values the later holds."""


def quantity_of(aggregation: Aggregation, readings: Iterable[Reading]) -> int:
    """The quantity that the parts make together, whatever their order; nothing counted is 0."""
    parts = list(readings)
    if not parts:
        return 0
    if aggregation is Aggregation.SUM:
        return sum(part.quantity for part in parts)
    if aggregation is Aggregation.MAX:
        return max(part.quantity for part in parts)
    return max(parts, key=lambda part: (part.time, part.quantity)).quantity


def by_day(aggregation: Aggregation, readings: Iterable[Reading]) -> tuple[Reading, ...]:
    """One reading for each day that has any, days rising: shards put together."""
    days: dict[str, list[Reading]] = {}
    for part in readings:
        days.setdefault(part.day, []).append(part)
    return tuple(
        Reading(day, quantity_of(aggregation, parts), max(part.time for part in parts))
        for day, parts in sorted(days.items())
    )
