"""Seats: bought ahead, and following the people of a tenant when a period begins."""

from __future__ import annotations

from datetime import datetime

from actors.billing.catalogue import Catalogue
from actors.billing.domain.order import ordered
from actors.billing.domain.subscription import Subscription
from actors.billing.domain.subscription_state import RUNNING
from actors.billing.store import BillingUnit
from actors.kernel.call import system_call
from actors.kernel.module import Room
from actors.kernel.store.contract import Eq
from actors.kernel.store.unit import Store


class Seating:
    """Has a period begin with a seat for everybody."""

    def __init__(self, room: Room, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.store: Store[BillingUnit] = room.store

    async def seated(self, subscription: Subscription, at: datetime) -> Subscription:
        """The subscription as its period ends: where the next one is sold by seat, with as many as there are people
        then, at least; else the same record. Seats that were bought beyond that stay bought.
        """
        ends = subscription.cancel_at_period_end or subscription.pause_at_period_end
        if subscription.state not in RUNNING or ends:
            return subscription
        order = (subscription.pending_change or subscription).order
        terms = await self.catalogue.terms(order.plan_id, order.plan_version)
        if not terms.book(subscription.currency, order.interval).by_seat:
            return subscription
        people = await self._people(subscription.tenant_id)
        if people <= order.seats:
            return subscription
        wanted = ordered(order.plan_id, order.plan_version, terms, order.interval, subscription.currency, people)
        return subscription.changed_later(wanted, at)

    async def _people(self, tenant_id: str) -> int:
        """Invited, active and suspended ones."""
        async with self.store.unit(system_call(tenant_id), aside=True) as unit:
            return await unit.contacts.count(Eq("gone", False))
