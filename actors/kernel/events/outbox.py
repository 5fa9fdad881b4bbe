"""The outbox as envelopes: what waits to be published, in the order it must be."""

from __future__ import annotations

from actors.kernel import wire
from actors.kernel.events.contract import Envelope
from actors.kernel.store.contract import Backend, Collection, In, Order, OutboxEntry, Place

_MOST_OF_KEYS = 5000


class Outbox:
    """One module's announcements that are committed and not yet on the bus."""

    def __init__(self, backend: Backend, collection: Collection[OutboxEntry]) -> None:
        self.backend = backend
        self.place = Place(collection, collection.name, "", None)

    async def pending(self, limit: int) -> list[Envelope]:
        """The oldest entries, those of one key by their sequence.

        A later change of a record commits after the earlier one, so when its entry is here the earlier one is in the
        outbox or published already, whatever the clocks of replicas say. Of a longer backlog the entries of the same
        keys are looked up too, so that none is overtaken.
        """
        documents = await self.backend.find(self.place, (), Order(), limit)
        entries = [wire.from_document(OutboxEntry, document) for document in documents]
        if len(entries) == limit and (keys := tuple({entry.key for entry in entries if entry.key})):
            held = {entry.id for entry in entries}
            for document in await self.backend.find(self.place, [In("key", keys)], Order(), _MOST_OF_KEYS):
                if document["id"] not in held:
                    entries.append(wire.from_document(OutboxEntry, document))
        by_key: dict[str, list[OutboxEntry]] = {}
        for entry in entries:
            by_key.setdefault(entry.key, []).append(entry)
        queues = {key: iter(sorted(same, key=lambda e: (e.sequence, e.id))) for key, same in by_key.items() if key}
        return [_envelope(next(queues[entry.key]) if entry.key else entry) for entry in entries]

    async def remove(self, envelopes: list[Envelope]) -> None:
        """Forgets entries that are on the bus."""
        await self.backend.remove(self.place, [envelope.id for envelope in envelopes])


def _envelope(entry: OutboxEntry) -> Envelope:
    return Envelope(
        id=entry.id,
        type=entry.type,
        subject=entry.subject,
        payload=bytes(entry.payload),
        time=entry.time,
        key=entry.key,
        tenant_id=entry.event_tenant_id,
        actor_id=entry.actor_id,
        request_id=entry.request_id,
        schedule=entry.schedule,
        target=entry.target,
    )
