"""`atrium down`: stops the platform of this folder, with or without a living supervisor, and nothing else."""

import contextlib
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import click
import psutil

from actors.kernel.settings import PlatformSettings, SettingsError, load
from actors.local import processes, state
from actors.local.errors import LocalError
from actors.local.home import Home, existing
from actors.local.processes import ProcessId
from actors.local.settings import LocalSettings
from actors.local.supervisor import mark


@click.command()
@click.option("--now", is_flag=True, help="Kill everything at once instead of letting it finish its work.")
def down(now: bool) -> None:
    """Stop what `up` started."""
    try:
        home, settings = existing(load(PlatformSettings).home), load(LocalSettings)
        if home is None:
            click.echo("Nothing runs here: this folder has no platform yet.")
            return
        begin = time.monotonic()
        stopped = _stop(home, settings, now)
        took = time.monotonic() - begin
        click.echo(f"Stopped in {took:.1f} s." if stopped else "Nothing was running.")
    except (LocalError, SettingsError) as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(1)


def _stop(home: Home, settings: LocalSettings, now: bool) -> bool:
    """Stops the platform; returns whether anything was running."""
    patience = settings.stop_seconds * 3 + 10
    deadline = time.monotonic() + patience
    asked: set[int] = set()
    while True:
        with home.lock() as held:
            if held:
                return _stop_all(home, settings.stop_seconds, now) or bool(asked)
        before = state.read(home)
        supervisor = before.supervisor if before else None
        process = supervisor.process() if supervisor else None
        if process is not None and process.pid not in asked:
            asked.add(process.pid)
            with contextlib.suppress(psutil.Error):
                process.send_signal(signal.SIGKILL if now else signal.SIGTERM)
        if time.monotonic() > deadline:
            who = f" (pid {process.pid})" if process else ""
            raise LocalError(
                f"The supervisor{who} has not stopped the platform within {patience:g} s. "
                f"Read {home.log('atrium')}, or run `atrium down --now` to kill it."
            )
        time.sleep(0.05)


def _stop_all(home: Home, seconds: float, now: bool) -> bool:
    """Stops what a supervisor that is gone has left, in the same order as it would have done."""
    before = state.read(home)
    left: dict[str, tuple[int, ProcessId | None]] = {}
    for name, one in (before.components if before else {}).items():
        if processes.members(one.process, mark(home, name)):
            left[name] = (one.stage, one.process)
    prefix = mark(home, "")
    for found in processes.marked(prefix):
        left.setdefault(found.removeprefix(prefix), (0, None))
    for stage in sorted({stage for stage, _ in left.values()}, reverse=True):
        names = [name for name, (one, _) in left.items() if one == stage]
        with ThreadPoolExecutor(max_workers=len(names)) as threads:
            for name in names:
                if now:
                    threads.submit(processes.kill, left[name][1], mark(home, name))
                else:
                    threads.submit(processes.stop, left[name][1], mark(home, name), seconds)
    if before and left:
        before.phase = "stopped"
        for one in before.components.values():
            one.condition, one.process = ("external" if one.condition == "external" else "stopped"), None
        state.write(home, before)
    return bool(left)
