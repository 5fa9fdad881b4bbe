"""Coupons, and the discount that a redeemed one is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from actors.billing.domain.money import MICROS, Money, divide_half_even
from actors.billing.domain.period import months_after
from actors.kernel.errors import AlreadyExists, InvalidArgument, InvalidFields, Violation
from actors.kernel.records import Record


class CouponInvalid(InvalidArgument):
    message = "the coupon {coupon} {problem}"


class CouponTaken(AlreadyExists):
    message = "another coupon has this code"


@dataclass(frozen=True)
class Discount:
    """A coupon as one subscription has it: a copy, so that what is charged depends on nothing that may change.

    It holds for invoices of moments in [start_time, end_time), without end when that is None; when both are the same,
    for the one invoice of that moment. Either `percent_micros` or `amount_off_minor` is not 0.
    """

    coupon_id: str
    percent_micros: int = 0
    amount_off_minor: int = 0
    currency: str = ""
    start_time: datetime | None = None
    end_time: datetime | None = None

    @property
    def once(self) -> bool:
        return self.start_time is not None and self.start_time == self.end_time

    def active_at(self, moment: datetime) -> bool:
        if self.start_time is not None and moment < self.start_time:
            return False
        return moment == self.start_time if self.once else self.end_time is None or moment < self.end_time

    def off(self, amount_minor: int) -> int:
        """What is taken off an amount; never more than all of it. A share is rounded once, half-even."""
        if amount_minor <= 0:
            return 0
        if self.percent_micros:
            return divide_half_even(amount_minor * self.percent_micros, MICROS)
        return min(amount_minor, self.amount_off_minor)

    def recurring_micros(self, amount_micros: int) -> int:
        """What is left of a whole period's amount, exact, rounded half-even to whole micros."""
        if self.percent_micros:
            return divide_half_even(amount_micros * (MICROS - self.percent_micros), MICROS)
        return max(0, amount_micros - self.amount_off_minor * MICROS)

    def begun_by(self, moment: datetime) -> Discount:
        """Begins at a moment that is earlier than planned, or stays as it is."""
        if self.start_time is None or self.start_time <= moment or not self.once:
            return self
        return Discount(
            self.coupon_id,
            self.percent_micros,
            self.amount_off_minor,
            self.currency,
            start_time=moment,
            end_time=moment,
        )


@dataclass(frozen=True, kw_only=True)
class Coupon(Record):
    """`code_key` is the code as codes are compared: unique among those that are not deleted."""

    code: str
    code_key: str | None
    display_name: str
    percent_micros: int = 0
    amount_off: Money | None = None
    months: int = 0
    once: bool = False
    most_redemptions: int = 0
    redemptions: int = 0
    expire_time: datetime | None = None
    deleted: bool = False
    create_time: datetime

    def redeemed(self, currency: str, at: datetime) -> Coupon:
        """Counted once more. Raises CouponInvalid when it cannot be, and says why."""
        self.must_be_redeemable(currency, at)
        return self.but(redemptions=self.redemptions + 1)

    def returned(self) -> Coupon:
        """Counted once less: what it was redeemed for never began."""
        return self.but(redemptions=max(0, self.redemptions - 1))

    def must_be_redeemable(self, currency: str, at: datetime) -> None:
        """Raises CouponInvalid."""
        if self.deleted:
            raise CouponInvalid(coupon=self.code, problem="is unknown")
        if self.expire_time is not None and at >= self.expire_time:
            raise CouponInvalid(coupon=self.code, problem="has expired")
        if self.most_redemptions and self.redemptions >= self.most_redemptions:
            raise CouponInvalid(coupon=self.code, problem="is used up")
        if self.amount_off is not None and self.amount_off.currency != currency:
            raise CouponInvalid(coupon=self.code, problem=f"is for {self.amount_off.currency} only")

    def discount(self, start: datetime) -> Discount:
        """What it takes off, from a moment on that an invoice is of: the first period it holds for begins then."""
        end = months_after(start, self.months) if self.months else None
        return Discount(
            coupon_id=self.id,
            percent_micros=self.percent_micros,
            amount_off_minor=self.amount_off.minor if self.amount_off else 0,
            currency=self.amount_off.currency if self.amount_off else "",
            start_time=start,
            end_time=start if self.once else end,
        )

    def removed(self) -> Coupon:
        """Nobody can redeem it any more, and its code is free; those who did keep it."""
        return self if self.deleted else self.but(deleted=True, code_key=None)


def code_key(code: str) -> str:
    """Codes as they are compared: capitals and small letters are the same."""
    return code.strip().upper()


def new_coupon(
    *,
    id: str,
    code: str,
    display_name: str,
    at: datetime,
    percent_micros: int = 0,
    amount_off: Money | None = None,
    months: int = 0,
    once: bool = False,
    most_redemptions: int = 0,
    expire_time: datetime | None = None,
) -> Coupon:
    """Raises InvalidFields for one that takes nothing off, holds for some months and once, or has expired already."""
    violations = []
    if (percent_micros > 0) == (amount_off is not None):
        violations.append(Violation("percent_micros", "give either a percentage or an amount", "COUPON_VALUE"))
    if not 0 <= percent_micros <= MICROS:
        violations.append(Violation("percent_micros", "this is between 0 and 1,000,000, which is all", "COUPON_VALUE"))
    if amount_off is not None and amount_off.minor <= 0:
        violations.append(Violation("amount_off", "an amount is more than nothing", "COUPON_VALUE"))
    if once and months:
        violations.append(Violation("once", "it holds once or for some months, not both", "COUPON_TIME"))
    if expire_time is not None and expire_time <= at:
        violations.append(Violation("expire_time", "this time has passed", "TIME_PASSED"))
    if violations:
        raise InvalidFields(*violations)
    return Coupon(
        id=id,
        code=code.strip(),
        code_key=code_key(code),
        display_name=display_name.strip(),
        percent_micros=percent_micros,
        amount_off=amount_off,
        months=months,
        once=once,
        most_redemptions=most_redemptions,
        expire_time=expire_time,
        create_time=at,
    )
