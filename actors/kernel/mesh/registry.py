"""Who answers where: replicas take leases in a NATS key-value bucket, callers and the edge watch them.

A replica owns one slot, `<module>.<number>`. It renews its lease every RENEW_SECONDS; a restarted replica takes
the same slot, so its new address replaces the old one at once. Watchers judge leases by their own clock and only
while they are connected: an outage of the bus never empties a snapshot, and the last endpoint of a module is kept
until its slot is given up or taken anew.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass, fields
from typing import Any

import nats.errors
import nats.js.errors
import orjson
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import KeyValueConfig, StorageType
from nats.js.kv import KeyValue

from actors.kernel.cancellation import heed

BUCKET = "atrium_registry"
KEYS_BUCKET = "atrium_keys"
LEASE_SECONDS = 6.0
RENEW_SECONDS = 2.0


@dataclass(frozen=True)
class Endpoint:
    """One replica of a module and where it listens."""

    module: str
    slot: int
    host: str
    port: int
    metrics_port: int
    node: str
    pid: int
    version: str
    start_time: float
    """Unix seconds."""

    @property
    def key(self) -> str:
        return f"{self.module}.{self.slot}"


Snapshot = dict[str, tuple[Endpoint, ...]]
"""The endpoints of each module, by slot."""


async def _bucket(js: JetStreamContext, config: KeyValueConfig) -> KeyValue:
    try:
        return await js.key_value(config.bucket)
    except nats.js.errors.BucketNotFoundError:
        with contextlib.suppress(nats.js.errors.BadRequestError):  # somebody else was faster
            return await js.create_key_value(config)
        return await js.key_value(config.bucket)


class Registry:
    """The leases in one NATS system, and the public keys that go with them."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.js = client.jetstream()

    async def _leases(self) -> KeyValue:
        return await _bucket(self.js, KeyValueConfig(bucket=BUCKET, history=1, ttl=60, storage=StorageType.FILE))

    async def _keys(self) -> KeyValue:
        return await _bucket(self.js, KeyValueConfig(bucket=KEYS_BUCKET, history=1, storage=StorageType.FILE))

    @contextlib.asynccontextmanager
    async def lease(self, endpoint: Endpoint) -> AsyncIterator[None]:
        """Keeps the endpoint announced for as long as the block runs, and gives the slot up at its end.

        An outage of the bus is ridden out: the lease is renewed as soon as the bus answers again.
        """
        bucket = await self._leases()
        value = orjson.dumps(asdict(endpoint))
        await bucket.put(endpoint.key, value)

        async def renew() -> None:
            while True:
                heed()
                await asyncio.sleep(RENEW_SECONDS)
                with contextlib.suppress(nats.errors.Error, OSError, TimeoutError):
                    await bucket.put(endpoint.key, value)

        task = asyncio.create_task(renew(), name=f"lease {endpoint.key}")
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(nats.errors.Error, OSError, TimeoutError):
                entry = await bucket.get(endpoint.key)
                if entry.value == value:  # a successor may hold the slot already
                    await bucket.delete(endpoint.key, last=entry.revision)

    async def watch(self) -> AsyncIterator[Snapshot]:
        """Yields all endpoints now, and again whenever they change. Runs until cancelled, over bus outages too."""
        seen: dict[str, tuple[Endpoint, float]] = {}
        last: Snapshot | None = None
        while True:
            heed()
            try:
                bucket = await self._leases()
                watcher = await bucket.watchall()
            except (nats.errors.Error, OSError, TimeoutError):
                await asyncio.sleep(RENEW_SECONDS / 2)
                continue
            try:
                initial = True
                connection = self.client.stats["reconnects"]
                # A watcher is lost with the connection that it was made on.
                while self.client.stats["reconnects"] == connection:
                    heed()
                    try:
                        entry = await _next(watcher, RENEW_SECONDS / 2)
                        if entry is None:
                            initial = False
                        elif entry.operation in ("DEL", "PURGE"):
                            seen.pop(entry.key, None)
                        elif entry.value:
                            seen[entry.key] = (_endpoint(entry.value), time.monotonic())
                    except (nats.errors.TimeoutError, TimeoutError):
                        if not self.client.is_connected:
                            # Nobody can renew now: give every lease a whole term from the reconnection on.
                            seen = {key: (endpoint, time.monotonic()) for key, (endpoint, _) in seen.items()}
                    if initial:
                        continue
                    self._expire(seen)
                    snapshot = _snapshot(seen)
                    if snapshot != last:
                        last = snapshot
                        yield snapshot
            except (nats.errors.Error, OSError):
                await asyncio.sleep(RENEW_SECONDS / 2)
            finally:
                with contextlib.suppress(Exception):
                    await watcher.stop()

    @staticmethod
    def _expire(seen: dict[str, tuple[Endpoint, float]]) -> None:
        now = time.monotonic()
        alive = {endpoint.module for endpoint, renewed in seen.values() if now - renewed <= LEASE_SECONDS}
        for key, (endpoint, renewed) in list(seen.items()):
            if now - renewed > LEASE_SECONDS and endpoint.module in alive:
                del seen[key]

    async def publish_jwks(self, document: bytes) -> None:
        """Makes a JSON Web Key Set the one that every host and the edge verify tokens with."""
        await (await self._keys()).put("jwks", document)

    async def watch_jwks(self) -> AsyncIterator[bytes]:
        """Yields the JSON Web Key Set, once there is one, and again whenever it changes. Runs until cancelled."""
        last = b""
        while True:
            heed()
            try:
                watcher = await (await self._keys()).watch("jwks")
                connection = self.client.stats["reconnects"]
                try:
                    while self.client.stats["reconnects"] == connection:
                        heed()
                        with contextlib.suppress(nats.errors.TimeoutError, TimeoutError):
                            entry = await _next(watcher, 1)
                            if entry is not None and entry.value and entry.value != last:
                                last = entry.value
                                yield last
                finally:
                    with contextlib.suppress(Exception):
                        await watcher.stop()
            except (nats.errors.Error, OSError, TimeoutError):
                await asyncio.sleep(RENEW_SECONDS / 2)


async def _next(watcher: Any, seconds: float) -> Any:
    """The watcher's next entry. Raises TimeoutError; its own time-out would lose a cancellation that meets an entry."""
    async with asyncio.timeout(seconds):
        return await watcher.updates(timeout=None)


def _endpoint(value: bytes) -> Endpoint:
    """What a replica announced; one of a newer version may say more than is known here."""
    known = {field.name for field in fields(Endpoint)}
    return Endpoint(**{name: one for name, one in orjson.loads(value).items() if name in known})


def _snapshot(seen: dict[str, tuple[Endpoint, float]]) -> Snapshot:
    by_module: dict[str, list[Endpoint]] = {}
    for endpoint, _ in seen.values():
        by_module.setdefault(endpoint.module, []).append(endpoint)
    return {module: tuple(sorted(found, key=lambda e: e.slot)) for module, found in sorted(by_module.items())}
