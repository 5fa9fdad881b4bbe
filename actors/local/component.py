"""What the supervisor knows of one server or process of the platform."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Run:
    """One start of a component: where its output is and where in that file it begins."""

    log: Path
    offset: int

    def output(self) -> str:
        """What it has printed since it was started."""
        try:
            with open(self.log, "rb") as file:
                file.seek(self.offset)
                return file.read().decode(errors="replace")
        except FileNotFoundError:
            return ""


def nothing() -> None:
    """For a component that needs no preparation."""


@dataclass(frozen=True)
class Component:
    """One process to keep running.

    `prepare` runs before every start and may raise LocalError. `ready` is asked again and again after a start and
    must return quickly; `healthy` tells whether a process left by an earlier supervisor still serves.
    Both may block and run in a thread.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    ready: Callable[[Run], bool]
    healthy: Callable[[], bool]
    ports: Mapping[str, int] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    """Components that must be ready before this one is started."""
    dies_with: tuple[str, ...] = ()
    """Components whose end makes this one worthless: it is killed, and started again after them."""
    version: str = ""
    """Of what the process reads once, at its start: another one means another process."""
    stage: int = 0
    """Components of a higher stage are stopped first."""
    prepare: Callable[[], None] = nothing
    stop_seconds: float | None = None
    """Longest time to stop by itself. Left out: ATRIUM_LOCAL_STOP_SECONDS."""
