"""What Billing does when something happened: each part says how it reacts, here is all of it."""

from __future__ import annotations

from actors.billing.collecting import Collecting
from actors.billing.cycle import Cycle
from actors.billing.following import Following
from actors.billing.issuing import Issuing
from actors.billing.letters import Letters
from actors.billing.limiting import Limiting
from actors.billing.platform_usage import PlatformUsage
from actors.billing.proving import Proving
from actors.billing.tenancy import Tenancy
from actors.kernel.events.inbox import Reaction


class BillingReactions:
    """In the order of a subscription's life: its tenant, its periods, their invoices, the money; then who is told."""

    def __init__(
        self,
        tenancy: Tenancy,
        cycle: Cycle,
        issuing: Issuing,
        collecting: Collecting,
        proving: Proving,
        limiting: Limiting,
        platform_usage: PlatformUsage,
        following: Following,
        letters: Letters,
    ) -> None:
        self._all = [
            *tenancy.all(),
            *cycle.all(),
            Reaction("InvoiceDrafted", issuing.drafted, "billing", batch=True, books=True),
            *collecting.all(),
            Reaction("ReconciliationDue", proving.due, "billing", books=True),
            *limiting.all(),
            *platform_usage.all(),
            *following.all(),
            *letters.all(),
        ]

    def all(self) -> list[Reaction]:
        return self._all
