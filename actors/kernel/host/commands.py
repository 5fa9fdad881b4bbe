"""Commands over the modules and their stores: serve, migrate, events, mail."""

from __future__ import annotations

import asyncio
import email
import email.policy
import functools
import logging
import signal
import sys
import threading
from datetime import datetime
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from actors import MODULES
from actors.kernel.clock import Clock
from actors.kernel.errors import AtriumError
from actors.kernel.module import card
from actors.kernel.sealing import Sealer
from actors.kernel.settings import PlatformSettings, SettingsError, load
from actors.kernel.store.migrate import layout
from actors.kernel.store.unit import Store
from actors.kernel.telemetry import start_logging

LOOK_SECONDS = 1.0
READY_SECONDS = 120.0
DRAIN_SECONDS = 25.0
log = logging.getLogger(__name__)


@click.command()
def serve() -> None:
    """Run the modules on the Ray cluster until told to stop; prints `ready` once all of them answer."""
    from actors.kernel.host.cluster import Cluster, prepare_stores, refuse_shared_file

    try:
        settings = load(PlatformSettings)
        start_logging("serve", settings.log_level)
        cluster = Cluster(settings)
        # Joining the cluster takes longest and needs no store.
        joining = threading.Thread(target=cluster.connect, daemon=True)
        joining.start()
        asyncio.run(prepare_stores(settings))
        joining.join()
        refuse_shared_file(settings, [card(name) for name in MODULES])
    except (SettingsError, AtriumError) as error:
        raise click.ClickException(str(error)) from error
    stopping = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopping.set())
    supervisor = cluster.start()
    cluster.wait_ready(supervisor, READY_SECONDS)
    print("ready", flush=True)
    while not stopping.wait(LOOK_SECONDS):
        if not cluster.alive():
            log.error("the Ray cluster is gone")
            sys.exit(1)
    cluster.stop(supervisor, DRAIN_SECONDS)


@click.command()
@click.option(
    "--draft",
    metavar="MESSAGE",
    help="Write, for each module with books, the revision that its collections lack; for developers. Needs no server.",
)
def migrate(draft: str | None) -> None:
    """Bring stores and streams up to what this version expects. Safe to repeat."""
    from actors.kernel.host.cluster import prepare_stores

    if draft is not None:
        _draft(draft)
        return
    try:
        ran = asyncio.run(prepare_stores(load(PlatformSettings)))
    except (SettingsError, AtriumError) as error:
        raise click.ClickException(str(error)) from error
    for name in ran:
        click.echo(f"Ran {name}.")
    click.echo("Stores and streams are up to date.")


def _draft(message: str) -> None:
    from actors.kernel.store.sql import migrations

    histories = migrations.histories([card(name) for name in MODULES])
    written = [path for one in histories if (path := asyncio.run(migrations.draft(one, message))) is not None]
    for path in written:
        click.echo(f"Wrote {path}. Read it: a renamed field looks like one gone and one new.")
    if not written:
        click.echo("The revisions lead to the collections as they are." if histories else "No module has books.")


@click.command()
@click.option("--tenants", default=200, show_default=True, type=click.IntRange(1, 100_000))
@click.option("--users", default=2000, show_default=True, type=click.IntRange(1, 1_000_000))
@click.option("--days", default=365, show_default=True, type=click.IntRange(1, 3650), help="How far back it goes.")
@click.option("--seed", "number", default=1, show_default=True, help="Another number, another demonstration.")
def seed(tenants: int, users: int, days: int, number: int) -> None:
    """Fill the platform with a demonstration: invented tenants and people with a past. Safe to repeat."""
    from actors.kernel.demo import PASSWORD, make_demo

    settings = load(PlatformSettings)
    if settings.env == "production":
        raise click.ClickException("A demonstration has no place in production (ATRIUM_ENV=production).")
    now = Clock().now()
    # The day's beginning, so that seeding twice on one day makes the same demonstration.
    demo = make_demo(tenants, users, days, now.replace(hour=0, minute=0, second=0, microsecond=0), number)
    with Progress(*Progress.get_default_columns(), "{task.completed:,.0f} records", console=Console()) as progress:
        try:
            asyncio.run(_seed(settings, demo, progress))
        except (SettingsError, AtriumError) as error:
            raise click.ClickException(str(error)) from error
    tenant = demo.tenants[0]
    click.echo(f"{len(demo.tenants):,} tenants with {sum(len(t.users) for t in demo.tenants):,} users are there.")
    click.echo(
        f"Sign in to one of them at /t/{tenant.slug} as {tenant.users[0].email}; everybody's password: {PASSWORD}"
    )


async def _seed(settings: PlatformSettings, demo: Any, progress: Progress) -> None:
    from actors.kernel.demo import Seeding
    from actors.kernel.host.cluster import backend_of, books_of, prepare_stores, secret_of

    await prepare_stores(settings)
    backend = backend_of(settings)
    cards = [card(name) for name in MODULES]
    collections = layout([(one.name, one.collections) for one in cards])
    sql, sealer = books_of(settings, cards), Sealer(secret_of(settings))
    try:
        # Tenants have their place before others write for them.
        for one in sorted(cards, key=lambda one: one.name != "tenants"):
            if one.seed is not None:
                task = progress.add_task(one.name, total=None)
                store: Store[Any] = Store(backend, one.name, one.unit, clock=Clock(), sealer=sealer)
                books: Store[Any] | None = None
                if one.books is not None and sql is not None:
                    books = Store(sql, one.name, one.books.unit, clock=Clock(), sealer=sealer)
                told = functools.partial(progress.advance, task)
                await one.seed(Seeding(demo, store, load(one.settings), collections, told, books))
                progress.update(task, total=progress.tasks[task].completed)
    finally:
        await backend.close()
        if sql is not None:
            await sql.close()


@click.group()
def events() -> None:
    """Look at the event bus."""


async def _with_bus(work: Any) -> None:
    from actors.kernel.host.cluster import bus_of

    bus = await bus_of(load(PlatformSettings), "events")
    try:
        await work(bus)
    finally:
        await bus.close()


def _run(work: Any) -> None:
    try:
        asyncio.run(_with_bus(work))
    except (SettingsError, AtriumError) as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        click.echo()


@events.command()
@click.argument("subject", default="atrium.>")
def tail(subject: str) -> None:
    """Print events as they are published. SUBJECT is atrium.<module>.<Event>.<tenant>, with * and >."""

    async def work(bus: Any) -> None:
        async for envelope in bus.tail(subject):
            kind = envelope.type.rpartition(".")[2]
            body = " ".join(str(envelope.message()).split())
            click.echo(
                f"{envelope.time:%H:%M:%S.%f} {envelope.module:8} {kind:24} {envelope.tenant_id:31} {body[:200]}"
            )

    _run(work)


@events.command()
@click.option("--limit", default=50, show_default=True, help="How many, newest first.")
def dead(limit: int) -> None:
    """List events that a module gave up on, with the reason."""

    async def work(bus: Any) -> None:
        letters = await bus.dead_letters(limit)
        if not letters:
            click.echo("No dead letters.")
            return
        table = Table("number", "time", "module", "event", "tenant", "reason")
        for letter in letters:
            envelope = letter.envelope
            table.add_row(
                str(letter.sequence),
                f"{envelope.time:%Y-%m-%d %H:%M:%S}",
                letter.consumer,
                envelope.type,
                envelope.tenant_id,
                letter.error,
            )
        Console().print(table)

    _run(work)


@events.command()
@click.argument("numbers", nargs=-1, type=int)
@click.option("--all", "everything", is_flag=True, help="All dead letters.")
def replay(numbers: tuple[int, ...], everything: bool) -> None:
    """Give dead letters back to the module that gave up on them; NUMBERS as `events dead` lists them."""
    if not numbers and not everything:
        raise click.UsageError("Name the numbers that `atrium events dead` lists, or --all.")

    async def work(bus: Any) -> None:
        chosen = [letter.sequence for letter in await bus.dead_letters(10_000)] if everything else list(numbers)
        click.echo(f"{await bus.replay_dead(chosen)} given back.")

    _run(work)


@click.command()
@click.argument("number", required=False, type=int)
def mail(number: int | None) -> None:
    """List the mails of the outbox folder, newest first, or show one by its NUMBER."""
    settings = load(PlatformSettings)
    if settings.smtp_url is not None:
        raise click.ClickException("Mail goes to the SMTP server of ATRIUM_SMTP_URL; nothing is kept here.")
    files = sorted((settings.home / "outbox").glob("*.eml"), reverse=True)
    if not files:
        click.echo(f"No mail in {settings.home / 'outbox'}.")
        return
    if number is not None:
        if not 1 <= number <= len(files):
            raise click.ClickException(f"There are mails 1 to {len(files)}.")
        message = email.message_from_bytes(files[number - 1].read_bytes(), policy=email.policy.default)
        body = message.get_body(("plain",))
        click.echo(f"To: {message['to']}\nSubject: {message['subject']}\n\n{body.get_content() if body else ''}")
        return
    table = Table("number", "time", "to", "subject")
    for index, file in enumerate(files[:50], 1):
        message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        sent = datetime.fromtimestamp(file.stat().st_mtime)
        table.add_row(str(index), f"{sent:%Y-%m-%d %H:%M:%S}", str(message["to"]), str(message["subject"]))
    Console().print(table)
