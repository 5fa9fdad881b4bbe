"""Roles: named sets of permissions, with wildcards and one parent each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from actors.kernel.call import PLATFORM, TENANT
from actors.kernel.errors import AlreadyExists, FailedPrecondition, InvalidArgument, PermissionDenied
from actors.kernel.records import Announcement, Record


class BuiltInRole(FailedPrecondition):
    message = "{role} is built in; copy it into a role of your own to change it"


class RoleCycle(InvalidArgument):
    message = "{role} would inherit from itself"


class PermissionUnknown(InvalidArgument):
    message = "there is no permission {permission} for this kind of role"


class RoleNameTaken(AlreadyExists):
    message = "another role has this name"


class RoleInUse(FailedPrecondition):
    message = "the role cannot be deleted: {problem}"


class RoleUnknown(InvalidArgument):
    message = "there is no role {role} here"


class GrantExceedsOwn(PermissionDenied):
    message = "nobody can grant what they do not have: {permission}"


@dataclass(frozen=True, kw_only=True)
class RoleChanged(Announcement):
    role_id: str
    tenant_id: str
    deleted: bool = False


@dataclass(frozen=True, kw_only=True)
class RoleAssigned(Announcement):
    user_id: str
    tenant_id: str
    role_id: str


@dataclass(frozen=True, kw_only=True)
class RoleRevoked(Announcement):
    user_id: str
    tenant_id: str
    role_id: str


@dataclass(frozen=True, kw_only=True)
class Role(Record):
    """A role. `name_key` is the name as names are compared: unique in its scope."""

    display_name: str
    name_key: str
    description: str = ""
    permissions: tuple[str, ...] = ()
    parent_id: str = ""
    built_in: bool = False
    create_time: datetime | None = None
    update_time: datetime | None = None

    def changed(
        self,
        at: datetime,
        display_name: str | None = None,
        description: str | None = None,
        permissions: tuple[str, ...] | None = None,
        parent_id: str | None = None,
    ) -> Role:
        """With what is given. Announced when what the role allows may differ."""
        self.must_be_custom()
        name = self.display_name if display_name is None else display_name.strip()
        after = self.but(
            display_name=name,
            name_key=name.casefold(),
            description=self.description if description is None else description,
            permissions=self.permissions if permissions is None else tuple(sorted(permissions)),
            parent_id=self.parent_id if parent_id is None else parent_id,
        )
        if after == self:
            return self
        if (after.permissions, after.parent_id) == (self.permissions, self.parent_id):
            return after.but(update_time=at)
        return after.but(RoleChanged(role_id=self.id, tenant_id=self.tenant_id), update_time=at)

    def removed(self) -> Role:
        self.must_be_custom()
        return self.but(RoleChanged(role_id=self.id, tenant_id=self.tenant_id, deleted=True))

    def must_be_custom(self) -> None:
        if self.built_in:
            raise BuiltInRole(role=self.display_name)


@dataclass(frozen=True, kw_only=True)
class Grant(Record):
    """That a user holds a role. Its id is `<user>:<role>`."""

    user_id: str
    role_id: str
    assigner_id: str
    assign_time: datetime


def new_role(
    *,
    id: str,
    tenant_id: str,
    display_name: str,
    description: str,
    permissions: Iterable[str],
    parent_id: str,
    at: datetime,
) -> Role:
    name = display_name.strip()
    return Role(
        id=id,
        tenant_id=tenant_id,
        display_name=name,
        name_key=name.casefold(),
        description=description,
        permissions=tuple(sorted(permissions)),
        parent_id=parent_id,
        create_time=at,
        update_time=at,
    )


def grant(user_id: str, tenant_id: str, role_id: str, assigner_id: str, at: datetime) -> Grant:
    """The user gets the role; announced."""
    told = RoleAssigned(user_id=user_id, tenant_id=tenant_id, role_id=role_id)
    return Grant(
        id=f"{user_id}:{role_id}",
        user_id=user_id,
        role_id=role_id,
        assigner_id=assigner_id,
        assign_time=at,
        announcements=(told,),
    )


def _built_in(id: str, name: str, description: str, *permissions: str) -> Role:
    return Role(
        id=id,
        display_name=name,
        name_key=name.casefold(),
        description=description,
        permissions=permissions,
        built_in=True,
    )


SUPER_ADMIN = _built_in("role_super_admin", "Super Admin", "May do everything.", "*")
TENANT_ADMIN = _built_in("role_tenant_admin", "Tenant Admin", "May do everything within the tenant.", "*")

BUILT_IN: Mapping[str, tuple[Role, ...]] = {
    PLATFORM: (
        SUPER_ADMIN,
        _built_in(
            "role_admin",
            "Admin",
            "Runs the platform from day to day: tenants, users and roles.",
            "tenants.*",
            "tenant-settings.*",
            "tenant-metrics.*",
            "users.*",
            "roles.*",
            "sessions.*",
            "api-keys.*",
            "audit.read",
            "iam-metrics.read",
            "plans.*",
            "subscriptions.*",
            "invoices.*",
            "payments.*",
            "payment-methods.*",
            "billing-accounts.*",
            "coupons.*",
            "credits.*",
            "tax-rates.*",
            "usage.*",
            "ledger.read",
            "billing-metrics.*",
            "tickets.*",
            "kb.*",
            "reports.*",
            "dashboards.*",
            "models.*",
            "datasets.*",
        ),
        _built_in(
            "role_billing_admin",
            "Billing Admin",
            "Plans, subscriptions, invoices and payments of all tenants.",
            "tenants.read",
            "tenant-settings.read",
            "tenant-metrics.read",
            "plans.*",
            "subscriptions.*",
            "invoices.*",
            "payments.*",
            "payment-methods.*",
            "billing-accounts.*",
            "coupons.*",
            "credits.*",
            "tax-rates.*",
            "usage.*",
            "ledger.*",
            "billing-metrics.*",
        ),
        _built_in(
            "role_support_agent",
            "Support Agent",
            "Answers tickets; sees tenants, their people and what they subscribe to.",
            "tenants.read",
            "users.read",
            "subscriptions.read",
            "usage.read",
            "tickets.*",
            "kb.*",
            "support.*",
            "support-metrics.*",
        ),
        _built_in(
            "role_analyst",
            "Analyst",
            "Reads numbers, reports and models; changes none of the platform's settings.",
            "tenants.read",
            "tenant-metrics.read",
            "iam-metrics.read",
            "plans.read",
            "subscriptions.read",
            "usage.read",
            "billing-metrics.read",
            "support-metrics.read",
            "reports.*",
            "dashboards.*",
            "datasets.*",
            "models.*",
        ),
        _built_in(
            "role_auditor",
            "Auditor",
            "Reads everything, the audit log included; changes nothing.",
            "audit.read",
            "users.read",
            "roles.read",
            "api-keys.read",
            "iam-metrics.read",
            "tenants.read",
            "tenant-settings.read",
            "tenant-metrics.read",
            "plans.read",
            "subscriptions.read",
            "invoices.read",
            "payments.read",
            "payment-methods.read",
            "usage.read",
            "ledger.read",
            "billing-metrics.read",
            "tickets.read",
            "support-metrics.read",
            "reports.read",
            "models.read",
        ),
    ),
    TENANT: (
        TENANT_ADMIN,
        _built_in(
            "role_member",
            "Member",
            "Uses the product.",
            "tenant-settings.read",
            "users.read",
            "tickets.create",
            "tickets.read",
            "kb.read",
            "reports.read",
            "dashboards.read",
            "models.read",
            "usage.read",
        ),
        _built_in(
            "role_billing_contact",
            "Billing Contact",
            "Chooses the plan, pays, and sees invoices.",
            "tenant-settings.read",
            "subscriptions.*",
            "invoices.*",
            "payments.*",
            "payment-methods.*",
            "usage.read",
        ),
        _built_in(
            "role_tenant_analyst",
            "Analyst",
            "Builds reports, dashboards and models.",
            "tenant-settings.read",
            "usage.read",
            "reports.*",
            "dashboards.*",
            "datasets.*",
            "models.*",
        ),
        _built_in(
            "role_viewer",
            "Viewer",
            "Looks, and changes nothing.",
            "tenant-settings.read",
            "users.read",
            "tickets.read",
            "reports.read",
            "dashboards.read",
            "models.read",
        ),
    ),
}

BY_ID: Mapping[str, Role] = {role.id: role for roles in BUILT_IN.values() for role in roles}


def realm_of(scope: str) -> str:
    """The realm whose roles a scope has."""
    return TENANT if scope else PLATFORM


def admin_role(scope: str) -> Role:
    """The role that somebody must always hold."""
    return TENANT_ADMIN if scope else SUPER_ADMIN


def built_in(role_id: str, scope: str) -> Role | None:
    """The built-in role of this id, if it belongs to the scope's realm."""
    role = BY_ID.get(role_id)
    return role if role is not None and role in BUILT_IN[realm_of(scope)] else None


def closure(role_ids: Iterable[str], known: Mapping[str, Role]) -> tuple[Role, ...]:
    """The roles and all they inherit from, each once. Ids that are not known are left out."""
    found: dict[str, Role] = {}
    waiting = list(role_ids)
    while waiting:
        role = known.get(waiting.pop(0))
        if role is not None and role.id not in found:
            found[role.id] = role
            if role.parent_id:
                waiting.append(role.parent_id)
    return tuple(found.values())


def patterns_of(roles: Iterable[Role]) -> tuple[str, ...]:
    """The permissions these roles state; `*` alone when it is among them."""
    patterns = sorted({pattern for role in roles for pattern in role.permissions})
    return ("*",) if "*" in patterns else tuple(patterns)


def check_no_cycle(role: Role, known: Mapping[str, Role]) -> None:
    """Raises RoleCycle when the role would be its own ancestor, RoleUnknown when its parent does not exist."""
    seen, parent_id = {role.id}, role.parent_id
    while parent_id:
        if parent_id in seen:
            raise RoleCycle(role=role.display_name)
        parent = known.get(parent_id)
        if parent is None:
            raise RoleUnknown(role=parent_id)
        seen.add(parent_id)
        parent_id = parent.parent_id
