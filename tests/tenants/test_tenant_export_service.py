"""Archives: all of a tenant, nothing of others, no secrets; for a time."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from actors.kernel.store.contract import Reach
from tests.world import World, refused


@pytest.fixture(params=["acme", "globex"])
def tenant(world: World, request: pytest.FixtureRequest) -> Any:
    return getattr(world, request.param)


def admin_of(world: World, tenant: Any) -> str:
    return world.acme_admin if tenant.slug == "acme" else world.globex_admin


async def exported(world: World, tenant: Any, token: str = "") -> tuple[Any, zipfile.ZipFile]:
    caller = token or world.root
    asked = await world.call("tenants.ExportTenant", caller, tenant_id=tenant.id)
    await world.settle()
    done = await world.call("tenants.GetTenantExport", caller, tenant_id=tenant.id, id=asked.id)
    chunks = await world.call("tenants.DownloadTenantExport", caller, tenant_id=tenant.id, id=asked.id)
    assert chunks[0].content_type == "application/zip"
    return done, zipfile.ZipFile(io.BytesIO(b"".join(c.data for c in chunks)))


async def test_an_archive_is_complete_documented_and_counted(world: World, tenant: Any) -> None:
    _, _ = await world.person(admin_of(world, tenant), f"sue@{tenant.slug}.example")
    done, archive = await exported(world, tenant)
    assert done.state == done.STATE_COMPLETE and all(p.complete and p.records for p in done.parts)
    assert archive.testzip() is None
    assert tenant.id in archive.read("README.txt").decode()
    manifest = json.loads(archive.read("manifest.json"))
    assert (manifest["tenant_id"], manifest["export_id"]) == (tenant.id, done.id)
    expected = {
        f"{card.name}/{c.name}.jsonl"
        for card in world.cards
        for c in (*card.collections, *(card.books.collections if card.books else ()))
        if c.exported and c.reach is not Reach.PLATFORM
    }
    assert set(archive.namelist()) == expected | {"README.txt", "manifest.json"}
    for part in done.parts:
        files = manifest["modules"][part.module]["files"]
        lines = sum(len(archive.read(f"{part.module}/{name}").splitlines()) for name in files)
        assert lines == part.records == manifest["modules"][part.module]["records"]
    users = [json.loads(line) for line in archive.read("iam/users.jsonl").splitlines()]
    assert {u["email"] for u in users} == {f"admin@{tenant.slug}.example", f"sue@{tenant.slug}.example"}


async def test_an_archive_holds_no_secret(world: World, tenant: Any) -> None:
    admin = admin_of(world, tenant)
    key = await world.call("iam.CreateApiKey", admin, display_name="k", permissions=["users.read"])
    refresh = (await world.login(f"admin@{tenant.slug}.example", tenant.slug)).refresh_token
    _, archive = await exported(world, tenant)
    whole = b"".join(archive.read(name) for name in archive.namelist()).decode()
    hashes = [r["secret_hash"] for n in ("tenant_api_keys",) for d in ("", _own(tenant)) for r in world.records(n, d)]
    hashes += [r["refresh_hash"] for d in ("", _own(tenant)) for r in world.records("tenant_sessions", d)]
    hashes += [r["password_hash"] for d in ("", _own(tenant)) for r in world.records("tenant_credentials", d)]
    assert len([h for h in hashes if h]) >= 3
    for secret in (key.secret, refresh, *hashes, "argon2"):
        assert not secret or secret not in whole


def _own(tenant: Any) -> str:
    return "t_" + tenant.id.removeprefix("ten_").lower()


async def test_an_archive_holds_nothing_of_another_tenant(world: World, tenant: Any) -> None:
    other = world.globex if tenant.slug == "acme" else world.acme
    await world.person(admin_of(world, other), f"eve@{other.slug}.example")
    _, archive = await exported(world, tenant)
    whole = b"".join(archive.read(name) for name in archive.namelist()).decode()
    for trace in (other.id, f"@{other.slug}.example", other.display_name):
        assert trace not in whole


async def test_a_tenants_administrator_takes_the_data_out(world: World) -> None:
    done, _ = await exported(world, world.acme, world.acme_admin)
    for method in ("tenants.GetTenantExport", "tenants.DownloadTenantExport"):
        for tenant_id in (world.acme.id, world.globex.id):
            with refused("NOT_FOUND"):
                await world.call(method, world.globex_admin, tenant_id=tenant_id, id=done.id)
    with refused("NOT_FOUND"):
        await world.call("tenants.GetTenantExport", world.root, tenant_id=world.globex.id, id=done.id)
    with refused("PERMISSION_MISSING"):
        token = await world.holder("tenant-settings.read", tenant=world.acme)
        await world.call("tenants.ExportTenant", token, tenant_id=world.acme.id)


async def test_an_archive_that_is_not_complete_cannot_be_downloaded(world: World) -> None:
    asked = await world.call("tenants.ExportTenant", world.root, tenant_id=world.acme.id)
    assert asked.state == asked.STATE_RUNNING
    with refused("EXPORT_STATE"):
        await world.call("tenants.DownloadTenantExport", world.root, tenant_id=world.acme.id, id=asked.id)


async def test_an_archive_is_removed_after_its_time(world: World) -> None:
    done, _ = await exported(world, world.acme)
    assert done.expire_time.ToSeconds() - done.complete_time.ToSeconds() == 7 * 86400
    assert world.backend._blobs  # type: ignore[attr-defined]
    await world.later(days=7, seconds=2)
    world.root = (await world.login("root@example.com")).access_token
    gone = await world.call("tenants.GetTenantExport", world.root, tenant_id=world.acme.id, id=done.id)
    assert gone.state == gone.STATE_EXPIRED and not world.backend._blobs  # type: ignore[attr-defined]
    with refused("EXPORT_STATE"):
        await world.call("tenants.DownloadTenantExport", world.root, tenant_id=world.acme.id, id=done.id)


async def test_a_download_is_in_the_tenants_audit_log(world: World) -> None:
    await exported(world, world.acme)
    await world.settle()
    listed = await world.call("iam.ListAuditLogs", world.acme_admin, action="tenants:export:download")
    assert [e.actor_email for e in listed.audit_logs] == ["root@example.com"]


async def test_a_repeated_request_with_its_key_makes_one_archive(world: World) -> None:
    header = {"idempotency-key": "export-1"}
    first = await world.call("tenants.ExportTenant", world.root, headers=header, tenant_id=world.acme.id)
    again = await world.call("tenants.ExportTenant", world.root, headers=header, tenant_id=world.acme.id)
    assert first == again and len(world.records("tenant_exports")) == 1


async def test_a_tenant_without_a_place_has_nothing_to_take_out(world: World) -> None:
    made = await world.call(
        "tenants.CreateTenant",
        world.root,
        slug="initech",
        display_name="I",
        plan="free",
        admin_email="a@initech.example",
        admin_display_name="A",
    )
    with refused("TENANT_STATE"):
        await world.call("tenants.ExportTenant", world.root, tenant_id=made.id)
