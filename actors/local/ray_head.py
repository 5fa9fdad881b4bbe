"""The local Ray head: one supervised `ray start --head --block`, on loopback only, closed to others by a token."""

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from actors.local import ports, ray_hook
from actors.local.component import Component
from actors.local.home import Home, claim_ray_folder

PORTS = (
    *("ray", "ray-objects", "ray-nodes", "ray-dashboard", "ray-agent-http"),
    *("ray-agent-grpc", "ray-environments", "ray-metrics"),
)
SESSIONS_KEPT = 3
HOOK = f"{ray_hook.__name__}.{ray_hook.leave_out_client_server.__name__}"


def environment(home: Home) -> dict[str, str]:
    """What every process needs that starts this Ray or connects to it."""
    return {
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN_PATH": str(home.path / "secrets" / "ray-token"),
        # On Linux this makes every Ray port listen on loopback only.
        "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
        "RAY_USAGE_STATS_ENABLED": "0",
        # Ray gives its workers the lowest priority but four; service actors answer people. Heavy tasks lower their own.
        "RAY_worker_niceness": "0",
        # Modules drain in `serve`, before the head is asked to stop; there is nothing left to wait for.
        "RAY_GRACEFUL_SHUTDOWN_DRAIN_TIMEOUT_S": "0",
    }


def address(chosen: Mapping[str, int]) -> str:
    return f"{ports.HOST}:{chosen['ray']}"


def component(
    home: Home, chosen: Mapping[str, int], cpus: int | None, object_store_mb: int, base: Mapping[str, str]
) -> Component:
    folder = home.ray_folder
    command = (
        *(sys.executable, str(Path(sys.executable).parent / "ray"), "start", "--head", "--block"),
        *("--node-ip-address", ports.HOST, "--temp-dir", str(folder)),
        *("--port", str(chosen["ray"]), "--object-manager-port", str(chosen["ray-objects"])),
        *("--node-manager-port", str(chosen["ray-nodes"]), "--dashboard-port", str(chosen["ray-dashboard"])),
        *("--dashboard-agent-listen-port", str(chosen["ray-agent-http"])),
        *("--dashboard-agent-grpc-port", str(chosen["ray-agent-grpc"])),
        *("--runtime-env-agent-port", str(chosen["ray-environments"])),
        *("--metrics-export-port", str(chosen["ray-metrics"])),
        *("--num-cpus", str(cpus or os.cpu_count() or 1), "--object-store-memory", str(object_store_mb * 1024**2)),
        # Left out because nothing here uses them: 2 s of the start and 200 MB of memory.
        *("--include-dashboard", "false", "--no-monitor", "--include-log-monitor", "false"),
        *("--disable-usage-stats", "--log-style", "record", "--log-color", "false"),
    )

    def listens() -> bool:
        return all(ports.answers(chosen[name]) for name in ("ray", "ray-nodes"))

    return Component(
        name="ray",
        command=command,
        environment={**base, **environment(home), "RAY_START_HOOK": HOOK},
        ready=lambda run: "Ray runtime started" in run.output() and listens(),
        healthy=listens,
        ports={name: chosen[name] for name in PORTS},
        prepare=lambda: clear(claim_ray_folder(home)),
    )


def clear(folder: Path) -> None:
    """Removes what a crashed head left behind that would hinder the next, and all but the last sessions' logs."""
    # Ray takes the address in this file for a running head, though its process is gone.
    (folder / "ray_current_cluster").unlink(missing_ok=True)
    sessions = sorted(path for path in folder.glob("session_2*") if path.is_dir() and not path.is_symlink())
    for session in sessions[:-SESSIONS_KEPT]:
        shutil.rmtree(session, ignore_errors=True)
