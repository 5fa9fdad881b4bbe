"""The bus on NATS JetStream: a stream for each module, shared durable pull consumers, one stream of dead letters."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import nats
import nats.errors
import nats.js.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    DiscardPolicy,
    KeyValueConfig,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)
from nats.js.kv import KeyValue

from actors.kernel.errors import DependencyUnavailable
from actors.kernel.events.contract import MOST_DELIVERIES, DeadLetter, Envelope, Handler, Source

DEAD = "ATRIUM_DEAD"
LEASES = "atrium_leases"
LEASE_SECONDS = 4.0
ACK_SECONDS = 30.0
KEEP = timedelta(days=30)
_HEARTBEAT_SECONDS = 5.0
_PULL_SECONDS = 30.0
_FAULTS = (nats.errors.Error, OSError, TimeoutError)
log = logging.getLogger(__name__)


async def connect(url: str, name: str) -> Client:
    """A connection that comes back by itself for ever. Raises DependencyUnavailable when the first try fails."""

    async def quiet(error: Exception) -> None:
        log.debug("NATS: %s", error)

    try:
        return await nats.connect(
            servers=[one.strip() for one in url.split(",")],
            name=name,
            max_reconnect_attempts=-1,
            reconnect_time_wait=0.2,
            connect_timeout=5,
            ping_interval=5,
            max_outstanding_pings=2,
            pending_size=64 * 1024 * 1024,
            error_cb=quiet,
        )
    except (*_FAULTS, nats.errors.NoServersError) as error:
        raise DependencyUnavailable(dependency=f"NATS at {url}") from error


def stream_name(module: str) -> str:
    return f"ATRIUM_{module.upper()}"


class JetStreamBus:
    """The bus over one NATS connection, which it owns."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.js = client.jetstream(timeout=5, publish_async_max_pending=4000)
        self._nudges: dict[str, asyncio.Event] = {}
        self._nudge_subscription: Any = None
        self._nudging: set[str] = set()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._reconnected: set[asyncio.Event] = set()
        client._reconnected_cb = self._on_reconnect

    async def _on_reconnect(self) -> None:
        for event in self._reconnected:
            event.set()

    async def ensure(self, modules: Sequence[str]) -> None:
        for module in modules:
            await self._stream(
                StreamConfig(
                    name=stream_name(module),
                    subjects=[f"atrium.{module}.>", f"schedule.{module}.>"],
                    retention=RetentionPolicy.LIMITS,
                    storage=StorageType.FILE,
                    discard=DiscardPolicy.OLD,
                    max_age=KEEP.total_seconds(),
                    duplicate_window=120,
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
                max_age=KEEP.total_seconds(),
                allow_direct=True,
            )
        )
        await self._leases()

    async def _stream(self, config: StreamConfig) -> None:
        try:
            try:
                await self.js.add_stream(config)
            except nats.js.errors.BadRequestError:  # exists with another configuration
                await self.js.update_stream(config)
        except _FAULTS as error:
            raise DependencyUnavailable(dependency="NATS JetStream", problem=error) from error

    async def _leases(self) -> KeyValue:
        try:
            return await self.js.key_value(LEASES)
        except nats.js.errors.NotFoundError:
            config = KeyValueConfig(bucket=LEASES, history=1, ttl=LEASE_SECONDS, storage=StorageType.FILE)
            with contextlib.suppress(nats.js.errors.BadRequestError):
                return await self.js.create_key_value(config)
            return await self.js.key_value(LEASES)

    # --- publishing ---

    async def publish(self, envelopes: Sequence[Envelope]) -> None:
        if not self.client.is_connected:
            raise DependencyUnavailable(dependency="NATS")
        try:
            acks = [
                await self.js.publish_async(e.subject, e.payload, wait_stall=2, headers=_headers(e)) for e in envelopes
            ]
            await asyncio.wait_for(asyncio.gather(*acks), 5)
        except _FAULTS as error:
            raise DependencyUnavailable(dependency="NATS JetStream", problem=repr(error)) from error

    # --- consuming ---

    async def consume(
        self, consumer: str, sources: Sequence[Source], handle: Handler, *, batch: int = 1, at_once: int = 16
    ) -> None:
        by_module: dict[str, list[str]] = {}
        for source in sources:
            by_module.setdefault(source.module, []).append(source.filter)
        async with asyncio.TaskGroup() as group:
            for module, filters in by_module.items():
                config = ConsumerConfig(
                    durable_name=consumer,
                    deliver_policy=DeliverPolicy.ALL,
                    ack_policy=AckPolicy.EXPLICIT,
                    ack_wait=ACK_SECONDS,
                    max_deliver=-1,
                    max_ack_pending=max(1000, batch * at_once * 4),
                    filter_subjects=sorted(set(filters)),
                )
                group.create_task(self._consume(stream_name(module), config, handle, batch, at_once))

    async def _consume(self, stream: str, config: ConsumerConfig, handle: Handler, batch: int, at_once: int) -> None:
        free = asyncio.Semaphore(at_once)
        running: set[asyncio.Task[None]] = set()

        async def work(messages: list[Msg]) -> None:
            try:
                await self._deliver(str(config.durable_name), messages, handle)
            finally:
                free.release()

        try:
            async for messages in self._pull(stream, config, batch, batch * at_once):
                await free.acquire()
                task = asyncio.create_task(work(messages))
                running.add(task)
                task.add_done_callback(running.discard)
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def _deliver(self, consumer: str, messages: list[Msg], handle: Handler) -> None:
        try:
            await handle([_envelope(message) for message in messages])
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a handler raises, its events must not be lost
            await self._refused(consumer, messages, error)
            return
        with contextlib.suppress(*_FAULTS):
            for message in messages:
                await message.ack()

    async def _refused(self, consumer: str, messages: list[Msg], error: Exception) -> None:
        for message in messages:
            tries = message.metadata.num_delivered
            text = f"{type(error).__name__}: {error}"[:500]
            with contextlib.suppress(*_FAULTS):
                if tries >= MOST_DELIVERIES:
                    log.error("%s gives up on %s: %s", consumer, message.subject, text, exc_info=error)
                    headers = {**(message.headers or {}), "atrium-error": text, "atrium-subject": message.subject}
                    headers = {k: v for k, v in headers.items() if not k.startswith("Nats-")}
                    headers["Nats-Msg-Id"] = (
                        f"dead:{consumer}:{message.metadata.sequence.stream}:{message.metadata.stream}"
                    )
                    await self.js.publish(f"dead.{consumer}", message.data, headers=headers)
                    await message.term()
                else:
                    log.warning("%s will see %s again: %s", consumer, message.subject, text)
                    await message.nak(delay=min(0.1 * 2**tries, 60))

    async def _pull(self, stream: str, config: ConsumerConfig, batch: int, ahead: int) -> AsyncIterator[list[Msg]]:
        """Messages as they arrive, in lists of up to `batch`; keeps requests for `ahead` messages open."""
        inbox = self.client.new_inbox()
        queue: asyncio.Queue[Msg] = asyncio.Queue()

        async def received(message: Msg) -> None:
            queue.put_nowait(message)

        wake = asyncio.Event()
        self._reconnected.add(wake)
        subscription = await self.client.subscribe(inbox, cb=received)
        try:
            while True:
                try:
                    info = await self.js.add_consumer(stream, config)
                    async for messages in self._pull_from(stream, info.name, inbox, queue, wake, batch, ahead):
                        yield messages
                except _FAULTS as error:
                    log.debug("consumer of %s: %r", stream, error)
                await asyncio.sleep(0.2)
        finally:
            self._reconnected.discard(wake)
            with contextlib.suppress(*_FAULTS):
                await subscription.unsubscribe()

    async def _pull_from(
        self, stream: str, name: str, inbox: str, queue: asyncio.Queue[Msg], wake: asyncio.Event, batch: int, ahead: int
    ) -> AsyncIterator[list[Msg]]:
        subject = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{name}"
        asked = 0
        heard = time.monotonic()
        wake.clear()
        while True:
            if asked <= ahead // 2:
                request = {
                    "batch": ahead - asked,
                    "expires": int(_PULL_SECONDS * 1e9),
                    "idle_heartbeat": int(_HEARTBEAT_SECONDS * 1e9),
                }
                await self.client.publish(subject, json.dumps(request).encode(), reply=inbox)
                asked = ahead
            messages: list[Msg] = []
            try:
                messages.append(await asyncio.wait_for(queue.get(), 1.0))
                while not queue.empty() and len(messages) < batch:
                    messages.append(queue.get_nowait())
                heard = time.monotonic()
            except TimeoutError:
                if wake.is_set() or time.monotonic() - heard > 2.5 * _HEARTBEAT_SECONDS:
                    return  # the requests are lost; look at the consumer again and ask anew
                continue
            real = []
            for message in messages:
                status = (message.headers or {}).get("Status")
                if status is None:
                    asked -= 1
                    real.append(message)
                elif status != "100":
                    if status not in ("404", "408"):
                        return
                    asked -= int((message.headers or {}).get("Nats-Pending-Messages", asked))
            if real:
                yield real

    async def replay(self, sources: Sequence[Source], since: datetime, handle: Callable[[Envelope], None]) -> None:
        by_module: dict[str, list[str]] = {}
        for source in sources:
            by_module.setdefault(source.module, []).append(source.filter)
        async with asyncio.TaskGroup() as group:
            for module, filters in by_module.items():
                group.create_task(self._replay(stream_name(module), filters, since, handle))

    async def _replay(
        self, stream: str, filters: list[str], since: datetime, handle: Callable[[Envelope], None]
    ) -> None:
        start = since
        while True:
            config = ConsumerConfig(
                deliver_policy=DeliverPolicy.BY_START_TIME,
                opt_start_time=start,
                ack_policy=AckPolicy.NONE,
                filter_subjects=filters,
                inactive_threshold=60,
                mem_storage=True,
            )
            inbox = self.client.new_inbox()
            queue: asyncio.Queue[Msg] = asyncio.Queue()

            async def received(message: Msg, queue: asyncio.Queue[Msg] = queue) -> None:
                queue.put_nowait(message)

            wake = asyncio.Event()
            self._reconnected.add(wake)
            subscription = await self.client.subscribe(inbox, cb=received)
            try:
                info = await self.js.add_consumer(stream, config)
                async for messages in self._pull_from(stream, info.name, inbox, queue, wake, 100, 500):
                    for message in messages:
                        envelope = _envelope(message)
                        start = datetime.fromtimestamp(envelope.stored_ms / 1000, UTC)
                        handle(envelope)
            except _FAULTS as error:
                log.debug("replay of %s: %r", stream, error)
            finally:
                self._reconnected.discard(wake)
                with contextlib.suppress(*_FAULTS):
                    await subscription.unsubscribe()
            await asyncio.sleep(0.1)

    async def tail(self, subject: str) -> AsyncIterator[Envelope]:
        subscription = await self.client.subscribe(subject)
        try:
            async for message in subscription.messages:
                if message.headers and "ce-id" in message.headers:
                    yield _envelope(message)
        finally:
            with contextlib.suppress(*_FAULTS):
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
        with contextlib.suppress(*_FAULTS):
            await self.client.publish(f"nudge.{name}")

    async def nudged(self, name: str, seconds: float) -> None:
        if self._nudge_subscription is None:

            async def received(message: Msg) -> None:
                if (waiting := self._nudges.get(message.subject.removeprefix("nudge."))) is not None:
                    waiting.set()

            self._nudge_subscription = await self.client.subscribe("nudge.>", cb=received)
        event = self._nudges.setdefault(name, asyncio.Event())
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(event.wait(), seconds)
        event.clear()

    @contextlib.asynccontextmanager
    async def lead(self, name: str) -> AsyncIterator[Callable[[], bool]]:
        key = name.replace(":", ".")
        bucket, revision = await self._acquire(key)
        renewed = time.monotonic()

        def holding() -> bool:
            return time.monotonic() - renewed < LEASE_SECONDS

        async def renew() -> None:
            nonlocal revision, renewed
            while True:
                await asyncio.sleep(LEASE_SECONDS / 4)
                try:
                    started = time.monotonic()
                    revision = await bucket.update(key, b"held", revision)
                    renewed = started
                except nats.js.errors.KeyWrongLastSequenceError:
                    renewed = 0.0  # somebody else holds it now
                    return
                except _FAULTS as error:
                    log.debug("lease %s: %r", key, error)

        task = asyncio.create_task(renew(), name=f"lease {key}")
        try:
            yield holding
        finally:
            task.cancel()
            if holding():
                with contextlib.suppress(*_FAULTS):
                    await bucket.delete(key, last=revision)

    async def _acquire(self, key: str) -> tuple[KeyValue, int]:
        while True:
            try:
                bucket = await self._leases()
                return bucket, await bucket.create(key, b"held")
            except nats.js.errors.KeyWrongLastSequenceError:
                pass
            except _FAULTS as error:
                log.debug("lease %s: %r", key, error)
            await asyncio.sleep(LEASE_SECONDS / 4)

    # --- dead letters ---

    async def dead_letters(self, limit: int = 100) -> list[DeadLetter]:
        found: list[DeadLetter] = []
        state = (await self.js.stream_info(DEAD)).state
        sequence = state.last_seq
        while sequence >= max(state.first_seq, 1) and len(found) < limit and state.messages:
            with contextlib.suppress(nats.js.errors.NotFoundError):
                raw = await self.js.get_msg(DEAD, sequence)
                headers = dict(raw.headers or {})
                found.append(
                    DeadLetter(
                        sequence=sequence,
                        consumer=str(raw.subject).removeprefix("dead."),
                        error=headers.get("atrium-error", ""),
                        envelope=_from_headers(headers, headers.get("atrium-subject", ""), raw.data or b""),
                    )
                )
            sequence -= 1
        return found

    async def replay_dead(self, sequences: Sequence[int]) -> int:
        count = 0
        for letter in await self.dead_letters(limit=10_000):
            if letter.sequence in sequences:
                headers = _headers(letter.envelope)
                headers["Nats-Msg-Id"] = f"replay:{letter.envelope.id}:{letter.sequence}"
                await self.js.publish(letter.envelope.subject, letter.envelope.payload, headers=headers)
                await self.js.delete_msg(DEAD, letter.sequence)
                count += 1
        return count

    async def healthy(self) -> bool:
        try:
            await asyncio.wait_for(self.js.account_info(), 2)
            return True
        except _FAULTS:
            return False

    async def close(self) -> None:
        with contextlib.suppress(*_FAULTS):
            await asyncio.wait_for(self.client.drain(), 3)


def _headers(envelope: Envelope) -> dict[str, str]:
    headers = {
        "Nats-Msg-Id": envelope.id,
        "ce-specversion": "1.0",
        "ce-id": envelope.id,
        "ce-type": envelope.type,
        "ce-source": f"/atrium/{envelope.module}",
        "ce-time": envelope.time.isoformat(),
        "content-type": "application/protobuf",
    }
    optional = {
        "ce-subject": envelope.key,
        "atrium-tenant": envelope.tenant_id,
        "atrium-actor": envelope.actor_id,
        "atrium-request": envelope.request_id,
    }
    headers |= {name: value for name, value in optional.items() if value}
    if envelope.schedule:
        # The waiting message must outlive the stream's age limit.
        headers |= {"Nats-Schedule": envelope.schedule, "Nats-Schedule-Target": envelope.target, "Nats-TTL": "never"}
    return headers


def _envelope(message: Msg) -> Envelope:
    headers = message.headers or {}
    stored_ms = sequence = 0
    deliveries = 1
    if message.reply.startswith("$JS.ACK"):
        metadata = message.metadata
        stored_ms = int(metadata.timestamp.timestamp() * 1000)
        deliveries = metadata.num_delivered or 1
        sequence = metadata.sequence.stream
    envelope = _from_headers(headers, message.subject, message.data, stored_ms, deliveries)
    if "Nats-Scheduler" in headers:  # each time it is due is an event of its own
        return Envelope(**{**envelope.__dict__, "id": f"{envelope.id}:{sequence}"})
    return envelope


def _from_headers(
    headers: dict[str, str], subject: str, payload: bytes, stored_ms: int = 0, deliveries: int = 1
) -> Envelope:
    return Envelope(
        id=headers.get("ce-id", ""),
        type=headers.get("ce-type", ""),
        subject=subject,
        payload=payload,
        time=datetime.fromisoformat(headers["ce-time"]) if "ce-time" in headers else datetime.now(UTC),
        key=headers.get("ce-subject", ""),
        tenant_id=headers.get("atrium-tenant", ""),
        actor_id=headers.get("atrium-actor", ""),
        request_id=headers.get("atrium-request", ""),
        stored_ms=stored_ms,
        deliveries=deliveries,
    )
