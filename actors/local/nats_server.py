"""The embedded NATS: one server with JetStream and a password, on loopback only."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import urlopen

from actors.local import files, ports
from actors.local.component import Component
from actors.local.home import Home

if TYPE_CHECKING:
    from nats.aio.client import Client

    from actors.kernel.mesh.registry import Snapshot

USER = "atrium"


class Unreachable(Exception):
    """The server does not answer, or not as a server with JetStream does."""


def url(home: Home, port: int) -> str:
    return f"nats://{USER}:{home.secret('nats-password')}@{ports.HOST}:{port}"


def component(home: Home, binary: Path, port: int, monitor_port: int, environment: Mapping[str, str]) -> Component:
    configuration = home.path / "run" / "nats.json"

    def write_configuration() -> None:
        files.write_json(
            configuration,
            {
                "server_name": "atrium",
                "host": ports.HOST,
                "port": port,
                "http": f"{ports.HOST}:{monitor_port}",
                "authorization": {"user": USER, "password": home.secret("nats-password")},
                "jetstream": {
                    "store_dir": str(home.path / "nats"),
                    "max_memory_store": 64 * 1024**2,
                    # An announcement leaves the outbox once it is acknowledged: it must survive a power cut by then.
                    "sync_interval": "always",
                },
            },
        )

    return Component(
        name="nats",
        command=(str(binary), "--config", str(configuration)),
        environment=environment,
        ready=lambda run: healthy(monitor_port),
        healthy=lambda: healthy(monitor_port),
        ports={"nats": port, "nats-monitor": monitor_port},
        prepare=write_configuration,
    )


def healthy(monitor_port: int) -> bool:
    """Whether the server answers and its JetStream has been restored."""
    try:
        with urlopen(f"http://{ports.HOST}:{monitor_port}/healthz?js-enabled-only=true", timeout=2) as answer:
            return bool(json.load(answer).get("status") == "ok")
    except (URLError, OSError, ValueError):
        return False


async def replicas(url: str, seconds: float) -> Snapshot:
    """Who answers for which module, as their leases say. Raises Unreachable, also when that takes too long."""
    from actors.kernel.mesh.registry import Registry

    async with _connection(url, seconds) as client:
        async for snapshot in Registry(client).watch():
            return snapshot
    return {}


async def jetstream(url: str, seconds: float) -> str:
    """What JetStream holds, in words. Raises Unreachable when there is none."""
    async with _connection(url, seconds) as client:
        account = await client.jetstream().account_info()
        return f"{account.streams} streams, {account.storage / 1024**2:.1f} MB on disk"


@contextlib.asynccontextmanager
async def _connection(url: str, seconds: float) -> AsyncIterator[Client]:
    import nats
    import nats.errors

    async def ignore(_: Exception) -> None:
        """The attempt itself raises what went wrong."""

    try:
        async with asyncio.timeout(seconds):
            client = await nats.connect(url.split(","), error_cb=ignore, allow_reconnect=False)
            try:
                yield client
            finally:
                await client.close()
    except TimeoutError as error:
        raise Unreachable(f"no answer within {seconds:g} s") from error
    except (nats.errors.Error, OSError) as error:
        raise Unreachable(str(error) or type(error).__name__) from error
