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
from actors.iam.domain.user import LastAdminStays, Status, User
from actors.iam.store import IamUnit
from actors.kernel import wire
from actors.kernel.access.policy import Policy
from actors.kernel.call import Call


class Roles:
    """Checks over roles and grants."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy

    async def check_assignable(self, unit: IamUnit, call: Call, role_ids: Sequence[str]) -> None:
        """Raises RoleUnknown, or GrantExceedsOwn when the caller lacks what a role allows."""
        known = await unit.roles.named(role_ids)
        for role_id in role_ids:
            if role_id not in known:
                raise RoleUnknown(role=role_id)
        await self.check_grant(unit, call, patterns_of(closure(role_ids, known)))

    async def check_within_own(self, unit: IamUnit, call: Call, role_ids: Sequence[str]) -> None:
        """Raises GrantExceedsOwn when somebody with these roles may do what the caller may not."""
        known = await unit.roles.named(role_ids)
        await self.check_grant(unit, call, patterns_of(closure(role_ids, known)))

    async def check_grant(self, unit: IamUnit, call: Call, patterns: Sequence[str], had: Sequence[str] = ()) -> None:
        """Raises GrantExceedsOwn when the patterns allow what neither the caller may nor `had` allowed before.

        `*` is more than every permission there is: it takes in what modules bring later. Within a realm only somebody
        who has `*` can grant it, or change somebody who has it.
        """
        realm = realm_of(call.scope)
        self.check_own(call, self.policy.expand(patterns, realm) - self.policy.expand(had, realm))
        if "*" not in patterns or "*" in had or call.method is None or call.principal.realm != realm:
            return
        if "*" not in await self._own_patterns(unit, call):
            raise GrantExceedsOwn(permission="*")

    async def _own_patterns(self, unit: IamUnit, call: Call) -> Sequence[str]:
        principal = call.principal
        if principal.machine:
            key = await unit.api_keys.of(principal.tenant_id).find(principal.user_id)
            return key.permissions if key is not None else ()
        return patterns_of((await unit.roles.of(principal.tenant_id).named(principal.role_ids)).values())

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
        hold = await unit.guard("admins")
        holders = await unit.user_roles.holders(role.id)
        if user.id not in holders:
            return
        others = await unit.users.standing([id for id in holders if id != user.id])
        if user.status is Status.ACTIVE:
            others = [one for one in others if one.status is Status.ACTIVE]
        if not others:
            raise LastAdminStays(email=user.email, role=role.display_name)
        hold()


def role_message(role: Role, known: Mapping[str, Role], policy: Policy, scope: str) -> RoleMessage:
    effective = policy.expand(patterns_of(closure([role.id], known)), realm_of(scope))
    return wire.message(RoleMessage, role, effective_permissions=sorted(effective))
