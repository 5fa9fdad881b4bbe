"""Brings the stores up to what the modules expect: collections, indexes, and a tenant's own database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from actors.kernel.store.contract import PLACEMENTS, Backend, Collection, answers_of, inbox_of, outbox_of


def layout(modules: Sequence[tuple[str, Sequence[Collection[Any]]]]) -> list[Collection[Any]]:
    """Every collection of these modules, with those that the kernel keeps for each."""
    collections: list[Collection[Any]] = [PLACEMENTS]
    for name, own in modules:
        collections += [outbox_of(name), inbox_of(name), answers_of(name), *own]
    return collections


async def migrate(backend: Backend, collections: Sequence[Collection[Any]]) -> None:
    """Creates what is missing in the shared database. Repeatable, safe while others do the same."""
    await backend.ensure(collections)


async def create_own_database(backend: Backend, collections: Sequence[Collection[Any]], database: str) -> None:
    """Creates a tenant's own database with all placed collections. Repeatable."""
    await backend.ensure([c for c in collections if c.placed], database)
