"""What `atrium up` shows while the platform starts: a table on a terminal, plain lines elsewhere."""

import time
from collections.abc import Mapping
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from actors.local import processes
from actors.local.state import Condition, State

STYLES: dict[Condition, str] = {
    "waiting": "dim",
    "starting": "yellow",
    "ready": "green",
    "restarting": "yellow",
    "failing": "red",
    "stopped": "dim",
    "external": "cyan",
}


class Screen:
    """Shows states as they come. Used as a context, so that the terminal is left as it was."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.shown: dict[str, tuple[str, str]] = {}
        self.phase = ""
        self.was_ready = False
        self.live = Live(console=console, auto_refresh=False, transient=True) if console.is_terminal else None

    def __enter__(self) -> Self:
        if self.live:
            self.live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the moving table; what comes later is printed line by line."""
        if self.live:
            self.live.stop()
            self.live = None

    def first_ready(self) -> bool:
        """Whether this is the first time that the platform is ready; ends the moving table."""
        self.close()
        first, self.was_ready = not self.was_ready, True
        return first

    def show(self, state: State) -> None:
        if self.live and state.phase == "starting":
            self.live.update(table(state), refresh=True)
        for name, one in state.components.items():
            now = (one.condition, one.message)
            if self.shown.get(name) == now:
                continue
            self.shown[name] = now
            if one.condition in ("restarting", "failing"):
                self._print(f"{one.message}; it is started again", "yellow" if one.condition == "restarting" else "red")
            elif not self.live and one.condition != "waiting":
                took = f" after {one.start_seconds:.1f} s" if one.condition == "ready" and one.start_seconds else ""
                self._print(f"{name}: {one.condition}{took}")
        if state.phase != self.phase:
            self.phase = state.phase
            if state.phase == "stopping":
                self.close()
                self._print("Stopping; press Ctrl-C again to stop at once.")

    def _print(self, line: str, style: str = "") -> None:
        self.console.print(Text(line, style=style), soft_wrap=True)


def table(state: State) -> Table:
    """The components with pid, time to start and memory."""
    result = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("component", "state", "pid", "start s", "RSS MB", "restarts", "ports"):
        result.add_column(heading, justify="right" if heading in ("pid", "start s", "RSS MB", "restarts") else "left")
    for name, one in state.components.items():
        process = one.process.process() if one.process else None
        waited = one.start_seconds
        if one.condition == "starting" and one.started:
            waited = time.time() - one.started
        result.add_row(
            name,
            Text(one.condition, style=STYLES[one.condition]),
            str(process.pid) if process else "",
            f"{waited:.1f}" if waited is not None else "",
            f"{processes.rss_mb(process):.0f}" if process else "",
            str(one.restarts) if one.restarts else "",
            one.address or main_ports(one.ports),
        )
    return result


def main_ports(ports: Mapping[str, int]) -> str:
    """The ports that a person may want to connect to: not those that Ray's parts use among themselves."""
    return " ".join(str(port) for name, port in ports.items() if not name.startswith("ray-"))
