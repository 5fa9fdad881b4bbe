"""What selling subscriptions takes, put together once."""

from __future__ import annotations

from actors.billing.beginning import Beginning
from actors.billing.catalogue import Catalogue
from actors.billing.changing import Changing
from actors.billing.closing import Closing
from actors.billing.cycle import Cycle
from actors.billing.domain.subscription import Subscription
from actors.billing.issuing import Issuing
from actors.billing.paying import Paying
from actors.billing.previewing import Previewing
from actors.billing.seating import Seating
from actors.billing.store import BooksUnit
from actors.billing.subscribing import Subscriptions
from actors.kernel.module import Room


class Selling:
    """The parts that plan, keep, issue and charge."""

    def __init__(
        self, room: Room, catalogue: Catalogue, subscriptions: Subscriptions, issuing: Issuing, paying: Paying
    ) -> None:
        self.subscriptions, self.issuing, self.paying = subscriptions, issuing, paying
        self.changing = Changing(catalogue)
        self.beginning = Beginning(self.changing)
        seating = Seating(room, catalogue)
        self.previewing = Previewing(room, catalogue, self.changing, self.beginning, seating)
        self.closing = Closing(subscriptions, seating)
        self.cycle = Cycle(room, subscriptions, issuing, paying, self.closing)

    async def charges(self, unit: BooksUnit, subscription: Subscription) -> bool:
        """Whether what is due is charged to a method at once; otherwise the tenant pays by transfer, later."""
        if not subscription.payment_method_id:
            return False
        method = await unit.payment_methods.of(subscription.tenant_id).find(subscription.payment_method_id)
        return method is not None and self.paying.charges(method)
