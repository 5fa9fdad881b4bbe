"""What everybody does first, through Envoy, Ray, MongoDB and NATS."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.journeys.platform import PASSWORD, Platform, eventually, ok, reason

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]


def slug() -> str:
    return f"t-{uuid.uuid4().hex[:10]}"


def test_of_fifty_parallel_set_ups_exactly_one_makes_a_super_admin(platform: Platform) -> None:
    code = (platform.home / "setup-code").read_text().strip()

    def complete(number: int) -> httpx.Response:
        body = {
            "code": code,
            "organizationName": "Example",
            "displayName": f"Root {number}",
            "email": "root@example.com",
            "password": PASSWORD,
        }
        with platform.client() as anyone:
            return anyone.post("/api/v1/setup", json=body)

    with ThreadPoolExecutor(25) as pool:
        answers = list(pool.map(complete, range(50)))
    made = [a for a in answers if a.status_code == 200]
    admin = platform.set_up()
    with platform.client(admin) as client:
        users = ok(client.get("/api/v1/users", params={"role_id": "role_super_admin"}))["users"]
    assert len(users) == 1
    assert len(made) <= 1  # none when another journey of this session was first
    refusals = {reason(a) for a in answers if a.status_code != 200}
    assert refusals <= {"SETUP_CLOSED", "SIGN_IN_BUSY"}, refusals


@pytest.mark.parametrize("plan", ["standard", "enterprise"])
def test_a_tenant_is_created_and_its_admin_signs_in(platform: Platform, admin: str, plan: str) -> None:
    name = slug()
    tenant, token = platform.tenant_admin(admin, name, plan)
    assert tenant["isolation"] == ("ISOLATION_SILO" if plan == "enterprise" else "ISOLATION_POOL")
    assert len(platform.mails(f"admin@{name}.example")) == 1
    with platform.client(token) as ada, platform.client(admin) as root:
        me = ok(ada.get("/api/v1/auth/me"))
        assert me["tenant"]["slug"] == name
        assert ok(ada.get(f"/api/v1/tenants/{tenant['id']}"))["slug"] == name
        saga = ok(root.get(f"/api/v1/tenants/{tenant['id']}/provisioning"))
        assert saga["state"] == "STATE_SUCCEEDED"
        assert {s["state"] for s in saga["steps"]} <= {"STATE_DONE", "STATE_SKIPPED"}
    again = platform.sign_in(f"admin@{name}.example", name)
    assert again["accessToken"]


def test_two_hundred_creates_with_one_key_make_one_tenant_and_answer_alike(platform: Platform, admin: str) -> None:
    name, key = slug(), uuid.uuid4().hex
    body = {
        "slug": name,
        "displayName": "One",
        "plan": "standard",
        "adminEmail": f"a@{name}.example",
        "adminDisplayName": "A",
    }

    def create(_: int) -> httpx.Response:
        with platform.client(admin, **{"idempotency-key": key}) as client:
            return client.post("/api/v1/tenants", json=body)

    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(create, range(200)))
    assert {a.status_code for a in answers} == {200}
    assert len({a.content for a in answers}) == 1
    with platform.client(admin) as client:
        assert len(ok(client.get("/api/v1/tenants", params={"query": name}))["tenants"]) == 1
        other = client.post("/api/v1/tenants", json={**body, "displayName": "Two"}, headers={"idempotency-key": key})
    assert (other.status_code, reason(other)) == (400, "IDEMPOTENCY_KEY_REUSED")


def test_of_a_hundred_creates_of_one_slug_one_succeeds(platform: Platform, admin: str) -> None:
    name = slug()
    body = {
        "slug": name,
        "displayName": "One",
        "plan": "standard",
        "adminEmail": f"a@{name}.example",
        "adminDisplayName": "A",
    }

    def create(_: int) -> httpx.Response:
        with platform.client(admin) as client:
            return client.post("/api/v1/tenants", json=body)

    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(create, range(100)))
    refused = [a for a in answers if a.status_code != 200]
    assert len(refused) == 99
    assert {(a.status_code, reason(a)) for a in refused} == {(409, "SLUG_TAKEN")}


def test_a_reused_refresh_token_ends_the_family(platform: Platform, admin: str) -> None:
    first = platform.sign_in("root@example.com")
    with platform.client() as anyone:
        second = ok(anyone.post("/api/v1/auth/refresh", json={"refreshToken": first["refreshToken"]}))
        reused = anyone.post("/api/v1/auth/refresh", json={"refreshToken": first["refreshToken"]})
        assert (reused.status_code, reason(reused)) == (401, "REFRESH_TOKEN_REUSED")
        heir = anyone.post("/api/v1/auth/refresh", json={"refreshToken": second["refreshToken"]})
        assert (heir.status_code, reason(heir)) == (401, "REFRESH_TOKEN_INVALID")
    with platform.client(second["accessToken"]) as client:
        eventually(lambda: client.get("/api/v1/auth/me"), lambda a: a.status_code == 401, seconds=1)
    with platform.client(admin) as client:
        eventually(
            lambda: ok(client.get("/api/v1/audit-logs", params={"action": "iam:session:reuse"}))["auditLogs"],
            lambda found: any(e["targetId"] == first["sessionId"] for e in found),
        )


def test_api_keys_work_directly_and_stop_when_revoked(platform: Platform, admin: str) -> None:
    with platform.client(admin) as client:
        made = ok(client.post("/api/v1/api-keys", json={"displayName": "robot", "permissions": ["tenants.read"]}))
        with httpx.Client(base_url=platform.url, headers={"x-api-key": made["secret"]}, timeout=30) as robot:
            assert robot.get("/api/v1/tenants").status_code == 200
            refused = robot.get("/api/v1/users")
            assert (refused.status_code, reason(refused)) == (403, "PERMISSION_MISSING")
            ok(client.delete(f"/api/v1/api-keys/{made['apiKey']['id']}"))
            eventually(lambda: robot.get("/api/v1/tenants"), lambda a: a.status_code == 401, seconds=1)


def test_the_audit_chain_is_intact_after_all_this(platform: Platform, admin: str) -> None:
    with platform.client(admin) as client:
        found = ok(client.get("/api/v1/audit-logs/verify"))
    assert found["intact"], str(found)
    assert int(found["seals"]) > 0
