"""Billing's card: what the host knows of it."""

from __future__ import annotations

from pathlib import Path

from actors.billing.settings import BillingSettings
from actors.billing.store import BOOKS, COLLECTIONS, BillingUnit, BooksUnit
from actors.kernel.module import Books, Furnished, Module, Room


def furnish(room: Room) -> Furnished:
    return Furnished(services=())


MODULE = Module(
    name="billing",
    unit=BillingUnit,
    collections=COLLECTIONS,
    settings=BillingSettings,
    furnish=furnish,
    books=Books(BooksUnit, BOOKS, Path(__file__).parent / "migrations"),
)
