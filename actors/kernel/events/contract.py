"""Events: what is told, how it travels, and the guarantees of the bus.

An announcement is a message of a module's `events.proto`. It is kept in the module's outbox by the unit that changed
something, published by the relay, and handled by the reactions of other modules.

**Guarantees of a bus.** `publish` returns once every envelope is durable; an envelope whose id was published within
the last two minutes is dropped, so publishing again after a failure is safe. A consumer hands each envelope to its
handler at least once and until it succeeds: after a failure again with growing delay, and after `MOST_DELIVERIES`
failures it moves to the dead letters, from where it can be given back. An event that fails does not take others of
its batch with it. Replicas that use the same consumer name share the work. Envelopes of one subject are published in
order; a consumer may see them out of order after a failure.
"""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Protocol

from google.protobuf.message import Message

from actors.kernel import wire
from actors.kernel.records import Announcement

MOST_DELIVERIES = 12
ALONE_FROM = 3
"""From this delivery on the events of a batch that failed are handed over one by one."""
MOST_EVENT_BYTES = 512 * 1024
"""Half of what nats-server takes by default; larger things are kept as blobs and announced by name."""
NO_TENANT = "platform"


@dataclass(frozen=True)
class Envelope:
    """One event on its way. The attributes are those of CloudEvents 1.0."""

    id: str
    type: str
    """The message's full name, `atrium.iam.v1.UserSuspended`."""
    subject: str
    """`atrium.<module>.<Event>.<tenant id or "platform">`."""
    payload: bytes
    time: datetime
    key: str = ""
    tenant_id: str = ""
    actor_id: str = ""
    request_id: str = ""
    schedule: str = ""
    """With a rule the envelope waits on the bus and is delivered to `target` when it is due."""
    target: str = ""
    stored_ms: int = 0
    """When the bus stored it, Unix milliseconds; set on delivery."""
    deliveries: int = 1
    """Which try this delivery is, from 1."""

    @property
    def module(self) -> str:
        """The module that announced it."""
        return self.type.split(".")[1] if not self.type.startswith("atrium.kernel.") else self.subject.split(".")[1]

    def message(self) -> Message:
        """The event itself."""
        message: Message = message_type(self.type).FromString(self.payload)
        return message


@dataclass(frozen=True)
class DeadLetter:
    """An event that a consumer gave up on."""

    sequence: int
    consumer: str
    error: str
    envelope: Envelope


Handler = Callable[[list[Envelope]], Awaitable[None]]


@dataclass(frozen=True)
class Source:
    """Events of one type, from one module."""

    module: str
    event: str

    @property
    def filter(self) -> str:
        return f"atrium.{self.module}.{self.event}.*"


class Bus(Protocol):
    """The event bus."""

    async def ensure(self, modules: Sequence[str]) -> None:
        """Creates the streams of these modules and the dead letters, or brings them up to date. Repeatable."""
        ...

    async def publish(self, envelopes: Sequence[Envelope]) -> None:
        """Publishes in order; durable when it returns. Raises DependencyUnavailable; nothing is known then."""
        ...

    async def consume(
        self, consumer: str, sources: Sequence[Source], handle: Handler, *, batch: int = 1, at_once: int = 16
    ) -> None:
        """Hands events to the handler until cancelled; up to `batch` in one go, `at_once` goes at the same time.

        A handler that raises has the events of that go delivered again.
        """
        ...

    async def replay(
        self,
        sources: Sequence[Source],
        since: datetime | None,
        handle: Callable[[Envelope], None],
        caught_up: Callable[[], None] = lambda: None,
    ) -> None:
        """Calls the handler with every event since the moment, then with each new one, until cancelled.

        Without a moment it begins with the last event of each subject, whenever that was: for announcements that say
        all there is to say of a tenant. Every replica gets every event. Over outages of the bus some may come twice,
        none is left out but those that a later one of their subject replaces. `caught_up` is called once, after the
        handler had everything that was published before the replay began.
        """
        ...

    def tail(self, subject: str) -> AsyncIterator[Envelope]:
        """Events as they are published from now on, `*` and `>` in the subject as NATS has them. May miss some."""
        ...

    def nudge(self, name: str) -> None:
        """Wakes those who wait for `nudged(name)`, on every replica. May get lost."""
        ...

    async def nudged(self, name: str, seconds: float) -> None:
        """Returns at the next nudge, or after so many seconds."""
        ...

    def lead(self, name: str) -> contextlib.AbstractAsyncContextManager[Callable[[], bool]]:
        """Waits until this replica holds the lease of this name; the value says whether it still does.

        At most one replica holds a lease, but for the moments after the bus was cut off: what is done under it must
        bear being done twice.
        """
        ...

    async def dead_letters(self, limit: int = 100) -> list[DeadLetter]: ...

    async def replay_dead(self, sequences: Sequence[int]) -> int:
        """Gives dead letters back to the consumer that gave up on them. Returns how many."""
        ...

    async def healthy(self) -> bool: ...

    async def close(self) -> None: ...


def subject_of(module: str, event: str, tenant_id: str) -> str:
    return f"atrium.{module}.{event}.{tenant_id or NO_TENANT}"


def schedule_subject(module: str, name: str) -> str:
    return f"schedule.{module}.{name}"


@cache
def message_type(full_name: str) -> Any:
    """The message class of an event's full name."""
    package, _, name = full_name.rpartition(".")
    return getattr(importlib.import_module(package.replace("atrium.", "actors.api.", 1)), name)


@cache
def _announced_as(module: str, name: str) -> Any:
    for package in (f"actors.api.{module}.v1", "actors.api.kernel.v1"):
        found = getattr(importlib.import_module(package), name, None)
        if found is not None:
            return found
    raise LookupError(f"{module} announces {name}, but no events.proto has such a message")


def announcement_message(module: str, announcement: Announcement) -> Message:
    """The announcement as the message of the same name, of the module's events.proto or the kernel's."""
    message: Message = wire.message(_announced_as(module, type(announcement).__name__), announcement)
    return message
