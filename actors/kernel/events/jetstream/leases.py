"""Leases in a NATS key-value bucket whose entries expire: one holder at a time, the next when it is gone."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable

import nats.js.errors
from nats.js import JetStreamContext
from nats.js.api import KeyValueConfig, StorageType
from nats.js.kv import KeyValue

from actors.kernel.cancellation import heed
from actors.kernel.events.jetstream.connection import FAULTS

BUCKET = "atrium_leases"
LEASE_SECONDS = 4.0
log = logging.getLogger(__name__)


class Leases:
    """Leases over one connection."""

    def __init__(self, js: JetStreamContext) -> None:
        self.js = js

    async def bucket(self) -> KeyValue:
        """The bucket, made when it is missing."""
        try:
            return await self.js.key_value(BUCKET)
        except nats.js.errors.NotFoundError:
            config = KeyValueConfig(bucket=BUCKET, history=1, ttl=LEASE_SECONDS, storage=StorageType.FILE)
            with contextlib.suppress(nats.js.errors.BadRequestError):  # somebody else was faster
                return await self.js.create_key_value(config)
            return await self.js.key_value(BUCKET)

    @contextlib.asynccontextmanager
    async def lead(self, name: str) -> AsyncIterator[Callable[[], bool]]:
        key = name.replace(":", ".")
        bucket, revision, renewed = await self._acquire(key)

        def holding() -> bool:
            return time.monotonic() - renewed < LEASE_SECONDS

        async def renew() -> None:
            nonlocal revision, renewed
            while True:
                heed()
                await asyncio.sleep(LEASE_SECONDS / 4)
                try:
                    started = time.monotonic()
                    revision = await bucket.update(key, b"held", revision)
                    renewed = started
                except nats.js.errors.KeyWrongLastSequenceError:
                    renewed = float("-inf")  # somebody else holds it now
                    return
                except FAULTS as error:
                    log.debug("lease %s: %r", key, error)

        task = asyncio.create_task(renew(), name=f"lease {key}")
        try:
            yield holding
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            if holding():
                with contextlib.suppress(*FAULTS):
                    await bucket.delete(key, last=revision)

    async def _acquire(self, key: str) -> tuple[KeyValue, int, float]:
        """The bucket, the lease's revision and since when it holds at the latest: from before it was asked for."""
        while True:
            heed()
            try:
                bucket = await self.bucket()
                started = time.monotonic()
                return bucket, await bucket.create(key, b"held"), started
            except nats.js.errors.KeyWrongLastSequenceError:
                pass
            except FAULTS as error:
                log.debug("lease %s: %r", key, error)
            await asyncio.sleep(LEASE_SECONDS / 4)
