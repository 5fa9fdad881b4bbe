"""What IAM does when something happened elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from actors.api.iam.v1 import SessionStarted, SignInFailed
from actors.api.kernel.v1 import AuditRecorded, PermissionsUsed
from actors.api.tenants.v1 import (
    TenantCreated,
    TenantDeleted,
    TenantProvisioningFailed,
    TenantPurged,
    TenantRestored,
    TenantSettingsChanged,
    TenantSuspended,
    TenantTierChanged,
    TenantUpdated,
    TenantWelcomeDue,
)
from actors.iam.domain.access import Purpose, Tenancy, TenantState
from actors.iam.domain.audit import AuditLog
from actors.iam.domain.role import TENANT_ADMIN, grant
from actors.iam.domain.session import EndReason
from actors.iam.domain.user import Credential, Status, User, UserProvisioned, new_user
from actors.iam.invitations import Links
from actors.iam.store import IamUnit
from actors.kernel import wire
from actors.kernel.call import PLATFORM, Call
from actors.kernel.events.inbox import Reaction
from actors.kernel.module import Room
from actors.kernel.store.contract import Eq
from actors.kernel.store.unit import Store


class IamReactions:
    """Keeps the directory of tenants, creates their first administrators, files the audit log, counts."""

    def __init__(self, room: Room, links: Links) -> None:
        self.room, self.links = room, links
        self.store: Store[IamUnit] = room.store

    def all(self) -> list[Reaction]:
        return [
            Reaction("TenantCreated", self.tenant_created, "tenants"),
            Reaction("TenantWelcomeDue", self.welcome_due, "tenants"),
            Reaction("TenantProvisioningFailed", self.provisioning_failed, "tenants"),
            Reaction("TenantUpdated", self.tenant_updated, "tenants"),
            Reaction("TenantTierChanged", self.tier_changed, "tenants"),
            Reaction("TenantSettingsChanged", self.settings_changed, "tenants"),
            Reaction("TenantSuspended", self.tenant_suspended, "tenants"),
            Reaction("TenantRestored", self.tenant_restored, "tenants"),
            Reaction("TenantDeleted", self.tenant_deleted, "tenants"),
            Reaction("TenantPurged", self.tenant_purged, "tenants"),
            Reaction("AuditRecorded", self.audit_recorded, batch=True),
            Reaction("PermissionsUsed", self.permissions_used, batch=True),
            Reaction("SessionStarted", self.sessions_started, "iam", batch=True),
            Reaction("SignInFailed", self.sign_ins_failed, "iam", batch=True),
        ]

    async def tenant_created(self, event: TenantCreated, call: Call) -> None:
        """Opens the directory entry and creates the first administrator, whom a repeated event finds there."""
        now, at = self.room.clock.now(), _when(call, self.room)
        async with self.store.unit(call) as unit:
            known = await unit.directory.find(event.tenant_id)
            if known is None:
                known = Tenancy(
                    id=event.tenant_id,
                    slug=event.slug,
                    slug_key=event.slug,
                    display_name=event.display_name,
                    tier=event.tier,
                    state_time=at,
                    profile_time=at,
                    locale=event.locale,
                    time_zone=event.time_zone,
                )
            else:
                known = known.in_state(TenantState.OPEN, at).but(slug_key=known.slug)
            unit.directory.put(known)
            user = await unit.users.one(Eq("first_admin", True), Eq("email_key", event.admin_email.casefold()))
            if user is not None:
                unit.users.put(_told_again(user))
                return
            user = new_user(
                id=self.room.clock.new_id("usr"),
                tenant_id=event.tenant_id,
                email=event.admin_email,
                display_name=event.admin_display_name,
                at=now,
                active=False,
                role_ids=(TENANT_ADMIN.id,),
                locale=event.locale,
                time_zone=event.time_zone,
                first_admin=True,
            )
            unit.users.put(user)
            unit.credentials.put(Credential(id=user.id))
            unit.user_roles.put(grant(user.id, event.tenant_id, TENANT_ADMIN.id, "system", now))

    async def welcome_due(self, event: TenantWelcomeDue, call: Call) -> None:
        """Mails the first administrator's invitation, and says so."""
        async with self.store.unit(call) as unit:
            user = await unit.users.one(Eq("first_admin", True), Eq("email_key", event.admin_email.casefold()))
            tenancy = await unit.directory.get(event.tenant_id)
            if user is not None and user.status is Status.INVITED:
                if not await unit.links.of_user(user.id, Purpose.INVITATION):
                    await self.links.send(unit, call, user, tenancy, Purpose.INVITATION)
                unit.users.put(user.invited())

    async def provisioning_failed(self, event: TenantProvisioningFailed, call: Call) -> None:
        """Takes back the directory entry and an administrator who never signed in."""
        at = _when(call, self.room)
        async with self.store.unit(call) as unit:
            if (known := await unit.directory.find(event.tenant_id)) is None:
                return
            unit.directory.put(known.in_state(TenantState.CLOSED, at).but(slug_key=None))
            user = await unit.users.one(Eq("first_admin", True))
            if user is not None and user.status is Status.INVITED:
                unit.users.put(user.deleted(self.room.clock.now()))
                for link in await unit.links.of_user(user.id, Purpose.INVITATION):
                    unit.links.delete(link)

    async def tenant_updated(self, event: TenantUpdated, call: Call) -> None:
        at = _when(call, self.room)
        async with self.store.unit(call) as unit:
            known = await unit.directory.get(event.tenant_id)
            if known.profile_time is None or at >= known.profile_time:
                unit.directory.put(
                    known.but(
                        slug=event.slug,
                        slug_key=event.slug if known.slug_key is not None else None,
                        display_name=event.display_name,
                        tier=event.tier,
                        profile_time=at,
                    )
                )

    async def tier_changed(self, event: TenantTierChanged, call: Call) -> None:
        async with self.store.unit(call) as unit:
            known = await unit.directory.get(event.tenant_id)
            unit.directory.put(known.but(tier=event.tier))

    async def settings_changed(self, event: TenantSettingsChanged, call: Call) -> None:
        at = _when(call, self.room)
        async with self.store.unit(call) as unit:
            known = await unit.directory.get(event.tenant_id)
            if known.settings_time is None or at >= known.settings_time:
                unit.directory.put(
                    known.but(
                        display_name=event.display_name or known.display_name,
                        locale=event.locale,
                        time_zone=event.time_zone,
                        mfa_required=event.mfa_required,
                        session_hours=event.session_hours,
                        allowed_email_domains=tuple(event.allowed_email_domains),
                        settings_time=at,
                    )
                )

    async def tenant_suspended(self, event: TenantSuspended, call: Call) -> None:
        await self._close(event.tenant_id, TenantState.SUSPENDED, call)

    async def tenant_deleted(self, event: TenantDeleted, call: Call) -> None:
        await self._close(event.tenant_id, TenantState.CLOSED, call)

    async def _close(self, tenant_id: str, state: TenantState, call: Call) -> None:
        """Refuses sign-in and ends the open sessions. Their tokens stopped working with the event itself."""
        now, at = self.room.clock.now(), _when(call, self.room)
        async with self.store.unit(call) as unit:
            known = await unit.directory.get(tenant_id)
            unit.directory.put(known.in_state(state, at))
            for session in await unit.sessions.select(Eq("end_time", None), limit=500):
                unit.sessions.put(session.ended(EndReason.TENANT_CLOSED, now))

    async def tenant_restored(self, event: TenantRestored, call: Call) -> None:
        at = _when(call, self.room)
        async with self.store.unit(call) as unit:
            unit.directory.put((await unit.directory.get(event.tenant_id)).in_state(TenantState.OPEN, at))

    async def tenant_purged(self, event: TenantPurged, call: Call) -> None:
        async with self.store.unit(call.within("")) as unit:
            if (known := await unit.directory.find(event.tenant_id)) is not None:
                unit.directory.delete(known)

    async def audit_recorded(self, events: Sequence[AuditRecorded], call: Call) -> None:
        """Files entries in the log of their scope, where they wait for the sealer."""
        pending: dict[str, int] = {}
        async with self.store.unit(call) as unit:
            for event in events:
                entry = wire.record(AuditLog, event, refused=event.outcome != 0)
                entries = [entry]
                if event.tenant_id and event.actor_realm == PLATFORM:
                    # The provider's own log keeps what its staff did to tenants, also when the tenant is gone.
                    entries.append(entry.but(tenant_id="", about_tenant_id=event.tenant_id))
                for one in entries:
                    unit.audit_logs.of(one.tenant_id).put(one)
                    pending[one.tenant_id] = pending.get(one.tenant_id, 0) + 1
            for scope, count in pending.items():
                unit.audit_unsealed.increment(scope or PLATFORM, {}, pending=count)

    async def permissions_used(self, events: Sequence[PermissionsUsed], call: Call) -> None:
        counts: dict[tuple[str, str, str], list[int]] = {}
        for event in events:
            for use in event.uses:
                both = counts.setdefault((use.tenant_id, event.day, use.permission), [0, 0])
                both[0] += use.allowed
                both[1] += use.denied
        async with self.store.unit(call) as unit:
            for (tenant_id, day, permission), (allowed, denied) in counts.items():
                unit.permission_days.increment(
                    f"{tenant_id or PLATFORM}:{day}:{permission}",
                    {"tenant_id": tenant_id, "day": day, "permission": permission},
                    allowed=allowed,
                    denied=denied,
                )

    async def sessions_started(self, events: Sequence[SessionStarted], call: Call) -> None:
        await self._count_sign_ins([e.tenant_id for e in events if not e.impersonator_id], call, "succeeded")

    async def sign_ins_failed(self, events: Sequence[SignInFailed], call: Call) -> None:
        await self._count_sign_ins([e.tenant_id for e in events], call, "failed")

    async def _count_sign_ins(self, scopes: list[str], call: Call, what: str) -> None:
        day = self.room.clock.today()
        async with self.store.unit(call) as unit:
            for scope in set(scopes):
                unit.sign_in_days.increment(
                    f"{scope or PLATFORM}:{day}",
                    {"tenant_id": scope, "day": day},
                    None,
                    **{what: scopes.count(scope)},
                )


def _when(call: Call, room: Room) -> datetime:
    return call.occur_time or room.clock.now()


def _told_again(user: User) -> User:
    """The user with the announcement of their creation, for a saga that starts again."""
    return user.but(
        UserProvisioned(
            user_id=user.id,
            tenant_id=user.tenant_id,
            email=user.email,
            display_name=user.display_name,
            status=user.status.name,
            role_ids=(TENANT_ADMIN.id,),
            first_admin=True,
        )
    )
