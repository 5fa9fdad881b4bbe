"""Dunning: when a payment that failed is tried again, and when that is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Dunning:
    """`retry_days` are counted from the first attempt, rising: with (1, 3, 5, 7) there are five attempts in all."""

    retry_days: tuple[int, ...] = (1, 3, 5, 7)

    def __post_init__(self) -> None:
        if list(self.retry_days) != sorted({*self.retry_days}) or any(day < 1 for day in self.retry_days):
            raise ValueError("retry days rise from 1 on")

    @property
    def attempts(self) -> int:
        return 1 + len(self.retry_days)

    def last(self, attempt: int) -> bool:
        """Whether nothing is tried after this attempt: they count from 1."""
        return attempt >= self.attempts

    def next_time(self, attempt: int, first_time: datetime) -> datetime | None:
        """When to try again after an attempt failed, None when that was the last. `first_time` is the first one's."""
        if attempt < 1:
            raise ValueError("attempts count from 1")
        return None if self.last(attempt) else first_time + timedelta(days=self.retry_days[attempt - 1])
