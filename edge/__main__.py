"""`python -m edge`: write Envoy's configuration, and keep its endpoints and keys fresh."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys
from pathlib import Path

import click

from actors import MODULES
from actors.kernel.settings import PlatformSettings, SettingsError, load
from edge.layout import Layout, envoy_arguments
from edge.routes import ContractError
from edge.settings import EdgeSettings

_OUT = click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder of the edge's files."
)


@click.group()
def main() -> None:
    """The edge: one Envoy in front of all modules."""


@main.command()
@_OUT
def render(out: Path) -> None:
    """Write everything Envoy needs to start, and print the arguments to start it with."""
    from edge.docs import DocsMissing
    from edge.render import render as write  # envoy-data-plane takes most of a second to import

    layout = Layout(out.resolve())
    settings = load(EdgeSettings)
    try:
        write(layout, settings, load(PlatformSettings).public_url, MODULES)
    except (ContractError, DocsMissing, FileNotFoundError) as error:
        raise click.ClickException(str(error)) from error
    click.echo("envoy " + " ".join(envoy_arguments(layout, settings)))


@main.command()
@_OUT
def discover(out: Path) -> None:
    """Keep the endpoint and key files equal to the registry until told to stop."""
    url = load(PlatformSettings).nats_url
    if url is None:
        raise click.ClickException(
            "ATRIUM_NATS_URL is not set: give the address of the bus, e.g. nats://127.0.0.1:4222"
        )
    layout = Layout(out.resolve())
    if not layout.token_rules.exists():
        raise click.ClickException(f"{out} is not a rendered folder: run `python -m edge render --out {out}` first")
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(name)s %(message)s")
    asyncio.run(_discover(layout, url))


async def _discover(layout: Layout, url: str) -> None:
    import nats

    from actors.kernel.mesh.registry import Registry
    from edge.discovery import discover as follow

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)

    async def complain(error: Exception) -> None:
        logging.getLogger("edge").warning("the bus at %s: %s", url, error or type(error).__name__)

    async def run() -> None:
        client = await nats.connect(
            servers=url.split(","),
            name="edge",
            allow_reconnect=True,
            max_reconnect_attempts=-1,
            reconnect_time_wait=0.5,
            connect_timeout=2,
            error_cb=complain,
        )
        try:
            await follow(Registry(client), layout, MODULES)
        finally:
            await client.close()

    work = asyncio.create_task(run())
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({work, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    work.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await work


if __name__ == "__main__":
    try:
        main()
    except SettingsError as error:
        sys.exit(f"error: {error}")
