"""Typed stubs of other modules, for calls whose answer is needed now. Everything else is an announcement."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import grpc
import grpc.aio
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from actors.kernel.call import Call
from actors.kernel.errors import AtriumError, Code, DependencyUnavailable
from actors.kernel.mesh.registry import Registry, Snapshot

S = TypeVar("S")
CLOSE_SECONDS = 10.0
_PASSED_ON = ("authorization", "x-api-key", "x-request-id", "traceparent", "x-forwarded-for", "user-agent-original")


class Mesh(Protocol):
    """The way to other modules."""

    def dial(self, module: str, stub: Callable[[Any], S]) -> S:
        """A stub whose calls go to the replicas of the module."""
        ...


class RegistryMesh:
    """Dials the replicas that the registry knows, in turn."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self._channels: dict[str, tuple[str, grpc.aio.Channel]] = {}
        self._snapshot: Snapshot = {}
        self._closing: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Follows the registry until cancelled."""
        async for snapshot in self.registry.watch():
            self._snapshot = snapshot

    def dial(self, module: str, stub: Callable[[Any], S]) -> S:
        return stub(self._channel(module))

    def _channel(self, module: str) -> grpc.aio.Channel:
        addresses = ",".join(f"{e.host}:{e.port}" for e in self._snapshot.get(module, ()))
        if not addresses:
            raise DependencyUnavailable(dependency=f"module {module}")
        known = self._channels.get(module)
        if known is None or known[0] != addresses:
            channel = grpc.aio.insecure_channel(
                f"ipv4:{addresses}", options=[("grpc.lb_policy_name", "round_robin"), ("grpc.enable_retries", 0)]
            )
            self._channels[module] = (addresses, channel)
            if known is not None:  # calls on the old channel may finish
                closing = asyncio.create_task(known[1].close(CLOSE_SECONDS))
                self._closing.add(closing)
                closing.add_done_callback(self._closing.discard)
            return channel
        return known[1]

    async def close(self) -> None:
        for _, channel in self._channels.values():
            with contextlib.suppress(grpc.RpcError):
                await channel.close(None)


class Refused(AtriumError):
    """What another module refused, handed on to the caller as it was said."""

    def __init__(self, code: Code, text: str, reason: str, domain: str, metadata: dict[str, str]) -> None:
        super().__init__()
        self.metadata = metadata
        self.args = (text,)
        self._reason, self._domain = reason, domain
        self.code = code  # type: ignore[misc]

    def reason(self) -> str:  # type: ignore[override]
        return self._reason

    def domain(self) -> str:  # type: ignore[override]
        return self._domain


def passed_on(call: Call) -> tuple[tuple[str, str], ...]:
    """The metadata that let another module see the same caller.

    Without what gRPC takes from others and does not send: no credential has such characters.
    """
    found = ((name, call.headers.get(name, "")) for name in _PASSED_ON)
    return tuple((name, value) for name, value in found if value and value.isascii() and value.isprintable())


async def answer(method: Callable[..., Any], request: Any, call: Call) -> Any:
    """Calls another module as the same caller, within the same deadline. Raises what it refused."""
    try:
        return await method(request, metadata=passed_on(call), timeout=min(call.remaining() or 10, 10))
    except grpc.aio.AioRpcError as error:
        raise translated(error) from error


def translated(error: grpc.aio.AioRpcError) -> AtriumError:
    status = rpc_status.from_call(error)  # type: ignore[arg-type]  # has what a call has
    number = error.code().value[0]
    if status is None or number not in {int(c) for c in Code}:
        return DependencyUnavailable(dependency="another module", problem=error.code().name)
    info = error_details_pb2.ErrorInfo()
    for detail in status.details:
        if detail.Is(info.DESCRIPTOR):
            detail.Unpack(info)
    return Refused(Code(number), status.message, info.reason, info.domain, dict(info.metadata))
