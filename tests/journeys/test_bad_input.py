"""What a careless and a hostile client sends: each refusal has the one shape and a reason, none is a fault of ours."""

import base64
import hashlib
import hmac
import json
import time
import uuid
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tests.journeys.platform import Platform, ok, reason

pytestmark = [pytest.mark.live, pytest.mark.timeout(120)]

JSON = {"content-type": "application/json"}
TENANT = {"slug": "x", "displayName": "X", "plan": "standard", "adminEmail": "a@x.example", "adminDisplayName": "A"}
DEEP = b'{"slug":' + b"[" * 20_000 + b"]" * 20_000 + b"}"


@pytest.fixture(scope="module")
def log_from(platform: Platform) -> dict[Path, int]:
    """How long each log was before these tests."""
    return platform.log_sizes()


def refused(answer: httpx.Response, *statuses: int) -> str:
    """The reason of a refusal with one of these statuses, in the one shape."""
    assert answer.status_code in statuses, f"{answer.status_code} {answer.text[:300]}"
    assert answer.headers["content-type"].startswith("application/json")
    return reason(answer)


@pytest.mark.parametrize(
    ("content", "statuses"),
    [
        (b"{", (400,)),
        (b"", (400,)),
        (b"null", (400,)),
        (b"[]", (400,)),
        (b'"text"', (400,)),
        (b"{'slug': 'a'}", (400,)),
        (b'{"slug": "abc", "slug": "abd"}', (400,)),
        (b'{"slug": 5}', (400,)),
        (b'{"slug": {"a": 1}}', (400,)),
        (b'{"slug": ["abc"]}', (400,)),
        (b'{"slug": null, "displayName": null}', (400,)),
        (b'{"slug": "abc", "colour": "red"}', (400,)),
        (b'{"slug": "\xff\xfe"}', (400,)),
        (b'{"slug": "\\ud800"}', (400,)),
        (b'{"slug": "a\\u0000b"}', (400,)),
        (b'{"slug": 1e999}', (400,)),
        (b"\x00" * 100, (400,)),
        (b"\xef\xbb\xbf{}", (400,)),
        (DEEP, (400,)),
        (b'{"slug": "' + b"a" * 10_000_000 + b'"}', (413,)),
        (b"<xml/>", (400,)),
        (b"slug=abc&plan=standard", (400,)),
    ],
    ids=lambda value: repr(value)[:32],
)
def test_a_body_that_is_no_request_is_refused(
    platform: Platform, admin: str, log_from: dict[Path, int], content: bytes, statuses: tuple[int, ...]
) -> None:
    with platform.client(admin) as client:
        said = refused(client.post("/api/v1/tenants", content=content, headers=JSON), *statuses)
    assert said


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("slug", "A B"),
        ("slug", "-abc"),
        ("slug", "a" * 41),
        ("slug", "admin"),
        ("slug", "a\r\nset-cookie: x=1"),
        ("slug", "../../etc/passwd"),
        ("displayName", ""),
        ("displayName", "x" * 10_000),
        ("plan", "unheard-of"),
        ("plan", '{"$gt": ""}'),
        ("adminEmail", "nobody"),
        ("adminEmail", "a@x.example\nBcc: all@x.example"),
        ("adminEmail", "a" * 300 + "@x.example"),
    ],
)
def test_a_field_that_cannot_be_is_named(platform: Platform, admin: str, field: str, value: str) -> None:
    body = {**TENANT, "slug": f"t-{uuid.uuid4().hex[:8]}", field: value}
    with platform.client(admin) as client:
        answer = client.post("/api/v1/tenants", json=body)
        said = refused(answer, 400)
        assert said
        listed = ok(client.get("/api/v1/tenants", params={"query": body["slug"][:40], "page_size": 5}))
    assert all(tenant["slug"] != body["slug"] for tenant in listed["tenants"]), "a refused create left a tenant"


@pytest.mark.parametrize(
    "query",
    [
        {"page_size": "-1"},
        {"page_size": "100000"},
        {"page_size": "99999999999999999999"},
        {"page_size": "many"},
        {"page_size": "1e3"},
        {"page_token": "forged"},
        {"page_token": base64.urlsafe_b64encode(b"\x00" * 64).decode()},
        {"page_token": "x" * 5000},
        {"unheard_of": "1"},
        {"order": "ORDER_UNHEARD_OF"},
        {"state": "999"},
    ],
    ids=str,
)
def test_a_query_that_cannot_be_is_refused(platform: Platform, admin: str, query: dict[str, str]) -> None:
    with platform.client(admin) as client:
        assert refused(client.get("/api/v1/tenants", params=query), 400)


def test_a_page_token_of_another_query_caller_or_list_is_refused(platform: Platform, admin: str) -> None:
    with platform.client(admin) as client:
        for _ in range(2):
            body = {**TENANT, "slug": f"t-{uuid.uuid4().hex[:8]}"}
            ok(client.post("/api/v1/tenants", json=body))
        token = ok(client.get("/api/v1/tenants", params={"page_size": 1}))["nextPageToken"]
        assert token
        for path, params in (
            ("/api/v1/tenants", {"query": "other"}),
            ("/api/v1/users", {}),
            ("/api/v1/roles", {}),
        ):
            answer = client.get(path, params={**params, "page_token": token})
            assert refused(answer, 400) == "PAGE_TOKEN_INVALID"
        middle = len(token) // 2
        changed = token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1 :]
        assert refused(client.get("/api/v1/tenants", params={"page_token": changed}), 400) == "PAGE_TOKEN_INVALID"


def forged(token: str, **changes: Any) -> str:
    """The token with other claims, signed with a key that is not ours."""
    claims = jwt.decode(token, options={"verify_signature": False})
    header = jwt.get_unverified_header(token)
    return jwt.encode({**claims, **changes}, ec.generate_private_key(ec.SECP256R1()), "ES256", {"kid": header["kid"]})


def unsigned(token: str) -> str:
    claims = jwt.decode(token, options={"verify_signature": False})
    return jwt.encode(claims, None, algorithm="none")


def by_public_key(token: str, jwks: dict[str, Any]) -> str:
    """HS256 with the public key as the secret, the oldest trick there is."""
    head = json.dumps({"alg": "HS256", "typ": "JWT", "kid": jwks["keys"][0]["kid"]}).encode()
    signed = encoded(head) + "." + token.split(".")[1]
    secret = json.dumps(jwks["keys"][0]).encode()
    return signed + "." + encoded(hmac.new(secret, signed.encode(), hashlib.sha256).digest())


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def test_tokens_that_are_not_ours_are_refused_in_every_way_in(platform: Platform, admin: str) -> None:
    with platform.client() as client:
        jwks = ok(client.get("/.well-known/jwks.json"))
    head, body, signature = admin.split(".")
    claims = jwt.decode(admin, options={"verify_signature": False})
    swapped = encoded(json.dumps({**claims, "sub": "usr_other"}).encode())
    bad = {
        "empty": ".",
        "words": "not a token",
        "no algorithm": unsigned(admin),
        "another key": forged(admin),
        "expired and forged": forged(admin, exp=int(time.time()) - 3600),
        "HS256": by_public_key(admin, jwks),
        "other claims": f"{head}.{swapped}.{signature}",
        "no signature": f"{head}.{body}.",
        "cut": admin[:-10],
        "doubled": f"{admin}.{admin}",
        "long": "a" * 7000,
    }
    with platform.client() as client:
        for name, token in bad.items():
            answer = client.get("/api/v1/tenants", headers={"authorization": f"Bearer {token}"})
            assert refused(answer, 401) in ("TOKEN_INVALID", "TOKEN_EXPIRED", "TOKEN_MISSING"), name
        assert refused(client.get("/api/v1/tenants", headers={"authorization": f"Basic {admin}"}), 401)
        assert refused(client.get("/api/v1/tenants", params={"access_token": admin}), 400, 401)
        assert refused(client.get("/api/v1/tenants", headers={"x-api-key": "atk_forged_key"}), 401)


def test_headers_cannot_be_injected_and_claims_not_be_sent_along(platform: Platform, admin: str) -> None:
    with platform.client() as client:
        for headers in (
            {"x-atrium-tenant": "ten_other"},
            {"x-envoy-external-address": "10.0.0.1"},
            {"x-jwt-payload": base64.b64encode(b'{"sub":"usr_root","rlm":"platform"}').decode()},
            {"cookie": "atrium_refresh=" + "x" * 3000},
        ):
            assert refused(client.get("/api/v1/tenants", headers=headers), 401) == "TOKEN_MISSING"
    with platform.client(admin) as client:
        answer = client.get("/api/v1/tenants", params={"query": "a\r\nset-cookie: stolen=1"})
        assert "set-cookie" not in answer.headers
        answer = client.get("/api/v1/tenants/ten_none", headers={"x-request-id": "a" * 4000})
        assert refused(answer, 404) == "NOT_FOUND"
        info = next(d for d in answer.json()["details"] if d["@type"].endswith("google.rpc.ErrorInfo"))
        assert info["metadata"]["request_id"] == "a" * 128


def test_of_a_thousand_faults_the_first_are_named(platform: Platform, admin: str) -> None:
    with platform.client(admin) as client:
        answer = client.post("/api/v1/billing/usage", json={"events": [{"id": ""}] * 1000})
    assert refused(answer, 400) == "INVALID_FIELDS"
    assert "events[0].id" in answer.json()["message"]


def test_paths_that_lead_nowhere_say_so(platform: Platform, admin: str) -> None:
    with platform.client(admin) as client:
        for path in (
            "/api/v1/nothing",
            "/api/v1/tenants/ten_unheard_of",
            "/api/v1/tenants/%00",
            "/api/v1/tenants/" + "x" * 3000,
            "/api/v1/tenants/..%2f..%2fetc%2fpasswd",
            "/api/v1/users/%F0%9F%92%A9",
        ):
            assert refused(client.get(path), 400, 404), path
        assert refused(client.delete("/api/v1/tenants"), 404, 405)


def test_an_idempotency_key_that_is_reused_or_absurd_is_refused(platform: Platform, admin: str) -> None:
    key = uuid.uuid4().hex
    body = {**TENANT, "slug": f"t-{uuid.uuid4().hex[:8]}"}
    with platform.client(admin) as client:
        ok(client.post("/api/v1/tenants", json=body, headers={"idempotency-key": key}))
        other = {**body, "slug": body["slug"] + "x"}
        assert (
            refused(client.post("/api/v1/tenants", json=other, headers={"idempotency-key": key}), 400)
            == "IDEMPOTENCY_KEY_REUSED"
        )
        assert refused(client.post("/api/v1/tenants", json=other, headers={"idempotency-key": "k" * 3000}), 400)


def test_none_of_this_was_a_fault_of_ours(platform: Platform, log_from: dict[Path, int]) -> None:
    faults = platform.faults(log_from)
    assert not faults, "\n".join(faults)
