"""`atrium up`: starts the platform and keeps it running."""

import asyncio
import contextlib
import os
import shutil
import signal
import sys
import time
from pathlib import Path

import click
from rich.console import Console

from actors.kernel.settings import PlatformSettings, SettingsError, load
from actors.local import catalogue, edge, log_files, plan, processes, state, web
from actors.local.errors import LocalError
from actors.local.home import Home, create
from actors.local.mongod import raise_descriptor_limit
from actors.local.processes import PYTHON_MODULE
from actors.local.screen import Screen, table
from actors.local.settings import LocalSettings
from actors.local.state import State
from actors.local.supervisor import Supervisor


@click.command()
@click.option("--detach", is_flag=True, help="Return once the platform is ready, and leave it running.")
@click.option("--only", multiple=True, metavar="NAME", help="Only this component and what it needs; may be repeated.")
@click.option("--background", is_flag=True, hidden=True)
def up(detach: bool, only: tuple[str, ...], background: bool) -> None:
    """Start the whole platform on this machine."""
    console = Console(highlight=False)
    try:
        catalogue.refuse_unknown()
        home, settings = create(load(PlatformSettings).home), load(LocalSettings)
        with home.lock() as held:
            if not held:
                _already(home, console)
                return
            if not detach:
                asyncio.run(_supervise(home, settings, only, console, background))
                return
        _detach(home, settings, only, console)
    except (LocalError, SettingsError) as error:
        console.print(f"[red]error:[/] {error}", soft_wrap=True, markup=True)
        sys.exit(1)


async def _supervise(
    home: Home, settings: LocalSettings, only: tuple[str, ...], console: Console, background: bool
) -> None:
    raise_descriptor_limit()
    before = state.read(home)
    running = {name for name, one in (before.components if before else {}).items() if one.process and one.process.alive}
    made = plan.make(home, only, running)
    with Screen(console) as screen:

        def report(now: State) -> None:
            # A terminal that was closed, or a pipe whose reader is gone, must not keep anything from being stopped.
            with contextlib.suppress(OSError):
                screen.show(now)
                if now.phase == "ready" and screen.first_ready() and not background:
                    summary(home, now, console)

        supervisor = Supervisor(home, made, settings, report)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if number != signal.SIGHUP or not background:
                loop.add_signal_handler(number, supervisor.stop)
        await supervisor.run()


def _detach(home: Home, settings: LocalSettings, only: tuple[str, ...], console: Console) -> None:
    """Starts the supervisor in a session of its own and shows what it prints until it is ready or has given up."""
    log = home.log("atrium")
    log_files.rotate(log, settings.log_mb * 1024**2)
    offset = log_files.size(log)
    command = [*PYTHON_MODULE, "actors", "up", "--background"]
    command += [part for name in only for part in ("--only", name)]
    child = processes.spawn(command, {**os.environ, "ATRIUM_HOME": str(home.path)}, log)
    try:
        while True:
            ended = child.poll() is not None
            offset = _relay(log, offset, console)
            if ended:
                sys.exit(1)
            now = state.read(home)
            if now and now.supervisor and now.supervisor.pid == child.pid and now.phase == "ready":
                summary(home, now, console)
                ours = program()
                console.print(
                    f"It runs in the background: `{ours} status`, `{ours} logs`, `{ours} down`.", soft_wrap=True
                )
                return
            time.sleep(0.05)
    except KeyboardInterrupt:
        child.send_signal(signal.SIGTERM)
        console.print("Stopping what was started.")
        child.wait()
        _relay(log, offset, console)
        sys.exit(130)


def _relay(log: "os.PathLike[str]", offset: int, console: Console) -> int:
    with open(log, "rb") as file:
        file.seek(offset)
        text = file.read()
    complete = text[: text.rfind(b"\n") + 1]
    if complete:
        console.print(complete.decode(errors="replace"), end="", markup=False, soft_wrap=True)
    return offset + len(complete)


def _already(home: Home, console: Console) -> None:
    now = state.read(home)
    who = f" (pid {now.supervisor.pid})" if now and now.supervisor else ""
    where = f" at {now.public_url}" if now and now.edge_url else ""
    console.print(f"The platform of {home.path} runs already{who}{where}; see `{program()} status`.", soft_wrap=True)


def program() -> str:
    """How a person calls this program from where they are: `atrium` if that finds it, else the file."""
    file = Path(sys.executable).parent / "atrium"
    found = shutil.which("atrium")
    if found is not None and Path(found).resolve() == file.resolve():
        return "atrium"
    return str(file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file)


def summary(home: Home, now: State, console: Console) -> None:
    """What a person needs once the platform is ready."""
    console.print(table(now))
    took = f" in {now.start_seconds:.1f} s" if now.start_seconds is not None else ""
    console.print(f"\nReady{took}. Data: {home.path}", soft_wrap=True)
    answer = edge.setup(now.edge_url) if now.edge_url and "serve" in now.components else None
    if answer is None:
        return
    if not (os.environ.get("ATRIUM_EDGE_PAGES") or web.built()):
        console.print(
            f"There is no web application: `make ui` builds it, the next `up` serves it. The API is at "
            f"{now.public_url}/docs.",
            soft_wrap=True,
        )
    if answer.get("open"):
        code = os.environ.get("ATRIUM_IAM_SETUP_CODE") or home.secret("setup-code")
        # The wizard takes the code from behind the #, which browsers send to nobody.
        console.print(f"\nSet up the platform at {now.public_url}/setup#code={code}", soft_wrap=True)
    else:
        console.print(f"\nSign in at {now.public_url}/master-admin/login", soft_wrap=True)
    if answer.get("mailKept"):
        console.print(
            f"No mail server is set: mails stay in {home.path / 'outbox'}; `{program()} mail 1` shows the newest.",
            soft_wrap=True,
        )
