"""What Billing does when something happened: each part says how it reacts, here is all of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from actors.billing.collecting import Collecting
from actors.billing.cycle import Cycle
from actors.billing.following import Following
from actors.billing.issuing import Issuing
from actors.billing.letters import Letters
from actors.billing.limiting import Limiting
from actors.billing.platform_usage import PlatformUsage
from actors.billing.proving import Proving
from actors.billing.tenancy import Tenancy
from actors.kernel.call import Call
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
        known = {(one.source, one.event): one for one in following.all()}
        counted = [
            _together(known.pop(key), one) if (key := (one.source, one.event)) in known and one.batch else one
            for one in platform_usage.all()
        ]
        self._all = [
            *tenancy.all(),
            *cycle.all(),
            Reaction("InvoiceDrafted", issuing.drafted, "billing", batch=True, books=True),
            *collecting.all(),
            Reaction("ReconciliationDue", proving.due, "billing", books=True),
            *limiting.all(),
            *counted,
            *known.values(),
            *letters.all(),
        ]

    def all(self) -> list[Reaction]:
        return self._all


def _together(first: Reaction, last: Reaction) -> Reaction:
    """Both reactions to one event. The first, which can be repeated, leaves no mark of it; the last does."""

    async def handle(events: Any, call: Call) -> None:
        beside = call.within(call.scope)
        beside.inbox_ids = ()
        await first.handle(events, beside)
        await last.handle(events, call)

    return replace(last, handle=handle)
