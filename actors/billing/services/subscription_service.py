"""Subscriptions of tenants to plans."""

from __future__ import annotations

from datetime import UTC, datetime

from actors.api.billing.v1 import (
    CancelSubscriptionRequest,
    ChangeSubscriptionRequest,
    CreateSubscriptionRequest,
    GetSubscriptionRequest,
    InvoicePreview,
    ListSubscriptionsRequest,
    ListSubscriptionsResponse,
    PauseSubscriptionRequest,
    PreviewInvoiceRequest,
    ResumeSubscriptionRequest,
    SubscriptionChange,
    SubscriptionServiceServicer,
)
from actors.api.billing.v1 import EffectiveAt as EffectiveAtMessage
from actors.api.billing.v1 import Interval as IntervalMessage
from actors.api.billing.v1 import Invoice as InvoiceMessage
from actors.api.billing.v1 import Payment as PaymentMessage
from actors.api.billing.v1 import Subscription as SubscriptionMessage
from actors.billing.beginning import Asked
from actors.billing.changing import Wanted
from actors.billing.deriving import cause_of, id_for
from actors.billing.domain.account import BillingAccount
from actors.billing.domain.drafting import Draft
from actors.billing.domain.invoice import Invoice
from actors.billing.domain.invoice import State as InvoiceState
from actors.billing.domain.payment import Payment
from actors.billing.domain.period import Interval
from actors.billing.domain.subscribing import moment_of_change
from actors.billing.domain.subscription import Subscription
from actors.billing.domain.subscription_state import RUNNING, EffectiveAt, State, SubscriptionExists
from actors.billing.selling import Selling
from actors.billing.standing import live_subscription, method_ready
from actors.billing.store import BooksUnit
from actors.kernel import wire
from actors.kernel.call import Call
from actors.kernel.errors import InvalidFields, Violation
from actors.kernel.module import Room
from actors.kernel.store.contract import Condition, Eq, In, Order
from actors.kernel.store.unit import Store

_NEWEST_FIRST = Order("create_time", descending=True)
_EFFECTIVE = {
    EffectiveAtMessage.EFFECTIVE_AT_NOW: EffectiveAt.NOW,
    EffectiveAtMessage.EFFECTIVE_AT_PERIOD_END: EffectiveAt.PERIOD_END,
}


class SubscriptionService(SubscriptionServiceServicer):
    """What tenants have agreed to.

    A change that charges something is two units: everything of the books with a PENDING payment; then, once the
    provider was asked, the answer. Killed in between, the payment is looked up later; repeated with its key, the call
    goes on from there.
    """

    def __init__(self, room: Room, selling: Selling) -> None:
        self.room, self.clock, self.selling = room, room.clock, selling
        self.store: Store[BooksUnit] = room.books

    async def CreateSubscription(self, request: CreateSubscriptionRequest, call: Call) -> SubscriptionChange:
        tenant_id = _tenant_of(request.tenant_id, call)
        asked = Asked(
            plan_id=request.plan_id,
            interval=_interval(request.interval),
            currency=request.currency,
            seats=request.seats,
            payment_method_id=request.payment_method_id,
            coupon_code=request.coupon_code,
            skip_trial=request.skip_trial,
            anchor_time=request.anchor_time.ToDatetime(UTC) if request.HasField("anchor_time") else None,
        )
        id, invoice_id, payment_id = (id_for(call, self.clock, prefix) for prefix in ("sub", "inv", "pay"))
        async with self.selling.issuing.parking(call, tenant_id), self.store.unit(call) as unit:
            made = await unit.subscriptions.of(tenant_id).find(id)
            if made is None:
                made, payment = await self._begin(unit, tenant_id, asked, id, invoice_id, payment_id)
                unit.aside = payment is not None
            else:
                payment = await unit.payments.of(tenant_id).find(payment_id)
                unit.aside = True
            if not unit.aside:
                return unit.answer(await self._change(unit, made, invoice_id, ""))
        return await self._asked(call, made, invoice_id, payment)

    async def _begin(
        self, unit: BooksUnit, tenant_id: str, asked: Asked, id: str, invoice_id: str, payment_id: str
    ) -> tuple[Subscription, Payment | None]:
        """Stages a subscription and its first invoice, with a payment if something is to be charged."""
        at = self.clock.now()
        account = await unit.accounts.of(tenant_id).get(tenant_id)
        account.must_be_open()
        if (live := await live_subscription(unit, tenant_id)) is not None:
            raise SubscriptionExists(subscription=live.id)
        begun = await self.selling.beginning.begun(unit, account, asked, id=id, invoice_id=invoice_id, at=at)
        subscription, account = begun.subscription, unit.accounts.of(tenant_id).put(begun.account)
        if begun.coupon is not None:
            unit.coupons.put(begun.coupon.redeemed(subscription.currency, at))
        credit = max(0, account.credit_minor)
        due = begun.draft[0].totals.with_credit(credit).due_minor if begun.draft else 0
        if not due or not await self.selling.charges(unit, subscription):
            # Nothing to wait for, or money that takes its days.
            subscription = subscription.activated(at)
        kept = await self.selling.subscriptions.keep(unit, None, subscription, subscription.period_start_time)
        return kept, await self._issue(unit, kept, begun.draft, account, payment_id, at)

    async def ListSubscriptions(self, request: ListSubscriptionsRequest, call: Call) -> ListSubscriptionsResponse:
        where: list[Condition] = []
        names = tuple(wire.enum_name(SubscriptionMessage.State.DESCRIPTOR, state) for state in request.states)
        if any(names):
            where.append(In("state", tuple(name for name in names if name)))
        if request.plan_id:
            where.append(Eq("plan_id", request.plan_id))
        async with self.store.unit(call) as unit:
            page = await unit.subscriptions.page(*where, order=_NEWEST_FIRST, request=request)
        return ListSubscriptionsResponse(
            subscriptions=[_message(one) for one in page.items], next_page_token=page.next_page_token
        )

    async def GetSubscription(self, request: GetSubscriptionRequest, call: Call) -> SubscriptionMessage:
        async with self.store.unit(call) as unit:
            return _message(await unit.subscriptions.get(request.id))

    async def ChangeSubscription(self, request: ChangeSubscriptionRequest, call: Call) -> SubscriptionChange:
        wanted = Wanted(
            plan_id=request.plan_id,
            interval=_interval(request.interval) if request.HasField("interval") else None,
            seats=request.seats,
            effective_at=_EFFECTIVE.get(request.effective_at),
            payment_method_id=request.payment_method_id,
            coupon_code=request.coupon_code,
        )
        preview = request.preview_time.ToDatetime(UTC) if request.HasField("preview_time") else None
        invoice_id, payment_id = (id_for(call, self.clock, prefix) for prefix in ("inv", "pay"))
        tenant_id = await self._rolled(request.id, call)
        async with self.selling.issuing.parking(call, tenant_id), self.store.unit(call) as unit:
            subscriptions = unit.subscriptions.of(tenant_id)
            if cause_of(call) and await unit.invoices.of(tenant_id).find(invoice_id) is not None:
                unit.aside = True  # the call comes again, and was here before
                changed = await subscriptions.get(request.id)
                payment = await unit.payments.of(tenant_id).find(payment_id)
            else:
                before = await subscriptions.get(request.id, request.etag)
                changed, payment = await self._changed(unit, before, wanted, preview, invoice_id, payment_id)
                unit.aside = payment is not None
            if not unit.aside:
                return unit.answer(await self._change(unit, changed, invoice_id, ""))
        return await self._asked(call, changed, invoice_id, payment)

    async def _changed(
        self,
        unit: BooksUnit,
        before: Subscription,
        wanted: Wanted,
        preview: datetime | None,
        invoice_id: str,
        payment_id: str,
    ) -> tuple[Subscription, Payment | None]:
        """Stages a change with its invoice, and a payment if something is to be charged."""
        at = self.clock.now()
        tenant_id = before.tenant_id
        account = await unit.accounts.of(tenant_id).get(tenant_id)
        if wanted.payment_method_id:
            (await unit.payment_methods.of(tenant_id).get(wanted.payment_method_id)).must_be_ready()
        ready = before if wanted.payment_method_id else await self._with_default_method(unit, before, account, at)
        # What the period's end decides is decided by then; a subscription that does not run refuses below.
        moment = moment_of_change(preview, before, at) if before.state in RUNNING else at
        planned = await self.selling.changing.planned(unit, ready, wanted, moment)
        if planned.after is before:
            return before, None
        if planned.coupon is not None:
            unit.coupons.put(planned.coupon.redeemed(before.currency, at))
        kept = await self.selling.subscriptions.keep(unit, before, planned.after, planned.moment)
        draft = await self.selling.changing.change_draft(unit, planned, account, id=invoice_id, at=at)
        return kept, await self._issue(unit, kept, draft, account, payment_id, at)

    async def CancelSubscription(self, request: CancelSubscriptionRequest, call: Call) -> SubscriptionMessage:
        tenant_id = await self._rolled(request.id, call)
        async with self.store.unit(call, aside=True) as unit:
            waiting = await unit.subscriptions.of(tenant_id).get(request.id, request.etag)
        if waiting.state is State.INCOMPLETE:
            await self.selling.cycle.withdraw(call, waiting)
        async with self.store.unit(call) as unit:
            at = self.clock.now()
            # Payments that were withdrawn may have changed it meanwhile, on the caller's behalf.
            etag = "" if waiting.state is State.INCOMPLETE else request.etag
            before = await unit.subscriptions.of(tenant_id).get(request.id, etag)
            after = before.cancelled(request.reason, at) if request.now else before.cancelled_later(request.reason, at)
            if after is before:
                return _message(before)
            kept = await self.selling.subscriptions.keep(unit, before, after, at)
            if kept.state is State.CANCELLED:
                if before.state is State.INCOMPLETE:
                    await self.selling.cycle.void_first(unit, kept)
                else:
                    await self._credit(unit, before, kept, id_for(call, self.clock, "inv"), at)
            return _message(kept)

    async def _credit(
        self, unit: BooksUnit, before: Subscription, after: Subscription, invoice_id: str, at: datetime
    ) -> None:
        """Stages what an end at once credits. An end is an end: a breach parks the account, and nothing is credited."""
        account = await unit.accounts.of(after.tenant_id).get(after.tenant_id)
        made = await self.selling.changing.cancel_draft(unit, before, after, account, id=invoice_id)
        if made is not None:
            await self.selling.issuing.issue_with(unit, *made, account, at)

    async def ResumeSubscription(self, request: ResumeSubscriptionRequest, call: Call) -> SubscriptionMessage:
        tenant_id = await self._rolled(request.id, call)
        async with self.store.unit(call) as unit:
            at = self.clock.now()
            before = await unit.subscriptions.of(tenant_id).get(request.id, request.etag)
            account = await unit.accounts.of(tenant_id).get(tenant_id)
            after = (await self._with_default_method(unit, before, account, at)).resumed(at)
            if after.period_number != before.period_number:
                account.must_be_open()
            kept = await self.selling.subscriptions.keep(unit, before, after, at)
            if kept.period_number != before.period_number:
                await self.selling.subscriptions.opened(unit, kept, before.period_number, at)
            return _message(kept)

    async def PauseSubscription(self, request: PauseSubscriptionRequest, call: Call) -> SubscriptionMessage:
        tenant_id = await self._rolled(request.id, call)
        async with self.store.unit(call) as unit:
            at = self.clock.now()
            before = await unit.subscriptions.of(tenant_id).get(request.id, request.etag)
            return _message(await self.selling.subscriptions.keep(unit, before, before.paused_later(at), at))

    async def PreviewInvoice(self, request: PreviewInvoiceRequest, call: Call) -> InvoicePreview:
        if not request.subscription_id:
            tenant_id = _tenant_of(request.tenant_id, call)
            if not request.interval:
                raise InvalidFields(Violation("interval", "say by the month or by the year", "INTERVAL_MISSING"))
            asked = Asked(
                plan_id=request.plan_id,
                interval=_interval(request.interval),
                currency=request.currency,
                seats=request.seats,
                coupon_code=request.coupon_code,
            )
            async with self.store.unit(call) as unit:
                account = await unit.accounts.of(tenant_id).get(tenant_id)
                return await self.selling.previewing.of_new(unit, account, asked)
        wanted = Wanted(
            plan_id=request.plan_id,
            interval=_interval(request.interval) if request.interval else None,
            seats=request.seats,
            effective_at=_EFFECTIVE.get(request.effective_at),
            coupon_code=request.coupon_code,
        )
        tenant_id = await self._rolled(request.subscription_id, call)
        async with self.store.unit(call) as unit:
            before = await unit.subscriptions.of(tenant_id).get(request.subscription_id)
            account = await unit.accounts.of(tenant_id).get(tenant_id)
            ready = await self._with_default_method(unit, before, account, self.clock.now())
            return await self.selling.previewing.of_change(unit, ready, account, wanted)

    # --- inside ----------------------------------------------------------------------------------------------------

    async def _rolled(self, id: str, call: Call) -> str:
        """The tenant of a subscription, whose periods that are over were ended first: nothing is changed in a period
        that is not there any more."""
        async with self.store.unit(call, aside=True) as unit:
            subscription = await unit.subscriptions.get(id)
        await self.selling.cycle.roll(call, subscription)
        return subscription.tenant_id

    async def _with_default_method(
        self, unit: BooksUnit, subscription: Subscription, account: BillingAccount, at: datetime
    ) -> Subscription:
        """Charged to the tenant's method, when it has none of its own."""
        default = account.default_payment_method_id
        if subscription.payment_method_id or subscription.state is State.CANCELLED:
            return subscription
        if not await method_ready(unit, subscription.tenant_id, default):
            return subscription
        return subscription.with_payment_method(default, at)

    async def _issue(
        self,
        unit: BooksUnit,
        subscription: Subscription,
        draft: Draft | None,
        account: BillingAccount,
        payment_id: str,
        at: datetime,
    ) -> Payment | None:
        """Stages a draft as issued, and the payment of what is due."""
        if draft is None:
            return None
        invoice, _ = await self.selling.issuing.issue_for_call(unit, *draft, account, at)
        if invoice.state is not InvoiceState.OPEN or not await self.selling.charges(unit, subscription):
            return None
        method = await unit.payment_methods.of(subscription.tenant_id).get(subscription.payment_method_id)
        return self.selling.paying.begin(unit, invoice, method, id=payment_id, at=at)

    async def _asked(
        self, call: Call, subscription: Subscription, invoice_id: str, payment: Payment | None
    ) -> SubscriptionChange:
        """Asks for a payment that was begun, and answers with what became of it all."""
        if payment is not None:
            await self.selling.paying.ask(call, payment.id)
        async with self.store.unit(call) as unit:
            now = await unit.subscriptions.of(subscription.tenant_id).get(subscription.id)
            return unit.answer(await self._change(unit, now, invoice_id, payment.id if payment else ""))

    @staticmethod
    async def _change(
        unit: BooksUnit, subscription: Subscription, invoice_id: str, payment_id: str
    ) -> SubscriptionChange:
        answer = SubscriptionChange(subscription=_message(subscription))
        invoice: Invoice | None = await unit.invoices.of(subscription.tenant_id).find(invoice_id)
        if invoice is not None:
            answer.invoice.CopyFrom(wire.message(InvoiceMessage, invoice))
        payment = await unit.payments.of(subscription.tenant_id).find(payment_id) if payment_id else None
        if payment is not None:
            answer.payment.CopyFrom(wire.message(PaymentMessage, payment))
        return answer


def _tenant_of(asked: str, call: Call) -> str:
    """Whom a call is about. Raises InvalidFields for one of the platform that does not say."""
    tenant_id = asked or call.scope
    if not tenant_id:
        raise InvalidFields(Violation("tenant_id", "say which tenant", "TENANT_MISSING"))
    return tenant_id


def _interval(value: IntervalMessage.ValueType) -> Interval:
    return Interval[wire.enum_name(IntervalMessage.DESCRIPTOR, value)]


def _message(subscription: Subscription) -> SubscriptionMessage:
    return wire.message(SubscriptionMessage, subscription)
