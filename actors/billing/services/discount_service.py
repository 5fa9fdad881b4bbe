"""Coupons, and credit that tenants have."""

from __future__ import annotations

from datetime import UTC

from actors.api.billing.v1 import Coupon as CouponMessage
from actors.api.billing.v1 import (
    CreateCouponRequest,
    DeleteCouponRequest,
    DiscountServiceServicer,
    GrantCreditRequest,
    ListCouponsRequest,
    ListCouponsResponse,
)
from actors.api.billing.v1 import CreditGrant as CreditGrantMessage
from actors.api.billing.v1 import Money as MoneyMessage
from actors.billing.bookkeeping import posted
from actors.billing.domain.coupon import new_coupon
from actors.billing.domain.credit import granted
from actors.billing.domain.ledger import credit_granted
from actors.billing.domain.money import Money, must_be_currency
from actors.billing.issuing import Issuing
from actors.billing.store import BooksUnit
from actors.kernel import wire
from actors.kernel.call import Call
from actors.kernel.module import Room
from actors.kernel.store.contract import Condition, Eq, Order
from actors.kernel.store.unit import Store

_NEWEST_FIRST = Order("create_time", descending=True)


class DiscountService(DiscountServiceServicer):
    """What makes invoices smaller."""

    def __init__(self, room: Room, issuing: Issuing) -> None:
        self.clock, self.issuing = room.clock, issuing
        self.store: Store[BooksUnit] = room.books

    async def CreateCoupon(self, request: CreateCouponRequest, call: Call) -> CouponMessage:
        coupon = new_coupon(
            id=self.clock.new_id("cou"),
            code=request.code,
            display_name=request.display_name,
            percent_micros=request.percent_micros,
            amount_off=_money(request.amount_off, "amount_off.currency") if request.HasField("amount_off") else None,
            months=request.months,
            once=request.once,
            most_redemptions=request.most_redemptions,
            expire_time=request.expire_time.ToDatetime(UTC) if request.HasField("expire_time") else None,
            at=self.clock.now(),
        )
        async with self.store.unit(call) as unit:
            return unit.answer(wire.message(CouponMessage, unit.coupons.put(coupon)))

    async def ListCoupons(self, request: ListCouponsRequest, call: Call) -> ListCouponsResponse:
        where: list[Condition] = [] if request.show_deleted else [Eq("deleted", False)]
        async with self.store.unit(call) as unit:
            page = await unit.coupons.page(*where, order=_NEWEST_FIRST, request=request)
        return ListCouponsResponse(
            coupons=[wire.message(CouponMessage, coupon) for coupon in page.items],
            next_page_token=page.next_page_token,
        )

    async def DeleteCoupon(self, request: DeleteCouponRequest, call: Call) -> CouponMessage:
        async with self.store.unit(call) as unit:
            coupon = unit.coupons.put((await unit.coupons.get(request.id)).removed())
            return wire.message(CouponMessage, coupon)

    async def GrantCredit(self, request: GrantCreditRequest, call: Call) -> CreditGrantMessage:
        now = self.clock.now()
        async with self.store.unit(call) as unit:
            account = await unit.accounts.get(request.tenant_id)
            amount = _money(request.amount, "amount.currency")
            grant = granted(account, amount, request.reason.strip(), id=self.clock.new_id("crd"), at=now)
            account = posted(unit, account, now, credit_granted(grant, now))
            await self.issuing.use_credit(unit, account, grant.id, now)
            return unit.answer(wire.message(CreditGrantMessage, unit.grants.put(grant)))


def _money(message: MoneyMessage, field: str) -> Money:
    """Raises InvalidFields for a currency that there is not."""
    must_be_currency(message.currency, field)
    return Money(message.minor, message.currency)
