"""`atrium setup-code`: the code that proves to the set-up wizard that its user may read this machine's files."""

import os
import sys

import click

from actors.kernel.settings import PlatformSettings, SettingsError, load
from actors.local import edge
from actors.local.errors import LocalError
from actors.local.home import existing
from edge.settings import EdgeSettings


@click.command()
def setup_code() -> None:
    """Print the code that the set-up wizard asks for, while set-up is open."""
    try:
        platform = load(PlatformSettings)
        home = existing(platform.home)
        if home is None:
            raise LocalError(f"There is no platform in {platform.home.resolve()} yet: start one with `atrium up`.")
        code = os.environ.get("ATRIUM_IAM_SETUP_CODE") or home.secret("setup-code")
        answer = edge.setup(edge.url(load(EdgeSettings)))
    except (LocalError, SettingsError) as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(1)
    if answer is None:
        click.echo(code)
        click.echo("The platform does not answer, so whether set-up is still open is unknown.", err=True)
    elif answer.get("open"):
        click.echo(code)
    else:
        click.echo("Set-up is closed: this platform has been set up, and the code is of no more use.", err=True)
        sys.exit(1)
