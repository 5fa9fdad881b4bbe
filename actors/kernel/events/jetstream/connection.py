"""One connection to NATS, and the faults that mean it does not answer."""

from __future__ import annotations

import logging

import nats
import nats.errors
from nats.aio.client import Client

from actors.kernel.errors import DependencyUnavailable

FAULTS = (nats.errors.Error, OSError, TimeoutError)
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
    except (*FAULTS, nats.errors.NoServersError) as error:
        raise DependencyUnavailable(dependency=f"NATS at {url.rpartition('@')[2]}") from error
