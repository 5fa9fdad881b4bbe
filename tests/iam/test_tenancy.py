"""What IAM knows of tenants, in whatever order their announcements arrive."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from functools import reduce

import pytest

from actors.iam.domain.access import Tenancy, TenantState
from tests.world import World, link_token, refused

AT = datetime(2026, 1, 1, tzinfo=UTC)


def after(minutes: int) -> datetime:
    return AT + timedelta(minutes=minutes)


def created(known: Tenancy) -> Tenancy:
    return known.created(slug="a", display_name="A", tier="free", locale="en", time_zone="UTC", at=after(1))


def configured(known: Tenancy) -> Tenancy:
    return known.configured(after(2), display_name="A & Sons", locale="de", mfa_required=True)


def updated(known: Tenancy) -> Tenancy:
    return known.updated(slug="b", display_name="B", tier="premium", at=after(3))


def suspended(known: Tenancy) -> Tenancy:
    return known.in_state(TenantState.SUSPENDED, after(4))


def restored(known: Tenancy) -> Tenancy:
    return known.in_state(TenantState.OPEN, after(5))


def failed(known: Tenancy) -> Tenancy:
    return known.taken_back(after(2))


def again(known: Tenancy) -> Tenancy:
    return known.created(slug="a", display_name="A", tier="free", locale="en", time_zone="UTC", at=after(3))


def purged(known: Tenancy) -> Tenancy:
    return known.purged(after(9))


@pytest.mark.parametrize(
    "story",
    [
        (created, configured, updated),
        (created, configured, updated, failed),
        (created, failed, again, configured),
        (created, configured, updated, suspended, purged),
    ],
)
def test_every_order_of_a_story_ends_the_same(story: tuple[object, ...]) -> None:
    ends = set()
    for order in itertools.permutations(story):
        known = reduce(lambda one, step: step(one), order, Tenancy(id="ten_1"))  # type: ignore[operator, return-value]
        ends.add((known.state, known.slug_key, known.display_name, known.tier, known.locale, known.mfa_required))
    assert len(ends) == 1


def test_a_restored_tenant_stays_open_when_the_suspension_comes_late() -> None:
    known = reduce(lambda one, step: step(one), (created, restored, suspended), Tenancy(id="ten_1"))
    assert known.state is TenantState.OPEN


def test_nothing_brings_a_purged_tenant_back() -> None:
    known = purged(created(Tenancy(id="ten_1")))
    late = after(99)
    known = known.in_state(TenantState.OPEN, late).updated(slug="x", display_name="X", tier="t", at=late)
    known = known.configured(late, display_name="X", locale="de").taken_back(late)
    assert known.state is TenantState.PURGED and not known.slug and not known.display_name and not known.placed


async def test_a_session_that_began_after_a_restore_outlives_a_late_suspension(world: World) -> None:
    await world.call("tenants.SuspendTenant", world.root, id=world.acme.id)
    await world.settle()
    await world.call("tenants.RestoreTenant", world.root, id=world.acme.id)
    await world.settle()
    signed_in = await world.login("admin@acme.example", "acme")
    late = next(e for e in world.bus.log if e.type.endswith(".TenantSuspended"))
    host = world.hosts["iam"]
    reaction = next(r for r in host.furnished.reactions if r.event == "TenantSuspended")
    from dataclasses import replace

    await host.reactions.handle(reaction, replace(late, id="evt_again"))
    assert (await world.call("iam.Refresh", refresh_token=signed_in.refresh_token)).access_token


async def test_every_session_of_a_suspended_tenant_ends_however_many_there_are(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("actors.iam.reactions._ENDED_AT_ONCE", 3)
    for _ in range(8):
        await world.login("admin@acme.example", "acme")
    await world.call("tenants.SuspendTenant", world.root, id=world.acme.id)
    await world.settle()
    own = [s for s in world.records("tenant_sessions") if s["tenant_id"] == world.acme.id]
    assert len(own) == 9 and {s["end_reason"] for s in own} == {"TENANT_CLOSED"}


async def test_a_tenant_that_is_renamed_is_found_by_its_new_slug_only(world: World) -> None:
    await world.call("tenants.UpdateTenant", world.root, id=world.acme.id, slug="acme-two", display_name="Acme Two")
    await world.settle()
    assert (await world.login("admin@acme.example", "acme-two")).access_token
    with refused("CREDENTIALS_WRONG"):
        await world.login("admin@acme.example", "acme")
    assert (await world.call("iam.GetMe", world.acme_admin)).tenant.display_name == "Acme Two"


async def test_a_tier_that_changed_is_in_the_next_token_and_the_old_one_is_stale(world: World) -> None:
    refresh = (await world.login("admin@acme.example", "acme")).refresh_token
    held = await world.call("billing.ListSubscriptions", world.root, tenant_id=world.acme.id)
    await world.call("billing.ChangeSubscription", world.root, id=held.subscriptions[0].id, plan_id="premium")
    await world.settle()
    with refused("TOKEN_REVOKED"):
        await world.call("iam.GetMe", world.acme_admin)
    renewed = (await world.call("iam.Refresh", refresh_token=refresh)).access_token
    assert world.hosts["iam"].verifier.verify(renewed).tier == "premium"


async def test_the_first_administrator_is_found_again_after_the_address_was_corrected(world: World) -> None:
    async with World.furnished(tenants={"step_seconds": 30}) as other:
        made = await other.call(
            "tenants.CreateTenant",
            other.root,
            slug="initech",
            display_name="Initech",
            plan="standard",
            admin_email="bil@initech.example",
            admin_display_name="Bill",
        )
        await other.settle()
        user = (await other.call("iam.ListUsers", other.root, tenant_id=made.id)).users[0]
        await other.call("iam.UpdateUser", other.root, tenant_id=made.id, id=user.id, email="bill@initech.example")
        await other.call("iam.InviteUser", other.root, tenant_id=made.id, id=user.id)
        await other.settle()
        link = link_token(other.mails.to("bill@initech.example")[-1])
        signed_in = await other.call("iam.AcceptInvitation", token=link, password="correct horse battery staple")
        assert signed_in.user.id == user.id
