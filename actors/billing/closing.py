"""The ends of periods: what the next one costs, and what was used in the one that is over."""

from __future__ import annotations

from datetime import datetime

from actors.billing.deriving import derived_id
from actors.billing.domain.billed_period import BilledPeriod, period_id
from actors.billing.domain.charges import usage_lines, worth_issuing
from actors.billing.domain.drafting import draft, with_usage
from actors.billing.domain.invoice import Invoice, Reason, State
from actors.billing.domain.subscription import Subscription
from actors.billing.domain.subscription_state import RUNNING
from actors.billing.domain.subscription_state import State as SubscriptionState
from actors.billing.domain.usage import UsageLog
from actors.billing.seating import Seating
from actors.billing.standing import lines_of, method_ready, pays_in_sandbox, rates_of
from actors.billing.store import BooksUnit
from actors.billing.subscribing import Subscriptions
from actors.kernel.store.contract import Eq


class Closing:
    """Ends periods. Everything is staged in the unit of the caller, and staged again it is the same."""

    def __init__(self, subscriptions: Subscriptions, seating: Seating) -> None:
        self.subscriptions, self.seating = subscriptions, seating
        self.catalogue = subscriptions.catalogue

    async def rolled(self, unit: BooksUnit, before: Subscription, at: datetime) -> Subscription:
        """Stages the end of the present period, if it has come: the next one with the draft of its invoice, or what
        the subscription is without one. Returns the subscription, the same one when it is not time.

        A subscription that has no payment method of its own is charged to the tenant's. There is a seat for everybody
        when a period begins.
        """
        if at < before.period_end_time or before.state not in RUNNING:
            return before
        ready = await self.seating.seated(before, at)
        if before.costs and not before.payment_method_id:
            account = await unit.accounts.of(before.tenant_id).get(before.tenant_id)
            if await method_ready(unit, before.tenant_id, account.default_payment_method_id):
                ready = ready.with_payment_method(account.default_payment_method_id, at)
        rollover = ready.rolled(at)
        if rollover is None:
            return before
        end = rollover.ended.end_time
        after = await self.subscriptions.keep(unit, before, rollover.subscription, end)
        if rollover.begun is not None:
            await self.subscriptions.opened(unit, after, rollover.ended.number, at)
        return after

    async def closed(
        self, unit: BooksUnit, subscription: Subscription, period: BilledPeriod, logs: list[UsageLog], at: datetime
    ) -> Invoice | None:
        """Stages a period as closed, with its usage frozen, and completes the draft that waited for it; without one,
        usage makes an invoice of its own. None when nothing is charged, or the period was closed before.
        """
        tenant_id = period.tenant_id
        period = await unit.periods.of(tenant_id).get(period.id)
        if period.close_time is not None:
            return None
        unit.periods.of(tenant_id).put(period.closed(at))
        for log in logs:
            unit.usage_logs.of(tenant_id).put(log)
        terms = await self.catalogue.terms(period.plan_id, period.plan_version)
        usage = usage_lines(period, terms, {log.meter: log.quantity for log in logs})
        account = await unit.accounts.of(tenant_id).get(tenant_id)
        rates = await rates_of(unit)
        invoices, lines = unit.invoices.of(tenant_id), unit.lines.of(tenant_id)
        waiting = await invoices.one(Eq("period_key", period_id(period.subscription_id, period.number + 1)))
        if waiting is not None and waiting.state is State.DRAFT and waiting.reason is Reason.CYCLE:
            before = await lines_of(unit, waiting)
            invoice, whole = with_usage(waiting, before, usage, account=account, rates=rates, at=at)
            if not worth_issuing(whole):
                for line in before:
                    lines.delete(line)
                invoices.delete(waiting)
                return None
        else:
            made = draft(
                usage,
                id=derived_id("inv", f"{period.id}:usage"),
                subscription=subscription,
                account=account,
                rates=rates,
                reason=Reason.CANCEL if subscription.state is SubscriptionState.CANCELLED else Reason.CYCLE,
                moment=period.end_time,
                at=at,
                period=period.period,
                sandbox=await pays_in_sandbox(unit, tenant_id, subscription.payment_method_id),
            )
            if made is None:
                return None
            invoice, whole = made
        for line in whole:
            lines.put(line)
        return invoices.put(invoice)
