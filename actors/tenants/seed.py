"""Tenants' part of the demonstration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from actors.kernel.demo import DemoTenant, Seeding
from actors.kernel.store.contract import PLACEMENTS, Placement
from actors.kernel.store.migrate import create_own_database
from actors.tenants.domain.activity import Measures, TenantActivity, health
from actors.tenants.domain.provisioning import Provisioning, SagaState, Step, StepState, new_provisioning
from actors.tenants.domain.settings import Branding, TenantSettings
from actors.tenants.domain.tenant import Isolation, PaymentStatus, State, Tenant, new_tenant
from actors.tenants.intake import skipped_steps
from actors.tenants.saga import database_of
from actors.tenants.settings import TenantsSettings
from actors.tenants.store import ACTIVITY, PROVISIONINGS, SETTINGS, TENANTS

WEEK = 7


async def seed(seeding: Seeding) -> None:
    """Writes tenants that were provisioned long ago, with a year of activity each."""
    demo, settings = seeding.demo, seeding.settings
    silos = [tenant for tenant in demo.tenants if settings.plans[tenant.plan].isolation == "SILO"]
    for tenant in silos:
        await create_own_database(seeding.store.backend, seeding.collections, database_of(tenant.id))
    await seeding.load(PLACEMENTS, (_placement(tenant, settings) for tenant in demo.tenants))
    await seeding.load(PROVISIONINGS, (_provisioning(tenant) for tenant in demo.tenants))
    await seeding.load(SETTINGS, (_settings(tenant) for tenant in demo.tenants))
    await seeding.load(TENANTS, (_tenant(tenant, seeding) for tenant in demo.tenants))
    await seeding.load(ACTIVITY, (day for tenant in demo.tenants for day in _activity(tenant, seeding)))


def _placement(tenant: DemoTenant, settings: TenantsSettings) -> Placement:
    isolation = settings.plans[tenant.plan].isolation
    database = database_of(tenant.id) if isolation == "SILO" else ""
    return Placement(id=tenant.id, tenant_id=tenant.id, isolation=isolation, database=database)


def _provisioning(tenant: DemoTenant) -> Provisioning:
    begun = new_provisioning(tenant.id, skipped_steps(), tenant.create_time)

    def done(step: Step) -> Step:
        if step.state is StepState.SKIPPED:
            return step
        return replace(step, state=StepState.DONE, tries=1, start_time=tenant.create_time, end_time=tenant.create_time)

    steps = tuple(done(step) for step in begun.steps)
    return replace(begun, state=SagaState.SUCCEEDED, steps=steps, announcements=())


def _settings(tenant: DemoTenant) -> TenantSettings:
    return TenantSettings(
        id=tenant.id,
        tenant_id=tenant.id,
        branding=Branding(display_name=tenant.display_name),
        locale=tenant.locale,
        time_zone=tenant.time_zone,
        update_time=tenant.create_time,
    )


def _tenant(tenant: DemoTenant, seeding: Seeding) -> Tenant:
    plan = seeding.settings.plans[tenant.plan]
    admin = tenant.users[0]
    behind = tenant.state == "SUSPENDED" or seeding.demo.overdue(tenant)
    payment = PaymentStatus.PAST_DUE if behind else PaymentStatus.CURRENT
    days = list(seeding.demo.activity(tenant))
    score, _ = health(
        Measures(
            users=len(tenant.users),
            active_user_days=sum(len(there) for _, _, _, there in days[-WEEK:]),
            calls_this_week=sum(calls for _, calls, _, _ in days[-WEEK:]),
            calls_last_week=sum(calls for _, calls, _, _ in days[-2 * WEEK : -WEEK]),
            payment_status=payment,
        )
    )
    fresh = new_tenant(
        id=tenant.id,
        slug=tenant.slug,
        display_name=tenant.display_name,
        plan=tenant.plan,
        tier=plan.tier,
        isolation=Isolation[plan.isolation],
        admin_email=admin.email,
        admin_display_name=admin.display_name,
        locale=tenant.locale,
        time_zone=tenant.time_zone,
        at=tenant.create_time,
    )
    return replace(
        fresh,
        state=State[tenant.state],
        state_reason="payment is overdue" if tenant.state == "SUSPENDED" else "",
        health_score=score,
        payment_status=payment,
        user_count=len(tenant.users),
    )


def _activity(tenant: DemoTenant, seeding: Seeding) -> Iterator[TenantActivity]:
    size = 20_000 * len(tenant.users)
    for day, calls, failed, there in seeding.demo.activity(tenant):
        size += 150 * calls // 10
        if calls or there:
            yield TenantActivity(
                id=f"{tenant.id}:{day}",
                tenant_id=tenant.id,
                day=day,
                calls=calls,
                failed_calls=failed,
                active_users=len(there),
                storage_bytes=size,
            )
