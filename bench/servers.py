"""The platform under measurement, and bare counterparts of it beside it."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from edge.layout import Layout
from tests.journeys.platform import Platform, eventually, running

ROOT = Path(__file__).resolve().parent.parent


@contextlib.contextmanager
def platform(**settings: str) -> Iterator[Platform]:
    """A platform of its own, in a folder of its own, with tokens that outlast the measurement."""
    with (
        tempfile.TemporaryDirectory(prefix="atb", ignore_cleanup_errors=True) as folder,
        running(Path(folder), ATRIUM_IAM_ACCESS_TOKEN_SECONDS="3600", **settings) as started,
    ):
        yield started


def addresses(of: Platform) -> dict[str, str]:
    """The platform's backing servers, as `atrium env` tells them."""
    found = {}
    for line in of.command("env").stdout.splitlines():
        if line.startswith("export "):
            name, _, value = line.removeprefix("export ").partition("=")
            found[name] = value.strip("'\"")
    return found


@contextlib.contextmanager
def bare_edge(of: Platform, tenant_id: str) -> Iterator[tuple[str, int, int]]:
    """A handler without any chain behind an Envoy with the same configuration.

    Yields its address and the pids of the handler and of its Envoy.
    """
    with (
        tempfile.TemporaryDirectory(prefix="atb", ignore_cleanup_errors=True) as folder,
        contextlib.ExitStack() as ends,
    ):
        home = Path(folder)
        other = Platform(home)
        environment = {**os.environ, **other.environment, **addresses(of), "ATRIUM_PUBLIC_URL": of.url}
        environment |= {"ATRIUM_EDGE_ADDRESS": f"127.0.0.1:{other.port}", "ATRIUM_EDGE_ADMIN_PORT": "0"}
        handler = subprocess.Popen(
            [sys.executable, "-m", "bench.bare_handler"], env=environment, stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        ends.callback(_end, handler)
        assert handler.stdout is not None
        port = int(handler.stdout.readline())
        out = home / "edge"
        rendered = subprocess.run(
            [sys.executable, "-m", "edge", "render", "--out", str(out)],
            env=environment, capture_output=True, text=True, check=True, cwd=ROOT,
        )  # fmt: skip
        source = of.home / "edge" / "watched"
        for file in source.iterdir():  # the platform's keys
            (out / "watched" / file.name).write_bytes(file.read_bytes())
        endpoints = Layout(out).endpoints("tenants")
        document = json.loads(endpoints.read_text())
        _point(document, port)
        endpoints.write_text(json.dumps(document))
        arguments = rendered.stdout.strip().split()
        binary = Path(sys.executable).parent / arguments[0]
        envoy = subprocess.Popen(
            [str(binary), *arguments[1:]],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
        )
        ends.callback(_end, envoy)
        token = of.set_up()
        request = urllib.request.Request(
            f"{other.url}/api/v1/tenants/{tenant_id}", headers={"authorization": f"Bearer {token}"}
        )
        eventually(lambda: _status(request), lambda status: status == 200, seconds=20)
        yield other.url, handler.pid, envoy.pid


def _point(document: object, port: int) -> None:
    """Has every endpoint of an assignment be this port."""
    if isinstance(document, dict):
        for name, value in document.items():
            if name in ("portValue", "port_value"):
                document[name] = port
            else:
                _point(value, port)
    elif isinstance(document, list):
        del document[1:]
        for value in document:
            _point(value, port)


def _status(request: urllib.request.Request) -> int:
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return int(answer.status)
    except OSError:
        return 0


def _end(process: subprocess.Popen[str] | subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
