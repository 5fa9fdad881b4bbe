"""Deletion, purge, and what is left of a tenant: nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from actors import MODULES
from tests.world import World, link_token, refused

RETENTION_DAYS = 30


@pytest.fixture(params=["acme", "globex"])
def doomed(world: World, request: pytest.FixtureRequest) -> Any:
    """A tenant in the pool, and one with a database of its own."""
    return getattr(world, request.param)


async def lived_in(world: World, tenant: Any) -> dict[str, str]:
    """Leaves a trace in every collection. Returns what its people hold."""
    admin = world.acme_admin if tenant.slug == "acme" else world.globex_admin
    role = await world.call("iam.CreateRole", admin, display_name="Trace", permissions=["users.read"])
    await world.person(admin, f"sue@{tenant.slug}.example", role.id)
    key = (await world.call("iam.CreateApiKey", admin, display_name="Trace", permissions=["users.read"])).secret
    refresh = (await world.login(f"sue@{tenant.slug}.example", tenant.slug)).refresh_token
    await world.call("iam.CreateUser", admin, email=f"ivy@{tenant.slug}.example", display_name="Ivy")
    await world.call("tenants.UpdateTenantSettings", admin, tenant_id=tenant.id, locale="de")
    await world.call("tenants.ExportTenant", world.root, tenant_id=tenant.id)
    await world.later(hours=1)
    await world.seal()
    link = link_token(world.mails.to(f"ivy@{tenant.slug}.example")[-1])
    await world.sign_in_again()
    return {"key": key, "refresh": refresh, "link": link}


async def get(world: World, id: str) -> Any:
    return await world.call("tenants.GetTenant", world.root, id=id)


async def purged(world: World, tenant: Any) -> Any:
    await world.call("tenants.DeleteTenant", world.root, id=tenant.id)
    await world.settle()
    await world.later(days=RETENTION_DAYS, seconds=2)
    world.root = (await world.login("root@example.com")).access_token
    return await get(world, tenant.id)


async def test_a_deleted_tenant_is_hidden_and_its_people_are_out(world: World, doomed: Any) -> None:
    deleted = await world.call("tenants.DeleteTenant", world.root, id=doomed.id)
    await world.settle()
    assert deleted.state == deleted.STATE_DELETING
    assert deleted.purge_time.ToSeconds() - deleted.delete_time.ToSeconds() == RETENTION_DAYS * 86400
    assert doomed.slug not in {t.slug for t in (await world.call("tenants.ListTenants", world.root)).tenants}
    with refused("CREDENTIALS_WRONG"):
        await world.login(f"admin@{doomed.slug}.example", doomed.slug)
    with refused("NOT_FOUND"):
        await world.call("tenants.GetBranding", slug=doomed.slug)
    with refused("SLUG_TAKEN"):
        await world.call("tenants.UpdateTenant", world.root, id=_other(world, doomed).id, slug=doomed.slug)


def _other(world: World, tenant: Any) -> Any:
    return world.globex if tenant.slug == "acme" else world.acme


async def test_a_deletion_is_taken_back_until_its_time(world: World, doomed: Any) -> None:
    before = await get(world, doomed.id)
    await world.call("tenants.DeleteTenant", world.root, id=doomed.id)
    await world.settle()
    await world.later(days=RETENTION_DAYS - 1)
    world.root = (await world.login("root@example.com")).access_token
    restored = await world.call("tenants.RestoreTenant", world.root, id=doomed.id)
    await world.settle()
    assert restored.state == restored.STATE_ACTIVE and not restored.HasField("purge_time")
    await world.later(days=5)
    await world.sign_in_again()
    now = await get(world, doomed.id)
    assert now.state == now.STATE_ACTIVE and now.user_count == before.user_count


async def test_a_second_deletion_counts_from_its_own_time(world: World) -> None:
    await world.call("tenants.DeleteTenant", world.root, id=world.acme.id)
    await world.later(days=20)
    world.root = (await world.login("root@example.com")).access_token
    await world.call("tenants.RestoreTenant", world.root, id=world.acme.id)
    await world.call("tenants.DeleteTenant", world.root, id=world.acme.id)
    await world.later(days=20)
    world.root = (await world.login("root@example.com")).access_token
    assert (await get(world, world.acme.id)).state == world.acme.STATE_DELETING
    await world.later(days=11)
    world.root = (await world.login("root@example.com")).access_token
    assert (await get(world, world.acme.id)).state == world.acme.STATE_PURGED


async def test_nothing_of_a_purged_tenant_is_left(world: World, doomed: Any) -> None:
    await lived_in(world, doomed)
    assert len(world.mentions(doomed.id)) > 15 and world.backend._blobs  # type: ignore[attr-defined]
    await purged(world, doomed)
    await world.later(minutes=2)
    allowed = {
        "/tenants",
        "/tenant_provisionings",
        "/tenant_directory",  # that it is gone for good
        "/master_audit_logs",  # what the provider's staff did
        "/iam_inbox",
        "/tenants_inbox",
        "/iam_answers",
        "/tenants_answers",
    }
    assert set(world.mentions(doomed.id)) <= allowed
    for trace in (f"sue@{doomed.slug}.example", f"ivy@{doomed.slug}.example"):
        assert world.mentions(trace) == [], trace
    # Whom the provider created the tenant for stays in the provider's own log, which is sealed.
    assert world.mentions(f"admin@{doomed.slug}.example") == ["/master_audit_logs"]
    assert not world.backend._blobs  # type: ignore[attr-defined]
    assert {d for d, _ in world.backend._tables if d} <= {_database(_other(world, doomed))}  # type: ignore[attr-defined]
    assert await world.bus.dead_letters() == []


def _database(tenant: Any) -> str:
    return "t_" + tenant.id.removeprefix("ten_").lower()


async def test_a_purge_is_reported_module_by_module_and_the_other_tenant_is_untouched(
    world: World, doomed: Any
) -> None:
    await lived_in(world, doomed)
    other = _other(world, doomed)
    before = len((await world.call("iam.ListUsers", world.root, tenant_id=other.id)).users)
    gone = await purged(world, doomed)
    assert gone.state == gone.STATE_PURGED and gone.user_count == 0 and not gone.admin_email
    assert {p.module for p in gone.purged_parts} == set(MODULES)
    assert all(p.records > 0 for p in gone.purged_parts)
    assert len((await world.call("iam.ListUsers", world.root, tenant_id=other.id)).users) == before
    told = [e.type.rpartition(".")[2] for e in world.bus.log if e.tenant_id == doomed.id]
    assert told.count("TenantPurgeRequested") == told.count("TenantPurged") == 1


async def test_a_purged_tenant_cannot_come_back_and_its_slug_is_free(world: World, doomed: Any) -> None:
    held = await lived_in(world, doomed)
    await purged(world, doomed)
    for method, fields in (
        ("tenants.RestoreTenant", {"id": doomed.id}),
        ("tenants.SuspendTenant", {"id": doomed.id}),
        ("tenants.DeleteTenant", {"id": doomed.id}),
        ("tenants.UpdateTenant", {"id": doomed.id, "display_name": "X"}),
    ):
        with refused("PURGED_FOR_EVER"):
            await world.call(method, world.root, **fields)
    with refused("CREDENTIALS_WRONG"):
        await world.login(f"admin@{doomed.slug}.example", doomed.slug)
    with refused("REFRESH_TOKEN_INVALID"):
        await world.call("iam.Refresh", refresh_token=held["refresh"])
    with refused("API_KEY_INVALID"):
        await world.call("iam.ExchangeApiKey", api_key=held["key"])
    with refused("LINK_INVALID"):
        await world.call("iam.GetInvitation", token=held["link"])
    await world.call("iam.ForgotPassword", realm=2, tenant=doomed.slug, email=f"admin@{doomed.slug}.example")
    heir, _ = await world.active_tenant(world.root, doomed.slug)
    assert heir.state == heir.STATE_ACTIVE and heir.id != doomed.id


async def test_a_tenant_whose_time_is_over_cannot_be_restored_while_it_is_being_purged(world: World) -> None:
    await world.call("tenants.DeleteTenant", world.root, id=world.acme.id)
    await world.settle()
    from datetime import timedelta

    world.clock.advance(timedelta(days=RETENTION_DAYS))
    world.root = (await world.login("root@example.com")).access_token
    with refused("PURGED_FOR_EVER"):
        await world.call("tenants.RestoreTenant", world.root, id=world.acme.id)


async def test_every_announcement_delivered_twice_changes_nothing(world: World) -> None:
    made, _ = await world.active_tenant(world.root, "initech")
    await world.call("tenants.SuspendTenant", world.root, id=made.id)
    await world.settle()
    await world.call("tenants.RestoreTenant", world.root, id=made.id)
    await world.settle()
    mails, records = dict(world.mails.mails), _counted(world)
    for envelope in list(world.bus.log):
        world.bus._store(replace(envelope))
    await world.settle()
    assert _counted(world) == records
    assert {id: m.text for id, m in world.mails.mails.items()} == {id: m.text for id, m in mails.items()}
    now = await get(world, made.id)
    assert now.state == now.STATE_ACTIVE and now.user_count == 1


def _counted(world: World) -> dict[str, int]:
    names = ("tenant_users", "tenant_user_roles", "tenant_audit_logs", "master_audit_logs", "tenants", "tenant_links")
    return {name: len(world.records(name)) for name in names}


async def test_a_repeated_request_to_purge_counts_once(world: World) -> None:
    await lived_in(world, world.acme)
    gone = await purged(world, world.acme)
    due = next(e for e in world.bus.log if e.type.endswith(".TenantPurgeDue"))
    world.bus._store(replace(due, id="evt_again"))
    await world.settle()
    assert list((await get(world, world.acme.id)).purged_parts) == list(gone.purged_parts)
