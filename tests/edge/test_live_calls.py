"""Calls through a real Envoy: both ways of transcoding, streams, and every refusal in the one error shape."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import grpc
import httpx
import pytest
from google.rpc import error_details_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_status import rpc_status

from actors.api.iam import v1 as iam
from tests.edge.conftest import World
from tests.edge.live import reason_of, until

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]
EDGE_SETTINGS = {"request_timeout_seconds": 2, "tiers": {"standard": 100_000}, "public_per_minute": 100_000}


async def test_rest_becomes_a_typed_call_and_its_answer_json(world: World) -> None:
    async with world.client() as client:
        answer = await client.get("/api/v1/users/usr_7?tenantId=ten_1")
    assert answer.status_code == 200
    assert answer.json()["id"] == "usr_7"
    assert answer.json()["roleIds"] == [] and answer.json()["status"] == "STATUS_ACTIVE"
    assert (world.module.seen[-1].request.id, world.module.seen[-1].request.tenant_id) == ("usr_7", "ten_1")


async def test_query_parameters_reach_the_request_with_their_types(world: World) -> None:
    async with world.client() as client:
        await client.get("/api/v1/users?page_size=2&statuses=STATUS_ACTIVE&statuses=STATUS_INVITED&query=a+b%20c")
        request = world.module.seen[-1].request
        assert (request.page_size, request.query) == (2, "a b c")
        assert list(request.statuses) == [iam.User.STATUS_ACTIVE, iam.User.STATUS_INVITED]
        await client.get("/api/v1/audit-logs?startTime=2026-01-02T03:04:05Z")
        assert world.module.seen[-1].request.start_time.ToJsonString() == "2026-01-02T03:04:05Z"


async def test_a_body_is_read_with_either_spelling_of_its_fields(world: World) -> None:
    async with world.client() as client:
        for name in ("displayName", "display_name", "display\\u004eame"):
            answer = await client.post("/api/v1/users", content=f'{{"email": "a@b.ch", "{name}": "Ada"}}')
            assert answer.json()["displayName"] == "Ada"


async def test_literal_paths_beat_variables(world: World) -> None:
    async with world.client() as client:
        answer = await client.get("/api/v1/tenants/plans")
    assert answer.json()["plans"][0]["id"] == "free" and world.module.seen[-1].method == "ListTenantPlans"


async def test_64_bit_numbers_survive_json(world: World) -> None:
    async with world.client() as client:
        entry = (await client.get("/api/v1/audit-logs")).json()["auditLogs"][0]
    assert entry["count"] == "9007199254740993"


async def test_a_server_stream_arrives_as_events_one_by_one(world: World) -> None:
    async with world.client() as client, client.stream("GET", "/api/v1/audit-logs/watch") as answer:
        assert answer.headers["content-type"] == "text/event-stream"
        events = [json.loads(line[5:]) async for line in answer.aiter_lines() if line.startswith("data:")]
    assert events[0]["auditLog"]["action"] == "iam:user:create"
    assert events[1:] == [{"heartbeat": True}, {"end": True}]


async def test_a_stream_outlives_the_time_limit_of_calls_and_ends_with_its_caller(world: World) -> None:
    world.module.stream_ended.clear()
    path = "/api/v1/audit-logs/watch?tenantId=forever"
    async with world.client() as client, client.stream("GET", path) as answer:
        loop = asyncio.get_running_loop()
        started = loop.time()
        async for _ in answer.aiter_lines():
            if loop.time() - started > 2.3:
                break
    await asyncio.wait_for(world.module.stream_ended.wait(), 5)


async def test_a_file_streams_with_its_own_type(world: World) -> None:
    async with world.client() as client:
        answer = await client.get("/api/v1/audit-logs/export")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.text == "id,action\r\naud_1,iam:user:create\r\n"


async def test_an_error_of_a_module_keeps_its_details(world: World) -> None:
    async with world.client() as client:
        answer = await client.get("/api/v1/users/missing")
    assert answer.status_code == 404 and answer.json()["code"] == 5
    assert reason_of(answer) == "NOT_FOUND"
    assert answer.json()["message"] == 'no "such" user'


REFUSALS: list[tuple[str, str, dict[str, Any], int, str]] = [
    ("GET", "/nothing", {}, 404, "NOT_FOUND"),
    ("GET", "/api/v1/nothing", {}, 404, "NOT_FOUND"),
    ("POST", "/api/v1/users/", {"content": b'{"admin": true}'}, 400, "MALFORMED"),
    ("POST", "/atrium.iam.v1.UserService/Nothing", {}, 404, "NOT_FOUND"),
    ("POST", "/grpc.health.v1.Health/Check", {}, 404, "NOT_FOUND"),
    ("PUT", "/api/v1/users/usr_1", {}, 405, "METHOD_NOT_ALLOWED"),
    ("DELETE", "/api/v1/roles", {}, 405, "METHOD_NOT_ALLOWED"),
    ("OPTIONS", "/api/v1/users", {}, 405, "METHOD_NOT_ALLOWED"),
    ("TRACE", "/api/v1/users", {}, 405, "METHOD_NOT_ALLOWED"),
    ("GET", "/api/v1/users?nope=1", {}, 400, "MALFORMED"),
    ("GET", '/api/v1/users?%22%7d%0d%0aset-cookie:a=1', {}, 400, "MALFORMED"),
    ("GET", "/api/v1/users?pageSize=many", {}, 400, "MALFORMED"),
    ("GET", "/api/v1/users?pageSize=99999999999", {}, 400, "MALFORMED"),
    ("GET", "/api/v1/users?statuses=STATUS_ASLEEP", {}, 400, "MALFORMED"),
    ("GET", "/api/v1/users?pageToken=%FF%FE", {}, 400, "MALFORMED"),
    ("GET", "/api/v1/users/%C0%80", {}, 400, "MALFORMED"),
    ("GET", "/api/v1/users/%00", {}, 400, "MALFORMED"),
    ("GET", "/api/v1/audit-logs?startTime=yesterday", {}, 400, "MALFORMED"),
    ("POST", "/api/v1/users", {"content": b'{"email": '}, 400, "MALFORMED"),
    ("POST", "/api/v1/users", {"content": b'{"email": "a\xff"}'}, 400, "MALFORMED"),
    ("POST", "/api/v1/users", {"content": b'{"email": "\\ud800"}'}, 400, "MALFORMED"),
    ("POST", "/api/v1/users", {"content": b'{"email": "a@b.ch", "admin": true}'}, 400, "MALFORMED"),
    ("POST", "/api/v1/users", {"content": b'{"email": null}'}, 400, "MALFORMED"),
    ("POST", "/api/v1/users", {"content": b'{"email": 5}'}, 400, "MALFORMED"),
    ("POST", "/api/v1/users", {"content": b'{"email": {}}'}, 400, "MALFORMED"),
    ("POST", "/api/v1/users", {"content": b'{"roleIds": "rol_1"}'}, 400, "MALFORMED"),
    ("POST", "/api/v1/users", {"content": b'{"roleIds": [["rol_1"]]}'}, 400, "MALFORMED"),
    ("POST", "/api/v1/users", {"content": b"{'email': 'a'}"}, 400, "MALFORMED"),
    ("POST", "/api/v1/users", {"content": b'{email: "a"}'}, 400, "MALFORMED"),
    ("POST", "/api/v1/users", {"content": b'{"email": "a",}'}, 400, "MALFORMED"),
    ("POST", "/api/v1/users", {"content": b'{"email": "a"} {}'}, 400, "MALFORMED"),
    ("POST", "/api/v1/users", {"content": b"[]"}, 400, "MALFORMED"),
    ("POST", "/api/v1/users", {"content": b'{"email":' + b"[" * 100_000}, 400, "MALFORMED"),
    ("POST", "/api/v1/auth/login", {"content": b'{"delivery": 1}'}, 400, "MALFORMED"),
    ("PATCH", "/api/v1/users/usr_1", {"content": b'{"id": "usr_2"}'}, 400, "MALFORMED"),
    ("POST", "/api/v1/users", {"content": b"{}", "headers": {"content-type": "text/plain"}}, 415, "NOT_JSON"),
    ("POST", "/api/v1/users", {"content": b'{"email":"' + b"x" * 1_100_000 + b'"}'}, 413, "REQUEST_TOO_LARGE"),
    ("GET", "/api/v1/users", {"headers": {"x-long": "x" * 40_000}}, 431, "REQUEST_TOO_LARGE"),
    ("GET", "/api/v1/users/slow", {}, 504, "UPSTREAM_TIMEOUT"),
]  # fmt: skip


@pytest.mark.parametrize(("verb", "path", "options", "status", "reason"), REFUSALS)
async def test_every_refusal_of_the_edge_has_the_one_error_shape(
    world: World, verb: str, path: str, options: dict[str, Any], status: int, reason: str
) -> None:
    async with world.client() as client:
        answer = await client.request(verb, path, **options)
    assert (answer.status_code, reason_of(answer)) == (status, reason), answer.text
    info = answer.json()["details"][0]
    assert info["domain"] == "atrium.edge" and isinstance(info["metadata"], dict)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in answer.headers
    if status == 405:
        assert answer.headers["allow"]


async def test_an_unknown_body_field_is_named(world: World) -> None:
    async with world.client() as client:
        nested = {"updates": [{"id": "rol_1", "permissions": {"nmes": []}}]}
        answer = await client.post("/api/v1/roles/batch-update", json=nested)
    assert '"nmes" in atrium.iam.v1.UpdateRoleRequest.Permissions' in answer.json()["message"]


async def test_no_module_sees_a_call_that_the_edge_refused(world: World) -> None:
    async with world.client() as client:
        before = len(world.module.seen)
        await client.post("/api/v1/users", json={"email": "a@b.ch", "admin": True})
        await client.get("/api/v1/users?nope=1")
    assert len(world.module.seen) == before


async def test_an_empty_body_is_an_empty_request(world: World) -> None:
    async with world.client() as client:
        answer = await client.post("/api/v1/users/usr_1/suspend")
    assert answer.status_code == 200 and world.module.seen[-1].request.id == "usr_1"


@pytest.mark.parametrize("path", ["/api/v1//users/usr_9", "/api/v1/x/../users/usr_9", "/api/v1/./users/usr_9"])
async def test_paths_are_brought_to_one_form_before_anything_looks_at_them(world: World, path: str) -> None:
    reader, writer = await asyncio.open_connection(*world.edge.settings.address.split(":"))
    writer.write(f"GET {path} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {world.keys.token()}\r\n\r\n".encode())
    assert b" 200 " in await reader.readline()
    writer.close()
    assert world.module.seen[-1].request.id == "usr_9"


async def test_an_escaped_slash_stays_inside_its_segment(world: World) -> None:
    async with world.client() as client:
        assert (await client.get("/api/v1/users/a%2Fb")).json()["id"] == "a/b"


async def test_headers_that_only_the_edge_may_set_are_replaced_or_dropped(world: World) -> None:
    forged = {
        "x-forwarded-for": "6.6.6.6",
        "x-real-ip": "6.6.6.6",
        "forwarded": "for=6.6.6.6",
        "x-envoy-external-address": "6.6.6.6",
        "x-envoy-original-path": "/forged",
        "x-envoy-expected-rq-timeout-ms": "1",
        "x-forwarded-client-cert": "forged",
        "x_request_id": "smuggled",
    }
    async with world.client() as client:
        answer = await client.get("/api/v1/users/usr_1", headers=forged)
    seen = world.module.seen[-1].metadata
    assert answer.status_code == 200
    assert seen["x-envoy-external-address"] == "127.0.0.1"
    assert seen["x-envoy-original-path"] == "/api/v1/users/usr_1"
    assert not {"x-real-ip", "forwarded", "x-forwarded-client-cert", "x-envoy-expected-rq-timeout-ms"} & set(seen)
    assert not [name for name in seen if "_" in name]


async def test_headers_that_grpc_cannot_carry_do_not_fail_the_call(world: World) -> None:
    odd = {"a+b": "1", "~2w`zy9&o": "2", "8tp8%et": "3", "!": "4", "x^": "5", "^x": "6", "fine.one-2": "7"}
    raw = [(name.encode(), value.encode()) for name, value in odd.items()]
    raw += [(b"high", b"caf\xc3\xa9"), (b"tab", b"a\tb"), (b"some-bin", b"no base64!")]
    async with world.client() as client:
        answer = await client.get("/api/v1/users/usr_1", headers=raw)
    assert answer.status_code == 200, answer.text
    seen = world.module.seen[-1].metadata
    assert seen["fine.one-2"] == "7"
    assert not set(odd) - {"fine.one-2"} & set(seen)


async def test_answers_name_no_server_and_carry_the_security_headers(world: World) -> None:
    async with world.client() as client:
        answer = await client.get("/api/v1/users/usr_1")
    assert answer.headers["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    for name in ("referrer-policy", "cross-origin-opener-policy", "permissions-policy", "x-content-type-options"):
        assert name in answer.headers
    for name in ("server", "x-envoy-upstream-service-time", "via", "grpc-accept-encoding"):
        assert name not in answer.headers


async def test_a_request_id_is_made_or_kept_and_reaches_caller_and_module(world: World) -> None:
    async with world.client() as client:
        made = (await client.get("/api/v1/users/usr_1")).headers["x-request-id"]
        assert world.module.seen[-1].metadata["x-request-id"] == made and len(made) >= 32
        kept = await client.get("/api/v1/users/usr_1", headers={"x-request-id": "mine-1"})
    assert kept.headers["x-request-id"] == "mine-1" == world.module.seen[-1].metadata["x-request-id"]


async def test_the_actor_knows_how_long_anybody_waits(world: World) -> None:
    async with world.client() as client:
        await client.get("/api/v1/users/usr_1")
    remaining = world.module.seen[-1].remaining
    assert remaining is not None and 1 < remaining <= 2


async def test_cookies_pass_both_ways(world: World) -> None:
    async with world.anonymous() as client:
        body = {"realm": "REALM_PLATFORM", "email": "a@b.ch", "password": "x"}
        answer = await client.post("/api/v1/auth/login", json=body, headers={"cookie": "r=0"})
    assert answer.headers["set-cookie"] == "r=1; HttpOnly"
    assert world.module.seen[-1].metadata["cookie"] == "r=0"


async def test_the_access_log_says_who_called_what_and_no_secret(world: World) -> None:
    async with world.client(tid="ten_log", sub="usr_log") as client:
        await client.get("/api/v1/users/usr_1?tenantId=secret-in-query", headers={"x-request-id": "log-1"})
        token = client.headers["authorization"].split()[1]
    lines = await until(lambda: [line for line in world.edge.access_log() if line.get("request_id") == "log-1"])
    (line,) = lines
    assert (line["verb"], line["path"], line["method"]) == ("GET", "/api/v1/users/usr_1", "UserService.GetUser")
    assert (line["status"], line["grpc_status"], line["tenant_id"], line["user_id"]) == (200, 0, "ten_log", "usr_log")
    assert line["address"] == "127.0.0.1" and line["upstream"].endswith(f":{world.module.port}")
    text = world.edge.layout.access_log.read_text()
    assert "secret-in-query" not in text and token not in text


async def grpc_refusal(call: Any) -> tuple[grpc.StatusCode, str]:
    """Code and reason of a call that fails."""
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call
    status = rpc_status.from_call(refused.value)
    info = error_details_pb2.ErrorInfo()
    if status is not None and status.details:
        status.details[0].Unpack(info)
    return refused.value.code(), info.reason


async def test_grpc_clients_share_the_listener_and_get_grpc_statuses(world: World) -> None:
    metadata = (("authorization", f"Bearer {world.keys.token()}"),)
    expired = (("authorization", f"Bearer {world.keys.token(ttl=-60)}"),)
    async with grpc.aio.insecure_channel(world.edge.settings.address) as channel:
        users = iam.UserServiceStub(channel)
        assert (await users.GetUser(iam.GetUserRequest(id="usr_5"), metadata=metadata)).id == "usr_5"
        logs = iam.AuditLogServiceStub(channel)
        assert len([e async for e in logs.WatchAuditLogs(iam.WatchAuditLogsRequest(), metadata=metadata)]) == 3
        unauthenticated = grpc.StatusCode.UNAUTHENTICATED
        request = iam.GetUserRequest(id="usr_5")
        assert await grpc_refusal(users.GetUser(request)) == (unauthenticated, "TOKEN_MISSING")
        assert await grpc_refusal(users.GetUser(request, metadata=expired)) == (unauthenticated, "TOKEN_EXPIRED")
        missing = users.GetUser(iam.GetUserRequest(id="missing"), metadata=metadata)
        assert await grpc_refusal(missing) == (grpc.StatusCode.NOT_FOUND, "NOT_FOUND")
        slow = users.GetUser(iam.GetUserRequest(id="slow"), metadata=metadata)
        assert await grpc_refusal(slow) == (grpc.StatusCode.DEADLINE_EXCEEDED, "UPSTREAM_TIMEOUT")
        large = users.CreateUser(iam.CreateUserRequest(display_name="x" * 1_100_000), metadata=metadata)
        assert await grpc_refusal(large) == (grpc.StatusCode.OUT_OF_RANGE, "REQUEST_TOO_LARGE")
        health = health_pb2_grpc.HealthStub(channel)
        check = health.Check(health_pb2.HealthCheckRequest())
        assert await grpc_refusal(check) == (grpc.StatusCode.NOT_FOUND, "NOT_FOUND")


async def test_a_request_that_is_no_http_is_turned_away(world: World) -> None:
    reader, writer = await asyncio.open_connection(*world.edge.settings.address.split(":"))
    writer.write(b"GET /\x00 HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n")
    head = await asyncio.wait_for(reader.readline(), 5)
    writer.close()
    assert b" 400 " in head


async def test_json_of_an_error_is_valid_whatever_the_request_held(world: World) -> None:
    async with world.client() as client:
        for name in ('"', "\\", "\\u0000", "%22", "é", "\x7f", "</script>"):
            answer = await client.post("/api/v1/users", content=json.dumps({name: 1}).encode())
            assert reason_of(answer) == "MALFORMED"
            answer = await client.get("/api/v1/users", params={name: "1"})
            assert reason_of(answer) == "MALFORMED"


async def test_administration_answers_on_loopback_only(world: World) -> None:
    address = world.edge.layout.admin_address.read_text()
    assert address.startswith("127.0.0.1:")
    listeners = (await world.edge.admin("/listeners?format=json")).json()
    assert len(listeners["listener_statuses"]) == 1


async def test_a_client_that_keeps_a_connection_open_can_mix_calls(world: World) -> None:
    async with httpx.AsyncClient(base_url=world.edge.url, http2=False) as client:
        headers = {"authorization": f"Bearer {world.keys.token()}"}
        first = await client.get("/api/v1/users/usr_1", headers=headers)
        second = await client.get("/api/v1/nothing")
        third = await client.get("/api/v1/users/usr_2", headers=headers)
    assert [first.status_code, second.status_code, third.status_code] == [200, 404, 200]
