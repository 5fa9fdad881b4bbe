"""Who answers where, and calling them: leases on a real nats-server, calls over real gRPC."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import grpc
import grpc.aio
import orjson
import pytest
from google.rpc import error_details_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_status import rpc_status

from actors.api.iam.v1 import GetUserRequest, User, UserServiceStub
from actors.kernel.access.audit import Refusals
from actors.kernel.access.policy import Method
from actors.kernel.call import Call
from actors.kernel.clock import Clock
from actors.kernel.entitlements import Entitlements
from actors.kernel.errors import Code, DependencyUnavailable, LimitReached, NotFound, to_status
from actors.kernel.events.jetstream import connect
from actors.kernel.host.chain import Chain
from actors.kernel.host.server import Server
from actors.kernel.host.usage import Usage
from actors.kernel.mesh import registry as registry_file
from actors.kernel.mesh.dial import Refused, RegistryMesh, answer
from actors.kernel.mesh.registry import Endpoint, Registry, Snapshot
from actors.kernel.store.memory import MemoryBackend
from actors.kernel.telemetry import Metrics
from tests.contracts.buses import background, until
from tests.contracts.things import shop_over
from tests.kernel.tokens import KEY, POLICY, principal, verifier
from tests.servers import Server as NatsServer

GET = dataclasses.replace(POLICY.methods["atrium.iam.v1.UserService/GetUser"], tenant_field="")
LEASE = 1.8
Handler = Callable[[Any, Call], Any]


def endpoint(module: str = "iam", slot: int = 0, port: int = 1000) -> Endpoint:
    return Endpoint(
        module=module,
        slot=slot,
        host="127.0.0.1",
        port=port,
        metrics_port=0,
        node="n",
        pid=1,
        version="0",
        start_time=0.0,
    )


class Watch:
    """Follows a registry."""

    def __init__(self, registry: Registry) -> None:
        self.registry, self.snapshots = registry, list[Snapshot]()

    async def run(self) -> None:
        async for snapshot in self.registry.watch():
            self.snapshots.append(snapshot)

    def ports(self, module: str = "iam") -> list[int]:
        return [one.port for one in self.snapshots[-1].get(module, ())] if self.snapshots else []


# --- the registry ---


@pytest.fixture
async def registries(
    nats_server: NatsServer, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Registry, Registry]]:
    monkeypatch.setattr(registry_file, "LEASE_SECONDS", LEASE)
    monkeypatch.setattr(registry_file, "RENEW_SECONDS", LEASE / 3)
    clients = [await connect(nats_server.url, "test") for _ in range(2)]
    yield Registry(clients[0]), Registry(clients[1])
    for client in clients:
        await client.close()


@pytest.mark.live
async def test_a_lease_announces_its_endpoint_until_it_is_given_up(registries: tuple[Registry, Registry]) -> None:
    registry, watch = registries[0], Watch(registries[1])
    async with background(watch.run()):
        await until(lambda: watch.snapshots == [{}])
        async with registry.lease(endpoint(port=1)), registry.lease(endpoint(slot=1, port=2)):
            await until(lambda: watch.ports() == [1, 2])
            async with registry.lease(endpoint("tenants", port=3)):
                await until(lambda: watch.ports("tenants") == [3])
        await until(lambda: watch.snapshots[-1] == {})


@pytest.mark.live
async def test_a_lease_is_renewed_and_one_that_is_not_expires(registries: tuple[Registry, Registry]) -> None:
    registry, watch = registries[0], Watch(registries[1])
    bucket = await registry._leases()
    await bucket.put("iam.1", orjson.dumps(dataclasses.asdict(endpoint(slot=1, port=2))))  # its replica was killed
    async with background(watch.run()), registry.lease(endpoint(port=1)):
        await until(lambda: watch.ports() == [1, 2])
        started = time.monotonic()
        await until(lambda: watch.ports() == [1], seconds=3 * LEASE)
        assert time.monotonic() - started > LEASE / 2
        give_up = time.monotonic() + LEASE
        while time.monotonic() < give_up:
            assert watch.ports() == [1]
            await asyncio.sleep(0.05)


@pytest.mark.live
async def test_the_last_endpoint_of_a_module_is_kept_past_its_lease(registries: tuple[Registry, Registry]) -> None:
    registry, watch = registries[0], Watch(registries[1])
    bucket = await registry._leases()
    await bucket.put("iam.0", orjson.dumps(dataclasses.asdict(endpoint(port=1))))
    async with background(watch.run()):
        await until(lambda: watch.ports() == [1])
        await asyncio.sleep(LEASE * 1.3)  # nothing can be asked: nothing is to happen
        assert watch.ports() == [1]
        async with registry.lease(endpoint(port=5)):
            await until(lambda: watch.ports() == [5])


@pytest.mark.live
async def test_a_restarted_replica_takes_its_slot_and_the_old_one_cannot_take_it_away(
    registries: tuple[Registry, Registry],
) -> None:
    first, second = registries
    watch = Watch(second)
    async with background(watch.run()):
        old = first.lease(endpoint(port=1))
        await old.__aenter__()
        await until(lambda: watch.ports() == [1])
        async with second.lease(endpoint(port=2)):
            await until(lambda: watch.ports() == [2])
            await old.__aexit__(None, None, None)
            await asyncio.sleep(0.2)  # a removal would show by now
            assert watch.ports() == [2]


@pytest.mark.live
async def test_a_replica_of_another_version_is_understood(registries: tuple[Registry, Registry]) -> None:
    registry, watch = registries[0], Watch(registries[1])
    newer = {**dataclasses.asdict(endpoint(port=1)), "zone": "b"}
    await (await registry._leases()).put("iam.0", orjson.dumps(newer))
    async with background(watch.run()):
        await until(lambda: watch.ports() == [1])


@pytest.mark.live
async def test_a_killed_bus_empties_nothing_and_is_followed_again(
    registries: tuple[Registry, Registry], nats_server: NatsServer
) -> None:
    registry, watch = registries[0], Watch(registries[1])
    async with background(watch.run()), registry.lease(endpoint(port=1)):
        await until(lambda: watch.ports() == [1])
        nats_server.kill()
        await asyncio.sleep(0.5)
        assert watch.ports() == [1]
        await asyncio.to_thread(nats_server.start)
        async with registry_lease(registry, endpoint(slot=1, port=2)):
            await until(lambda: watch.ports() == [1, 2])
        await until(lambda: watch.ports() == [1])
        assert {} not in watch.snapshots[1:], "a snapshot was empty meanwhile"


@contextlib.asynccontextmanager
async def registry_lease(registry: Registry, one: Endpoint) -> AsyncIterator[None]:
    await until(lambda: registry.client.is_connected)
    async with registry.lease(one):
        yield


@pytest.mark.live
async def test_keys_are_told_to_everybody_now_and_when_they_change(
    registries: tuple[Registry, Registry], nats_server: NatsServer
) -> None:
    first, second = registries
    told: list[bytes] = []

    async def follow() -> None:
        async for document in second.watch_jwks():
            told.append(document)

    async with background(follow()):
        await first.publish_jwks(b"one")
        await until(lambda: told == [b"one"])
        await first.publish_jwks(b"two")
        await until(lambda: told == [b"one", b"two"])
        nats_server.kill()
        await asyncio.to_thread(nats_server.start)
        await until(lambda: first.client.is_connected)
        await first.publish_jwks(b"three")
        await until(lambda: told[-1] == b"three")
    late = second.watch_jwks()
    assert await asyncio.wait_for(anext(late), 5) == b"three"
    await late.aclose()  # type: ignore[attr-defined]


# --- a server and its callers, on loopback ---


@contextlib.asynccontextmanager
async def serving(*pairs: tuple[Method, Handler]) -> AsyncIterator[int]:
    shop = await shop_over(MemoryBackend(), Clock())
    chain = Chain(
        policy=POLICY,
        verifier=verifier(),
        store=shop.store,
        clock=shop.clock,
        metrics=Metrics(),
        refusals=Refusals(shop.clock),
        usage=Usage(shop.clock),
        entitlements=Entitlements(shop.clock),
    )
    server = Server(chain, pairs)
    port = await server.start("127.0.0.1")
    try:
        yield port
    finally:
        await server.stop()


@contextlib.asynccontextmanager
async def stub_of(port: int) -> AsyncIterator[UserServiceStub]:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield UserServiceStub(channel)


@contextlib.asynccontextmanager
async def streaming(handler: Any) -> AsyncIterator[Callable[..., Any]]:
    """The method that answers with a stream."""
    method = dataclasses.replace(GET, streaming=True)
    async with serving((method, handler)) as port, grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield channel.unary_stream(
            GET.path, request_serializer=GetUserRequest.SerializeToString, response_deserializer=User.FromString
        )


TOKEN = (("authorization", "Bearer " + KEY.token(principal(tenant_id="ten_pooled"))), ("x-request-id", "req_7"))


async def found(request: Any, call: Call) -> User:
    call.response_headers.append(("set-cookie", "a=b"))
    return User(id=request.id, display_name=call.request_id)


async def missing(request: Any, call: Call) -> User:
    raise NotFound(kind="user", id=request.id)


async def test_a_call_over_the_wire_is_answered_with_its_headers() -> None:
    async with serving((GET, found)) as port, stub_of(port) as stub:
        call = stub.GetUser(GetUserRequest(id="usr_1"), metadata=TOKEN)
        assert (await call).display_name == "req_7"
        assert ("set-cookie", "a=b") in [(k, v) for k, v in await call.initial_metadata()]


async def test_a_refusal_over_the_wire_says_why_and_names_the_request() -> None:
    async with serving((GET, missing)) as port, stub_of(port) as stub:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await stub.GetUser(GetUserRequest(id="usr_1"), metadata=TOKEN)
        assert refused.value.code() is grpc.StatusCode.NOT_FOUND
        status = rpc_status.from_call(refused.value)  # type: ignore[arg-type]
        assert status is not None
        info = error_details_pb2.ErrorInfo()
        assert status.details[0].Unpack(info)
        assert info.metadata == {"kind": "user", "id": "usr_1", "request_id": "req_7"}
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await stub.GetUser(GetUserRequest(id="usr_1"))
        assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED


async def test_a_refusal_that_knows_when_it_is_over_says_so_in_a_header_too() -> None:
    async def limited(request: Any, call: Call) -> User:
        call.response_headers.append(("set-cookie", "a=b"))
        raise LimitReached(meter="api_calls", most=5, retry_after_seconds=6.2)

    async with serving((GET, limited)) as port, stub_of(port) as stub:
        call = stub.GetUser(GetUserRequest(id="usr_1"), metadata=TOKEN)
        headers = [(k, v) for k, v in await call.initial_metadata()]
        assert ("retry-after", "7") in headers and ("set-cookie", "a=b") in headers
        assert await call.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


@pytest.mark.parametrize("answers", [0, 1])
async def test_a_stream_that_is_refused_late_says_why_without_the_header(answers: int) -> None:
    async def stream(request: Any, call: Call) -> AsyncIterator[User]:
        for _ in range(answers):
            yield User(id="a")
        raise LimitReached(meter="reports", most=5, retry_after_seconds=6)

    async with streaming(stream) as stream_user:
        call = stream_user(GetUserRequest(id="x"), metadata=TOKEN)
        found = []
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            async for answer in call:
                found.append(answer.id)
        assert found == ["a"] * answers
        assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert "5 of reports" in str(refused.value.details())


async def test_bytes_that_are_no_message_are_malformed_and_not_a_fault() -> None:
    async with serving((GET, found)) as port, grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        raw = channel.unary_unary(GET.path)
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await raw(b"\xff\xff\xff", metadata=TOKEN)
        assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT


async def test_a_stream_that_ends_in_a_refusal_says_why_even_after_headers_were_sent() -> None:
    class Stream:
        """Answers whose headers are known when it is opened."""

        def __init__(self, request: Any, call: Call) -> None:
            call.response_headers.append(("x-total", "1"))
            self.left = [User(id="a")]

        def __aiter__(self) -> Stream:
            return self

        async def __anext__(self) -> User:
            if not self.left:
                raise NotFound(kind="user", id="b")
            return self.left.pop()

        async def aclose(self) -> None:
            self.left.clear()

    async with streaming(Stream) as call:
        answers = call(GetUserRequest(id="x"), metadata=TOKEN)
        assert (await answers.read()).id == "a"
        assert ("x-total", "1") in [(k, v) for k, v in await answers.initial_metadata()]
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await answers.read()
        assert refused.value.code() is grpc.StatusCode.NOT_FOUND


async def test_a_stream_says_headers_that_it_knows_with_its_first_answer() -> None:
    async def stream(request: Any, call: Call) -> AsyncIterator[User]:
        if request.id == "gone":
            raise NotFound(kind="user", id="gone")
        call.response_headers.append(("x-name", request.id))
        yield User(id=request.id)

    async with streaming(stream) as call:
        answers = call(GetUserRequest(id="x"), metadata=TOKEN)
        assert (await answers.read()).id == "x"
        assert ("x-name", "x") in [(k, v) for k, v in await answers.initial_metadata()]
        gone = call(GetUserRequest(id="gone"), metadata=TOKEN)
        assert "x-name" not in [k for k, _ in await gone.initial_metadata()]
        assert await gone.code() is grpc.StatusCode.NOT_FOUND


async def test_a_server_answers_health_and_stops_after_calls_in_flight() -> None:
    started, release = asyncio.Event(), asyncio.Event()

    async def slow(request: Any, call: Call) -> User:
        started.set()
        await release.wait()
        return User(id=request.id)

    async with contextlib.AsyncExitStack() as stack:
        served = serving((GET, slow))
        port = await served.__aenter__()
        channel = await stack.enter_async_context(grpc.aio.insecure_channel(f"127.0.0.1:{port}"))
        health = await health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest())
        assert health.status == health_pb2.HealthCheckResponse.SERVING
        answering = asyncio.ensure_future(UserServiceStub(channel).GetUser(GetUserRequest(id="x"), metadata=TOKEN))
        await started.wait()
        stopping = asyncio.create_task(served.__aexit__(None, None, None))
        await asyncio.sleep(0.05)
        assert not stopping.done()
        release.set()
        assert (await answering).id == "x"
        await stopping


class Known(Registry):
    """A registry whose endpoints the test says."""

    def __init__(self) -> None:
        self.snapshots: asyncio.Queue[Snapshot] = asyncio.Queue()

    async def watch(self) -> AsyncIterator[Snapshot]:
        while True:
            yield await self.snapshots.get()


async def test_calls_to_a_module_follow_its_replicas_and_those_under_way_finish() -> None:
    started, release = asyncio.Event(), asyncio.Event()

    async def slow(request: Any, call: Call) -> User:
        started.set()
        await release.wait()
        return User(id="old")

    async def quick(request: Any, call: Call) -> User:
        return User(id="new")

    registry = Known()
    mesh = RegistryMesh(registry)
    caller = Call(headers=dict(TOKEN))
    with pytest.raises(DependencyUnavailable):
        mesh.dial("iam", UserServiceStub)
    async with serving((GET, slow)) as old, serving((GET, quick)) as new, background(mesh.run()):
        registry.snapshots.put_nowait({"iam": (endpoint(port=old),)})
        await until(lambda: mesh._snapshot)
        waiting = asyncio.ensure_future(
            answer(mesh.dial("iam", UserServiceStub).GetUser, GetUserRequest(id="x"), caller)
        )
        await started.wait()
        registry.snapshots.put_nowait({"iam": (endpoint(port=new),)})
        await until(lambda: mesh._snapshot["iam"][0].port == new)
        assert (await answer(mesh.dial("iam", UserServiceStub).GetUser, GetUserRequest(id="x"), caller)).id == "new"
        await asyncio.sleep(0.05)
        release.set()
        assert (await waiting).id == "old"
        await mesh.close()


@contextlib.asynccontextmanager
async def dialled(port: int) -> AsyncIterator[UserServiceStub]:
    """A stub of the module that is known to answer there."""
    registry = Known()
    mesh = RegistryMesh(registry)
    async with background(mesh.run()):
        registry.snapshots.put_nowait({"iam": (endpoint(port=port),)})
        await until(lambda: mesh._snapshot)
        yield mesh.dial("iam", UserServiceStub)
        await mesh.close()


async def test_a_refusal_of_another_module_is_handed_on_as_it_was_said() -> None:
    async with serving((GET, missing)) as port, dialled(port) as users:
        with pytest.raises(Refused) as refused:
            await answer(users.GetUser, GetUserRequest(id="u"), Call(headers=dict(TOKEN)))
    error = refused.value
    assert (error.code, error.reason(), error.domain()) == (Code.NOT_FOUND, "NOT_FOUND", "atrium.kernel")
    assert not error.again
    info = error_details_pb2.ErrorInfo()
    to_status(error).details[0].Unpack(info)
    assert info.metadata == {"kind": "user", "id": "u", "request_id": "req_7"}


@pytest.mark.parametrize("value", ["\xff\x80", "\u0100", "tab\there", ""])
async def test_a_header_that_cannot_be_sent_is_not_passed_on(value: str) -> None:
    async with serving((GET, found)) as port, dialled(port) as users:
        user = await answer(users.GetUser, GetUserRequest(id="u"), Call(headers={**dict(TOKEN), "x-api-key": value}))
    assert user.display_name == "req_7"


async def test_a_module_that_is_gone_is_a_dependency_that_does_not_answer() -> None:
    async with dialled(1) as users:
        with pytest.raises(DependencyUnavailable):
            await answer(users.GetUser, GetUserRequest(id="u"), Call())
