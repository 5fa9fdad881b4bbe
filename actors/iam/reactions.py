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
    TenantUpdated,
    TenantWelcomeDue,
)
from actors.iam.domain.access import Purpose, TenantState
from actors.iam.domain.audit import AuditLog
from actors.iam.domain.role import TENANT_ADMIN, grant
from actors.iam.domain.session import EndReason
from actors.iam.domain.user import Credential, InvitationSent, Status, User, UserProvisioned, new_user
from actors.iam.invitations import Links
from actors.iam.store import COLLECTIONS, IamUnit
from actors.kernel import wire
from actors.kernel.call import PLATFORM, Call
from actors.kernel.errors import NotFound
from actors.kernel.events.inbox import Reaction
from actors.kernel.module import Room
from actors.kernel.store.contract import Eq, In, Ne, Reach
from actors.kernel.store.unit import Store

_ENDED_AT_ONCE = 500


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
        now = self.room.clock.now()
        async with self.store.unit(call) as unit:
            known = (await unit.directory.known(event.tenant_id)).created(
                slug=event.slug,
                display_name=event.display_name,
                tier=event.tier,
                locale=event.locale,
                time_zone=event.time_zone,
                at=_when(call, self.room),
            )
            unit.directory.put(known)
            if known.state is not TenantState.OPEN:
                return  # provisioning gave up after it had asked for this
            user = await self._first_admin(unit)
            if user is not None:
                unit.announce(_provisioned(user), key=user.id)
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
        """Mails the first administrator's invitation, and says so; also when it was mailed or accepted before."""
        async with self.store.unit(call) as unit:
            user = await self._first_admin(unit)
            if user is None:
                return
            tenancy = await unit.directory.here()
            if user.status is not Status.INVITED:
                told = InvitationSent(user_id=user.id, tenant_id=user.tenant_id, email=user.email)
                unit.announce(told, key=user.id)
                return
            if not await unit.links.of_user(user.id, Purpose.INVITATION):
                await self.links.send(unit, call, user, tenancy, Purpose.INVITATION)
            unit.users.put(user.invited())

    async def provisioning_failed(self, event: TenantProvisioningFailed, call: Call) -> None:
        """Takes back the directory entry, and an administrator who was created after the tenant's data was removed."""
        async with self.store.unit(call) as unit:
            known = (await unit.directory.known(event.tenant_id)).taken_back(_when(call, self.room))
            unit.directory.put(known)
            if known.placed:
                return  # there is a newer attempt
            try:
                user = await self._first_admin(unit)
            except NotFound:  # the place itself is gone
                return
            if user is not None and user.status is Status.INVITED:
                for held in await unit.user_roles.of_user(user.id):
                    unit.user_roles.delete(held)
                for link in await unit.links.of_user(user.id):
                    unit.links.delete(link)
                if (credential := await unit.credentials.find(user.id)) is not None:
                    unit.credentials.delete(credential)
                unit.users.delete(user)

    async def _first_admin(self, unit: IamUnit) -> User | None:
        return await unit.users.one(Eq("first_admin", True), Ne("status", Status.DELETED.name))

    async def tenant_updated(self, event: TenantUpdated, call: Call) -> None:
        async with self.store.unit(call) as unit:
            known = await unit.directory.known(event.tenant_id)
            at = _when(call, self.room)
            unit.directory.put(known.updated(slug=event.slug, display_name=event.display_name, tier=event.tier, at=at))

    async def settings_changed(self, event: TenantSettingsChanged, call: Call) -> None:
        async with self.store.unit(call) as unit:
            known = await unit.directory.known(event.tenant_id)
            unit.directory.put(
                known.configured(
                    _when(call, self.room),
                    display_name=event.display_name,
                    locale=event.locale,
                    time_zone=event.time_zone,
                    mfa_required=event.mfa_required,
                    session_hours=event.session_hours,
                    allowed_email_domains=tuple(event.allowed_email_domains),
                )
            )

    async def tenant_suspended(self, event: TenantSuspended, call: Call) -> None:
        await self._close(event.tenant_id, TenantState.SUSPENDED, call)

    async def tenant_deleted(self, event: TenantDeleted, call: Call) -> None:
        await self._close(event.tenant_id, TenantState.CLOSED, call)

    async def _close(self, tenant_id: str, state: TenantState, call: Call) -> None:
        """Refuses sign-in and ends the sessions that are open. Their tokens stopped working with the event itself."""
        now, at = self.room.clock.now(), _when(call, self.room)
        async with self.store.unit(call, aside=True) as unit:
            known = await unit.directory.known(tenant_id)
            unit.directory.put(known.in_state(state, at))
            placed = known.placed
        ended = _ENDED_AT_ONCE
        while placed and ended == _ENDED_AT_ONCE:
            async with self.store.unit(call, aside=True) as unit:
                sessions = await unit.sessions.begun_before(at, _ENDED_AT_ONCE)
                ended = len(sessions)
                for session in sessions:
                    unit.sessions.put(session.ended(EndReason.TENANT_CLOSED, now))
        async with self.store.unit(call):
            pass  # commits the inbox mark: all of it is done

    async def tenant_restored(self, event: TenantRestored, call: Call) -> None:
        async with self.store.unit(call) as unit:
            known = await unit.directory.known(event.tenant_id)
            unit.directory.put(known.in_state(TenantState.OPEN, _when(call, self.room)))

    async def tenant_purged(self, event: TenantPurged, call: Call) -> None:
        """Keeps only that the tenant is gone, and removes what was filed while the modules were purging."""
        try:
            database = await self.store.database(event.tenant_id)
            if database:
                await self.room.backend.drop(database)
            for collection in COLLECTIONS:
                if collection.reach is not Reach.PLATFORM and not (database and collection.placed):
                    await self.room.backend.purge(await self.store.place(collection, event.tenant_id))
        except NotFound:  # no placement is left, so nothing could be filed
            pass
        self.store.forget_placement(event.tenant_id)
        async with self.store.unit(call.within("")) as unit:
            known = await unit.directory.known(event.tenant_id)
            unit.directory.put(known.purged(_when(call, self.room)))
            if (counter := await unit.audit_unsealed.find(event.tenant_id)) is not None:
                unit.audit_unsealed.delete(counter)

    async def audit_recorded(self, events: Sequence[AuditRecorded], call: Call) -> None:
        """Files entries in the log of their scope, where they wait for the sealer.

        The provider's own log keeps what its staff did to tenants, also when the tenant is gone or never was.
        """
        pending: dict[str, int] = {}
        async with self.store.unit(call) as unit:
            about = tuple({event.tenant_id for event in events if event.tenant_id})
            known = await unit.directory.select(In("id", about), limit=len(about)) if about else []
            logs = {"", *(tenancy.id for tenancy in known if tenancy.placed)}
            for event in events:
                entry = wire.record(AuditLog, event, refused=event.outcome != 0)
                entries = [entry] if entry.tenant_id in logs else []
                if entry.tenant_id and entry.actor_realm == PLATFORM:
                    entries.append(entry.but(tenant_id="", about_tenant_id=entry.tenant_id))
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
                    None,
                    **{what: scopes.count(scope)},
                )


def _when(call: Call, room: Room) -> datetime:
    return call.occur_time or room.clock.now()


def _provisioned(user: User) -> UserProvisioned:
    """The announcement of the first administrator's creation once more, for a step that is tried again."""
    return UserProvisioned(
        user_id=user.id,
        tenant_id=user.tenant_id,
        email=user.email,
        display_name=user.display_name,
        status=user.status.name,
        role_ids=(TENANT_ADMIN.id,),
        first_admin=True,
    )
