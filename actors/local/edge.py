"""The edge on this machine: Envoy on a configuration rendered at each start, and the process that feeds it."""

import json
import ssl
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from actors.local import ports, web
from actors.local.component import Component
from actors.local.errors import LocalError
from actors.local.home import Home
from actors.local.processes import PYTHON_MODULE
from edge.layout import Layout, envoy_arguments
from edge.settings import EdgeSettings


def envoy(
    home: Home, binary: Path, settings: EdgeSettings, admin_port: int, environment: Mapping[str, str]
) -> Component:
    folder, pages = home.path / "edge", environment.get("ATRIUM_EDGE_PAGES")
    rendered: str | None = None

    def render() -> None:
        """Once for each state of the pages: the settings stay, and an Envoy that has crashed must be back at once."""
        nonlocal rendered
        now = web.version(pages)
        if rendered != now or not Layout(folder).bootstrap.exists():
            _render(folder, environment)
            rendered = now

    return Component(
        name="envoy",
        # With hot restart Envoy asks the kernel to end it together with its parent, and it must outlive a supervisor.
        command=(str(binary), *envoy_arguments(Layout(folder), settings), "--disable-hot-restart"),
        environment=environment,
        ready=lambda run: live(admin_port),
        healthy=lambda: live(admin_port),
        ports={"edge": settings.port, "envoy-admin": admin_port},
        stage=1,
        prepare=render,
        version=web.version(pages),
    )


def discover(home: Home, environment: Mapping[str, str], needs: tuple[str, ...]) -> Component:
    return Component(
        name="discover",
        command=(*PYTHON_MODULE, "edge", "discover", "--out", str(home.path / "edge")),
        environment={**environment, "PYTHONUNBUFFERED": "1"},
        ready=lambda run: True,
        healthy=lambda: True,
        needs=("nats", "envoy"),
        stage=1,
    )


def url(settings: EdgeSettings) -> str:
    """Where the edge answers on this machine."""
    host = settings.host
    if host in ("0.0.0.0", "::"):
        host = ports.HOST
    scheme = "https" if settings.tls_certificate else "http"
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{settings.port}"


def setup(edge_url: str) -> dict[str, Any] | None:
    """The platform's answer to whether set-up is still open; None while it does not answer through the edge."""
    # Whether the certificate suits its name is for callers to check; here only this machine is asked.
    context = ssl._create_unverified_context() if edge_url.startswith("https:") else None
    try:
        with urlopen(f"{edge_url}/api/v1/setup", timeout=3, context=context) as answer:
            body = json.load(answer)
            return body if answer.status == 200 and isinstance(body, dict) else None
    except (URLError, OSError, ValueError):
        return None


def live(admin_port: int) -> bool:
    """Whether Envoy has its whole configuration and accepts calls."""
    try:
        with urlopen(f"http://{ports.HOST}:{admin_port}/ready", timeout=2) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def _render(folder: Path, environment: Mapping[str, str]) -> None:
    command = (*PYTHON_MODULE, "edge", "render", "--out", str(folder))
    done = subprocess.run(command, env=dict(environment), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip()
        raise LocalError(f"Envoy's configuration could not be made (`{' '.join(command)}`): {said[-2000:]}")
