"""Settings → the components to run: which there are, what each needs, and at what address."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from actors.kernel.settings import PlatformSettings, load
from actors.local import binaries, edge, mongod, nats_server, ports, ray_head, serve
from actors.local.component import Component
from actors.local.environment import of_children
from actors.local.errors import LocalError
from actors.local.home import Home
from actors.local.settings import LocalSettings
from edge.settings import EdgeSettings

NAMES = ("mongod", "nats", "ray", "serve", "envoy", "discover")
"""In the order in which they are shown."""
NEEDS: Mapping[str, tuple[str, ...]] = {
    "mongod": (),
    "nats": (),
    "ray": (),
    "serve": ("mongod", "nats", "ray"),
    "discover": ("nats", "envoy"),
    "envoy": (),
}
PORTS: Mapping[str, tuple[str, ...]] = {
    "mongod": ("mongod",),
    "nats": ("nats", "nats-monitor"),
    "ray": ray_head.PORTS,
    "envoy": ("envoy-admin",),
}


@dataclass(frozen=True)
class Plan:
    """What to run, in the order of NAMES, and what others run for us (name → address without password)."""

    components: tuple[Component, ...]
    external: Mapping[str, str]
    edge_url: str | None
    """Where the edge answers on this machine; None when this plan has no edge."""
    public_url: str
    """Where people reach it."""


def make(home: Home, only: Collection[str] = (), running: Collection[str] = ()) -> Plan:
    """The plan under the present settings.

    `only` limits it to some components and what they need; ports of those in `running` are not looked at, for they
    are in use by ourselves. Raises LocalError for a program that is missing and for a taken port of the edge.
    """
    platform, local, edge_settings = load(PlatformSettings), load(LocalSettings), load(EdgeSettings)
    external = {
        name: _without_password(url)
        for name, url in (
            ("mongod", platform.mongodb_url),
            ("nats", platform.nats_url),
            ("ray", platform.ray_address),
        )
        if url is not None
    }
    wanted = _with_needs(only or NAMES)
    names = [name for name in NAMES if name in wanted and name not in external]
    chosen = ports.remembered(
        home.ports,
        [port for name in names for port in PORTS.get(name, ())],
        keep={port for name in running for port in PORTS.get(name, ())},
    )
    if "envoy" in names and "envoy" not in running:
        _edge_port_is_free(edge_settings)
    environment = of_children(home, platform, chosen, edge.url(edge_settings))
    components = tuple(_component(name, home, local, edge_settings, chosen, environment) for name in names)
    return Plan(
        components,
        {name: url for name, url in external.items() if name in wanted},
        edge.url(edge_settings) if "envoy" in names else None,
        environment["ATRIUM_PUBLIC_URL"].rstrip("/"),
    )


def _component(
    name: str,
    home: Home,
    local: LocalSettings,
    edge_settings: EdgeSettings,
    chosen: Mapping[str, int],
    environment: Mapping[str, str],
) -> Component:
    match name:
        case "mongod":
            found = binaries.mongod(local.mongod_binary)
            binary = binaries.usable(name, found, "ATRIUM_LOCAL_MONGOD_BINARY", "ATRIUM_MONGODB_URL")
            return mongod.component(home, binary, chosen["mongod"], local.mongod_cache_mb, environment)
        case "nats":
            found = binaries.nats_server(local.nats_binary)
            binary = binaries.usable("nats-server", found, "ATRIUM_LOCAL_NATS_BINARY", "ATRIUM_NATS_URL")
            return nats_server.component(home, binary, chosen["nats"], chosen["nats-monitor"], environment)
        case "ray":
            return ray_head.component(home, chosen, local.ray_cpus, local.ray_object_store_mb, environment)
        case "serve":
            return serve.component(environment, NEEDS["serve"])
        case "discover":
            return edge.discover(home, environment, NEEDS["discover"])
        case "envoy":
            found = binaries.envoy(local.envoy_binary)
            binary = binaries.usable("Envoy", found, "ATRIUM_LOCAL_ENVOY_BINARY")
            return edge.envoy(home, binary, edge_settings, chosen["envoy-admin"], environment)
    raise LocalError(f"There is no component {name!r}; the components are {', '.join(NAMES)}.")


def _with_needs(names: Collection[str]) -> set[str]:
    wanted: set[str] = set()
    for name in names:
        if name not in NEEDS:
            raise LocalError(f"There is no component {name!r}; the components are {', '.join(NAMES)}.")
        wanted |= {name, *_with_needs(NEEDS[name])} if NEEDS[name] else {name}
    return wanted


def _edge_port_is_free(settings: EdgeSettings) -> None:
    if settings.port == 0:
        raise LocalError("ATRIUM_EDGE_ADDRESS needs a port that people can be told, such as 127.0.0.1:8080.")
    if not ports.free(settings.port, settings.host):
        raise LocalError(
            f"The edge cannot listen on {settings.address}: {ports.holder(settings.port)} does. End that program, or "
            f"choose another address, for example ATRIUM_EDGE_ADDRESS=127.0.0.1:{settings.port + 1}."
        )


def _without_password(url: str) -> str:
    """The address, without what stands before the @."""
    scheme, separator, rest = url.rpartition("://")
    return f"{scheme}{separator}{rest.rpartition('@')[2]}"
