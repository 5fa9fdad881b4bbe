"""`atrium status`: what runs and how it is. Ends with 0 when all is well, 1 when degraded, 3 when nothing runs."""

import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass, field
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from actors.kernel.settings import PlatformSettings, SettingsError, load
from actors.local import nats_server, ports, processes, state
from actors.local.environment import of_running_platform
from actors.local.errors import LocalError
from actors.local.home import existing
from actors.local.screen import STYLES, main_ports
from actors.local.state import Condition

REGISTRY_SECONDS = 2.0


@dataclass(frozen=True)
class Component:
    """One component as it is now. `condition` is what the supervisor last wrote, corrected by what is seen."""

    condition: Condition
    pid: int | None
    uptime_seconds: float | None
    rss_mb: float | None
    restarts: int
    ports: dict[str, int]
    address: str
    log: str
    message: str


@dataclass(frozen=True)
class Status:
    home: str
    state: str
    """`ready`, `starting`, `stopping`, `degraded` or `stopped`."""
    supervisor_pid: int | None
    url: str
    message: str
    components: dict[str, Component] = field(default_factory=dict)
    modules: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Replicas by module, as their leases in the registry say."""

    @property
    def exit_code(self) -> int:
        return {"ready": 0, "stopped": 3}.get(self.state, 1)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def status(as_json: bool) -> None:
    """Show what runs and how it is (exit code 0 well, 1 degraded, 3 not running)."""
    try:
        now = read(load(PlatformSettings))
    except (LocalError, SettingsError) as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(1)
    if as_json:
        click.echo(json.dumps(asdict(now), indent=1))
    else:
        _print(now, Console(highlight=False))
    sys.exit(now.exit_code)


def read(platform: PlatformSettings) -> Status:
    """The platform of the configured folder. Raises LocalError for a folder that cannot be used."""
    home = existing(platform.home)
    written = state.read(home) if home is not None else None
    if home is None or written is None:
        return Status(str(platform.home.resolve()), "stopped", None, "", "No platform has been started here.")
    supervisor = written.supervisor.process() if written.supervisor else None
    components = {name: _component(one) for name, one in written.components.items()}
    own = [one for one in components.values() if one.condition != "external"]
    well = all(one.condition in ("ready", "external") for one in components.values())
    message = written.message
    if supervisor is None and not any(one.pid for one in own):
        phase = "stopped"
    elif supervisor is None:
        phase, message = "degraded", "Nobody watches over the components: `atrium up` takes them over."
    elif written.phase == "ready":
        phase = "ready" if well else "degraded"
    else:
        phase = written.phase
    modules: dict[str, list[dict[str, Any]]] = {}
    if phase != "stopped" and "serve" in components and components["nats"].condition in ("ready", "external"):
        modules = _modules()
        if phase == "ready" and not modules:
            phase, message = "degraded", f"No module has announced itself; read {components['serve'].log}."
    pid = supervisor.pid if supervisor else None
    return Status(
        str(home.path), phase, pid, written.public_url if written.edge_url else "", message, components, modules
    )


def _component(one: state.ComponentState) -> Component:
    process = one.process.process() if one.process else None
    condition, message = one.condition, one.message
    if one.condition != "external":
        if process is None and condition in ("ready", "starting"):
            condition, message = "stopped", "its process is gone"
        elif condition == "ready" and (silent := [name for name, port in one.ports.items() if _silent(name, port)]):
            condition, message = "failing", f"it does not answer at {', '.join(silent)}"
    return Component(
        condition=condition,
        pid=process.pid if process else None,
        uptime_seconds=round(time.time() - one.started, 1) if process and one.started else None,
        rss_mb=round(processes.rss_mb(process), 1) if process else None,
        restarts=one.restarts,
        ports=one.ports,
        address=one.address,
        log=one.log,
        message=message if condition != "ready" else "",
    )


def _silent(name: str, port: int) -> bool:
    """Ray opens its minor ports only when they are needed."""
    return (not name.startswith("ray-") or name == "ray-nodes") and not ports.answers(port)


def _modules() -> dict[str, list[dict[str, Any]]]:
    url = of_running_platform().get("ATRIUM_NATS_URL") or load(PlatformSettings).nats_url or ""
    try:
        snapshot = asyncio.run(nats_server.replicas(url, REGISTRY_SECONDS))
    except nats_server.Unreachable:
        return {}
    return {module: [asdict(endpoint) for endpoint in endpoints] for module, endpoints in snapshot.items()}


def _print(now: Status, console: Console) -> None:
    who = f", supervisor pid {now.supervisor_pid}" if now.supervisor_pid else ""
    where = f" at {now.url}" if now.url else ""
    console.print(f"{now.state}{where} ({now.home}{who})", soft_wrap=True)
    if now.message:
        console.print(now.message, soft_wrap=True, markup=False)
    if now.state == "stopped":
        return
    rows = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("component", "state", "pid", "up", "RSS MB", "restarts", "ports"):
        rows.add_column(heading, justify="right" if heading in ("pid", "up", "RSS MB", "restarts") else "left")
    for name, one in now.components.items():
        rows.add_row(
            name,
            f"[{STYLES[one.condition]}]{one.condition}[/]",
            str(one.pid or ""),
            _span(one.uptime_seconds),
            f"{one.rss_mb:.0f}" if one.rss_mb is not None else "",
            str(one.restarts),
            one.address or main_ports(one.ports),
        )
    console.print(rows)
    for name, one in now.components.items():
        if one.message:
            console.print(f"{name}: {one.message}", soft_wrap=True, markup=False)
    if now.modules:
        replicas = Table(box=None, pad_edge=False, header_style="bold")
        for heading in ("module", "replica", "pid", "address", "up"):
            replicas.add_column(heading, justify="right" if heading in ("pid", "up", "replica") else "left")
        for module, endpoints in now.modules.items():
            for one_endpoint in endpoints:
                replicas.add_row(
                    module,
                    str(one_endpoint["slot"]),
                    str(one_endpoint["pid"]),
                    f"{one_endpoint['host']}:{one_endpoint['port']}",
                    _span(time.time() - one_endpoint["start_time"]),
                )
        console.print()
        console.print(replicas)


def _span(seconds: float | None) -> str:
    if seconds is None:
        return ""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
