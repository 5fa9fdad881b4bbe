"""Reactions: what a module does when something happened elsewhere, each event once in effect."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from actors.kernel.call import Call, system_call
from actors.kernel.errors import Contended
from actors.kernel.events.contract import Bus, Envelope, Source
from actors.kernel.host.retry import attempts
from actors.kernel.store.unit import AlreadyHandled, Store
from actors.kernel.telemetry import within

log = logging.getLogger(__name__)

EVERY_MODULE = "*"


@dataclass(frozen=True)
class Reaction:
    """A handler for one kind of event.

    The handler gets the event and a call whose scope is the event's tenant. It makes at most one unit, with which
    the mark of the event is committed: an event that is delivered again changes nothing. A `batch` handler gets a
    list of events of any tenants and a call without scope, and its one unit marks all of them.
    """

    event: str
    """The message's name, `TenantCreated`."""
    handle: Callable[[Any, Call], Awaitable[None]]
    source: str = EVERY_MODULE
    """The module that announces it; EVERY_MODULE for events each module has."""
    batch: bool = False
    books: bool = False
    """Whether its unit is one of the module's books: the mark of the event is kept with the effect."""


class Reactions:
    """Runs a module's reactions."""

    def __init__(
        self,
        module: str,
        reactions: Sequence[Reaction],
        store: Store[Any],
        bus: Bus,
        books: Store[Any] | None = None,
    ) -> None:
        self.module, self.store, self.bus, self.books = module, store, bus, books
        if books is None and (stray := [r.event for r in reactions if r.books]):
            raise ValueError(f"{module} has no books to react in to {', '.join(stray)}")
        self._single = [r for r in reactions if not r.batch]
        self._batch = [r for r in reactions if r.batch]
        _check_distinct(module, self._single)
        _check_distinct(module, self._batch)

    async def run_single(self, modules: Sequence[str]) -> None:
        """Handles events one by one until cancelled."""

        async def handle(envelopes: list[Envelope]) -> None:
            for envelope in envelopes:
                await self.handle(_reaction_to(envelope, self._single), envelope)

        await self.bus.consume(self.module, _sources(self._single, modules), handle)

    async def run_batches(self, modules: Sequence[str]) -> None:
        """Handles events of batch reactions until cancelled."""

        async def handle(envelopes: list[Envelope]) -> None:
            grouped: dict[Reaction, list[Envelope]] = {}
            for envelope in envelopes:
                grouped.setdefault(_reaction_to(envelope, self._batch), []).append(envelope)
            for reaction, same in grouped.items():
                await self.handle_batch(reaction, same)

        sources = _sources(self._batch, modules)
        await self.bus.consume(f"{self.module}-batch", sources, handle, batch=200, at_once=1)

    async def handle(self, reaction: Reaction, envelope: Envelope) -> None:
        """Reacts to one event, unless that was done before."""
        inbox_id, store = f"{self.module}:{envelope.id}", self._store(reaction)

        async def once() -> None:
            call = self._call([inbox_id], store, envelope)
            with within(call):
                await reaction.handle(envelope.message(), call)

        try:
            if envelope.deliveries > 1 and await store.handled([inbox_id]):
                return
            await attempts(system_call(), once)
        except AlreadyHandled:
            log.debug("%s was handled before", envelope.id)

    async def handle_batch(self, reaction: Reaction, envelopes: Sequence[Envelope]) -> None:
        """Reacts to those of the events that were not reacted to before, all in one unit."""
        # Apart from the marks of single reactions: a module may have both to one event.
        by_id = {f"{self.module}-batch:{envelope.id}": envelope for envelope in envelopes}
        store = self._store(reaction)

        async def once() -> None:
            handled = await store.handled(list(by_id))
            fresh = {id: envelope for id, envelope in by_id.items() if id not in handled}
            if fresh:
                call = self._call(list(fresh), store)
                try:
                    await reaction.handle([envelope.message() for envelope in fresh.values()], call)
                except AlreadyHandled:
                    raise Contended from None  # a twin took some of them: look again

        await attempts(system_call(), once)

    def _store(self, reaction: Reaction) -> Store[Any]:
        return self.books if reaction.books and self.books is not None else self.store

    @staticmethod
    def _call(inbox_ids: list[str], store: Store[Any], envelope: Envelope | None = None) -> Call:
        call = system_call()
        call.store = store
        if envelope is not None:
            call.scope, call.request_id, call.occur_time = envelope.tenant_id, envelope.request_id, envelope.time
        call.inbox_ids = tuple(inbox_ids)
        return call


def _check_distinct(module: str, reactions: Sequence[Reaction]) -> None:
    """Raises ValueError when two reactions would be for the same event: only one of them could get it."""
    seen: set[tuple[str, str]] = set()
    for reaction in reactions:
        key = (reaction.source, reaction.event)
        if key in seen or (reaction.source != EVERY_MODULE and (EVERY_MODULE, reaction.event) in seen):
            raise ValueError(f"{module} has two reactions to {reaction.event} of {reaction.source}")
        seen.add(key)


def _reaction_to(envelope: Envelope, reactions: Sequence[Reaction]) -> Reaction:
    event, module = envelope.type.rpartition(".")[2], envelope.module
    return next(r for r in reactions if r.event == event and r.source in (module, EVERY_MODULE))


def _sources(reactions: Sequence[Reaction], modules: Sequence[str]) -> list[Source]:
    return [
        Source(module, r.event)
        for r in reactions
        for module in (modules if r.source == EVERY_MODULE else [r.source])
        if module in modules
    ]
