"""Billing periods: stretches of UTC time, counted by months or years from an anchor."""

from __future__ import annotations

import calendar
import enum
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


class Interval(enum.Enum):
    MONTH = "MONTH"
    YEAR = "YEAR"

    @property
    def months(self) -> int:
        return 1 if self is Interval.MONTH else 12


@dataclass(frozen=True)
class Period:
    """A stretch of time: its start belongs to it, its end does not."""

    number: int
    start_time: datetime
    end_time: datetime

    def __post_init__(self) -> None:
        if self.start_time >= self.end_time:
            raise ValueError("a period has a length")

    def __contains__(self, moment: datetime) -> bool:
        return self.start_time <= moment < self.end_time

    @property
    def seconds(self) -> int:
        return seconds_between(self.start_time, self.end_time)

    def seconds_left(self, moment: datetime) -> int:
        """Whole seconds from the moment to the end; all before it begins, none after it has ended."""
        return max(0, self.seconds - max(0, seconds_between(self.start_time, moment)))

    def cut(self, moment: datetime) -> Period:
        """Ended at the moment, which lies within."""
        return Period(self.number, self.start_time, moment)


@dataclass(frozen=True)
class Anchor:
    """The moment that periods are counted from: number `first` begins at it.

    Period n is [time + (n - first) · interval, time + (n - first + 1) · interval), always from the anchor itself: one
    on 31 January begins on 28 or 29 February, then on 31 March. All of it in UTC, so that no day has 23 or 25 hours.
    """

    time: datetime
    interval: Interval
    first: int = 1

    def period(self, number: int) -> Period:
        """Raises ValueError for one before the anchor."""
        if number < self.first:
            raise ValueError(f"period {number} is before the anchor")
        n = number - self.first
        return Period(number, shifted(self.time, self.interval, n), shifted(self.time, self.interval, n + 1))

    def number_at(self, moment: datetime) -> int:
        """The number of the period that the moment lies in; of one before the anchor less than `first`."""
        moment, start = in_utc(moment), in_utc(self.time)
        months = (moment.year - start.year) * 12 + moment.month - start.month
        n = months // self.interval.months
        # The month alone may be one too far: the day and the time of it decide.
        while shifted(self.time, self.interval, n) > moment:
            n -= 1
        while shifted(self.time, self.interval, n + 1) <= moment:
            n += 1
        return self.first + n

    def whole_before(self) -> Period:
        """The interval that would end at the anchor: what a shorter period before it is a part of."""
        return Period(self.first - 1, shifted(self.time, self.interval, -1), self.time)


def shifted(moment: datetime, interval: Interval, times: int) -> datetime:
    """The moment so many intervals later; a day that the month does not have becomes its last."""
    return months_after(moment, interval.months * times)


def months_after(moment: datetime, months: int) -> datetime:
    """The same day and time of day so many months later, or the last day of a shorter month. In UTC."""
    moment = in_utc(moment)
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def in_utc(moment: datetime) -> datetime:
    """The same moment in UTC. Raises ValueError for one without a zone, which is no moment at all."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return moment.astimezone(UTC)


def whole_second(moment: datetime) -> datetime:
    """The second that the moment lies in, in UTC: what periods begin and end at."""
    return in_utc(moment).replace(microsecond=0)


def seconds_between(start: datetime, end: datetime) -> int:
    """Whole seconds, those begun not counted; negative when the end is earlier."""
    return (in_utc(end) - in_utc(start)) // timedelta(seconds=1)
