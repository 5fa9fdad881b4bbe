"""Billing's card: what the host knows of it."""

from __future__ import annotations

from pathlib import Path

from actors.billing.catalogue import Catalogue
from actors.billing.counting import Counting
from actors.billing.issuing import Issuing
from actors.billing.limiting import Limiting
from actors.billing.platform_usage import PlatformUsage
from actors.billing.services.usage_service import UsageService
from actors.billing.settings import BillingSettings
from actors.billing.store import BOOKS, COLLECTIONS, BillingUnit, BooksUnit
from actors.billing.subscribing import Subscriptions
from actors.billing.telling import Telling
from actors.billing.tenancy import Tenancy
from actors.kernel.events.inbox import Reaction
from actors.kernel.module import Books, Furnished, Module, Room


def furnish(room: Room) -> Furnished:
    catalogue, limiting = Catalogue(room), Limiting(room)
    subscriptions = Subscriptions(room, catalogue)
    issuing = Issuing(room, subscriptions)
    tenancy = Tenancy(room, catalogue, subscriptions)
    counting, platform, telling = Counting(room), PlatformUsage(room), Telling(room)
    return Furnished(
        services=(UsageService(room, catalogue, counting),),
        reactions=(
            *tenancy.all(),
            *limiting.all(),
            *platform.all(),
            Reaction("InvoiceDrafted", issuing.drafted, "billing", batch=True, books=True),
        ),
        workers=(limiting.worker(), telling.worker()),
    )


MODULE = Module(
    name="billing",
    unit=BillingUnit,
    collections=COLLECTIONS,
    settings=BillingSettings,
    furnish=furnish,
    entitles=True,
    books=Books(BooksUnit, BOOKS, Path(__file__).parent / "migrations"),
)
