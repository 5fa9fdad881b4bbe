"""Which period usage counts in, over all subscriptions that a tenant has had."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from actors.billing.domain.billed_period import BilledPeriod
from actors.billing.domain.period import Period
from actors.billing.domain.usage import assigned


@dataclass(frozen=True)
class UsagePeriod:
    """Where usage counts: a subscription and the number of its period. Of what is used without one, neither."""

    subscription_id: str = ""
    number: int = 0
    period: Period | None = None
    """None of one that has not begun."""

    def day_of(self, occur_time: datetime, arrive_time: datetime) -> str:
        """The day it counts on, YYYY-MM-DD in UTC: when it occurred, or arrived if the period was not that of then. So
        the days of a period lie within it."""
        within = self.period is None or occur_time in self.period
        return (occur_time if within else arrive_time).date().isoformat()


class Assignment:
    """Assigns usage of one tenant to its periods, by `assigned`.

    `periods` are those that may still be open, of all its subscriptions, or else the last that was; in any order.
    """

    def __init__(self, periods: Sequence[BilledPeriod], grace: timedelta) -> None:
        rising = sorted(periods, key=lambda one: (one.start_time, one.end_time))
        self.grace = grace
        # By their place among all of the tenant's: a number names a period of one subscription only.
        self._places = [Period(place, one.start_time, one.end_time) for place, one in enumerate(rising)]
        self._found = [UsagePeriod(one.subscription_id, one.number, one.period) for one in rising]
        if rising:
            self._found.append(UsagePeriod(rising[-1].subscription_id, rising[-1].number + 1))

    def of(self, occur_time: datetime, arrive_time: datetime) -> UsagePeriod:
        if not self._places:
            return UsagePeriod()
        return self._found[assigned(occur_time, arrive_time, self._places, self.grace)]
