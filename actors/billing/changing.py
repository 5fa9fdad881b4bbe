"""Changes of subscriptions as they are asked for, and what they come to: the same for a preview and for the change.

Everything here is computed from what is read in one unit, for one moment; nothing is staged.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from actors.billing.catalogue import Catalogue
from actors.billing.domain.account import BillingAccount
from actors.billing.domain.charges import cancel_lines, change_lines
from actors.billing.domain.coupon import Coupon, CouponInvalid, code_key
from actors.billing.domain.drafting import Draft, draft
from actors.billing.domain.invoice import Reason
from actors.billing.domain.line import InvoiceLine
from actors.billing.domain.order import Order, ordered
from actors.billing.domain.period import Interval
from actors.billing.domain.subscription import Subscription
from actors.billing.domain.subscription_state import EffectiveAt
from actors.billing.domain.terms import Terms
from actors.billing.standing import lines_in_force, pays_in_sandbox, rates_of
from actors.billing.store import BooksUnit
from actors.kernel.errors import InvalidFields, Violation
from actors.kernel.store.contract import Eq


@dataclass(frozen=True)
class Wanted:
    """A change as it is asked for. What is left out stays as it is."""

    plan_id: str = ""
    interval: Interval | None = None
    seats: int = 0
    effective_at: EffectiveAt | None = None
    payment_method_id: str = ""
    coupon_code: str = ""

    @property
    def orders(self) -> bool:
        """Whether it says what is subscribed to, be it what is so already: that takes a waiting change back."""
        return bool(self.plan_id or self.interval or self.seats)


@dataclass(frozen=True)
class Planned:
    """What a change makes of a subscription. `lines` are those of the invoice that it issues at once."""

    before: Subscription
    after: Subscription
    order: Order
    terms: Terms
    """Of the new order, which is in force now or when the period ends."""
    waits: bool
    moment: datetime
    """That proration is computed for."""
    lines: tuple[InvoiceLine, ...]
    coupon: Coupon | None

    @property
    def opens_period(self) -> bool:
        return self.after.period_number != self.before.period_number and not self.after.on_trial


class Changing:
    """Plans changes of subscriptions."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue

    async def order(
        self, plan_id: str, interval: Interval, currency: str, seats: int, present: Subscription | None = None
    ) -> tuple[Order, Terms]:
        """The order of a plan as it is offered now; without a plan's id, of the version that is subscribed to.

        Raises PlanUnknown, PriceMissing, and InvalidFields for a plan that is missing or more than can be charged.
        """
        if plan_id:
            plan = await self.catalogue.offered(plan_id)
            id, version, terms = plan.id, plan.plan_version, plan.terms
        elif present is not None:
            id, version = present.plan_id, present.plan_version
            terms = await self.catalogue.terms(id, version)
        else:
            raise InvalidFields(Violation("plan_id", "say which plan", "PLAN_MISSING"))
        return ordered(id, version, terms, interval, currency, seats), terms

    async def planned(self, unit: BooksUnit, before: Subscription, wanted: Wanted, moment: datetime) -> Planned:
        """What the change comes to, of a moment. Raises what `order` and the subscription refuse, and CouponInvalid."""
        order, terms = await self.order(
            wanted.plan_id, wanted.interval or before.interval, before.currency, wanted.seats or before.seats, before
        )
        coupon = await coupon_of(unit, wanted.coupon_code, before.currency, moment)
        after = before
        if wanted.payment_method_id:
            after = after.with_payment_method(wanted.payment_method_id, moment)
        differs = order != before.order
        waits = differs and before.waits(order, wanted.effective_at)
        if wanted.orders:
            after = after.changed_later(order, moment) if waits else after.changed_now(order, moment)
        at_once = differs and not waits
        # A period that this change begins may begin a second later.
        moment = max(moment, after.period_start_time) if after.period_number != before.period_number else moment
        if coupon is not None:
            after = after.with_coupon(coupon, moment, at_once=at_once)
        lines: tuple[InvoiceLine, ...] = ()
        if at_once:
            lines = change_lines(before, after, terms, await lines_in_force(unit, before, moment), moment)
        return Planned(before, after, order, terms, waits, moment, lines, coupon)

    async def change_draft(
        self, unit: BooksUnit, planned: Planned, account: BillingAccount, *, id: str, at: datetime
    ) -> Draft | None:
        """The invoice of a change that is made at once, None when nothing is charged or credited."""
        after = planned.after
        return draft(
            planned.lines,
            id=id,
            subscription=after,
            account=account,
            rates=await rates_of(unit),
            reason=Reason.CHANGE,
            moment=planned.moment,
            at=at,
            opens_period=planned.opens_period,
            sandbox=await pays_in_sandbox(unit, after.tenant_id, after.payment_method_id),
        )

    async def cancel_draft(
        self, unit: BooksUnit, before: Subscription, after: Subscription, account: BillingAccount, *, id: str
    ) -> Draft | None:
        """What an end at once credits; None when nothing."""
        moment = after.period_end_time
        return draft(
            cancel_lines(before, await lines_in_force(unit, before, moment), moment),
            id=id,
            subscription=after,
            account=account,
            rates=await rates_of(unit),
            reason=Reason.CANCEL,
            moment=moment,
            at=after.update_time,
            sandbox=await pays_in_sandbox(unit, after.tenant_id, after.payment_method_id),
        )


async def coupon_of(unit: BooksUnit, code: str, currency: str, at: datetime) -> Coupon | None:
    """The coupon of a code, which may be redeemed; None without a code. Raises CouponInvalid."""
    if not code:
        return None
    coupon = await unit.coupons.one(Eq("code_key", code_key(code)))
    if coupon is None:
        raise CouponInvalid(coupon=code, problem="is unknown")
    coupon.must_be_redeemable(currency, at)
    return coupon
