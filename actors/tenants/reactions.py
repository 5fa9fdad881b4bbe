"""What Tenants does when something happened, here or elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from actors import MODULES
from actors.api.billing.v1 import EntitlementsChanged, PaymentFailed, PaymentSucceeded, SubscriptionChanged
from actors.api.iam.v1 import UserActive, UserDeleted, UserProvisioned
from actors.api.kernel.v1 import CallsCounted, TenantDataExported, TenantDataPurged
from actors.api.tenants.v1 import ReviewDue, TenantExportExpired, TenantPurgeDue
from actors.kernel.call import Call
from actors.kernel.events.inbox import Reaction
from actors.kernel.module import Room
from actors.kernel.store.unit import Store
from actors.tenants.domain.intake import ArchivePart, ArchiveState
from actors.tenants.domain.intake import TenantExportExpired as Expired
from actors.tenants.domain.tenant import PaymentStatus, PurgedPart, State, Tenant
from actors.tenants.review import Review
from actors.tenants.saga import Saga, database_of
from actors.tenants.settings import TenantsSettings
from actors.tenants.store import TenantsUnit

_OWING = frozenset(("PAST_DUE", "SUSPENDED"))
"""States of a subscription whose tenant has not paid."""


class TenantsReactions:
    """Provisioning, purging, archives, and counting."""

    def __init__(self, room: Room, saga: Saga, review: Review) -> None:
        self.room, self.clock, self.saga, self.review = room, room.clock, saga, review
        self.settings: TenantsSettings = room.settings
        self.store: Store[TenantsUnit] = room.store

    def all(self) -> list[Reaction]:
        return [
            Reaction("ProvisioningStepDue", self.saga.step_due, "tenants"),
            Reaction("ProvisioningStepOverdue", self.saga.step_overdue, "tenants"),
            Reaction("UserProvisioned", self.user_provisioned, "iam"),
            Reaction("InvitationSent", self.saga.invitation_sent, "iam"),
            Reaction("UserDeleted", self.user_deleted, "iam"),
            Reaction("SubscriptionChanged", self.subscription_changed, "billing"),
            Reaction("EntitlementsChanged", self.entitlements_changed, "billing"),
            Reaction("PaymentSucceeded", self.payment_succeeded, "billing"),
            Reaction("PaymentFailed", self.payment_failed, "billing"),
            Reaction("TenantPurgeDue", self.purge_due, "tenants"),
            Reaction("TenantDataPurged", self.data_purged),
            Reaction("TenantDataExported", self.data_exported),
            Reaction("TenantExportExpired", self.export_expired, "tenants"),
            Reaction("ReviewDue", self.review_due, "tenants"),
            Reaction("CallsCounted", self.calls_counted, batch=True),
            Reaction("UserActive", self.users_active, "iam", batch=True),
        ]

    async def user_provisioned(self, event: UserProvisioned, call: Call) -> None:
        if not event.tenant_id:
            return
        async with self.store.unit(call) as unit:
            # The first administrator is announced with every try of the step, and counts once.
            if not event.first_admin or await self.saga.admin_created(unit, event):
                unit.tenants.increment(event.tenant_id, None, user_count=1)

    async def user_deleted(self, event: UserDeleted, call: Call) -> None:
        if event.tenant_id:
            async with self.store.unit(call) as unit:
                unit.tenants.increment(event.tenant_id, None, user_count=-1)

    async def subscription_changed(self, event: SubscriptionChanged, call: Call) -> None:
        """A plan that has begun is a step of provisioning; debts that are paid or given up show in the status."""
        async with self.store.unit(call) as unit:
            await self.saga.plan_started(unit, event)
            if event.state in _OWING:
                await self._with_payments(unit, event.tenant_id, PaymentStatus.PAST_DUE, call)
            elif (event.previous_state in _OWING and event.state == "ACTIVE") or event.previous_state == "INCOMPLETE":
                await self._with_payments(unit, event.tenant_id, PaymentStatus.CURRENT, call)

    async def entitlements_changed(self, event: EntitlementsChanged, call: Call) -> None:
        """Plan and tier are those of the subscription."""
        async with self.store.unit(call) as unit:
            tenant = await unit.tenants.find(event.tenant_id)
            if tenant is not None:
                unit.tenants.put(tenant.entitled(event.plan_id, event.tier, event.revision, self.clock.now()))

    async def payment_succeeded(self, event: PaymentSucceeded, call: Call) -> None:
        if event.account_current:
            async with self.store.unit(call) as unit:
                await self._with_payments(unit, event.tenant_id, PaymentStatus.CURRENT, call)

    async def payment_failed(self, event: PaymentFailed, call: Call) -> None:
        async with self.store.unit(call) as unit:
            await self._with_payments(unit, event.tenant_id, PaymentStatus.PAST_DUE, call)

    async def _with_payments(self, unit: TenantsUnit, tenant_id: str, status: PaymentStatus, call: Call) -> None:
        now = self.clock.now()
        tenant = await unit.tenants.find(tenant_id)
        if tenant is not None:
            unit.tenants.put(tenant.with_payments(status, call.occur_time or now, now))

    async def purge_due(self, event: TenantPurgeDue, call: Call) -> None:
        """Asks every module to remove what it holds, unless the tenant was restored meanwhile."""
        async with self.store.unit(call) as unit:
            exports = await unit.exports.select()
            before = await unit.tenants.get(event.tenant_id)
            tenant = unit.tenants.put(before.purging(self.clock.now()))
        if tenant.purge_begin_time is not None and tenant.state is State.DELETING:
            await self._delete_blobs([blob for export in exports for part in export.parts for blob in part.blob_ids])

    async def data_purged(self, event: TenantDataPurged, call: Call) -> None:
        """Notes a module's part; after the last one the tenant's own database and placement go.

        The provider's log says so; the tenant's own is gone.
        """
        async with self.store.unit(call, aside=True) as unit:
            tenant = await unit.tenants.find(event.tenant_id)
        if tenant is None or tenant.state not in (State.DELETING, State.FAILED):
            return
        now = self.clock.now()
        part = PurgedPart(event.module, event.records, now)
        if _complete(tenant.with_purged(part)):
            # Before the records: killed in between, the event comes again and finds nothing to drop.
            await self.room.backend.drop(database_of(event.tenant_id))
        async with self.store.unit(call.within("")) as unit:
            tenant = (await unit.tenants.get(event.tenant_id)).with_purged(part)
            if _complete(tenant):
                if (placement := await unit.placements.find(tenant.id)) is not None:
                    unit.placements.delete(placement)
                if tenant.purge_begin_time is None:
                    tenant = tenant.but(purged_parts=(), user_count=0)
                    await self.saga.taken_back(unit, tenant)
                else:
                    tenant = tenant.purged(now)
                self.store.forget_placement(tenant.id)
            unit.tenants.put(tenant)
            unit.note("tenants:tenant:purge", tenant.id, f"{event.module}: {event.records} records")

    async def data_exported(self, event: TenantDataExported, call: Call) -> None:
        now = self.clock.now()
        part = ArchivePart(event.module, True, event.records, tuple(event.blob_ids))
        async with self.store.unit(call, aside=True) as unit:
            wanted = await unit.exports.find(event.export_id)
        if wanted is None:  # the tenant was purged meanwhile
            await self._delete_blobs(event.blob_ids)
            return
        async with self.store.unit(call) as unit:
            export = await unit.exports.find(event.export_id)
            if export is None or export.state is not ArchiveState.RUNNING:
                return
            export = unit.exports.put(export.with_part(part, now + timedelta(days=self.settings.export_days), now))
            if export.expire_time is not None:
                unit.schedule(
                    Expired(tenant_id=event.tenant_id, export_id=export.id),
                    name=f"export.{export.id}",
                    when=export.expire_time + timedelta(seconds=1),  # schedules have whole seconds
                )

    async def _delete_blobs(self, names: Iterable[str]) -> None:
        for name in names:
            await self.room.backend.delete_blob(name)

    async def export_expired(self, event: TenantExportExpired, call: Call) -> None:
        async with self.store.unit(call, aside=True) as unit:
            export = await unit.exports.find(event.export_id)
        if export is not None:
            await self._delete_blobs([blob for part in export.parts for blob in part.blob_ids])
        async with self.store.unit(call) as unit:
            if (export := await unit.exports.find(event.export_id)) is not None:
                unit.exports.put(export.expired())

    async def review_due(self, event: ReviewDue, call: Call) -> None:
        await self.review.run(call)

    async def calls_counted(self, events: Sequence[CallsCounted], call: Call) -> None:
        counts: dict[tuple[str, str], list[int]] = {}
        for event in events:
            for row in event.calls:
                both = counts.setdefault((row.tenant_id, event.day), [0, 0])
                both[0] += row.calls
                both[1] += row.failures
        async with self.store.unit(call) as unit:
            there = await unit.tenants.not_purged({tenant_id for tenant_id, _ in counts})
            for (tenant_id, day), (calls, failures) in counts.items():
                if tenant_id not in there:
                    continue
                unit.activity.increment(
                    f"{tenant_id}:{day}", {"tenant_id": tenant_id, "day": day}, calls=calls, failed_calls=failures
                )

    async def users_active(self, events: Sequence[UserActive], call: Call) -> None:
        counts: dict[tuple[str, str], int] = {}
        for event in events:
            if event.tenant_id:
                counts[event.tenant_id, event.day] = counts.get((event.tenant_id, event.day), 0) + 1
        async with self.store.unit(call) as unit:
            there = await unit.tenants.not_purged({tenant_id for tenant_id, _ in counts})
            for (tenant_id, day), count in counts.items():
                if tenant_id not in there:
                    continue
                unit.activity.increment(f"{tenant_id}:{day}", {"tenant_id": tenant_id, "day": day}, active_users=count)


def _complete(tenant: Tenant) -> bool:
    return {part.module for part in tenant.purged_parts} >= set(MODULES)
