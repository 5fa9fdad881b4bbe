"""`atrium env`: lets other programs reach the running platform."""

import shlex
import sys

import click

from actors.kernel.settings import SettingsError
from actors.local.environment import of_running_platform
from actors.local.errors import LocalError


@click.command()
def env() -> None:
    """Print the addresses and secrets of this folder's servers: `eval "$(atrium env)"`."""
    try:
        for name, value in sorted(of_running_platform().items()):
            click.echo(f"export {name}={shlex.quote(value)}")
    except (LocalError, SettingsError) as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(1)
