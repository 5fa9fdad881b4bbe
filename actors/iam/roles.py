"""What services must ask before they change who may do what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from actors.api.iam.v1 import Role as RoleMessage
from actors.iam.domain.role import (
    GrantExceedsOwn,
    PermissionUnknown,
    Role,
    RoleUnknown,
    admin_role,
    closure,
    patterns_of,
    realm_of,
)
from actors.iam.domain.user import AdminGuard, LastAdminStays, Status, User
from actors.iam.store import IamUnit
from actors.kernel import wire
from actors.kernel.access.policy import Policy
from actors.kernel.call import Call


class Roles:
    """Checks over roles and grants."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy

    def effective(self, roles: Iterable[Role], scope: str) -> frozenset[str]:
        """What roles, with all they inherit from, come to."""
        return self.policy.expand(patterns_of(roles), realm_of(scope))

    async def check_assignable(self, unit: IamUnit, call: Call, role_ids: Sequence[str]) -> None:
        """Raises RoleUnknown, or GrantExceedsOwn when the caller lacks what a role allows."""
        known = await unit.roles.named(role_ids)
        for role_id in role_ids:
            if role_id not in known:
                raise RoleUnknown(role=role_id)
        self.check_own(call, self.effective(closure(role_ids, known), call.scope))

    async def check_within_own(self, unit: IamUnit, call: Call, role_ids: Sequence[str]) -> None:
        """Raises GrantExceedsOwn when somebody with these roles may do what the caller may not."""
        known = await unit.roles.named(role_ids)
        self.check_own(call, self.effective(closure(role_ids, known), call.scope))

    def check_own(self, call: Call, permissions: Iterable[str]) -> None:
        """Raises GrantExceedsOwn for the first permission that the caller lacks."""
        if call.method is None:  # the platform itself
            return
        own, realm = call.principal.permissions, call.principal.realm
        for permission in sorted(permissions):
            if permission not in own and realm in self.policy.catalogue[permission].realms:
                raise GrantExceedsOwn(permission=permission)

    def check_known(self, patterns: Iterable[str], scope: str) -> None:
        """Raises PermissionUnknown for the first name that stands for nothing in the scope's realm."""
        for pattern in self.policy.unknown(patterns, realm_of(scope)):
            raise PermissionUnknown(permission=pattern)

    async def check_admin_stays(self, unit: IamUnit, user: User, losing: str = "") -> None:
        """Raises LastAdminStays when the scope would be left without an administrator.

        Writes the scope's guard, so that of two changes at the same time one sees the other.
        """
        role = admin_role(unit.call.scope)
        if losing not in ("", role.id) or user.status in (Status.SUSPENDED, Status.DELETED):
            return
        holders = await unit.user_roles.holders(role.id)
        if user.id not in holders:
            return
        others = await unit.users.standing([id for id in holders if id != user.id])
        if user.status is Status.ACTIVE:
            others = [one for one in others if one.status is Status.ACTIVE]
        if not others:
            raise LastAdminStays(email=user.email, role=role.display_name)
        id = f"admins:{unit.call.scope or 'platform'}"
        guard = await unit.admin_guards.find(id) or AdminGuard(id=id)
        unit.admin_guards.put(guard.but(changes=guard.changes + 1))


def role_message(role: Role, known: Mapping[str, Role], policy: Policy, scope: str) -> RoleMessage:
    effective = policy.expand(patterns_of(closure([role.id], known)), realm_of(scope))
    return wire.message(RoleMessage, role, effective_permissions=sorted(effective))
