"""The registry, as files that Envoy watches: who answers for each module, and the keys that verify tokens."""

from __future__ import annotations

import asyncio
import base64
import logging
from collections.abc import Sequence

import orjson
from cryptography.hazmat.primitives.asymmetric import ec

from actors.kernel.mesh.registry import Endpoint, Registry
from edge.layout import Layout, write_atomically

ASSIGNMENT = "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment"
EXTENSION = "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig"
TOKEN_FILTER = "envoy.filters.http.jwt_authn"

log = logging.getLogger(__name__)


def assignment(module: str, endpoints: Sequence[Endpoint]) -> bytes:
    """A discovery response that says who answers for one module, maybe nobody. Equal endpoints give equal bytes."""
    hosts = [
        {"endpoint": {"address": {"socket_address": {"address": e.host, "port_value": e.port}}}} for e in endpoints
    ]
    resource = {"@type": ASSIGNMENT, "cluster_name": module, "endpoints": [{"lb_endpoints": hosts}]}
    return orjson.dumps({"resources": [resource]})


def nobodys_keys() -> bytes:
    """A key set that verifies no token: its one key's private half was never kept. Envoy takes no empty set."""
    numbers = ec.generate_private_key(ec.SECP256R1()).public_key().public_numbers()
    x, y = (base64.urlsafe_b64encode(n.to_bytes(32)).rstrip(b"=").decode() for n in (numbers.x, numbers.y))
    return orjson.dumps({"keys": [{"kty": "EC", "crv": "P-256", "alg": "ES256", "kid": "none-yet", "x": x, "y": y}]})


def publish_keys(layout: Layout, document: bytes) -> bool:
    """Makes a JSON Web Key Set the one that tokens are verified with. False: it was that already.

    Raises ValueError, and changes nothing, if the document is no key set or has no key: Envoy would refuse it.
    """
    keys = orjson.loads(document)
    if not isinstance(keys, dict) or not keys.get("keys"):
        raise ValueError("the published key set has no key")
    rules = orjson.loads(layout.token_rules.read_bytes())
    for provider in rules["providers"].values():
        provider["localJwks"] = {"inlineString": document.decode()}
    resource = {"@type": EXTENSION, "name": TOKEN_FILTER, "typed_config": rules}
    write_atomically(layout.jwks, document)
    return write_atomically(layout.tokens, orjson.dumps({"resources": [resource]}))


def write_initial(layout: Layout, modules: Sequence[str]) -> None:
    """Writes what Envoy cannot start without: endpoints and keys as they were last, else none and nobody's."""
    for module in modules:
        if not layout.endpoints(module).exists():
            write_atomically(layout.endpoints(module), assignment(module, ()))
    publish_keys(layout, layout.jwks.read_bytes() if layout.jwks.exists() else nobodys_keys())


async def discover(registry: Registry, layout: Layout, modules: Sequence[str]) -> None:
    """Keeps the files of a rendered folder equal to the registry until cancelled.

    A change is a new file, renamed over the old one. A key set that Envoy would refuse is logged and left alone.
    """
    tasks = {
        asyncio.create_task(_follow_endpoints(registry, layout, modules), name="follow endpoints"),
        asyncio.create_task(_follow_keys(registry, layout), name="follow keys"),
    }
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            task.result()
    finally:
        await _end(tasks)


async def _end(tasks: set[asyncio.Task[None]]) -> None:
    """Cancels until it is heard: before Python 3.12 `wait_for` loses a cancellation that comes with its result."""
    pending = tasks
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=0.5)


async def _follow_endpoints(registry: Registry, layout: Layout, modules: Sequence[str]) -> None:
    async for snapshot in registry.watch():
        for module in modules:
            endpoints = snapshot.get(module, ())
            if write_atomically(layout.endpoints(module), assignment(module, endpoints)):
                addresses = [f"{e.host}:{e.port}" for e in endpoints]
                log.info("endpoints changed", extra={"module_name": module, "addresses": addresses})


async def _follow_keys(registry: Registry, layout: Layout) -> None:
    async for document in registry.watch_jwks():
        try:
            if publish_keys(layout, document):
                log.info("keys changed")
        except ValueError as error:
            log.error("keys not changed: %s", error)
