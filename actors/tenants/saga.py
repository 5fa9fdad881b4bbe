"""Runs the steps of provisioning. Each step can be run again at any point without a second effect.

A step that this module does itself is done in the reaction to its announcement; one that another module does is
announced, and done when that module's announcement arrives. A schedule looks after each try: a step that has had its
time is announced again, and after too many tries the saga gives up and takes back what it made.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from actors.api.iam.v1 import InvitationSent, UserProvisioned
from actors.api.tenants.v1 import ProvisioningStepDue, ProvisioningStepOverdue
from actors.kernel.call import Call
from actors.kernel.errors import AtriumError, DependencyUnavailable
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
        except AtriumError as error:
            await self._stumble(call, event.tenant_id, kind, str(error))
            return
        async with self.store.unit(call) as unit:
            saga, tenant = await unit.provisionings.get(event.tenant_id), await unit.tenants.get(event.tenant_id)
            if saga.expects(kind, event.attempt):
                self._run(unit, saga.tried(kind), tenant, kind)

    async def _prepare(self, kind: Kind, tenant: Tenant) -> None:
        """The part of a step that no unit can hold."""
        if kind is Kind.CREATE_STORE and tenant.isolation is Isolation.SILO:
            await create_own_database(self.room.backend, self.room.collections, database_of(tenant.id))

    def _run(self, unit: TenantsUnit, saga: Provisioning, tenant: Tenant, kind: Kind) -> None:
        now = self.clock.now()
        if kind in REMOTE:
            unit.announce(_asked(kind, tenant), key=tenant.id)
            self._look_after(unit, saga, kind)
            unit.provisionings.put(saga)
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
        unit.provisionings.put(saga.done(kind, now))

    def _look_after(self, unit: TenantsUnit, saga: Provisioning, kind: Kind) -> None:
        tries = saga.step(kind).tries
        wait = timedelta(seconds=self.settings.step_seconds * 2 ** (tries - 1))
        unit.schedule(
            Overdue(tenant_id=saga.id, attempt=saga.attempt, step=kind.name, tries=tries),
            name=f"step.{saga.id}",
            when=self.clock.now() + wait + timedelta(seconds=1),  # schedules have whole seconds
        )

    async def step_overdue(self, event: ProvisioningStepOverdue, call: Call) -> None:
        """Tries a step again that has had its time, or gives up."""
        kind = Kind[event.step]
        async with self.store.unit(call) as unit:
            saga, tenant = await unit.provisionings.get(event.tenant_id), await unit.tenants.get(event.tenant_id)
            if not saga.expects(kind, event.attempt) or saga.step(kind).tries != event.tries:
                return
            who = REMOTE.get(kind, "tenants")
            if event.tries >= self.settings.step_tries:
                self._give_up(unit, saga, tenant, kind, f"{who} did not answer in {event.tries} tries")
            else:
                self._run(unit, saga.tried(kind), tenant, kind)

    async def _stumble(self, call: Call, tenant_id: str, kind: Kind, error: str) -> None:
        async with self.store.unit(call) as unit:
            saga, tenant = await unit.provisionings.get(tenant_id), await unit.tenants.get(tenant_id)
            saga = saga.tried(kind)
            if saga.step(kind).tries >= self.settings.step_tries:
                self._give_up(unit, saga, tenant, kind, error)
            else:
                self._look_after(unit, saga, kind)
                unit.provisionings.put(saga.stumbled(kind, error, self.clock.now()))

    def _give_up(self, unit: TenantsUnit, saga: Provisioning, tenant: Tenant, kind: Kind, error: str) -> None:
        now = self.clock.now()
        log.warning("provisioning of %s gives up at %s: %s", tenant.id, kind.name, error)
        unit.provisionings.put(saga.failed(kind, error, now))
        unit.tenants.put(tenant.failed(f"{kind.name}: {error}", now))
        unit.announce(TenantPurgeRequested(tenant_id=tenant.id), key=tenant.id)

    async def admin_created(self, unit: TenantsUnit, event: UserProvisioned) -> None:
        if event.first_admin:
            await self._done(unit, event.tenant_id, Kind.CREATE_ADMIN)

    async def invitation_sent(self, event: InvitationSent, call: Call) -> None:
        if event.tenant_id:
            async with self.store.unit(call) as unit:
                await self._done(unit, event.tenant_id, Kind.WELCOME)

    async def _done(self, unit: TenantsUnit, tenant_id: str, kind: Kind) -> None:
        saga = await unit.provisionings.find(tenant_id)
        if saga is not None and saga.expects(kind):
            unit.provisionings.put(saga.done(kind, self.clock.now()))

    async def taken_back(self, unit: TenantsUnit, tenant: Tenant) -> None:
        """Notes that nothing of a failed attempt is left."""
        saga = await unit.provisionings.find(tenant.id)
        if saga is not None and saga.state is SagaState.FAILED:
            unit.provisionings.put(saga.but(taken_back=True))


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
