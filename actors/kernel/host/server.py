"""One grpc.aio server that answers a module's methods through the chain."""

from __future__ import annotations

import contextlib
import logging
import math
import time
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import grpc
import grpc.aio
from google.protobuf.message import DecodeError
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import aio as health_aio
from grpc_status import rpc_status

from actors.kernel.access.policy import Method
from actors.kernel.call import Call
from actors.kernel.errors import AtriumError, Internal, Malformed, to_status
from actors.kernel.host.chain import Chain, Next

MOST_BYTES = 8 * 1024 * 1024
DRAIN_SECONDS = 5.0
LONGEST_REQUEST_ID = 128
"""Callers may choose request ids; of longer ones the beginning is kept in logs and audit entries."""
log = logging.getLogger(__name__)


class Server:
    """A gRPC server on one port. `start` returns the port; `stop` lets calls in flight finish."""

    def __init__(self, chain: Chain, methods: Sequence[tuple[Method, Next]]) -> None:
        self._server = grpc.aio.server(
            options=[
                ("grpc.so_reuseport", 0),
                ("grpc.max_receive_message_length", MOST_BYTES),
                ("grpc.max_send_message_length", MOST_BYTES),
                ("grpc.keepalive_permit_without_calls", 1),
                ("grpc.http2.min_recv_ping_interval_without_data_ms", 5000),
            ]
        )
        by_service: dict[str, dict[str, grpc.RpcMethodHandler[Any, Any]]] = {}
        for method, handler in methods:
            service, _, name = method.full_name.partition("/")
            by_service.setdefault(service, {})[name] = _adapted(chain, method, handler)
        for service, handlers in by_service.items():
            self._server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, handlers),))
        self._health = health_aio.HealthServicer()
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)

    async def start(self, host: str) -> int:
        """Listens on a free port of the address. Returns the port."""
        port = self._server.add_insecure_port(f"{host}:0")
        await self._server.start()
        await self.set_healthy(True)
        return port

    async def set_healthy(self, healthy: bool) -> None:
        states = health_pb2.HealthCheckResponse
        await self._health.set("", states.SERVING if healthy else states.NOT_SERVING)

    async def stop(self) -> None:
        await self.set_healthy(False)
        await self._server.stop(DRAIN_SECONDS)


def _adapted(chain: Chain, method: Method, handler: Next) -> grpc.RpcMethodHandler[Any, Any]:
    run = chain.compose(method, handler)
    read = _reader(method)
    if method.takes_stream:
        return grpc.stream_unary_rpc_method_handler(
            _unary(chain, method, run), request_deserializer=read, response_serializer=_written
        )
    if method.streaming:
        return grpc.unary_stream_rpc_method_handler(
            _stream(chain, method, run), request_deserializer=read, response_serializer=_written
        )
    return grpc.unary_unary_rpc_method_handler(
        _unary(chain, method, run), request_deserializer=read, response_serializer=_written
    )


def _reader(method: Method) -> Callable[[bytes], Any]:
    parse = method.request.FromString

    def read(raw: bytes) -> Any:
        try:
            return parse(raw)
        except DecodeError as error:  # handed on as a value: raised here it would be an unexplained INTERNAL
            return Malformed(problem=str(error))

    return read


def _written(message: Any) -> bytes:
    return message.SerializeToString()  # type: ignore[no-any-return]


def _call(chain: Chain, method: Method, request: Any, context: Any) -> Call:
    headers: dict[str, str] = {}
    for name, value in context.invocation_metadata():
        if not isinstance(value, bytes):
            headers[name] = value
    remaining = context.time_remaining()
    return Call(
        request_id=headers.get("x-request-id", "")[:LONGEST_REQUEST_ID] or chain.clock.new_id("req"),
        method=method,
        request=None if method.takes_stream else request,
        address=headers.get("x-envoy-external-address") or _peer(headers, context),
        user_agent=headers.get("user-agent-original") or headers.get("user-agent", ""),
        deadline=None if remaining is None else time.monotonic() + remaining,
        headers=headers,
        started_ms=time.time_ns() // 1_000_000,
    )


def _peer(headers: dict[str, str], context: Any) -> str:
    forwarded = headers.get("x-forwarded-for", "")
    if forwarded:
        return forwarded.rpartition(",")[2].strip()
    peer: str = context.peer()
    return peer.partition(":")[2].rpartition(":")[0].strip("[]")


def _unary(chain: Chain, method: Method, run: Next) -> Any:
    async def behave(request: Any, context: Any) -> Any:
        call = _call(chain, method, request, context)
        try:
            if isinstance(request, AtriumError):
                raise request
            answer = await run(request, call)
            if call.response_headers:
                await context.send_initial_metadata(tuple(call.response_headers))
            return answer
        except AtriumError as error:
            await _refuse(context, error, call)

    return behave


def _stream(chain: Chain, method: Method, run: Next) -> Any:
    async def behave(request: Any, context: Any) -> AsyncIterator[Any]:
        call = _call(chain, method, request, context)
        opened = False
        try:
            if isinstance(request, AtriumError):
                raise request
            answers = await run(request, call)
            async with contextlib.aclosing(answers):
                async for answer in answers:
                    # Headers go once, and before the first answer, for which the handler has run.
                    if not opened and call.response_headers:
                        await context.send_initial_metadata(tuple(call.response_headers))
                    opened = True
                    yield answer
        except AtriumError as error:
            await _refuse(context, error, call, headers=not opened)
        except Exception:
            log.exception("unhandled error in the stream of %s", method)
            await _refuse(context, Internal(request_id=call.request_id), call, headers=not opened)

    return behave


async def _refuse(context: Any, error: AtriumError, call: Call, *, headers: bool = True) -> None:
    extra = {} if isinstance(error, Internal) or not call.request_id else {"request_id": call.request_id}
    if headers:
        sent = list(call.response_headers)
        if (seconds := error.metadata.get("retry_after_seconds")) is not None:
            sent.append(("retry-after", str(math.ceil(float(seconds)))))
        if sent:
            await context.send_initial_metadata(tuple(sent))
    await context.abort_with_status(rpc_status.to_status(to_status(error, extra)))
