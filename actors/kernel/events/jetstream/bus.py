"""The bus over one NATS connection."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import nats.errors
import nats.js.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy, DiscardPolicy, PubAck, StorageType, StreamConfig

from actors.kernel.cancellation import heed
from actors.kernel.errors import DependencyUnavailable
from actors.kernel.events.contract import DeadLetter, Envelope, Handler, Source
from actors.kernel.events.jetstream.connection import FAULTS
from actors.kernel.events.jetstream.consumer import Consumer
from actors.kernel.events.jetstream.headers import ONLY_FOR, envelope_from, envelope_of, headers_of
from actors.kernel.events.jetstream.leases import Leases
from actors.kernel.events.jetstream.pull import Pull

DEAD = "ATRIUM_DEAD"
KEEP = timedelta(days=30)
_DUPLICATES_SECONDS = 120
_PUBLISH_SECONDS = 10
log = logging.getLogger(__name__)


def stream_name(module: str) -> str:
    return f"ATRIUM_{module.upper()}"


class JetStreamBus:
    """The bus over one NATS connection, which it owns.

    `keep` is how long streams hold events. A consumer gets an event back `retry_seconds` · 2ⁿ after its n-th failure,
    at most a minute, and `ack_seconds` after its replica was last heard of.
    """

    def __init__(
        self, client: Client, *, keep: timedelta = KEEP, retry_seconds: float = 0.1, ack_seconds: float = 30.0
    ) -> None:
        self.client = client
        self.js = client.jetstream(timeout=5, publish_async_max_pending=4000)
        self.keep, self.retry_seconds, self.ack_seconds = keep, retry_seconds, ack_seconds
        self._leases = Leases(self.js)
        self._nudges: dict[str, asyncio.Event] = {}
        self._nudge_subscription: Any = None
        self._nudging: set[str] = set()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._back: set[asyncio.Event] = set()
        self._gone: set[asyncio.Event] = set()
        client._reconnected_cb = partial(self._tell, self._back)
        client._disconnected_cb = partial(self._tell, self._gone)

    @staticmethod
    async def _tell(events: set[asyncio.Event]) -> None:
        for event in events:
            event.set()

    @staticmethod
    @contextlib.contextmanager
    def _among(events: set[asyncio.Event]) -> Iterator[asyncio.Event]:
        """An event that is set when the connection was lost and is back, or when it is gone."""
        event = asyncio.Event()
        events.add(event)
        try:
            yield event
        finally:
            events.discard(event)

    async def ensure(self, modules: Sequence[str]) -> None:
        seconds = self.keep.total_seconds()
        for module in modules:
            await self._stream(
                StreamConfig(
                    name=stream_name(module),
                    subjects=[f"atrium.{module}.>", f"schedule.{module}.>"],
                    storage=StorageType.FILE,
                    discard=DiscardPolicy.OLD,
                    max_age=seconds,
                    duplicate_window=min(_DUPLICATES_SECONDS, seconds),
                    allow_direct=True,
                    allow_msg_ttl=True,
                    allow_msg_schedules=True,
                )
            )
        await self._stream(
            StreamConfig(
                name=DEAD,
                subjects=["dead.>"],
                storage=StorageType.FILE,
                max_age=seconds,
                duplicate_window=min(_DUPLICATES_SECONDS, seconds),
                allow_direct=True,
            )
        )
        with _asking():
            await self._leases.bucket()

    async def _stream(self, config: StreamConfig) -> None:
        with _asking():
            try:
                await self.js.add_stream(config)
            except nats.js.errors.BadRequestError:  # exists with another configuration
                await self.js.update_stream(config)

    # --- publishing and consuming ---

    async def publish(self, envelopes: Sequence[Envelope]) -> None:
        if not self.client.is_connected:
            raise DependencyUnavailable(dependency="NATS")
        stored: list[asyncio.Future[PubAck]] = []
        with self._among(self._gone) as lost:
            try:
                with _asking():
                    for e in envelopes:
                        stored.append(
                            await self.js.publish_async(e.subject, e.payload, wait_stall=2, headers=headers_of(e))
                        )
                    await _all_of(stored, lost)
            finally:
                for future in stored:  # acknowledgements that never come would take up room for good
                    if not future.cancel() and not future.cancelled():
                        future.exception()

    async def consume(
        self, consumer: str, sources: Sequence[Source], handle: Handler, *, batch: int = 1, at_once: int = 16
    ) -> None:
        async with asyncio.TaskGroup() as group:
            for module, filters in _filters(sources).items():
                config = ConsumerConfig(
                    durable_name=consumer,
                    deliver_policy=DeliverPolicy.ALL,
                    ack_policy=AckPolicy.EXPLICIT,
                    ack_wait=self.ack_seconds,
                    max_deliver=-1,
                    max_ack_pending=max(1000, batch * at_once * 4),
                    filter_subjects=filters,
                )
                group.create_task(self._consume(stream_name(module), config, handle, batch, at_once))

    async def _consume(self, stream: str, config: ConsumerConfig, handle: Handler, batch: int, at_once: int) -> None:
        consumer = Consumer(
            self.js,
            Pull(self.client, batch=batch, ahead=batch * at_once),
            stream,
            config,
            handle,
            at_once=at_once,
            retry_seconds=self.retry_seconds,
            given_up=self._bury,
        )
        with self._among(self._back) as lost:
            await consumer.run(lost)

    async def replay(
        self,
        sources: Sequence[Source],
        since: datetime | None,
        handle: Callable[[Envelope], None],
        caught_up: Callable[[], None] = lambda: None,
    ) -> None:
        behind = {stream_name(module): filters for module, filters in _filters(sources).items()}

        def abreast(stream: str) -> None:
            if behind.pop(stream, None) is not None and not behind:
                caught_up()

        async with asyncio.TaskGroup() as group:
            for stream, filters in list(behind.items()):
                group.create_task(self._replay(stream, filters, since, handle, partial(abreast, stream)))

    async def _replay(
        self,
        stream: str,
        filters: list[str],
        since: datetime | None,
        handle: Callable[[Envelope], None],
        abreast: Callable[[], None],
    ) -> None:
        start = since
        with self._among(self._back) as lost:
            while True:
                config = ConsumerConfig(
                    deliver_policy=DeliverPolicy.BY_START_TIME if start else DeliverPolicy.LAST_PER_SUBJECT,
                    opt_start_time=start,
                    ack_policy=AckPolicy.NONE,
                    filter_subjects=filters,
                    inactive_threshold=60,
                    mem_storage=True,
                )
                pull = Pull(self.client, batch=100, ahead=500)
                try:
                    async with pull.open():
                        info = await self.js.add_consumer(stream, config)
                        heed()
                        older = info.num_pending or 0
                        if not older:
                            abreast()
                        async with contextlib.aclosing(pull.lists(stream, info.name, lost)) as lists:
                            async for messages in lists:
                                for message in messages:
                                    envelope = envelope_of(message)
                                    if since is not None:
                                        start = datetime.fromtimestamp(envelope.stored_ms / 1000, UTC)
                                    # The last of its subject may be one that was given back to a consumer.
                                    if since is None or ONLY_FOR not in (message.headers or {}):
                                        handle(envelope)
                                if older and (older := max(0, older - len(messages))) == 0:
                                    abreast()
                except FAULTS as error:
                    log.debug("replay of %s: %r", stream, error)
                heed()
                await asyncio.sleep(0.1)

    async def tail(self, subject: str) -> AsyncIterator[Envelope]:
        subscription = await self.client.subscribe(subject)
        try:
            async for message in subscription.messages:
                if message.headers and "ce-id" in message.headers and ONLY_FOR not in message.headers:
                    yield envelope_of(message)
        finally:
            with contextlib.suppress(*FAULTS):
                await subscription.unsubscribe()

    # --- waking and leading ---

    def nudge(self, name: str) -> None:
        if (event := self._nudges.get(name)) is not None:
            event.set()
        if name not in self._nudging:  # one message for all commits of this turn of the loop
            self._nudging.add(name)
            task = asyncio.create_task(self._send_nudge(name))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _send_nudge(self, name: str) -> None:
        self._nudging.discard(name)
        with contextlib.suppress(*FAULTS):
            await self.client.publish(f"nudge.{name}")

    async def nudged(self, name: str, seconds: float) -> None:
        event = self._nudges.setdefault(name, asyncio.Event())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                if self._nudge_subscription is None:
                    with contextlib.suppress(*FAULTS):  # until the time-out then
                        self._nudge_subscription = await self.client.subscribe("nudge.>", cb=self._nudge_received)
                await event.wait()
        event.clear()

    async def _nudge_received(self, message: Msg) -> None:
        if (waiting := self._nudges.get(message.subject.removeprefix("nudge."))) is not None:
            waiting.set()

    def lead(self, name: str) -> contextlib.AbstractAsyncContextManager[Callable[[], bool]]:
        return self._leases.lead(name)

    # --- dead letters ---

    async def _bury(self, consumer: str, message: Msg, id: str, error: str) -> None:
        kept = {name: value for name, value in (message.headers or {}).items() if not name.startswith("Nats-")}
        metadata = message.metadata
        headers = {
            **kept,
            "ce-id": id,
            "atrium-error": error,
            "atrium-subject": message.subject,
            "Nats-Msg-Id": f"dead:{consumer}:{metadata.stream}:{metadata.sequence.stream}",
        }
        await self.js.publish(f"dead.{consumer}", message.data, headers=headers)

    async def dead_letters(self, limit: int = 100) -> list[DeadLetter]:
        found: list[DeadLetter] = []
        with _asking():
            state = (await self.js.stream_info(DEAD)).state
            sequence = state.last_seq
            while sequence >= max(state.first_seq, 1) and len(found) < limit and state.messages:
                with contextlib.suppress(nats.js.errors.NotFoundError):
                    raw = await self.js.get_msg(DEAD, sequence, direct=True)
                    headers = dict(raw.headers or {})
                    found.append(
                        DeadLetter(
                            sequence=sequence,
                            consumer=str(raw.subject).removeprefix("dead."),
                            error=headers.get("atrium-error", ""),
                            envelope=envelope_from(headers, headers.get("atrium-subject", ""), raw.data or b""),
                        )
                    )
                sequence -= 1
        return found

    async def replay_dead(self, sequences: Sequence[int]) -> int:
        count = 0
        for letter in await self.dead_letters(limit=10_000):
            if letter.sequence in sequences:
                headers = headers_of(letter.envelope)
                headers["Nats-Msg-Id"] = f"replay:{letter.envelope.id}:{letter.sequence}"
                headers[ONLY_FOR] = letter.consumer
                with _asking():
                    await self.js.publish(letter.envelope.subject, letter.envelope.payload, headers=headers)
                    await self.js.delete_msg(DEAD, letter.sequence)
                count += 1
        return count

    async def healthy(self) -> bool:
        try:
            async with asyncio.timeout(2):
                await self.js.account_info()
            return True
        except FAULTS:
            return False

    async def close(self) -> None:
        with contextlib.suppress(*FAULTS):
            async with asyncio.timeout(3):
                await self.client.drain()


async def _all_of(stored: Sequence[asyncio.Future[PubAck]], lost: asyncio.Event) -> None:
    """Returns when all are stored. Raises at the first that is not, or when the connection that would tell is gone."""
    losing: asyncio.Future[Any] = asyncio.ensure_future(lost.wait())
    waiting: asyncio.Future[Any] = asyncio.gather(*stored)
    try:
        async with asyncio.timeout(_PUBLISH_SECONDS):
            await asyncio.wait({losing, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if not waiting.done():
            raise nats.errors.ConnectionReconnectingError
        await waiting
    finally:
        losing.cancel()
        waiting.cancel()


def _filters(sources: Sequence[Source]) -> dict[str, list[str]]:
    by_module: dict[str, set[str]] = {}
    for source in sources:
        by_module.setdefault(source.module, set()).add(source.filter)
    return {module: sorted(filters) for module, filters in by_module.items()}


@contextlib.contextmanager
def _asking() -> Iterator[None]:
    """Translates what NATS answers, or does not."""
    try:
        yield
    except FAULTS as error:
        raise DependencyUnavailable(dependency="NATS JetStream", problem=repr(error)) from error
