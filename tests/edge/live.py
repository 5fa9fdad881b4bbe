"""A real Envoy on a rendered folder, and small gRPC servers that stand for modules."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import socket
import time
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from google.api import httpbody_pb2
from google.protobuf import any_pb2
from google.rpc import error_details_pb2, status_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import aio as health
from grpc_status import rpc_status

from actors import MODULES
from actors.api.billing import v1 as billing
from actors.api.iam import v1 as iam
from actors.api.tenants import v1 as tenants
from actors.kernel.mesh.registry import Endpoint
from edge.discovery import assignment, publish_keys
from edge.layout import Layout, envoy_arguments, write_atomically
from edge.render import render
from edge.settings import EdgeSettings

ISSUER = "https://atrium.test"


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


async def until(condition: Callable[[], Any], seconds: float = 10, every: float = 0.02) -> Any:
    """Waits until the condition, maybe a coroutine, holds. Fails after so many seconds."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if asyncio.iscoroutine(value):
            value = await value
        if value:
            return value
        assert time.monotonic() < deadline, f"still not so after {seconds} s"
        await asyncio.sleep(every)


@dataclass
class Keys:
    """A signing key and the tokens it makes."""

    kid: str = "k1"
    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def jwk(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(self.private.public_key()))
        return {**document, "kid": self.kid, "alg": "ES256", "use": "sig"}

    def token(self, *, ttl: float = 300, **claims: Any) -> str:
        now = time.time()
        payload = {
            "iss": ISSUER, "aud": "atrium", "sub": "usr_1", "sid": "ses_1", "rlm": "tenant", "tid": "ten_1",
            "tier": "standard", "roles": [], "prm": "", "ims": int(now * 1000), "exp": int(now + ttl), **claims,
        }  # fmt: skip
        return jwt.encode(
            {k: v for k, v in payload.items() if v is not None}, self.private, "ES256", headers={"kid": self.kid}
        )


def jwks(*keys: Keys) -> bytes:
    return json.dumps({"keys": [key.jwk() for key in keys]}).encode()


@dataclass
class Seen:
    """One call as a module saw it."""

    method: str
    request: Any
    metadata: dict[str, str]
    remaining: float | None


class Module:
    """One gRPC server that answers for all modules and remembers what it saw."""

    def __init__(self, name: str = "a") -> None:
        self.name = name
        self.seen: list[Seen] = []
        self.failures = 0
        """How many of the next calls end UNAVAILABLE."""
        self.stream_ended = asyncio.Event()
        self.port = 0
        self._server: grpc.aio.Server | None = None

    async def start(self, port: int = 0) -> Module:
        self._server = server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
        iam.add_UserServiceServicer_to_server(_Users(self), server)
        iam.add_SessionServiceServicer_to_server(_Sessions(self), server)
        iam.add_AuditLogServiceServicer_to_server(_AuditLogs(self), server)
        tenants.add_TenantServiceServicer_to_server(_Tenants(self), server)
        tenants.add_TenantSettingsServiceServicer_to_server(_Settings(self), server)
        billing.add_UsageServiceServicer_to_server(_Usage(self), server)
        servicer = health.HealthServicer()
        await servicer.set("", health_pb2.HealthCheckResponse.SERVING)
        health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
        self.port = server.add_insecure_port(f"127.0.0.1:{port}")
        await server.start()
        return self

    async def stop(self) -> None:
        assert self._server is not None
        await self._server.stop(None)

    def endpoint(self, module: str, slot: int = 0) -> Endpoint:
        return Endpoint(module, slot, "127.0.0.1", self.port, 0, "node", 1, "test", time.time())

    async def saw(self, context: Any, request: Any, method: str) -> None:
        self.seen.append(Seen(method, request, dict(context.invocation_metadata()), context.time_remaining()))
        if self.failures > 0:
            self.failures -= 1
            await context.abort(grpc.StatusCode.UNAVAILABLE, "come back later")


class _Users(iam.UserServiceServicer):
    def __init__(self, module: Module) -> None:
        self.module = module

    async def GetUser(self, request: Any, context: Any) -> Any:
        await self.module.saw(context, request, "GetUser")
        if request.id == "missing":
            status = status_pb2.Status(code=5, message='no "such" user')
            detail = any_pb2.Any()
            detail.Pack(error_details_pb2.ErrorInfo(reason="NOT_FOUND", domain="atrium.kernel", metadata={"id": "x"}))
            status.details.append(detail)
            await context.abort_with_status(rpc_status.to_status(status))
        if request.id == "slow":
            await asyncio.sleep(30)
        return iam.User(id=request.id, email="a@example.com", status=iam.User.STATUS_ACTIVE)

    async def ListUsers(self, request: Any, context: Any) -> Any:
        await self.module.saw(context, request, "ListUsers")
        users = [iam.User(id=f"usr_{i}", display_name=f"User {i}") for i in range(request.page_size or 3)]
        return iam.ListUsersResponse(users=users)

    async def CreateUser(self, request: Any, context: Any) -> Any:
        await self.module.saw(context, request, "CreateUser")
        return iam.User(id="usr_new", email=request.email, display_name=request.display_name)

    async def UpdateUser(self, request: Any, context: Any) -> Any:
        await self.module.saw(context, request, "UpdateUser")
        return iam.User(id=request.id, display_name=request.display_name)

    async def SuspendUser(self, request: Any, context: Any) -> Any:
        await self.module.saw(context, request, "SuspendUser")
        return iam.User(id=request.id, status=iam.User.STATUS_SUSPENDED, suspend_reason=self.module.name)


class _Sessions(iam.SessionServiceServicer):
    def __init__(self, module: Module) -> None:
        self.module = module

    async def Login(self, request: Any, context: Any) -> Any:
        await self.module.saw(context, request, "Login")
        await context.send_initial_metadata((("set-cookie", "r=1; HttpOnly"),))
        return iam.SignedIn(access_token="t", user=iam.User(id="usr_1"))

    async def GetMe(self, request: Any, context: Any) -> Any:
        await self.module.saw(context, request, "GetMe")
        return iam.Me(session_id=self.module.name)


class _AuditLogs(iam.AuditLogServiceServicer):
    def __init__(self, module: Module) -> None:
        self.module = module

    async def ListAuditLogs(self, request: Any, context: Any) -> Any:
        await self.module.saw(context, request, "ListAuditLogs")
        return iam.ListAuditLogsResponse(audit_logs=[iam.AuditLog(id="aud_1", count=9007199254740993)])

    async def WatchAuditLogs(self, request: Any, context: Any) -> AsyncIterator[Any]:
        await self.module.saw(context, request, "WatchAuditLogs")
        try:
            yield iam.WatchAuditLogsResponse(audit_log=iam.AuditLog(id="aud_1", action="iam:user:create"))
            yield iam.WatchAuditLogsResponse(heartbeat=True)
            if request.tenant_id == "forever":
                while True:
                    await asyncio.sleep(0.1)
                    yield iam.WatchAuditLogsResponse(heartbeat=True)
            yield iam.WatchAuditLogsResponse(end=True)
        finally:
            self.module.stream_ended.set()

    async def ExportAuditLogs(self, request: Any, context: Any) -> AsyncIterator[Any]:
        await self.module.saw(context, request, "ExportAuditLogs")
        yield httpbody_pb2.HttpBody(content_type="text/csv; charset=utf-8", data=b"id,action\r\n")
        yield httpbody_pb2.HttpBody(content_type="text/csv; charset=utf-8", data=b"aud_1,iam:user:create\r\n")


class _Tenants(tenants.TenantServiceServicer):
    def __init__(self, module: Module) -> None:
        self.module = module

    async def ListTenants(self, request: Any, context: Any) -> Any:
        await self.module.saw(context, request, "ListTenants")
        return tenants.ListTenantsResponse(tenants=[tenants.Tenant(id="ten_1")])

    async def GetTenant(self, request: Any, context: Any) -> Any:
        await self.module.saw(context, request, "GetTenant")
        return tenants.Tenant(id=request.id)

    async def ListTenantPlans(self, request: Any, context: Any) -> Any:
        await self.module.saw(context, request, "ListTenantPlans")
        return tenants.ListTenantPlansResponse(plans=[tenants.TenantPlan(id="free")])


class _Settings(tenants.TenantSettingsServiceServicer):
    def __init__(self, module: Module) -> None:
        self.module = module

    async def GetBranding(self, request: Any, context: Any) -> Any:
        await self.module.saw(context, request, "GetBranding")
        return tenants.Branding(display_name=request.slug)


class _Usage(billing.UsageServiceServicer):
    def __init__(self, module: Module) -> None:
        self.module = module

    async def StreamUsage(self, request_iterator: Any, context: Any) -> Any:
        accepted = 0
        async for request in request_iterator:
            if not accepted:
                await self.module.saw(context, request, "StreamUsage")
            accepted += len(request.events)
        return billing.RecordUsageResponse(accepted=accepted)


def envoy_binary() -> str:
    try:
        import envoy
    except ImportError:
        found = shutil.which("envoy")
        assert found, "no Envoy: install the extra `embedded`, or put envoy on PATH"
        return found
    return str(Path(envoy.__file__).parent / "_bin" / "envoy")


class Edge:
    """One running Envoy."""

    def __init__(self, layout: Layout, settings: EdgeSettings) -> None:
        self.layout, self.settings = layout, settings
        scheme = "https" if settings.tls_certificate else "http"
        self.url = f"{scheme}://{settings.address}"
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        log = (self.layout.folder / "envoy.log").open("wb")
        self.process = await asyncio.create_subprocess_exec(
            envoy_binary(), *envoy_arguments(self.layout, self.settings), stdout=log, stderr=log
        )
        log.close()

        async def ready() -> bool:
            assert self.process is not None and self.process.returncode is None, self.log()
            with contextlib.suppress(httpx.TransportError, FileNotFoundError):
                return (await self.admin("/ready")).status_code == 200
            return False

        await until(ready, 20, 0.05)

    def log(self) -> str:
        return (self.layout.folder / "envoy.log").read_text()

    async def admin(self, path: str) -> httpx.Response:
        address = self.layout.admin_address.read_text().strip()
        async with httpx.AsyncClient() as client:
            return await client.get(f"http://{address}{path}")

    async def stop(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.terminate()
            try:
                await asyncio.wait_for(self.process.wait(), 5)
            except TimeoutError:
                self.process.kill()
                await self.process.wait()

    def announce(self, module: str, *servers: Module) -> None:
        endpoints = [server.endpoint(module, slot) for slot, server in enumerate(servers)]
        write_atomically(self.layout.endpoints(module), assignment(module, endpoints))

    def publish(self, *keys: Keys) -> None:
        publish_keys(self.layout, jwks(*keys))

    def access_log(self) -> list[dict[str, Any]]:
        if not self.layout.access_log.exists():
            return []
        return [json.loads(line) for line in self.layout.access_log.read_text().splitlines() if line]


def client_for(edge: Edge, token: str | None = None, **options: Any) -> httpx.AsyncClient:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return httpx.AsyncClient(base_url=edge.url, headers=headers, timeout=20, **options)


@contextlib.asynccontextmanager
async def running_edge(folder: Path, *, keys: Keys, servers: list[Module], **settings: Any) -> AsyncIterator[Edge]:
    """Renders into the folder, announces the servers for every module and starts Envoy; stops it in the end."""
    chosen = EdgeSettings(address=f"127.0.0.1:{free_port()}", concurrency=1, **settings)
    layout = Layout(folder)
    render(layout, chosen, ISSUER, MODULES)
    edge = Edge(layout, chosen)
    edge.publish(keys)
    for module in MODULES:
        edge.announce(module, *servers)
    await edge.start()
    try:
        yield edge
    finally:
        await edge.stop()


def reason_of(answer: httpx.Response) -> str:
    """The reason of an error answer, after checking that it has the one shape."""
    body = answer.json()
    assert set(body) <= {"code", "message", "details"} and isinstance(body["code"], int) and body["message"], body
    assert answer.headers["content-type"].startswith("application/json")
    info = [d for d in body["details"] if d["@type"] == "type.googleapis.com/google.rpc.ErrorInfo"]
    assert len(info) == 1 and info[0]["domain"].startswith("atrium."), body
    return str(info[0]["reason"])


def unique() -> str:
    return uuid.uuid4().hex
