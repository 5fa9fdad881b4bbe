"""The card a module fills in: all that the host ever knows of it."""

from __future__ import annotations

import importlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from actors.kernel.access.policy import Policy
from actors.kernel.clock import Clock
from actors.kernel.entitlements import Entitlements
from actors.kernel.events.contract import Bus
from actors.kernel.sealing import Sealer
from actors.kernel.settings import PlatformSettings, Section
from actors.kernel.store.contract import Backend, Collection
from actors.kernel.store.unit import Store, Unit
from actors.kernel.telemetry import Metrics

if TYPE_CHECKING:
    from actors.kernel.demo import Seeding
    from actors.kernel.events.inbox import Reaction
    from actors.kernel.mesh.dial import Mesh


@dataclass
class Room:
    """What the host gives a module to work with."""

    store: Store[Any]
    bus: Bus
    mesh: Mesh
    clock: Clock
    sealer: Sealer
    policy: Policy
    platform: PlatformSettings
    settings: Any
    metrics: Metrics
    entitlements: Entitlements
    """What tenants may use, as the module that sells plans last announced it."""
    collections: Sequence[Collection[Any]]
    """Those of all modules."""
    publish_jwks: Callable[[bytes], Awaitable[None]]
    """Makes a key set the one that tokens are verified with, everywhere."""
    sql: Store[Any] | None = None
    """The store of the books, where there are any."""

    @property
    def books(self) -> Store[Any]:
        """What the module keeps in SQL. Raises LookupError when its card has no books."""
        if self.sql is None:
            raise LookupError(f"{self.store.module} has no books: its card names none")
        return self.sql

    @property
    def backend(self) -> Backend:
        return self.store.backend


@dataclass(frozen=True)
class Worker:
    """Work a module does by itself, until cancelled."""

    name: str
    run: Callable[[], Awaitable[None]]
    leased: bool = True
    """On one replica at a time; otherwise on every one."""


@dataclass(frozen=True)
class Furnished:
    """A module at work: its services, reactions and workers."""

    services: Sequence[Any]
    """Servicers of the module's package, their class named as the proto service. A servicer's `store` is the one
    its methods commit to: kept answers are looked up there, and audit entries left. Without one: the module's main
    store, not its books."""
    reactions: Sequence[Reaction] = ()
    workers: Sequence[Worker] = ()
    prepare: Callable[[], Awaitable[None]] | None = None
    """Runs before the first call is taken."""
    schedules: Sequence[tuple[str, str, Any]] = ()
    """Name, rule and announcement of what comes again and again."""


@dataclass(frozen=True)
class Books:
    """What a module keeps in SQL, beside its collections in MongoDB: all that is money.

    Raises TypeError for a collection whose records would follow a tenant's placement: the books are one database.
    """

    unit: type[Unit]
    collections: Sequence[Collection[Any]]
    migrations: Path
    """The folder of the module's Alembic revisions."""

    def __post_init__(self) -> None:
        for collection in self.collections:
            if collection.placed:
                raise TypeError(f"{collection.name}: a collection in the books has the reach PROVIDER or PLATFORM")


@dataclass(frozen=True)
class Module:
    """One module of the platform."""

    name: str
    unit: type[Unit]
    collections: Sequence[Collection[Any]]
    settings: type[ModuleSettings]
    furnish: Callable[[Room], Furnished]
    exchange: Callable[[Mesh], Callable[[str, bool], Awaitable[str]]] | None = None
    """How an API key becomes an access token, for the module that knows; the flag asks for a new token."""
    entitles: bool = False
    """Whether it sells plans: it announces what tenants may use, as `kernel.entitlements` says."""
    seed: Callable[[Seeding], Awaitable[None]] | None = None
    """Writes the module's part of the demonstration."""
    books: Books | None = None
    """What it keeps in SQL, if anything."""


class ModuleSettings(Section):
    """Settings that every module has. Subclasses set the prefix `ATRIUM_<MODULE>_`."""

    replicas: int = 1
    """How many actors answer for the module."""
    num_cpus: float = 0.1
    """What each reserves of the Ray cluster."""


def card(name: str) -> Module:
    """The card of a module of this installation."""
    found: Module = importlib.import_module(f"actors.{name}").MODULE
    return found
