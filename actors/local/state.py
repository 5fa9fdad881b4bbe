"""What the supervisor writes down about the running platform, for `status`, `down` and its own successor."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from actors.local import files
from actors.local.home import Home
from actors.local.processes import ProcessId

Phase = Literal["starting", "ready", "stopping", "failed", "stopped"]
Condition = Literal["waiting", "starting", "ready", "restarting", "failing", "stopped", "external"]


@dataclass
class ComponentState:
    """One component. Times are seconds since the epoch; `external` means somebody else runs it at `address`."""

    condition: Condition = "waiting"
    process: ProcessId | None = None
    fingerprint: str = ""
    """Of the command and settings it was started with; a successor keeps it only while they are the same."""
    stage: int = 0
    ports: dict[str, int] = field(default_factory=dict)
    log: str = ""
    address: str = ""
    restarts: int = 0
    started: float | None = None
    start_seconds: float | None = None
    message: str = ""


@dataclass
class State:
    supervisor: ProcessId | None = None
    phase: Phase = "starting"
    started: float = 0.0
    start_seconds: float | None = None
    edge_url: str = ""
    public_url: str = ""
    message: str = ""
    components: dict[str, ComponentState] = field(default_factory=dict)


def write(home: Home, state: State) -> None:
    files.write_json(home.state, asdict(state))


def read(home: Home) -> State | None:
    """The last state written, or None where there is none that this version understands."""
    raw: Any = files.read_json(home.state)
    if raw is None:
        return None
    try:
        components = {
            name: ComponentState(**{**one, "process": _process(one["process"])})
            for name, one in raw.pop("components").items()
        }
        return State(**{**raw, "supervisor": _process(raw["supervisor"]), "components": components})
    except (KeyError, TypeError, AttributeError):
        return None


def _process(raw: Any) -> ProcessId | None:
    return ProcessId(raw["pid"], raw["create_time"], tuple(raw["command"])) if raw else None
