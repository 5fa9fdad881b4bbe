"""What the platform's processes find in their environment. What a person has set always wins."""

import os
from collections.abc import Mapping

from actors.kernel.settings import PlatformSettings, load
from actors.local import edge, files, mongod, nats_server, ray_head, web
from actors.local.errors import LocalError
from actors.local.home import Home, existing
from edge.settings import EdgeSettings


def filled(home: Home, platform: PlatformSettings, chosen: Mapping[str, int], edge_url: str) -> dict[str, str]:
    """Addresses and secrets of what runs here, for every setting that the caller's environment leaves open."""
    values = {
        "ATRIUM_SECRET_KEY": home.secret("secret-key"),
        "ATRIUM_IAM_SETUP_CODE": home.secret("setup-code"),
        "ATRIUM_PUBLIC_URL": edge_url,
    }
    if platform.mongodb_url is None and "mongod" in chosen:
        values["ATRIUM_MONGODB_URL"] = mongod.url(home, chosen["mongod"])
    if platform.nats_url is None and "nats" in chosen:
        values["ATRIUM_NATS_URL"] = nats_server.url(home, chosen["nats"])
    if platform.ray_address is None and "ray" in chosen:
        values["ATRIUM_RAY_ADDRESS"] = ray_head.address(chosen)
    if "envoy-admin" in chosen:
        values["ATRIUM_EDGE_ADMIN_PORT"] = str(chosen["envoy-admin"])
        if (pages := web.built()) is not None:
            values["ATRIUM_EDGE_PAGES"] = str(pages)
    values = {name: value for name, value in values.items() if not os.environ.get(name)}
    # Ray's own variables decide whether our head is found and trusted: there the platform's values win.
    ray = ray_head.environment(home) if platform.ray_address is None else {}
    return {**values, **ray, "ATRIUM_HOME": str(home.path)}


def of_children(home: Home, platform: PlatformSettings, chosen: Mapping[str, int], edge_url: str) -> dict[str, str]:
    """The whole environment of every child."""
    return {**os.environ, **filled(home, platform, chosen, edge_url)}


def of_running_platform() -> dict[str, str]:
    """What a command needs in its environment to reach the platform of `ATRIUM_HOME`, beyond what it has.

    Raises LocalError when a server's address is missing and no platform has been started in that folder.
    """
    platform = load(PlatformSettings)
    home = existing(platform.home)
    known = files.read_json(home.ports) if home is not None else None
    if home is None or known is None:
        if platform.mongodb_url and platform.nats_url and platform.ray_address:
            return {}
        raise LocalError(
            f"No platform has been started in {platform.home.resolve()}. Start it with `atrium up`, set ATRIUM_HOME to "
            "its folder, or set ATRIUM_MONGODB_URL, ATRIUM_NATS_URL and ATRIUM_RAY_ADDRESS to servers of your own."
        )
    chosen = {name: port for name, port in known.items() if isinstance(port, int)}
    return filled(home, platform, chosen, edge.url(load(EdgeSettings)))


def reach_running_platform() -> None:
    """Puts `of_running_platform` into this process's environment; for commands that talk to the servers themselves."""
    os.environ.update(of_running_platform())
