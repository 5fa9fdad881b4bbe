"""`atrium logs`: the components' own logs and those of the modules' actors."""

import re
import sys
from pathlib import Path

import click

from actors import MODULES
from actors.kernel.settings import PlatformSettings, SettingsError, load
from actors.local import log_files
from actors.local.errors import LocalError
from actors.local.home import Home, existing
from actors.local.plan import NAMES

ACTOR = re.compile(rb"^:actor_name:", re.MULTILINE)
"""Ray writes this at the top of an actor's output."""
RAYS_OWN = re.compile(r":(job_id|actor_name|task_name):")
REPLICA = re.compile(rb'"component":"([\w.-]+)"')
"""Who speaks, in every line of a module's own log: `iam.0`, or `supervisor`."""


@click.command()
@click.argument("name", required=False)
@click.option("-f", "--follow", is_flag=True, help="Go on with what is written from now on.")
@click.option("-n", "--lines", default=50, show_default=True, help="How many of the last lines of each log.")
def logs(name: str | None, follow: bool, lines: int) -> None:
    """Show the log of a component or of a module's actors; without NAME, of all of them."""
    try:
        home = existing(load(PlatformSettings).home)
        if home is None:
            raise LocalError("Nothing has been started here yet, so there are no logs: `atrium up`.")
        _known(name)
        found = files(home, name)
        if not found and not follow:
            raise LocalError(f"{name or 'The platform'} has written no log yet in {home.path / 'log'}.")
        ends = {path: log_files.size(path) for path in found}
        for path, end in ends.items():
            for line in log_files.last_lines(path, lines, end=end):
                _echo(home, path, line, name)
        if follow:
            for path, line in log_files.follow(lambda: files(home, name), ends):
                _echo(home, path, line, name)
    except (LocalError, SettingsError) as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(1)
    except (KeyboardInterrupt, BrokenPipeError):
        sys.exit(0)


def files(home: Home, name: str | None) -> list[Path]:
    """The logs of a component, of a module, or all; those of actors of the present Ray session only."""
    named = _actors(home)
    own = [home.log(one) for one in ("atrium", *NAMES) if name in (None, one)]
    access = [home.path / "edge" / "access.log"] if name in (None, "access") else []
    actors = [path for path, actor in named if name is None or actor == name or actor.startswith(f"{name}.")]
    return [path for path in (*own, *access, *actors) if path.exists()]


def _known(name: str | None) -> None:
    known = ("atrium", *NAMES, "access", *MODULES)
    if name is not None and name.partition(".")[0] not in known:
        raise LocalError(f"There is no log called {name!r}; there are {', '.join(known)}.")


def _actors(home: Home) -> list[tuple[Path, str]]:
    """Each actor's outputs and who it is: the first line of its log tells, and holds for both of its files."""
    names: dict[str, str] = {}
    outputs = []
    for path in sorted((home.ray_folder / "session_latest" / "logs").glob("worker-*.[eo][ru][rt]")):
        try:
            with open(path, "rb") as file:
                begin = file.read(16_384)
        except FileNotFoundError:
            continue
        if ACTOR.search(begin):
            outputs.append(path)
        if match := REPLICA.search(begin):
            names[path.stem] = match[1].decode()
    return [(path, names[path.stem]) for path in outputs if path.stem in names]


def _echo(home: Home, path: Path, line: str, name: str | None) -> None:
    """Prints the line, with its log's name before it when several are shown; actors' lines name their replica."""
    own = path.parent == home.path / "log"
    if own or not RAYS_OWN.match(line):
        click.echo(f"{path.stem} | {line}" if own and name is None else line)
