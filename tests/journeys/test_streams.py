"""Open streams: they show what happens, and end when their opener may no longer have them."""

import json
import threading
import time
import uuid

import httpx
import pytest

from tests.journeys.platform import PASSWORD, Platform, ok

pytestmark = [pytest.mark.live, pytest.mark.timeout(120)]


def test_a_live_tail_ends_within_a_second_of_its_session(platform: Platform, admin: str) -> None:
    name = f"t-{uuid.uuid4().hex[:10]}"
    _, token = platform.tenant_admin(admin, name)
    seen: list[dict[str, object]] = []
    opened = threading.Event()
    ended: list[float] = []

    def follow() -> None:
        with platform.client(token) as client, client.stream("GET", "/api/v1/audit-logs/watch") as answer:
            assert answer.status_code == 200
            try:
                for line in answer.iter_lines():
                    if line.startswith("data: "):
                        seen.append(json.loads(line.removeprefix("data: ")))
                        opened.set()
            except httpx.RemoteProtocolError:
                pass
            ended.append(time.monotonic())

    watcher = threading.Thread(target=follow)
    watcher.start()
    assert opened.wait(10)
    other = platform.sign_in(f"admin@{name}.example", name, PASSWORD)["accessToken"]
    with platform.client(token) as client:
        session = ok(client.get("/api/v1/auth/me"))["sessionId"]
    with platform.client(other) as client:
        ok(client.delete(f"/api/v1/sessions/{session}"))
    revoked = time.monotonic()
    watcher.join(10)
    assert ended, "the stream is still open"
    assert ended[0] - revoked < 1.0
    assert any("auditLog" in item for item in seen), "the sign-in was shown before"
