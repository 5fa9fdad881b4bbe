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


class Reactions:
    """Runs a module's reactions."""

    def __init__(self, module: str, reactions: Sequence[Reaction], store: Store[Any], bus: Bus) -> None:
        self.module, self.store, self.bus = module, store, bus
        self._single = [r for r in reactions if not r.batch]
        self._batch = [r for r in reactions if r.batch]

    async def run_single(self, modules: Sequence[str]) -> None:
        """Handles events one by one until cancelled."""
        by_event = {r.event: r for r in self._single}

        async def handle(envelopes: list[Envelope]) -> None:
            for envelope in envelopes:
                await self.handle(by_event[envelope.type.rpartition(".")[2]], envelope)

        await self.bus.consume(self.module, _sources(self._single, modules), handle)

    async def run_batches(self, modules: Sequence[str]) -> None:
        """Handles events of batch reactions until cancelled."""
        by_event = {r.event: r for r in self._batch}

        async def handle(envelopes: list[Envelope]) -> None:
            grouped: dict[str, list[Envelope]] = {}
            for envelope in envelopes:
                grouped.setdefault(envelope.type.rpartition(".")[2], []).append(envelope)
            for event, same in grouped.items():
                await self.handle_batch(by_event[event], same)

        sources = _sources(self._batch, modules)
        await self.bus.consume(f"{self.module}-batch", sources, handle, batch=200, at_once=1)

    async def handle(self, reaction: Reaction, envelope: Envelope) -> None:
        """Reacts to one event, unless that was done before."""
        inbox_id = f"{self.module}:{envelope.id}"

        async def once() -> None:
            call = self._call([inbox_id], envelope)
            with within(call):
                await reaction.handle(envelope.message(), call)

        try:
            if envelope.deliveries > 1 and await self.store.handled([inbox_id]):
                return
            await attempts(system_call(), once)
        except AlreadyHandled:
            log.debug("%s was handled before", envelope.id)

    async def handle_batch(self, reaction: Reaction, envelopes: Sequence[Envelope]) -> None:
        """Reacts to those of the events that were not reacted to before, all in one unit."""
        by_id = {f"{self.module}:{envelope.id}": envelope for envelope in envelopes}

        async def once() -> None:
            handled = await self.store.handled(list(by_id))
            fresh = {id: envelope for id, envelope in by_id.items() if id not in handled}
            if fresh:
                call = self._call(list(fresh))
                try:
                    await reaction.handle([envelope.message() for envelope in fresh.values()], call)
                except AlreadyHandled:
                    raise Contended from None  # a twin took some of them: look again

        await attempts(system_call(), once)

    @staticmethod
    def _call(inbox_ids: list[str], envelope: Envelope | None = None) -> Call:
        call = system_call()
        if envelope is not None:
            call.scope, call.request_id, call.occur_time = envelope.tenant_id, envelope.request_id, envelope.time
        call.inbox_ids = tuple(inbox_ids)
        return call


def _sources(reactions: Sequence[Reaction], modules: Sequence[str]) -> list[Source]:
    return [
        Source(module, r.event)
        for r in reactions
        for module in (modules if r.source == EVERY_MODULE else [r.source])
        if module in modules
    ]
