"""New subscriptions as they are asked for, and what the first invoice comes to: for a preview and for the real one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from actors.billing.changing import Changing, coupon_of
from actors.billing.domain.account import BillingAccount
from actors.billing.domain.charges import opening_lines
from actors.billing.domain.coupon import Coupon
from actors.billing.domain.drafting import Draft, draft
from actors.billing.domain.invoice import Reason
from actors.billing.domain.payment_method import PaymentMethod
from actors.billing.domain.period import Interval
from actors.billing.domain.subscribing import new_subscription
from actors.billing.domain.subscription import Subscription
from actors.billing.domain.terms import Terms
from actors.billing.standing import pays_in_sandbox, rates_of
from actors.billing.store import BooksUnit
from actors.kernel.store.contract import Ne


@dataclass(frozen=True)
class Asked:
    """A subscription as it is asked for."""

    plan_id: str
    interval: Interval
    currency: str = ""
    """Default: the account's."""
    seats: int = 0
    payment_method_id: str = ""
    """Default: the account's."""
    coupon_code: str = ""
    skip_trial: bool = False
    anchor_time: datetime | None = None


@dataclass(frozen=True)
class Begun:
    """What it would be, with the draft of its first invoice; None when nothing is charged at once."""

    subscription: Subscription
    account: BillingAccount
    terms: Terms
    coupon: Coupon | None
    draft: Draft | None


class Beginning:
    """Plans new subscriptions."""

    def __init__(self, changing: Changing) -> None:
        self.changing = changing

    async def begun(
        self,
        unit: BooksUnit,
        account: BillingAccount,
        asked: Asked,
        *,
        id: str,
        invoice_id: str,
        at: datetime,
        needs_method: bool = True,
    ) -> Begun:
        """The subscription and its first invoice, of a moment; nothing is staged. A tenant has a trial once.

        `needs_method` is False for a preview, which nobody pays. Raises what makes no sense of what is asked.
        """
        currency = asked.currency or account.currency
        account.must_use(currency)
        account = account.updated(at, currency=currency)
        order, terms = await self.changing.order(asked.plan_id, asked.interval, currency, asked.seats)
        coupon = await coupon_of(unit, asked.coupon_code, currency, at)
        trial = 0 if asked.skip_trial or await had_trial(unit, account.tenant_id) else terms.trial_days
        subscription = new_subscription(
            id=id,
            tenant_id=account.tenant_id,
            order=order,
            currency=currency,
            at=at,
            trial_days=trial,
            trial_without_method=terms.trial_without_method or not needs_method,
            payment_method_id=await self._method_id(unit, account, asked) or ("" if needs_method else "preview"),
            coupon=coupon,
            anchor=asked.anchor_time,
        )
        made = draft(
            opening_lines(subscription, terms),
            id=invoice_id,
            subscription=subscription,
            account=account,
            rates=await rates_of(unit),
            reason=Reason.SUBSCRIPTION_CREATE,
            moment=subscription.period_start_time,
            at=at,
            opens_period=True,
            sandbox=await pays_in_sandbox(unit, account.tenant_id, subscription.payment_method_id),
        )
        return Begun(subscription, account, terms, coupon, made)

    @staticmethod
    async def _method_id(unit: BooksUnit, account: BillingAccount, asked: Asked) -> str:
        """The method that is named, which must be ready; else the account's, if that is."""
        if asked.payment_method_id:
            method: PaymentMethod | None = await unit.payment_methods.of(account.tenant_id).get(asked.payment_method_id)
            assert method is not None
            method.must_be_ready()
            return method.id
        if not account.default_payment_method_id:
            return ""
        method = await unit.payment_methods.of(account.tenant_id).find(account.default_payment_method_id)
        if method is None:
            return ""
        method.must_be_ready()
        return method.id


async def had_trial(unit: BooksUnit, tenant_id: str) -> bool:
    """Whether a subscription of the tenant had a trial before."""
    return await unit.subscriptions.of(tenant_id).one(Ne("trial_end_time", None)) is not None
