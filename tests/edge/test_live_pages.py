"""Pages: the API's own, a single-page application, other origins and TLS."""

from __future__ import annotations

import datetime
import gzip
import ipaddress
import json
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from edge.assets import Assets
from tests.edge.conftest import World
from tests.edge.live import Keys, Module, client_for, reason_of, running_edge

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]
APP = "https://app.example.com"
SCRIPT = b"console.log('hello');" * 50


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as a bundler leaves it."""
    folder = tmp_path_factory.mktemp("dist")
    (folder / "assets").mkdir()
    (folder / "index.html").write_text("<!doctype html><title>App</title>")
    (folder / "assets" / "index-BkT3fL9x.js").write_bytes(SCRIPT)
    (folder / "assets" / "index-BkT3fL9x.js.gz").write_bytes(gzip.compress(SCRIPT))
    (folder / "assets" / "index-BkT3fL9x.js.br").write_bytes(b"pretend brotli")
    (folder / "payment-fields.html").write_text("<!doctype html><title>Fields</title>")
    (folder / "logo.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    return folder


@pytest.fixture(scope="module")
def edge_settings(built: Path) -> dict[str, object]:
    return {"pages": built, "cors_origins": [APP]}


async def raw(client: httpx.AsyncClient, path: str, encoding: str) -> tuple[str | None, bytes]:
    """The encoding and the bytes of an answer as they were sent."""
    async with client.stream("GET", path, headers={"accept-encoding": encoding}) as answer:
        assert answer.status_code == 200 and answer.headers["vary"] == "accept-encoding"
        return answer.headers.get("content-encoding"), b"".join([part async for part in answer.aiter_raw()])


async def test_the_best_encoding_that_the_caller_takes_is_sent(world: World) -> None:
    path = "/assets/index-BkT3fL9x.js"
    async with world.anonymous() as client:
        assert await raw(client, path, "gzip, deflate, br") == ("br", b"pretend brotli")
        encoding, body = await raw(client, path, "gzip;q=0.5, br;q=0")
        assert (encoding, gzip.decompress(body)) == ("gzip", SCRIPT)
        assert await raw(client, path, "identity") == (None, SCRIPT)
        assert await raw(client, path, "brotli-like") == (None, SCRIPT)


async def test_types_and_lifetimes_follow_the_names(world: World) -> None:
    async with world.anonymous() as client:
        script = await client.get("/assets/index-BkT3fL9x.js", headers={"accept-encoding": "gzip"})
        page = await client.get("/")
        logo = await client.get("/logo.svg")
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["cache-control"] == logo.headers["cache-control"] == "no-cache"
    assert logo.headers["content-type"] == "image/svg+xml"
    policy = page.headers["content-security-policy"]
    assert "script-src 'self';" in policy and "frame-ancestors 'none'" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert script.headers["content-security-policy"].startswith("default-src 'none'")


async def test_a_providers_script_may_run_in_its_own_page_and_nowhere_else(world: World) -> None:
    async with world.anonymous() as client:
        fields = (await client.get("/payment-fields.html")).headers["content-security-policy"]
        page = (await client.get("/payments")).headers["content-security-policy"]
    assert "script-src 'self' https://js.stripe.com;" in fields and "frame-ancestors 'self'" in fields
    assert "stripe" not in page and "script-src 'self';" in page


async def test_every_path_of_the_application_answers_its_page(world: World) -> None:
    async with world.anonymous() as client:
        for path in ("/", "/index.html", "/tenants", "/master-admin/tenants/ten_1"):
            answer = await client.get(path)
            assert answer.status_code == 200 and "<title>App" in answer.text, path
        for path in ("/missing.js", "/assets/missing-12345678.css", "/api/v1/nothing", "/.well-known/nothing"):
            answer = await client.get(path)
            assert (answer.status_code, reason_of(answer)) == (404, "NOT_FOUND"), path
        assert (await client.post("/tenants")).status_code == 404
        head = await client.head("/")
        assert head.status_code == 200 and head.content == b"" and head.headers["content-length"] == "33"


async def test_the_api_is_still_there(world: World) -> None:
    async with world.client() as client:
        assert (await client.get("/api/v1/users/usr_1")).json()["id"] == "usr_1"


async def test_the_description_is_served_as_it_was_written(world: World) -> None:
    async with world.anonymous() as client:
        answer = await client.get("/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == json.loads((world.edge.layout.api_description / "openapi.json").read_bytes())


async def test_the_page_about_the_api_needs_nothing_from_elsewhere(world: World) -> None:
    async with world.anonymous() as client:
        for path in ("/docs", "/docs/"):
            page = await client.get(path)
            assert page.status_code == 200 and "<script>" not in page.text and "http" not in page.text
            assert "style=" not in page.text and "script-src 'self';" in page.headers["content-security-policy"]
        for name in ("swagger-ui-bundle.js", "swagger-ui.css", "start.js", "favicon-32x32.png"):
            assert f"/docs/{name}" in page.text
            assert (await client.get(f"/docs/{name}")).status_code == 200
        assert "/openapi.json" in (await client.get("/docs/start.js")).text


async def test_pages_of_named_origins_may_call_and_read_errors(world: World) -> None:
    asked = {"origin": APP, "access-control-request-method": "PATCH", "access-control-request-headers": "authorization"}
    async with world.client() as client:
        preflight = await client.options("/api/v1/users/usr_1", headers=asked)
        assert preflight.status_code == 200
        assert preflight.headers["access-control-allow-origin"] == APP
        assert "PATCH" in preflight.headers["access-control-allow-methods"]
        assert "idempotency-key" in preflight.headers["access-control-allow-headers"]
        good = await client.get("/api/v1/users/usr_1", headers={"origin": APP})
        bad = await client.post("/api/v1/users", json={"nope": 1}, headers={"origin": APP})
        assert good.headers["access-control-allow-origin"] == bad.headers["access-control-allow-origin"] == APP
        assert "access-control-allow-credentials" not in good.headers


async def test_pages_of_other_origins_may_not(world: World) -> None:
    asked = {"origin": "https://evil.example.com", "access-control-request-method": "PATCH"}
    async with world.client() as client:
        preflight = await client.options("/api/v1/users/usr_1", headers=asked)
        assert preflight.status_code == 404 and "access-control-allow-origin" not in preflight.headers
        answer = await client.get("/api/v1/users/usr_1", headers={"origin": "https://evil.example.com"})
        assert "access-control-allow-origin" not in answer.headers


async def test_a_folder_without_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="holds no files"):
        Assets(tmp_path).routes()
    (tmp_path / "a.js").write_text("1")
    with pytest.raises(FileNotFoundError, match=r"index\.html does not exist"):
        Assets(tmp_path, single_page=True).routes()


def self_signed(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(address, critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "cert.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths


@pytest_asyncio.fixture(loop_scope="module")
async def over_tls(tmp_path: Path) -> AsyncIterator[World]:
    certificate, key = self_signed(tmp_path)
    keys, module = Keys(), await Module().start()
    settings = {"tls_certificate": certificate, "tls_key": key}
    async with running_edge(tmp_path / "edge", keys=keys, servers=[module], **settings) as edge:
        yield World(edge, module, keys)
    await module.stop()


async def test_with_a_certificate_the_edge_speaks_tls(over_tls: World) -> None:
    certificate = over_tls.edge.settings.tls_certificate
    async with client_for(
        over_tls.edge, over_tls.keys.token(), verify=ssl.create_default_context(cafile=str(certificate))
    ) as client:
        answer = await client.get("/api/v1/users/usr_1")
    assert answer.status_code == 200
    assert answer.headers["strict-transport-security"].startswith("max-age=")
    assert over_tls.module.seen[-1].metadata["x-forwarded-proto"] == "https"
