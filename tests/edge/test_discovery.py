"""The registry as files: against a real nats-server, whole at every moment, through outages and restarts."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import nats
import pytest
import pytest_asyncio
from nats.aio.client import Client

from actors import MODULES
from actors.kernel.mesh.registry import Endpoint, Registry
from edge.discovery import assignment, discover, nobodys_keys, publish_keys, write_initial
from edge.layout import Layout, write_atomically
from tests.edge.live import Keys, free_port, jwks, until


def endpoint(slot: int = 0, port: int = 7000, module: str = "iam") -> Endpoint:
    return Endpoint(module, slot, "127.0.0.1", port, 0, "node", 1, "test", 0.0)


def ports(layout: Layout, module: str = "iam") -> list[int]:
    document = json.loads(layout.endpoints(module).read_bytes())
    (resource,) = document["resources"]
    assert resource["cluster_name"] == module
    (group,) = resource["endpoints"]
    return [e["endpoint"]["address"]["socket_address"]["port_value"] for e in group["lb_endpoints"]]


def published(layout: Layout) -> list[str]:
    """Ids of the keys that Envoy is given."""
    (resource,) = json.loads(layout.tokens.read_bytes())["resources"]
    (provider,) = resource["typed_config"]["providers"].values()
    return [key["kid"] for key in json.loads(provider["localJwks"]["inlineString"])["keys"]]


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    """A folder with token rules, as `render` leaves it."""
    found = Layout(tmp_path / "edge")
    found.folder.mkdir()
    found.token_rules.write_text(json.dumps({"@type": "…", "providers": {"atrium": {"issuer": "i"}}}))
    return found


class Bus:
    """A nats-server of its own that can be stopped and started on the same port."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"nats://127.0.0.1:{self.port}"
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        binary = shutil.which("nats-server", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
        assert binary, "no nats-server: install the extra `embedded`"
        self.process = await asyncio.create_subprocess_exec(
            binary, "-a", "127.0.0.1", "-p", str(self.port), "-js", "-sd", str(self.folder),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

        async def answers() -> bool:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                writer.close()
                return True
            return False

        await until(answers)

    async def stop(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.terminate()
            await self.process.wait()

    async def connect(self) -> Client:
        async def ignore(error: Exception) -> None:
            """Outages are what these tests are about."""

        return await nats.connect(
            self.url, max_reconnect_attempts=-1, reconnect_time_wait=0.1, connect_timeout=2, error_cb=ignore
        )


@pytest_asyncio.fixture
async def bus(tmp_path: Path) -> AsyncIterator[Bus]:
    started = Bus(tmp_path / "jetstream")
    await started.start()
    yield started
    await started.stop()


@contextlib.asynccontextmanager
async def discovering(bus: Bus, layout: Layout) -> AsyncIterator[Registry]:
    client = await bus.connect()
    registry = Registry(client)
    task = asyncio.create_task(discover(registry, layout, MODULES))
    try:
        yield registry
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await client.close()


def test_envoy_can_start_before_anybody_has_registered(layout: Layout) -> None:
    write_initial(layout, MODULES)
    assert [ports(layout, module) for module in MODULES] == [[]] * len(MODULES)
    assert published(layout) == ["none-yet"]


def test_what_was_known_last_survives_a_new_start(layout: Layout) -> None:
    write_atomically(layout.endpoints("iam"), assignment("iam", [endpoint(port=7001)]))
    publish_keys(layout, jwks(Keys("k7")))
    write_initial(layout, MODULES)
    assert ports(layout) == [7001] and published(layout) == ["k7"]


def test_nobody_can_sign_with_the_first_key() -> None:
    assert nobodys_keys() != nobodys_keys()
    assert "d" not in json.loads(nobodys_keys())["keys"][0]


@pytest.mark.parametrize("document", [b"", b"[]", b'{"keys":[]}', b"not json"])
def test_a_key_set_that_envoy_would_refuse_changes_nothing(layout: Layout, document: bytes) -> None:
    publish_keys(layout, jwks(Keys("k1")))
    with pytest.raises(ValueError):
        publish_keys(layout, document)
    assert published(layout) == ["k1"]


def test_equal_content_is_not_written_again(tmp_path: Path) -> None:
    path = tmp_path / "watched" / "file"
    assert write_atomically(path, b"1")
    before = path.stat().st_ino
    assert not write_atomically(path, b"1")
    assert path.stat().st_ino == before
    assert write_atomically(path, b"2") and path.stat().st_ino != before
    assert [p.name for p in path.parent.iterdir()] == ["file"]


@pytest.mark.live
async def test_leases_and_keys_become_files(bus: Bus, layout: Layout) -> None:
    write_initial(layout, MODULES)
    async with discovering(bus, layout) as registry:
        async with registry.lease(endpoint(0, 7001)), registry.lease(endpoint(1, 7002)):
            await until(lambda: ports(layout) == [7001, 7002])
            assert ports(layout, "tenants") == []
            await registry.publish_jwks(jwks(Keys("k1")))
            await until(lambda: published(layout) == ["k1"])
            await registry.publish_jwks(jwks(Keys("k1"), Keys("k2")))
            await until(lambda: published(layout) == ["k1", "k2"])
        # Both gave their slots up.
        await until(lambda: ports(layout) == [])


@pytest.mark.live
async def test_a_restarted_replica_replaces_its_old_address(bus: Bus, layout: Layout) -> None:
    async with discovering(bus, layout) as registry, registry.lease(endpoint(0, 7001)):
        await until(lambda: layout.endpoints("iam").exists() and ports(layout) == [7001])
        started = time.monotonic()
        async with registry.lease(endpoint(0, 7009)):
            await until(lambda: ports(layout) == [7009])
            assert time.monotonic() - started < 1


@pytest.mark.live
async def test_an_outage_of_the_bus_empties_nothing_and_ends_by_itself(bus: Bus, layout: Layout) -> None:
    async with discovering(bus, layout) as registry, registry.lease(endpoint(0, 7001)):
        await until(lambda: layout.endpoints("iam").exists() and ports(layout) == [7001])
        await bus.stop()
        await asyncio.sleep(0.5)
        assert ports(layout) == [7001]
        await bus.start()
        async with registry.lease(endpoint(1, 7002)):
            await until(lambda: ports(layout) == [7001, 7002], 40)


@pytest.mark.live
async def test_readers_never_see_half_a_file(layout: Layout) -> None:
    many = [endpoint(slot, 7000 + slot) for slot in range(200)]
    contents = {assignment("iam", many), assignment("iam", many[:1])}
    path = layout.endpoints("iam")
    write_atomically(path, assignment("iam", many))

    def rewrite() -> None:
        for number in range(300):
            write_atomically(path, assignment("iam", many[: 1 if number % 2 else 200]))

    writing = asyncio.create_task(asyncio.to_thread(rewrite))
    reads = 0
    while not writing.done():
        assert path.read_bytes() in contents
        reads += 1
        await asyncio.sleep(0)
    await writing
    assert reads > 10


async def command(*arguments: str, **environment: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "edge", *arguments, env={**os.environ, **environment},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


@pytest.mark.live
async def test_the_commands_render_a_folder_and_keep_it_fresh_until_told_to_stop(bus: Bus, tmp_path: Path) -> None:
    out = tmp_path / "edge"
    rendering = await command("render", "--out", str(out))
    printed, complaints = await rendering.communicate()
    assert rendering.returncode == 0, complaints
    assert f"--config-path {out}/bootstrap.json".encode() in printed
    found = Layout(out)
    discovering = await command("discover", "--out", str(out), ATRIUM_NATS_URL=bus.url)
    try:
        client = await bus.connect()
        registry = Registry(client)
        async with registry.lease(endpoint(0, 7001)):
            await until(lambda: ports(found) == [7001])
        await client.close()
        discovering.send_signal(signal.SIGTERM)
        _, complaints = await asyncio.wait_for(discovering.communicate(), 10)
        assert discovering.returncode == 0, complaints
        assert b"Traceback" not in complaints
    finally:
        with contextlib.suppress(ProcessLookupError):
            discovering.kill()
            await discovering.wait()


async def test_discover_says_what_it_needs(tmp_path: Path) -> None:
    unset = await command("discover", "--out", str(tmp_path), ATRIUM_NATS_URL="")
    assert b"ATRIUM_NATS_URL" in (await unset.communicate())[1] and unset.returncode == 1
    bare = await command("discover", "--out", str(tmp_path), ATRIUM_NATS_URL="nats://127.0.0.1:1")
    assert b"is not a rendered folder" in (await bare.communicate())[1] and bare.returncode == 1
