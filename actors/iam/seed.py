"""IAM's part of the demonstration."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import argon2

from actors.iam.domain.access import Tenancy, TenantState
from actors.iam.domain.audit import AuditLog, PermissionDay, SignInDay, Unsealed
from actors.iam.domain.role import Grant, new_role
from actors.iam.domain.session import ActiveDay
from actors.iam.domain.user import Credential, Status, User, new_user
from actors.iam.sessions import KEEP_DAYS
from actors.iam.store import (
    ACTIVE_DAYS,
    AUDIT_LOGS,
    AUDIT_UNSEALED,
    CREDENTIALS,
    DIRECTORY,
    PERMISSION_DAYS,
    ROLES,
    SIGN_IN_DAYS,
    USER_ROLES,
    USERS,
)
from actors.kernel.call import PLATFORM
from actors.kernel.demo import PASSWORD, DemoTenant, Seeding

ACTIVE_DAYS_BACK = 60
"""How many days back it is known who was there; older days are only counted."""
_SUBJECT = ("tenants.read", "users.read", "roles.read", "audit.read", "tenant-metrics.read", "iam-metrics.read")


async def seed(seeding: Seeding) -> None:
    """Writes the tenants' people, who they are and when they came; all have the demonstration's password."""
    hashed = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1).hash(PASSWORD)
    demo = seeding.demo
    await seeding.load(DIRECTORY, (_tenancy(tenant) for tenant in demo.tenants))
    for tenant in demo.tenants:
        await seeding.load(USERS, (_user(tenant, index) for index in range(len(tenant.users))), tenant.id)
        await seeding.load(
            CREDENTIALS, (Credential(id=user.id, password_hash=hashed) for user in tenant.users), tenant.id
        )
        await seeding.load(USER_ROLES, (_grant(tenant, index) for index in range(len(tenant.users))), tenant.id)
        await seeding.load(ACTIVE_DAYS, _active_days(tenant, seeding), tenant.id)
        if len(tenant.users) >= 10:
            role = new_role(
                id=f"rol_{hashlib.sha256(tenant.id.encode()).hexdigest()[:26].upper()}",
                tenant_id=tenant.id,
                display_name="Team Lead",
                description="Invites people and sees who did what.",
                permissions=("users.create", "users.invite", "audit.read"),
                parent_id="role_member",
                at=tenant.create_time,
            )
            await seeding.load(ROLES, [role], tenant.id)
        entries = list(_audit(tenant, seeding))
        await seeding.load(AUDIT_LOGS, entries, tenant.id)
        await seeding.load(AUDIT_UNSEALED, [Unsealed(id=tenant.id, pending=len(entries))])
    await seeding.load(SIGN_IN_DAYS, (day for tenant in demo.tenants for day in _sign_ins(tenant, seeding)))
    await seeding.load(PERMISSION_DAYS, _permission_days(seeding))


def _tenancy(tenant: DemoTenant) -> Tenancy:
    return Tenancy(
        id=tenant.id,
        slug=tenant.slug,
        slug_key=tenant.slug,
        display_name=tenant.display_name,
        tier=tenant.tier,
        state=TenantState.OPEN if tenant.state == "ACTIVE" else TenantState.SUSPENDED,
        state_time=tenant.create_time,
        locale=tenant.locale,
        time_zone=tenant.time_zone,
        profile_time=tenant.create_time,
    )


def _user(tenant: DemoTenant, index: int) -> User:
    person = tenant.users[index]
    user = new_user(
        id=person.id,
        tenant_id=tenant.id,
        email=person.email,
        display_name=person.display_name,
        at=person.create_time,
        active=person.diligence > 0.05,
        role_ids=(person.role_id,),
        locale=tenant.locale,
        time_zone=tenant.time_zone,
        first_admin=index == 0,
    )
    status = Status.SUSPENDED if index and index % 23 == 0 else user.status
    return replace(user, status=status, announcements=())


def _grant(tenant: DemoTenant, index: int) -> Grant:
    person = tenant.users[index]
    return Grant(
        id=f"{person.id}:{person.role_id}",
        user_id=person.id,
        role_id=person.role_id,
        assigner_id=tenant.users[0].id,
        assign_time=person.create_time,
    )


def _active_days(tenant: DemoTenant, seeding: Seeding) -> Iterator[ActiveDay]:
    first = (seeding.demo.end - timedelta(days=ACTIVE_DAYS_BACK)).date().isoformat()
    for day, _, _, there in seeding.demo.activity(tenant):
        if day >= first:
            for user in there:
                yield ActiveDay(
                    id=f"{day}:{user.id}", user_id=user.id, day=day, expire_time=seeding.demo.end + KEEP_DAYS
                )


def _sign_ins(tenant: DemoTenant, seeding: Seeding) -> Iterator[SignInDay]:
    chance = seeding.demo.random(tenant.id, "sign-ins")
    for day, _, _, there in seeding.demo.activity(tenant):
        if there:
            failed = sum(chance.random() < 0.08 for _ in there)
            yield SignInDay(id=f"{tenant.id}:{day}", tenant_id=tenant.id, day=day, succeeded=len(there), failed=failed)


def _permission_days(seeding: Seeding) -> Iterator[PermissionDay]:
    """The provider's own staff, for the heatmap."""
    demo = seeding.demo
    chance = demo.random("permissions")
    for number in range(min(demo.days, 90)):
        day = (demo.end - timedelta(days=number)).date()
        busy = 0.3 if day.weekday() >= 5 else 1.0
        for weight, permission in enumerate(_SUBJECT, 1):
            allowed = int(chance.uniform(40, 400) * busy / weight)
            yield PermissionDay(
                id=f"{PLATFORM}:{day.isoformat()}:{permission}",
                day=day.isoformat(),
                permission=permission,
                allowed=allowed,
                denied=int(allowed * chance.uniform(0, 0.05)),
            )


def _audit(tenant: DemoTenant, seeding: Seeding) -> Iterator[AuditLog]:
    """How the tenant's people came; sealed by the platform a moment after seeding."""
    admin = tenant.users[0]
    for user in tenant.users[1:]:
        digest = hashlib.sha256(user.id.encode()).hexdigest()
        yield AuditLog(
            id=f"aud_{user.id.removeprefix('usr_')}",
            occur_time=user.create_time,
            actor_id=admin.id,
            actor_email=admin.email,
            actor_realm="tenant",
            action="iam:user:create",
            target_id=user.id,
            method="atrium.iam.v1.UserService/CreateUser",
            address=f"198.51.100.{int(digest[:2], 16)}",
            user_agent="Mozilla/5.0",
            request_id=f"req_{digest[:26].upper()}",
        )
