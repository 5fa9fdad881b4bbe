"""Modules on a Ray cluster: replicas as named, restartable actors, and a supervisor that keeps their number.

The only file of the kernel that imports Ray. A replica is a plain ModuleHost behind one gRPC server, with a lease in
the registry. Ray restarts a replica or the supervisor whose process dies; the supervisor replaces those that are
gone for good, removes surplus ones after they drained, and rolls a change one replica at a time.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib.metadata
import logging
import os
import socket
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any
from wsgiref.simple_server import WSGIServer

import ray
import ray.actor
import ray.exceptions
from prometheus_client import CollectorRegistry, start_http_server
from ray.util import get_node_ip_address

from actors import MODULES
from actors.kernel.clock import Clock
from actors.kernel.events.jetstream import JetStreamBus, connect
from actors.kernel.host.module_host import ModuleHost, Ports
from actors.kernel.host.server import Server
from actors.kernel.mail import mailer_from
from actors.kernel.mesh.dial import RegistryMesh
from actors.kernel.mesh.registry import Endpoint, Registry
from actors.kernel.module import Module, ModuleSettings, card
from actors.kernel.sealing import Sealer
from actors.kernel.settings import PlatformSettings, SettingsError, load
from actors.kernel.store.contract import Backend
from actors.kernel.store.migrate import layout, migrate
from actors.kernel.store.mongo import MongoBackend
from actors.kernel.telemetry import start_logging

SUPERVISOR = "supervisor"
RECONCILE_SECONDS = 1.0
START_SECONDS = 60.0
_PING_SECONDS = 5.0
log = logging.getLogger(__name__)


def secret_of(settings: PlatformSettings) -> bytes:
    """The platform's secret. Raises SettingsError when it is missing or too short."""
    if settings.secret_key is None:
        raise SettingsError("ATRIUM_SECRET_KEY is missing: give 32 random bytes as hex, the same to every process")
    try:
        secret = bytes.fromhex(settings.secret_key.get_secret_value())
    except ValueError as error:
        raise SettingsError("ATRIUM_SECRET_KEY must be hexadecimal") from error
    if len(secret) < 32:
        raise SettingsError("ATRIUM_SECRET_KEY must have at least 32 bytes (64 hexadecimal digits)")
    return secret


def backend_of(settings: PlatformSettings) -> MongoBackend:
    if settings.mongodb_url is None:
        raise SettingsError("ATRIUM_MONGODB_URL is missing; `atrium up` gives it, elsewhere name your replica set")
    return MongoBackend(settings.mongodb_url, settings.mongodb_database)


def books_of(settings: PlatformSettings, cards: Sequence[Module]) -> Backend | None:
    """What these modules keep their books in; None when none of them has any. Raises SettingsError."""
    if not any(one.books for one in cards):
        return None
    from actors.kernel.store.sql import SqlBackend  # the drivers take a while to load

    return SqlBackend(settings.books_url)


def refuse_shared_file(settings: PlatformSettings, cards: Sequence[Module]) -> None:
    """Raises SettingsError when books are in a file of one machine and the cluster has several."""
    if not any(one.books for one in cards):
        return
    from actors.kernel.store.sql import file_of

    nodes = [node for node in ray.nodes() if node["Alive"]]  # type: ignore[no-untyped-call]
    if (file := file_of(settings.books_url)) is not None and len(nodes) > 1:
        raise SettingsError(
            f"The books would be in the SQLite file {file}, of which each of the Ray cluster's {len(nodes)} nodes "
            "would have its own: a file is no shared database. Set ATRIUM_SQL_URL to a MySQL or MariaDB that all "
            "nodes reach, such as mysql+asyncmy://user:password@host:3306/atrium"
        )


async def bus_of(settings: PlatformSettings, name: str) -> JetStreamBus:
    if settings.nats_url is None:
        raise SettingsError("ATRIUM_NATS_URL is missing; `atrium up` gives it, elsewhere name your servers")
    return JetStreamBus(await connect(settings.nats_url, name))


class ReplicaHost:
    """One module's host, server and lease in this process."""

    def __init__(self, module: str, slot: int) -> None:
        self.module, self.slot = module, slot
        self._stack = contextlib.AsyncExitStack()

    async def start(self, address: str, node: str) -> int:
        """Starts everything and takes the lease. Returns the port."""
        settings = load(PlatformSettings)
        cards = [card(name) for name in MODULES]
        mine = next(one for one in cards if one.name == self.module)
        backend = backend_of(settings)
        self._stack.push_async_callback(backend.close)
        sql = books_of(settings, [mine])
        if sql is not None:
            self._stack.push_async_callback(sql.close)
        bus = await bus_of(settings, f"{self.module}.{self.slot}")
        self._stack.push_async_callback(bus.close)
        registry = Registry(bus.client)
        mesh = RegistryMesh(registry)
        self._stack.push_async_callback(mesh.close)
        following = asyncio.create_task(mesh.run(), name="mesh")
        self._stack.callback(following.cancel)
        ports = Ports(
            backend=backend,
            bus=bus,
            mesh=mesh,
            mailer=mailer_from(settings),
            clock=Clock(),
            sealer=Sealer(secret_of(settings)),
            platform=settings,
            publish_jwks=registry.publish_jwks,
            watch_jwks=registry.watch_jwks,
            sql=sql,
        )
        host = ModuleHost(mine, cards, load(mine.settings), ports)
        server = Server(host.chain, host.methods())
        await host.start()
        self._stack.push_async_callback(host.stop)
        metrics_port = self._serve_metrics(host, address)
        port = await server.start(address)
        self._stack.push_async_callback(server.stop)
        endpoint = Endpoint(
            module=self.module,
            slot=self.slot,
            host=address,
            port=port,
            metrics_port=metrics_port,
            node=node,
            pid=os.getpid(),
            version=importlib.metadata.version("atrium"),
            start_time=time.time(),
        )
        await self._stack.enter_async_context(registry.lease(endpoint))
        log.info("%s.%s answers on %s:%s", self.module, self.slot, address, port)
        return port

    def _serve_metrics(self, host: ModuleHost, address: str) -> int:
        registry = CollectorRegistry()
        registry.register(host.metrics)
        port = free_port(address)
        server: WSGIServer
        thread: threading.Thread
        server, thread = start_http_server(port, address, registry)
        self._stack.callback(thread.join, 1)
        self._stack.callback(server.shutdown)
        return port

    async def stop(self) -> None:
        """Gives the lease up, lets calls in flight finish, then ends everything."""
        await self._stack.aclose()


def free_port(address: str) -> int:
    with socket.socket() as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])


class Replica:
    """A ReplicaHost as a Ray actor. It serves again by itself after its process was killed."""

    async def __init__(  # type: ignore[misc]  # Ray awaits it
        self, module: str, slot: int, environment: Mapping[str, str]
    ) -> None:
        os.environ.update(environment)
        settings = load(PlatformSettings)
        start_logging(f"{module}.{slot}", settings.log_level)
        refuse_shared_file(settings, [card(module)])
        node: str = get_node_ip_address()  # type: ignore[no-untyped-call]
        self.host = ReplicaHost(module, slot)
        self.port = await self.host.start(settings.bind_address or node, node)
        # What is loaded now stays: collections need not walk over it at every few hundred calls.
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 20, 50)

    async def ping(self) -> int:
        """The port it serves on."""
        return self.port

    async def stop(self) -> None:
        await self.host.stop()


class Supervisor:
    """Keeps as many replicas of each module as its settings say."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        os.environ.update(environment)
        self.environment = dict(environment)
        settings = load(PlatformSettings)
        start_logging(SUPERVISOR, settings.log_level)
        self.namespace = settings.ray_namespace
        self.desired: dict[str, ModuleSettings] = {name: load(card(name).settings) for name in MODULES}
        self.stopping = False
        self._task = asyncio.get_event_loop().create_task(self._run())

    async def _run(self) -> None:
        while not self.stopping:
            try:
                await self._reconcile()
            except Exception:
                log.exception("reconciling failed")
            await asyncio.sleep(RECONCILE_SECONDS)

    async def _reconcile(self) -> None:
        wanted = {f"{name}.{slot}": (name, slot) for name, own in self.desired.items() for slot in range(own.replicas)}
        for actor_name, (module, slot) in wanted.items():
            try:
                ray.get_actor(actor_name, self.namespace)
            except ValueError:
                self._create(module, slot)
        for known in ray.util.list_named_actors(all_namespaces=True):
            name = known["name"]
            if known["namespace"] == self.namespace and name != SUPERVISOR and name not in wanted:
                await self._remove(name)

    def _create(self, module: str, slot: int) -> None:
        log.info("starting %s.%s", module, slot)
        ray.remote(Replica).options(
            max_restarts=-1,
            max_task_retries=-1,
            max_concurrency=100,
            name=f"{module}.{slot}",
            namespace=self.namespace,
            lifetime="detached",
            num_cpus=self.desired[module].num_cpus,
            scheduling_strategy="SPREAD",
        ).remote(module, slot, self.environment)

    async def _remove(self, name: str) -> None:
        log.info("stopping %s", name)
        with contextlib.suppress(ValueError):
            actor = ray.get_actor(name, self.namespace)
            with contextlib.suppress(Exception):
                await asyncio.wait_for(actor.stop.remote(), 15)
            ray.kill(actor, no_restart=True)

    async def configure(self, environment: Mapping[str, str]) -> None:
        """Takes new settings, and rolls every module whose replicas run under other ones."""
        if dict(environment) == self.environment:
            return
        os.environ.update(environment)
        self.environment = dict(environment)
        self.desired = {name: load(card(name).settings) for name in MODULES}
        for name in MODULES:
            await self.roll(name)

    async def roll(self, module: str) -> None:
        """Replaces the module's replicas one at a time, each only when the one before it answers."""
        for slot in range(self.desired[module].replicas):
            await self._remove(f"{module}.{slot}")
            self._create(module, slot)
            await self._answers(f"{module}.{slot}")

    async def _answers(self, name: str) -> None:
        give_up = time.monotonic() + START_SECONDS
        while time.monotonic() < give_up:
            with contextlib.suppress(Exception):
                await asyncio.wait_for(ray.get_actor(name, self.namespace).ping.remote(), _PING_SECONDS)
                return
            await asyncio.sleep(0.1)
        raise TimeoutError(f"{name} did not start within {START_SECONDS} s")

    async def wait_ready(self) -> list[str]:
        """Returns the replicas' names once all of them answer."""
        names = [f"{name}.{slot}" for name, own in self.desired.items() for slot in range(own.replicas)]
        await asyncio.gather(*(self._answers(name) for name in names))
        return names

    async def stop(self) -> None:
        """Stops every replica after it drained."""
        self.stopping = True
        await self._task
        names = [
            one["name"]
            for one in ray.util.list_named_actors(all_namespaces=True)
            if one["namespace"] == self.namespace and one["name"] != SUPERVISOR
        ]
        await asyncio.gather(*(self._remove(name) for name in names))


def environment_for_actors() -> dict[str, str]:
    """The settings that actors run under: this process's `ATRIUM_…` variables."""
    return {name: value for name, value in os.environ.items() if name.startswith("ATRIUM_")}


async def migrate_books(settings: PlatformSettings, cards: Sequence[Module]) -> list[str]:
    """Brings the books of these modules up to what they expect, if they have any; as `prepare_stores` says."""
    if not any(one.books for one in cards):
        return []
    from actors.kernel.store.sql import migrations

    return await migrations.upgrade(settings.books_url, migrations.histories(cards))


async def prepare_stores(settings: PlatformSettings) -> list[str]:
    """Brings stores and streams up to what the modules expect. Returns the revisions of books that were run.

    Raises DependencyUnavailable, and SettingsError for books that a newer version has changed; then nothing is.
    """
    cards = [card(name) for name in MODULES]
    ran = await migrate_books(settings, cards)
    backend = backend_of(settings)
    bus = await bus_of(settings, "migrate")
    try:
        await migrate(backend, layout([(one.name, one.collections) for one in cards]))
        await bus.ensure(list(MODULES))
    finally:
        await bus.close()
        await backend.close()
    return ran


class Cluster:
    """A driver's view of the modules on a Ray cluster."""

    def __init__(self, settings: PlatformSettings) -> None:
        self.settings = settings

    def connect(self) -> None:
        """Joins the cluster, or starts a private one when no address is set."""
        ray.init(
            address=self.settings.ray_address or "local",
            namespace=self.settings.ray_namespace,
            log_to_driver=False,
            logging_level=logging.WARNING,
            configure_logging=False,
        )

    def start(self) -> Any:
        """The supervisor; created when there is none, told of these settings when there is one."""
        environment = environment_for_actors()
        supervisor: Any = (
            ray.remote(Supervisor)
            .options(
                max_restarts=-1,
                max_task_retries=-1,
                max_concurrency=20,
                num_cpus=0,
                name=SUPERVISOR,
                namespace=self.settings.ray_namespace,
                lifetime="detached",
                get_if_exists=True,
            )
            .remote(environment)
        )
        supervisor.configure.remote(environment)
        return supervisor

    @staticmethod
    def wait_ready(supervisor: Any, seconds: float) -> list[str]:
        names: list[str] = ray.get(supervisor.wait_ready.remote(), timeout=seconds)
        return names

    @staticmethod
    def alive() -> bool:
        """Whether the cluster still answers."""
        try:
            ray.cluster_resources()  # type: ignore[no-untyped-call]
        except (ray.exceptions.RayError, ConnectionError, RuntimeError):
            return False
        return True

    @staticmethod
    def stop(supervisor: Any, seconds: float) -> None:
        """Drains and stops all modules, then the supervisor."""
        with contextlib.suppress(ray.exceptions.RayError):
            ray.get(supervisor.stop.remote(), timeout=seconds)
        with contextlib.suppress(Exception):
            ray.kill(supervisor, no_restart=True)
