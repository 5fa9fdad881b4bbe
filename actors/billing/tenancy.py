"""What Billing does when tenants come, pause and go."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from actors.api.tenants.v1 import (
    TenantCreated,
    TenantDeleted,
    TenantProvisioningFailed,
    TenantPurged,
    TenantRestored,
    TenantSuspended,
)
from actors.billing.catalogue import Catalogue
from actors.billing.deriving import id_for
from actors.billing.domain.account import BillingAccount, Party, new_account
from actors.billing.domain.order import Order, ordered
from actors.billing.domain.period import Interval
from actors.billing.domain.plan import PlanUnknown
from actors.billing.domain.subscribing import new_subscription
from actors.billing.domain.subscription import Subscription, announcement
from actors.billing.domain.subscription_state import RUNNING, State, SubscriptionChanged
from actors.billing.domain.terms import Terms
from actors.billing.selling import Selling
from actors.billing.settings import BillingSettings
from actors.billing.standing import live_subscription
from actors.billing.store import BooksUnit
from actors.kernel.call import Call
from actors.kernel.events.inbox import Reaction
from actors.kernel.module import Room
from actors.kernel.store.unit import Records, Store

DELETED = "the tenant was deleted"
MOST_RECORDS = 100_000
"""Of one tenant that was never billed."""


class Tenancy:
    """Accounts and first subscriptions of tenants, and what becomes of them."""

    def __init__(self, room: Room, catalogue: Catalogue, selling: Selling) -> None:
        self.clock, self.catalogue, self.selling = room.clock, catalogue, selling
        self.subscriptions = selling.subscriptions
        self.settings: BillingSettings = room.settings
        self.books: Store[BooksUnit] = room.books

    def all(self) -> list[Reaction]:
        return [
            Reaction("TenantCreated", self.created, "tenants", books=True),
            Reaction("TenantProvisioningFailed", self.failed, "tenants", books=True),
            Reaction("TenantSuspended", self.suspended, "tenants", books=True),
            Reaction("TenantRestored", self.restored, "tenants", books=True),
            Reaction("TenantDeleted", self.deleted, "tenants", books=True),
            Reaction("TenantPurged", self.purged, "tenants", books=True),
        ]

    async def created(self, event: TenantCreated, call: Call) -> None:
        """Opens the account, and starts the plan that the tenant was created with; says so each time it is asked.

        A plan that is not sold here starts nothing: such a tenant is not billed, and nothing limits it.
        """
        at = self.clock.now()
        async with self.books.unit(call) as unit:
            accounts = unit.accounts.of(event.tenant_id)
            account = await accounts.find(event.tenant_id)
            if account is None:
                account = accounts.put(self._account(event, at))
            live = await live_subscription(unit, event.tenant_id)
            if live is not None:
                unit.announce(announcement(live), key=live.id)
            elif not await self._start(unit, event.plan, account, id_for(call, self.clock, "sub"), at):
                unit.announce(_without_subscription(event), key=event.tenant_id)

    async def failed(self, event: TenantProvisioningFailed, call: Call) -> None:
        """Takes back what was begun for a tenant that never came to be; it was never billed."""
        async with self.books.unit(call) as unit:
            account = await unit.accounts.of(event.tenant_id).find(event.tenant_id)
            if account is not None and not account.currency_fixed:
                await _remove(unit, event.tenant_id)

    async def suspended(self, event: TenantSuspended, call: Call) -> None:
        """Nothing that nobody can use is charged: no period begins while the tenant is suspended."""
        async with self.books.unit(call) as unit:
            live = await self._live(unit, event.tenant_id)
            if live is not None and live.state in RUNNING:
                await self._keep(unit, live, live.paused_later(self.clock.now()))

    async def restored(self, event: TenantRestored, call: Call) -> None:
        """Takes back what the suspension or deletion had begun, or begins a new period."""
        async with self.books.unit(call) as unit:
            live = await self._live(unit, event.tenant_id)
            if live is not None:
                await self._keep(unit, live, live.restored(DELETED, self.clock.now()))

    async def deleted(self, event: TenantDeleted, call: Call) -> None:
        """The subscription ends with its period; the tenant may be restored until it is purged."""
        async with self.books.unit(call) as unit:
            live = await self._live(unit, event.tenant_id)
            if live is None:
                return
            at = self.clock.now()
            after = live.cancelled_later(DELETED, at)
            await self._keep(unit, live, after)
            if live.state is State.INCOMPLETE:
                await self.selling.cycle.void_first(unit, after)

    async def purged(self, event: TenantPurged, call: Call) -> None:
        """The subscription ends now, without a credit: there is nobody to use it. Who was never billed leaves nothing
        behind; of others invoices and the ledger stay, as the law asks, and who they were on them only.
        """
        async with self.books.unit(call) as unit:
            account = await unit.accounts.of(event.tenant_id).find(event.tenant_id)
            if account is None:
                return
            methods = unit.payment_methods.of(event.tenant_id)
            for method in await methods.select(limit=MOST_RECORDS):
                methods.put(method.forgotten(self.clock.now()))  # `expiring` removes them at their providers
            if not account.currency_fixed:
                await _remove(unit, event.tenant_id)
                return
            at = self.clock.now()
            live = await self._live(unit, event.tenant_id)
            if live is not None:
                await self._keep(unit, live, live.cancelled(DELETED, at))
            entitlements = unit.entitlements.of(event.tenant_id)
            if (known := await entitlements.find(event.tenant_id)) is not None:
                entitlements.delete(known)
            unit.accounts.of(event.tenant_id).put(account.forgotten(at))

    async def _live(self, unit: BooksUnit, tenant_id: str) -> Subscription | None:
        """The tenant's subscription, once periods that are over have ended."""
        live = await live_subscription(unit, tenant_id)
        return None if live is None else await self.selling.closing.rolled(unit, live, self.clock.now())

    async def _keep(self, unit: BooksUnit, before: Subscription, after: Subscription) -> None:
        at = self.clock.now()
        if after is before:
            return
        kept = await self.subscriptions.keep(unit, before, after, at)
        if kept.period_number != before.period_number:
            await self.subscriptions.opened(unit, kept, before.period_number, at)

    def _account(self, event: TenantCreated, at: datetime) -> BillingAccount:
        return new_account(
            event.tenant_id,
            party=Party(name=event.display_name, email=event.admin_email),
            currency=self.settings.currency,
            at=at,
            locale=event.locale,
            time_zone=event.time_zone,
        )

    async def _start(self, unit: BooksUnit, plan_id: str, account: BillingAccount, id: str, at: datetime) -> bool:
        """Whether there is such a plan. It begins with its trial.

        A plan that costs something begins with one in any case, also without a payment method: nobody has been asked
        for one yet.
        """
        try:
            plan = await self.catalogue.offered(plan_id)
        except PlanUnknown:
            return False
        order, currency = _first_order(plan.id, plan.plan_version, plan.terms, account)
        days = plan.terms.trial_days or (self.settings.start_trial_days if order.costs else 0)
        subscription = new_subscription(
            id=id,
            tenant_id=account.tenant_id,
            order=order,
            currency=currency,
            at=at,
            trial_days=days,
            trial_without_method=True,
        )
        unit.accounts.of(account.tenant_id).put(account.updated(at, currency=currency))
        await self.subscriptions.keep(unit, None, subscription, subscription.period_start_time)
        return True


def _first_order(plan_id: str, plan_version: int, terms: Terms, account: BillingAccount) -> tuple[Order, str]:
    """By the month in the account's currency if it is sold so, else as it is sold first."""
    books = sorted(
        terms.price_books, key=lambda book: (book.currency != account.currency, book.interval is not Interval.MONTH)
    )
    book = books[0]
    return ordered(plan_id, plan_version, terms, book.interval, book.currency, 1), book.currency


def _without_subscription(event: TenantCreated) -> SubscriptionChanged:
    return SubscriptionChanged(
        tenant_id=event.tenant_id,
        subscription_id="",
        state="",
        plan_id=event.plan,
        plan_version=0,
        interval="",
        seats=0,
        mrr_minor=0,
        currency="",
    )


async def _remove(unit: BooksUnit, tenant_id: str) -> None:
    """Stages all as removed of a tenant that was never billed."""
    made: tuple[Records[Any], ...] = (
        unit.accounts,
        unit.subscriptions,
        unit.periods,
        unit.movements,
        unit.usage_logs,
        unit.entitlements,
    )
    for records in made:
        await _remove_all(records.of(tenant_id))


async def _remove_all(records: Records[Any]) -> None:
    for record in await records.select(limit=MOST_RECORDS):
        records.delete(record)
