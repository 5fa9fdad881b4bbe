"""Runs the steps of provisioning. Each step can be run again at any point without a second effect.

A step that this module does itself is done in the reaction to its announcement; one that another module does is
announced, and done when that module's announcement arrives. A schedule looks after each try of either: a step that has
had its time is announced again, and after too many tries the saga gives up and takes back what it made.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from actors.api.billing.v1 import SubscriptionChanged
from actors.api.iam.v1 import InvitationSent, UserProvisioned
from actors.api.tenants.v1 import ProvisioningStepDue, ProvisioningStepOverdue
from actors.kernel.call import Call
from actors.kernel.errors import DependencyUnavailable
from actors.kernel.module import Room
from actors.kernel.store.contract import Placement
from actors.kernel.store.migrate import create_own_database
from actors.kernel.store.unit import Store
from actors.tenants.domain.provisioning import Kind, Provisioning, SagaState
from actors.tenants.domain.provisioning import ProvisioningStepOverdue as Overdue
from actors.tenants.domain.tenant import Isolation, Tenant, TenantCreated, TenantPurgeRequested, TenantWelcomeDue
from actors.tenants.settings import TenantsSettings
from actors.tenants.store import TenantsUnit

log = logging.getLogger(__name__)

OWN_DATABASE = "t_"
REMOTE = {Kind.CREATE_ADMIN: "iam", Kind.START_PLAN: "billing", Kind.WELCOME: "iam"}
"""Steps that another module does."""


class Saga:
    """Moves provisionings forward."""

    def __init__(self, room: Room) -> None:
        self.room, self.clock = room, room.clock
        self.settings: TenantsSettings = room.settings
        self.store: Store[TenantsUnit] = room.store

    async def step_due(self, event: ProvisioningStepDue, call: Call) -> None:
        kind = Kind[event.step]
        async with self.store.unit(call, aside=True) as unit:
            saga = await unit.provisionings.find(event.tenant_id)
            tenant = await unit.tenants.find(event.tenant_id)
        if saga is None or tenant is None or not saga.expects(kind, event.attempt):
            return
        try:
            await self._prepare(kind, tenant)
        except DependencyUnavailable:
            raise  # nothing can be noted either; the event comes again
        except Exception as error:  # noqa: BLE001 - whatever it is, the saga must say so and go on to its next try
            log.warning("step %s of %s failed: %s", kind.name, event.tenant_id, error)
            async with self.store.unit(call) as unit:
                saga = await unit.provisionings.get(event.tenant_id)
                if saga.expects(kind, event.attempt):
                    unit.provisionings.put(saga.stumbled(kind, str(error) or type(error).__name__, self.clock.now()))
            return
        async with self.store.unit(call) as unit:
            saga, tenant = await unit.provisionings.get(event.tenant_id), await unit.tenants.get(event.tenant_id)
            if saga.expects(kind, event.attempt):
                self._run(unit, saga, tenant, kind)

    async def _prepare(self, kind: Kind, tenant: Tenant) -> None:
        """The part of a step that no unit can hold."""
        if kind is Kind.CREATE_STORE and tenant.isolation is Isolation.SILO:
            await create_own_database(self.room.backend, self.room.collections, database_of(tenant.id))

    def _run(self, unit: TenantsUnit, saga: Provisioning, tenant: Tenant, kind: Kind) -> None:
        now = self.clock.now()
        if kind in REMOTE:
            unit.announce(_asked(kind, tenant), key=tenant.id)
            return
        if kind is Kind.PLACE:
            silo = tenant.isolation is Isolation.SILO
            unit.placements.insert_absent(
                [
                    Placement(
                        id=tenant.id,
                        tenant_id=tenant.id,
                        isolation=tenant.isolation.name,
                        database=database_of(tenant.id) if silo else "",
                    )
                ]
            )
        elif kind is Kind.ACTIVATE:
            unit.tenants.put(tenant.activated(now))
        advance(unit, saga.done(kind, now), self.settings)

    async def step_overdue(self, event: ProvisioningStepOverdue, call: Call) -> None:
        """Tries a step again that has had its time, or gives up."""
        kind = Kind[event.step]
        async with self.store.unit(call) as unit:
            saga, tenant = await unit.provisionings.get(event.tenant_id), await unit.tenants.get(event.tenant_id)
            step = saga.step(kind)
            if not saga.expects(kind, event.attempt) or step.tries != event.tries:
                return
            if step.tries < self.settings.step_tries:
                advance(unit, saga.tried(kind, self.clock.now()), self.settings)
            else:
                silent = f"{REMOTE.get(kind, 'tenants')} did not answer in {step.tries} tries"
                self._give_up(unit, saga, tenant, kind, step.error or silent)

    def _give_up(self, unit: TenantsUnit, saga: Provisioning, tenant: Tenant, kind: Kind, error: str) -> None:
        now = self.clock.now()
        log.warning("provisioning of %s gives up at %s: %s", tenant.id, kind.name, error)
        unit.provisionings.put(saga.failed(kind, error, now))
        unit.tenants.put(tenant.failed(f"{kind.name}: {error}", now))
        unit.announce(TenantPurgeRequested(tenant_id=tenant.id), key=tenant.id)

    async def admin_created(self, unit: TenantsUnit, event: UserProvisioned) -> bool:
        """Whether the saga was waiting for this, so that it is news."""
        return await self._done(unit, event.tenant_id, Kind.CREATE_ADMIN)

    async def invitation_sent(self, event: InvitationSent, call: Call) -> None:
        if event.tenant_id:
            async with self.store.unit(call) as unit:
                await self._done(unit, event.tenant_id, Kind.WELCOME)

    async def plan_started(self, unit: TenantsUnit, event: SubscriptionChanged) -> None:
        await self._done(unit, event.tenant_id, Kind.START_PLAN)

    async def _done(self, unit: TenantsUnit, tenant_id: str, kind: Kind) -> bool:
        saga = await unit.provisionings.find(tenant_id)
        if saga is None or not saga.expects(kind):
            return False
        advance(unit, saga.done(kind, self.clock.now()), self.settings)
        return True

    async def taken_back(self, unit: TenantsUnit, tenant: Tenant) -> None:
        """Notes that nothing of a failed attempt is left."""
        saga = await unit.provisionings.find(tenant.id)
        if saga is not None and saga.state is SagaState.FAILED:
            unit.provisionings.put(saga.but(taken_back=True))


def advance(unit: TenantsUnit, saga: Provisioning, settings: TenantsSettings) -> Provisioning:
    """Keeps the saga and looks after the step that it waits for: each try has twice the time of the one before."""
    if (step := saga.running) is not None:
        wait = timedelta(seconds=settings.step_seconds * 2 ** (step.tries - 1))
        unit.schedule(
            Overdue(tenant_id=saga.id, attempt=saga.attempt, step=step.kind.name, tries=step.tries),
            name=f"step.{saga.id}",
            when=unit.clock.now() + wait + timedelta(seconds=1),  # schedules have whole seconds
        )
    return unit.provisionings.put(saga)


def database_of(tenant_id: str) -> str:
    """The name of a tenant's own database, after the shared one's; MongoDB allows 63 characters in all."""
    return OWN_DATABASE + tenant_id.removeprefix("ten_").lower()


def _asked(kind: Kind, tenant: Tenant) -> TenantCreated | TenantWelcomeDue:
    if kind is Kind.WELCOME:
        return TenantWelcomeDue(tenant_id=tenant.id, admin_email=tenant.admin_email)
    return TenantCreated(
        tenant_id=tenant.id,
        slug=tenant.slug,
        display_name=tenant.display_name,
        plan=tenant.plan,
        tier=tenant.tier,
        admin_email=tenant.admin_email,
        admin_display_name=tenant.admin_display_name,
        locale=tenant.locale,
        time_zone=tenant.time_zone,
    )
