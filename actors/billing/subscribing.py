"""Keeping a subscription: the one place that everybody who changes it goes through.

`Subscriptions.keep` stages what follows from any change; `opened` drafts what a period costs that begins by itself;
`paid` says what a paid invoice means for its subscription.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from actors.billing.catalogue import Catalogue
from actors.billing.deriving import derived_id
from actors.billing.domain.billed_period import BilledPeriod, billed_period, in_step, period_id
from actors.billing.domain.charges import opening_lines
from actors.billing.domain.drafting import draft
from actors.billing.domain.entitlement import no_entitlements
from actors.billing.domain.invoice import Invoice, Reason
from actors.billing.domain.invoice import State as InvoiceState
from actors.billing.domain.metrics import movement
from actors.billing.domain.subscription import Subscription
from actors.billing.domain.subscription_state import RUNNING, State, SubscriptionIncompleteDue
from actors.billing.settings import BillingSettings
from actors.billing.standing import is_overdue, lines_in_force, pays_in_sandbox, rates_of
from actors.billing.store import BooksUnit
from actors.kernel.module import Room

FREEZE_SECONDS = 60
"""How long after the grace usage is frozen: what came in time is counted by then."""
STILL = frozenset((State.PAUSED, State.CANCELLED))
"""States in which the last period is over."""


class Subscriptions:
    """Keeps subscriptions together with what follows from them."""

    def __init__(self, room: Room, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.settings: BillingSettings = room.settings

    async def keep(
        self, unit: BooksUnit, before: Subscription | None, after: Subscription, at: datetime
    ) -> Subscription:
        """Stages a subscription that changed at a moment: the record, its billed periods, its movement, what its
        tenant may use, and the schedules of what is due. Returns it as it will be stored.

        `before` is the record that was read, None for a new one. `at` is the moment of the change, which may have
        passed: a period's end. Invoices of the change are the caller's. May be called again in one unit, with what it
        returned as `before`: that makes one movement.
        """
        kept = unit.subscriptions.of(after.tenant_id).put(after)
        await self._keep_periods(unit, before, kept)
        await self._keep_movement(unit, before, kept, at)
        if kept.live_key is not None or before is None or before.live_key is not None:
            await self._keep_entitlements(unit, kept, at)
        self._schedule(unit, before, kept)
        return kept

    async def opened(self, unit: BooksUnit, after: Subscription, ended_number: int, at: datetime) -> Invoice | None:
        """Stages the draft of what a period costs that has just begun by itself: at the end of the one before, after a
        pause or a suspension. None when it costs nothing, and no usage is still to come.

        It waits for the usage of the period that ended, if that is charged and not known yet; else it is complete, and
        issued soon. Its id follows from the period: made twice it is one.
        """
        ended = await unit.periods.of(after.tenant_id).get(period_id(after.id, ended_number))
        waits = ended.close_time is None and await self.charges_usage(ended)
        terms = await self.catalogue.terms(after.plan_id, after.plan_version)
        account = await unit.accounts.of(after.tenant_id).get(after.tenant_id)
        charged = await lines_in_force(unit, after, after.period_start_time)
        made = draft(
            opening_lines(after, terms, charged),
            id=derived_id("inv", f"{after.id}:{after.period_number}"),
            subscription=after,
            account=account,
            rates=await rates_of(unit),
            reason=Reason.CYCLE,
            moment=after.period_start_time,
            at=at,
            opens_period=True,
            sandbox=await pays_in_sandbox(unit, after.tenant_id, after.payment_method_id),
            complete=not waits,
        )
        if made is None:
            return None
        invoice, lines = made
        for line in lines:
            unit.lines.of(after.tenant_id).put(line)
        return unit.invoices.of(after.tenant_id).put(invoice)

    async def paid(self, unit: BooksUnit, invoice: Invoice, at: datetime) -> Subscription | None:
        """Stages what it means that an invoice is paid, or taken back, which the caller has staged: the first one
        that is paid activates its subscription; the last one that was overdue ends its dunning or suspension, and
        begins a new period when the last has ended meanwhile. Returns the subscription if it changed.
        """
        if not invoice.subscription_id or invoice.state not in (InvoiceState.PAID, InvoiceState.VOID):
            return None
        before = await unit.subscriptions.of(invoice.tenant_id).find(invoice.subscription_id)
        if before is None:
            return None
        after = before
        if before.state is State.INCOMPLETE:
            after = before.activated(at) if invoice.opens_period and invoice.state is InvoiceState.PAID else before
        elif before.state in (State.PAST_DUE, State.SUSPENDED) and not await is_overdue(unit, invoice.tenant_id):
            after = before.recovered(at)
        if after is before:
            return None
        after = await self.keep(unit, before, after, at)
        if after.period_number != before.period_number:
            await self.opened(unit, after, before.period_number, at)
        return after

    async def _keep_periods(self, unit: BooksUnit, before: Subscription | None, after: Subscription) -> None:
        periods = unit.periods.of(after.tenant_id)
        if before is not None:
            last = await periods.get(period_id(after.id, before.period_number))
            if last.close_time is None:
                last = periods.put(in_step(last, after))
            if _ended(before, after):
                if await self.charges_usage(last):
                    self.schedule_closing(unit, last)
                else:
                    periods.put(last.closed(last.end_time))
        if before is None or before.period_number != after.period_number:
            periods.put(billed_period(after))

    async def charges_usage(self, period: BilledPeriod) -> bool:
        """Whether usage of the period may be charged once it is known: the period is open until then."""
        if period.trial:
            return False
        terms = await self.catalogue.terms(period.plan_id, period.plan_version)
        return bool(terms.book(period.currency, period.interval).metered)

    def schedule_closing(self, unit: BooksUnit, period: BilledPeriod) -> None:
        """Has the period closed once no more events can come into it, and all of them are counted."""
        due, when = period.due(self.settings.grace)
        name = f"billing.close.{period.subscription_id}.{period.number}"
        unit.schedule(due, name=name, when=when + timedelta(seconds=FREEZE_SECONDS))

    async def _keep_movement(
        self, unit: BooksUnit, before: Subscription | None, after: Subscription, at: datetime
    ) -> None:
        moved = movement(f"{after.id}:{after.version}", before, after, at)
        if moved is None:
            return
        movements = unit.movements.of(after.tenant_id)
        if before is not None and before.version == after.version:
            first = await movements.find(moved.id)
            if first is not None:
                moved = moved.but(
                    previous_state=first.previous_state,
                    previous_plan_id=first.previous_plan_id,
                    previous_mrr_minor=first.previous_mrr_minor,
                )
        movements.put(moved)

    async def _keep_entitlements(self, unit: BooksUnit, after: Subscription, at: datetime) -> None:
        kept = unit.entitlements.of(after.tenant_id)
        known = await kept.find(after.tenant_id) or no_entitlements(after.tenant_id, at)
        terms = await self.catalogue.terms(after.plan_id, after.plan_version)
        kept.put(known.entitled(after, terms, at))

    def _schedule(self, unit: BooksUnit, before: Subscription | None, after: Subscription) -> None:
        if before is None and after.state is State.INCOMPLETE:
            unit.schedule(
                SubscriptionIncompleteDue(tenant_id=after.tenant_id, subscription_id=after.id),
                name=f"billing.incomplete.{after.id}",
                # Schedules have whole seconds.
                when=after.create_time + timedelta(hours=self.settings.incomplete_hours, seconds=1),
            )
        if after.state not in RUNNING:
            return
        due, when = after.due
        if before is None or before.state not in RUNNING or before.due != (due, when):
            unit.schedule(due, name=f"billing.period.{after.id}", when=when)


def _ended(before: Subscription, after: Subscription) -> bool:
    """Whether the period before is over with this change."""
    return before.state not in STILL and (after.period_number != before.period_number or after.state in STILL)
