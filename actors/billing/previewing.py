"""Previews: the exact invoice of what would be done, by the same rules that do it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from actors.api.billing.v1 import InvoiceLine as InvoiceLineMessage
from actors.api.billing.v1 import InvoicePreview
from actors.api.billing.v1 import InvoiceTotals as InvoiceTotalsMessage
from actors.billing.beginning import Asked, Beginning
from actors.billing.catalogue import Catalogue
from actors.billing.changing import Changing, Planned, Wanted
from actors.billing.counted import counted, level_before
from actors.billing.domain.account import BillingAccount
from actors.billing.domain.billed_period import billed_period
from actors.billing.domain.charges import opening_lines, usage_lines
from actors.billing.domain.drafting import Draft, draft
from actors.billing.domain.invariants import must_be_sane
from actors.billing.domain.invoice import Reason
from actors.billing.domain.line import InvoiceLine
from actors.billing.domain.meter import Aggregation
from actors.billing.domain.money import round_half_even
from actors.billing.domain.order import Order
from actors.billing.domain.period import whole_second
from actors.billing.domain.subscribing import moment_of_change
from actors.billing.domain.subscription import Subscription
from actors.billing.domain.subscription_state import RUNNING, SubscriptionState
from actors.billing.domain.totals import InvoiceTotals
from actors.billing.keeping import totals_between
from actors.billing.meters import Meters
from actors.billing.seating import Seating
from actors.billing.settings import BillingSettings
from actors.billing.standing import lines_in_force, rates_of
from actors.billing.store import BillingUnit, BooksUnit
from actors.kernel import wire
from actors.kernel.call import system_call
from actors.kernel.module import Room
from actors.kernel.store.contract import Between
from actors.kernel.store.unit import Store

ID = "preview"
"""Of the invoice that is not made."""


class Previewing:
    """Computes invoices that nobody keeps."""

    def __init__(
        self, room: Room, catalogue: Catalogue, changing: Changing, beginning: Beginning, seating: Seating
    ) -> None:
        self.clock, self.catalogue, self.changing, self.beginning = room.clock, catalogue, changing, beginning
        self.seating = seating
        self.settings: BillingSettings = room.settings
        self.usage: Store[BillingUnit] = room.store
        self.meters = Meters(room)

    async def of_new(self, unit: BooksUnit, account: BillingAccount, asked: Asked) -> InvoicePreview:
        """The first invoice of a new subscription; of one that begins with a trial, that of its end."""
        at = self.clock.now()
        begun = await self.beginning.begun(unit, account, asked, id=ID, invoice_id=ID, at=at, needs_method=False)
        subscription, made = begun.subscription, begun.draft
        order, effective = subscription.order, subscription.period_start_time
        if subscription.on_trial:
            effective = subscription.period_end_time
            seated = await self.seating.seated(subscription, effective)
            order, made = _next_order(seated), await self._next(unit, seated, begun.account, {})
        return self._answer(made, begun.account, order, moment=whole_second(at), effective=effective)

    async def of_change(
        self, unit: BooksUnit, before: Subscription, account: BillingAccount, wanted: Wanted
    ) -> InvoicePreview:
        """The invoice of a change: what is charged at once, or the next regular one when it waits for that; which is
        also what a preview of no change at all shows."""
        if before.state not in RUNNING:
            raise SubscriptionState(state=before.state.name, action="preview its next invoice")
        moment = moment_of_change(None, before, self.clock.now())
        planned = await self.changing.planned(unit, before, wanted, moment)
        at_once = planned.order != before.order and not planned.waits
        effective = planned.moment if at_once else planned.after.period_end_time
        if at_once and not planned.after.on_trial:
            order = planned.order
            made = await self.changing.change_draft(unit, planned, account, id=ID, at=moment)
        else:
            seated = await self.seating.seated(planned.after, planned.after.period_end_time)
            order = _next_order(seated)
            made = await self._next(unit, seated, account, await self._used(planned))
        return self._answer(made, account, order, moment=moment, effective=effective)

    async def _next(
        self, unit: BooksUnit, present: Subscription, account: BillingAccount, quantities: dict[str, int]
    ) -> Draft | None:
        """The invoice at the end of the present period, with what was used up to now."""
        end = present.period_end_time
        # Whether it goes on is decided by the payment method that it has then, which is assumed to be there.
        assumed = present if present.payment_method_id else replace(present, payment_method_id=ID)
        rollover = assumed.rolled(end)
        assert rollover is not None
        after, lines = rollover.subscription, list[InvoiceLine]()
        if rollover.begun is not None:
            terms = await self.catalogue.terms(after.plan_id, after.plan_version)
            charged = await lines_in_force(unit, present, end) if present.id != ID else ()
            lines += opening_lines(after, terms, charged)
        terms = await self.catalogue.terms(present.plan_id, present.plan_version)
        lines += usage_lines(billed_period(present), terms, quantities)
        return draft(
            lines,
            id=ID,
            subscription=after,
            account=account,
            rates=await rates_of(unit),
            reason=Reason.CYCLE,
            moment=end,
            at=end,
            opens_period=rollover.begun is not None,
        )

    async def _used(self, planned: Planned) -> dict[str, int]:
        """What was used in the present period up to now, by meter."""
        subscription, at = planned.before, self.clock.now()
        tenant_id, meters = subscription.tenant_id, await self.meters.all()
        within = Between("id", *totals_between(subscription.id, subscription.period_number))
        async with self.usage.unit(system_call(tenant_id), aside=True) as unit:
            found = {one.meter.id: one.quantity for one in await counted(unit, meters, tenant_id, within)}
            for meter in meters.values():
                if meter.aggregation is Aggregation.GAUGE:
                    last = await level_before(unit, tenant_id, meter.id, at)
                    if last is not None:
                        found[meter.id] = last.present
        return found

    def _answer(
        self, made: Draft | None, account: BillingAccount, order: Order, *, moment: datetime, effective: datetime
    ) -> InvoicePreview:
        lines: Sequence[InvoiceLine] = ()
        totals = InvoiceTotals(account.currency)
        if made is not None:
            invoice, lines = made
            must_be_sane(lines, self.settings.most_line_minor)
            totals = invoice.totals.with_credit(max(0, account.credit_minor))
        return InvoicePreview(
            lines=[wire.message(InvoiceLineMessage, line) for line in lines],
            totals=wire.message(InvoiceTotalsMessage, totals),
            preview_time=wire.timestamp(moment),
            effective_time=wire.timestamp(effective),
            recurring_minor=round_half_even(order.recurring_micros),
        )


def _next_order(subscription: Subscription) -> Order:
    """What is subscribed to from the end of the period on."""
    return (subscription.pending_change or subscription).order
