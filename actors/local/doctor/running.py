"""Checks of the running platform: every server and every module is asked whether it is well."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from actors import MODULES
from actors.kernel.mesh.registry import Endpoint, Snapshot
from actors.kernel.settings import PlatformSettings
from actors.local import edge, mongod, nats_server, status
from actors.local.doctor.finding import Finding, fail, ok, warn
from actors.local.environment import of_running_platform
from actors.local.errors import LocalError

SECONDS = 5.0


def check(settings: PlatformSettings) -> Iterator[Finding]:
    try:
        now = status.read(settings)
        reach = of_running_platform()
    except LocalError as error:
        yield warn(f"platform: {error}", "Start it with `atrium up`.")
        return
    if now.state == "stopped":
        yield ok("platform: not running")
        return
    if now.state == "ready":
        yield ok(f"platform: ready{f' at {now.url}' if now.url else ''}")
    else:
        yield warn(f"platform: {now.state}. {now.message}", "See `atrium status` and `atrium logs`.")
    for name, one in now.components.items():
        if one.condition not in ("ready", "external"):
            yield fail(f"{name}: {one.condition}. {one.message}", f"Read {one.log}.")
    yield _mongod(reach.get("ATRIUM_MONGODB_URL") or settings.mongodb_url or "")
    nats_url = reach.get("ATRIUM_NATS_URL") or settings.nats_url or ""
    yield _nats(nats_url)
    if "ray" in now.components:
        yield _ray(reach.get("ATRIUM_RAY_ADDRESS") or settings.ray_address or "", reach)
    if (envoy := now.components.get("envoy")) is not None:
        yield _envoy(envoy.ports.get("envoy-admin", 0))
    if "serve" in now.components:
        yield from _modules(nats_url)


def _mongod(url: str) -> Finding:
    try:
        return ok(f"mongod: {mongod.primary(url, SECONDS)}")
    except LocalError as error:
        return fail(
            f"mongod: {error}", "Read `atrium logs mongod`; with a server of your own check ATRIUM_MONGODB_URL."
        )


def _nats(url: str) -> Finding:
    try:
        return ok(f"nats: JetStream answers, {asyncio.run(nats_server.jetstream(url, SECONDS))}")
    except nats_server.Unreachable as error:
        return fail(f"nats: {error}", "Read `atrium logs nats`; a server of your own needs JetStream (`-js`).")


def _ray(address: str, environment: dict[str, str]) -> Finding:
    import os

    command = [sys.executable, str(Path(sys.executable).parent / "ray"), "health-check", "--address", address]
    try:
        done = subprocess.run(
            command,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return fail(f"ray: {address} does not answer", "Read `atrium logs ray`.")
    if done.returncode == 0:
        return ok(f"ray: the head at {address} is well")
    said = (done.stderr or done.stdout).strip().splitlines()
    return fail(f"ray: {said[-1] if said else 'not healthy'}", "Read `atrium logs ray`; check ATRIUM_RAY_ADDRESS.")


def _envoy(admin_port: int) -> Finding:
    if edge.live(admin_port):
        return ok("envoy: ready")
    return fail("envoy: not ready", "Read `atrium logs envoy`.")


def _modules(nats_url: str) -> Iterator[Finding]:
    try:
        snapshot = asyncio.run(_health(nats_url))
    except nats_server.Unreachable as error:
        yield fail(f"modules: the registry does not answer ({error})", "Read `atrium logs nats`.")
        return
    for module in MODULES:
        replicas = snapshot.get(module, [])
        if not replicas:
            yield fail(f"{module}: no replica has announced itself", f"Read `atrium logs serve` and `… logs {module}`.")
        for endpoint, problem in replicas:
            what = f"{module} replica {endpoint.slot} at {endpoint.host}:{endpoint.port}"
            if problem is None:
                yield ok(f"{what}: serving")
            else:
                yield fail(f"{what}: {problem}", f"Read `atrium logs {module}`.")


async def _health(nats_url: str) -> dict[str, list[tuple[Endpoint, str | None]]]:
    snapshot: Snapshot = await nats_server.replicas(nats_url, SECONDS)
    endpoints = [endpoint for one in snapshot.values() for endpoint in one]
    problems = await asyncio.gather(*(_problem(endpoint) for endpoint in endpoints))
    found: dict[str, list[tuple[Endpoint, str | None]]] = {}
    for endpoint, problem in zip(endpoints, problems, strict=True):
        found.setdefault(endpoint.module, []).append((endpoint, problem))
    return found


async def _problem(endpoint: Endpoint) -> str | None:
    import grpc
    from grpc_health.v1 import health_pb2, health_pb2_grpc

    async with grpc.aio.insecure_channel(f"{endpoint.host}:{endpoint.port}") as channel:
        stub: Any = health_pb2_grpc.HealthStub(channel)  # its published types lack the methods
        try:
            answer = await stub.Check(health_pb2.HealthCheckRequest(), timeout=SECONDS)
        except grpc.aio.AioRpcError as error:
            return f"{error.code().name}: {error.details()}"
    if answer.status == health_pb2.HealthCheckResponse.SERVING:
        return None
    return str(health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status))
