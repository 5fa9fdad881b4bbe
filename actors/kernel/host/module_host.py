"""A module at work in one process: its services behind the chain, its relay, its reactions, its workers.

A plain class: the same in a Ray actor, in a unit test on memory back-ends, and in a command.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

from google.protobuf.message import Message

from actors.api.kernel.v1 import MailQueued, TenantExportRequested, TenantPurgeRequested
from actors.kernel.access.audit import Refusals
from actors.kernel.access.policy import Method, policy_of, revoking_events
from actors.kernel.access.tokens import Revocations, Verifier
from actors.kernel.call import Call, system_call
from actors.kernel.cancellation import heed
from actors.kernel.clock import Clock
from actors.kernel.entitlements import CHANGED, REACHED, Entitlements
from actors.kernel.errors import AtriumError
from actors.kernel.events.contract import Bus, Envelope, Source, subject_of
from actors.kernel.events.inbox import Reaction, Reactions
from actors.kernel.events.outbox import Outbox
from actors.kernel.events.relay import Relay, nudge_name
from actors.kernel.host.chain import Chain, Next
from actors.kernel.host.tenancy import TenantData
from actors.kernel.host.usage import Usage
from actors.kernel.mail import Mailer, opened_mail
from actors.kernel.mesh.dial import Mesh
from actors.kernel.module import Module, Room
from actors.kernel.sealing import Sealer
from actors.kernel.settings import PlatformSettings
from actors.kernel.store.contract import Backend, Collection, Place
from actors.kernel.store.migrate import layout
from actors.kernel.store.unit import Store, Unit
from actors.kernel.telemetry import Metrics

log = logging.getLogger(__name__)

FLUSH_SECONDS = 5.0
KNOW_SECONDS = 5.0
"""How long a host that starts waits to know the keys, which tokens are revoked, and what tenants may use."""
SWEEP_SECONDS = 60.0
RESTART_SECONDS = 1.0
MOST_UNTOLD = 5000
LONGEST_TOKEN_SECONDS = 3600.0
"""How far back a host that starts reads the events that revoke tokens; no token lives longer."""
TIER_SECONDS = 0.5
"""How long after a change of tier tokens with another one go stale: the host that makes new ones knows it by then."""


@dataclass
class Ports:
    """The outside world of a host."""

    backend: Backend
    bus: Bus
    mesh: Mesh
    mailer: Mailer
    clock: Clock
    sealer: Sealer
    platform: PlatformSettings
    publish_jwks: Callable[[bytes], Awaitable[None]]
    watch_jwks: Callable[[], AsyncIterator[bytes]]
    sql: Backend | None = None
    """What modules with books keep them in."""


class ModuleHost:
    """One replica of one module. Raises ContractBroken when its contract lacks a rule, LookupError when the module
    has books and there is nothing to keep them in."""

    def __init__(self, module: Module, cards: Sequence[Module], settings: Any, ports: Ports) -> None:
        self.module, self.ports = module, ports
        self.names = [card.name for card in cards]
        self.policy = policy_of(tuple(self.names))
        self.metrics = Metrics()
        self.revocations = Revocations(LONGEST_TOKEN_SECONDS)
        self.verifier = Verifier(ports.platform.public_url, self.policy, self.revocations)
        self.entitlements = Entitlements(ports.clock)
        self.usage = Usage(ports.clock)
        self.refusals = Refusals(ports.clock)
        self.store = self._store(ports.backend, module.unit, module.name)
        self.books: Store[Any] | None = None
        if module.books is not None:
            if ports.sql is None:
                raise LookupError(f"{module.name} has books, and there is no SQL database")
            self.books = self._store(ports.sql, module.books.unit, f"{module.name}.books")
        collections = layout([(card.name, card.collections) for card in cards])
        self.room = Room(
            store=self.store,
            bus=ports.bus,
            mesh=ports.mesh,
            clock=ports.clock,
            sealer=ports.sealer,
            policy=self.policy,
            platform=ports.platform,
            settings=settings,
            metrics=self.metrics,
            entitlements=self.entitlements,
            collections=collections,
            publish_jwks=ports.publish_jwks,
            sql=self.books,
        )
        self.furnished = module.furnish(self.room)
        exchange = next((card.exchange for card in cards if card.exchange is not None), None)
        self.chain = Chain(
            policy=self.policy,
            verifier=self.verifier,
            store=self.store,
            clock=ports.clock,
            metrics=self.metrics,
            refusals=self.refusals,
            usage=self.usage,
            entitlements=self.entitlements,
            exchange=None if exchange is None else exchange(ports.mesh),
        )
        self.relays = [Relay(module.name, Outbox(self.store.backend, self.store.outbox), ports.bus)]
        kept = [(self.store, module.collections)]
        if module.books is not None and self.books is not None:
            self.relays.append(Relay(f"{module.name}.books", Outbox(self.books.backend, self.books.outbox), ports.bus))
            kept.append((self.books, module.books.collections))
        data = TenantData(module.name, self.store, *kept)
        self.reactions = Reactions(
            module.name,
            [
                *self.furnished.reactions,
                Reaction(MailQueued.DESCRIPTOR.name, self._send_mail, source=module.name),
                Reaction(TenantPurgeRequested.DESCRIPTOR.name, data.purge),
                Reaction(TenantExportRequested.DESCRIPTOR.name, data.export),
            ],
            self.store,
            ports.bus,
            self.books,
        )
        self._entitling = [Source(card.name, event) for card in cards if card.entitles for event in (CHANGED, REACHED)]
        self._tasks: list[asyncio.Task[None]] = []
        self._keys_known, self._revocations_known = asyncio.Event(), asyncio.Event()
        self._untold: list[Envelope] = []

    def _store(self, backend: Backend, unit: type[Unit], outbox: str) -> Store[Any]:
        ports = self.ports
        return Store(
            backend,
            self.module.name,
            unit,
            clock=ports.clock,
            sealer=ports.sealer,
            committed=lambda: ports.bus.nudge(nudge_name(outbox)),
        )

    def methods(self) -> list[tuple[Method, Next]]:
        """The module's methods and their handlers. Raises LookupError when a service or method is not implemented."""
        services = {type(service).__name__: service for service in self.furnished.services}
        found = []
        for method in self.policy.methods.values():
            if method.module == self.module.name:
                handler = getattr(services.get(method.service), method.name, None)
                if handler is None:
                    raise LookupError(f"nothing implements {method}")
                found.append((method, handler))
        return found

    async def start(self) -> None:
        """Prepares the module and begins its work. It can take calls when this returns."""
        if self.furnished.prepare is not None:
            await self.furnished.prepare()
        work: list[tuple[str, Callable[[], Awaitable[None]]]] = [
            ("keys", self._follow_keys),
            ("revocations", self._follow_revocations),
            ("entitlements", self._follow_entitlements),
            *((f"relay of {relay.name}", relay.run) for relay in self.relays),
            ("reactions", partial(self.reactions.run_single, self.names)),
            ("batches", partial(self.reactions.run_batches, self.names)),
            ("counters", self._flush_regularly),
        ]
        if self.books is not None:
            work.append(("sweep of the books", partial(self._leased, "books.sweep", self._sweep_regularly)))
        for worker in self.furnished.workers:
            run = partial(self._leased, worker.name, worker.run) if worker.leased else worker.run
            work.append((worker.name, run))
        self._tasks = [asyncio.create_task(self._keep(name, run), name=name) for name, run in work]
        try:
            # Without the keys every token would be refused as not ours, without the revocations a stale one accepted,
            # without the entitlements a tenant would have no limits.
            async with asyncio.timeout(KNOW_SECONDS):
                await self._keys_known.wait()
                await self._revocations_known.wait()
                await self.entitlements.known.wait()
        except TimeoutError:
            what = (
                "the keys that sign tokens"
                if not self._keys_known.is_set()
                else "which tokens are revoked"
                if not self._revocations_known.is_set()
                else "what tenants may use"
            )
            log.warning("%s starts without knowing %s", self.module.name, what)
        if self.furnished.schedules:
            async with self.store.unit(system_call(), aside=True) as unit:
                for name, rule, announcement in self.furnished.schedules:
                    unit.schedule(announcement, name=name, when=rule)

    async def stop(self) -> None:
        """Ends the work; what was committed is relayed by the next host."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(AtriumError):
            await self.flush(everything=True)

    async def _keep(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        """Runs it, and again after an error: a host that serves without its relay or its reactions is half dead."""
        while True:
            heed()
            try:
                return await run()
            except Exception:
                log.exception("%s of %s ended with an error and begins anew", name, self.module.name)
                await asyncio.sleep(RESTART_SECONDS)

    async def _leased(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        while True:
            heed()
            async with self.ports.bus.lead(f"{self.module.name}.{name}") as holding:
                task = asyncio.ensure_future(run())
                try:
                    while holding() and not task.done():
                        await asyncio.wait([task], timeout=0.5)
                    if task.done() and not task.cancelled() and (error := task.exception()) is not None:
                        log.error("%s of %s failed", name, self.module.name, exc_info=error)
                        await asyncio.sleep(1)
                finally:
                    task.cancel()
                    await asyncio.gather(task, return_exceptions=True)

    async def _follow_keys(self) -> None:
        async for document in self.ports.watch_jwks():
            self.verifier.set_keys(document)
            self._keys_known.set()

    async def _follow_revocations(self) -> None:
        fields = revoking_events(self.names)

        def mark(envelope: Envelope) -> None:
            field = fields[f"{envelope.module}.{envelope.type.rpartition('.')[2]}"]
            if id := getattr(envelope.message(), field):
                self.revocations.mark(id, envelope.stored_ms)

        sources = [Source(*key.split(".", 1)) for key in fields]
        since = self.ports.clock.now() - timedelta(seconds=LONGEST_TOKEN_SECONDS)
        await self.ports.bus.replay(sources, since, mark, self._revocations_known.set)

    async def _follow_entitlements(self) -> None:
        if not self._entitling:
            self.entitlements.known.set()
            return
        await self.ports.bus.replay(self._entitling, None, self._hear_entitlements, self.entitlements.known.set)

    def _hear_entitlements(self, envelope: Envelope) -> None:
        if not (tier := self.entitlements.heard(envelope)):
            return
        tenant_id, since_ms = envelope.tenant_id, envelope.stored_ms + int(TIER_SECONDS * 1000)

        def mark() -> None:
            if self.entitlements.tier(tenant_id) == tier:
                self.revocations.mark_tier(tenant_id, tier, since_ms)

        wait = since_ms / 1000 - self.ports.clock.now().timestamp()
        if wait > 0:
            asyncio.get_running_loop().call_later(wait, mark)
        elif wait > -LONGEST_TOKEN_SECONDS:
            mark()

    async def _flush_regularly(self) -> None:
        while True:
            heed()
            await asyncio.sleep(FLUSH_SECONDS)
            try:
                await self.flush()
            except AtriumError as error:
                log.warning("counters wait: %s", error)

    async def _sweep_regularly(self) -> None:
        while True:
            try:
                await self.sweep()
            except AtriumError as error:
                log.warning("what has expired waits: %s", error)
            await asyncio.sleep(SWEEP_SECONDS)

    async def sweep(self) -> int:
        """Removes what has expired in the books, which SQL does not do by itself. Returns how much it was."""
        books, kept = self.books, self.module.books
        if books is None or kept is None:
            return 0
        count = 0
        expiring: list[Collection[Any]] = [books.inbox, books.answers, *kept.collections]
        for collection in expiring:
            if collection.expires:
                place = Place(collection, collection.name, "", None)
                count += await books.backend.sweep(place, self.ports.clock.now())
        return count

    async def flush(self, *, everything: bool = False) -> None:
        """Announces what was counted: permissions used, calls made, refusals.

        Lost only with the process, or beyond MOST_UNTOLD while the bus does not answer.
        """
        clock = self.ports.clock
        messages: list[Message] = [*self.usage.take(), *self.refusals.take(everything=everything)]
        self._untold += [
            Envelope(
                id=clock.new_id("evt"),
                type=message.DESCRIPTOR.full_name,
                subject=subject_of(self.module.name, message.DESCRIPTOR.name, str(getattr(message, "tenant_id", ""))),
                payload=message.SerializeToString(),
                time=clock.now(),
                tenant_id=str(getattr(message, "tenant_id", "")),
            )
            for message in messages
        ]
        if self._untold:
            telling = self._untold = self._untold[-MOST_UNTOLD:]
            await self.ports.bus.publish(telling)
            told = {envelope.id for envelope in telling}
            self._untold = [envelope for envelope in self._untold if envelope.id not in told]

    async def _send_mail(self, event: MailQueued, call: Call) -> None:
        mail = opened_mail(event, self.ports.sealer)
        backend = (self.books or self.store).backend
        attached = [
            replace(one, content=b"".join([piece async for piece in backend.read_blob(one.blob)]))
            for one in mail.attachments
        ]
        await self.ports.mailer.send(event.id, replace(mail, attachments=tuple(attached)))
        async with self.store.unit(call.within("")):
            pass  # commits the inbox mark: the mail is sent
