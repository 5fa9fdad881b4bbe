"""Real servers for tests, as `atrium up` starts them, each on a folder and a port of its own."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from actors.local import binaries, mongod, nats_server, ports
from actors.local.component import Component, Run
from actors.local.home import Home, create

START_SECONDS = 30


class Server:
    """One process of a component. `kill` ends it as a power cut would; `start` brings it back on the same data."""

    def __init__(self, component: Component, log: Path, url: str) -> None:
        self.component, self.log, self.url = component, log, url
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.component.prepare()
        environment = {**os.environ, **self.component.environment}
        with self.log.open("ab") as output:
            offset = output.tell()
            self._process = subprocess.Popen(
                self.component.command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        give_up = time.monotonic() + START_SECONDS
        while not self.component.ready(Run(self.log, offset)):
            assert self._process.poll() is None, f"{self.component.name} ended: {self.log.read_text()[-2000:]}"
            assert time.monotonic() < give_up, f"{self.component.name} is not ready: {self.log.read_text()[-2000:]}"
            time.sleep(0.02)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


@contextlib.contextmanager
def running_nats() -> Iterator[Server]:
    with _home() as home:
        binary = binaries.usable("nats-server", binaries.nats_server(), "ATRIUM_LOCAL_NATS_BINARY")
        port, monitor = free_ports(2)
        component = nats_server.component(home, binary, port, monitor, {})
        with Server(component, home.log("nats"), nats_server.url(home, port)) as server:
            yield server


@contextlib.contextmanager
def running_mongod() -> Iterator[Server]:
    with _home() as home:
        binary = binaries.usable("mongod", binaries.mongod(), "ATRIUM_LOCAL_MONGOD_BINARY")
        (port,) = free_ports(1)
        component = mongod.component(home, binary, port, 256, {})
        with Server(component, home.log("mongod"), mongod.url(home, port)) as server:
            yield server


@contextlib.contextmanager
def folder_for_tests() -> Iterator[Path]:
    """A folder with a short name, as sockets need it; gone after the block."""
    folder = Path(tempfile.mkdtemp(prefix="at"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextlib.contextmanager
def _home() -> Iterator[Home]:
    with folder_for_tests() as folder:
        yield create(folder / "h")


def free_ports(count: int) -> list[int]:
    found = [port for port in random.sample(ports.RANGE, 200) if ports.free(port)]
    return found[:count]
