"""Roles of the platform and of each tenant."""

from __future__ import annotations

from collections.abc import Callable

from actors.api.iam.v1 import (
    BatchUpdateRolesRequest,
    BatchUpdateRolesResponse,
    CreateRoleRequest,
    DeleteRoleRequest,
    DeleteRoleResponse,
    GetRoleRequest,
    ListRolesRequest,
    ListRolesResponse,
    RoleServiceServicer,
    UpdateRoleRequest,
)
from actors.api.iam.v1 import (
    Role as RoleMessage,
)
from actors.iam.domain.role import BUILT_IN, Role, RoleInUse, check_no_cycle, closure, new_role, patterns_of, realm_of
from actors.iam.roles import Roles, role_message
from actors.iam.store import IamUnit
from actors.kernel.call import Call
from actors.kernel.errors import NotFound, PageTokenInvalid
from actors.kernel.module import Room
from actors.kernel.pages import page_request
from actors.kernel.store.contract import Eq, Order
from actors.kernel.store.unit import Store

_PARENTS = "role-parents"


class RoleService(RoleServiceServicer):
    """Roles of the platform and of each tenant."""

    def __init__(self, room: Room, roles: Roles) -> None:
        self.room, self.clock, self.policy, self.roles = room, room.clock, room.policy, roles
        self.store: Store[IamUnit] = room.store

    async def CreateRole(self, request: CreateRoleRequest, call: Call) -> RoleMessage:
        self.roles.check_known(request.permissions, call.scope)
        async with self.store.unit(call) as unit:
            role = new_role(
                id=self.clock.new_id("rol"),
                tenant_id=call.scope,
                display_name=request.display_name,
                description=request.description,
                permissions=request.permissions,
                parent_id=request.parent_id,
                at=self.clock.now(),
            )
            known = await unit.roles.known() | {role.id: role}
            check_no_cycle(role, known)
            await self.roles.check_grant(unit, call, patterns_of(closure([role.id], known)))
            role = unit.roles.put(role)
            return unit.answer(role_message(role, known, self.policy, call.scope))

    async def ListRoles(self, request: ListRolesRequest, call: Call) -> ListRolesResponse:
        built_in = BUILT_IN[realm_of(call.scope)]
        asked = page_request(request, call, self.room.sealer.key("pages"))
        start = 0
        if asked.after is not None:
            start = asked.after[1] if asked.after[0] == 0 else len(built_in)
        shown = list(built_in[start : start + asked.size])
        token = ""
        async with self.store.unit(call) as unit:
            known = await unit.roles.known()
            if start + len(shown) < len(built_in):
                token = asked.token((0, start + len(shown)))
            else:
                own = sorted((r for r in known.values() if not r.built_in), key=lambda r: (r.name_key, r.id))
                if asked.after is not None and asked.after[0] == 1:
                    own = [r for r in own if (r.name_key, r.id) > (asked.after[1], asked.after[2])]
                elif asked.after is not None and asked.after[0] not in (0, 1):
                    raise PageTokenInvalid
                room_left = asked.size - len(shown)
                shown += own[:room_left]
                if len(own) > room_left:
                    last = shown[-1]
                    position = (0, len(built_in)) if last.built_in else (1, last.name_key, last.id)
                    token = asked.token(position)
        return ListRolesResponse(
            roles=[role_message(role, known, self.policy, call.scope) for role in shown], next_page_token=token
        )

    async def GetRole(self, request: GetRoleRequest, call: Call) -> RoleMessage:
        async with self.store.unit(call) as unit:
            role = await unit.roles.get(request.id)
            return role_message(role, await unit.roles.named([role.id]), self.policy, call.scope)

    async def UpdateRole(self, request: UpdateRoleRequest, call: Call) -> RoleMessage:
        async with self.store.unit(call) as unit:
            hold = await unit.guard(_PARENTS)
            known = await unit.roles.known()
            role = await self._changed(unit, call, request, known, hold)
            return role_message(role, known, self.policy, call.scope)

    async def BatchUpdateRoles(self, request: BatchUpdateRolesRequest, call: Call) -> BatchUpdateRolesResponse:
        for update in request.updates:
            if update.tenant_id not in ("", call.scope):
                raise NotFound(kind="role", id=update.id)
        async with self.store.unit(call) as unit:
            hold = await unit.guard(_PARENTS)
            known = await unit.roles.known()
            changed = [await self._changed(unit, call, update, known, hold) for update in request.updates]
            return BatchUpdateRolesResponse(
                roles=[role_message(role, known, self.policy, call.scope) for role in changed]
            )

    async def _changed(
        self,
        unit: IamUnit,
        call: Call,
        request: UpdateRoleRequest,
        known: dict[str, Role],
        hold: Callable[[], None],
    ) -> Role:
        """Stages one change and puts it into the known roles, so that the next one is checked against it."""
        before = await unit.roles.get(request.id, request.etag)
        role = before.changed(
            self.clock.now(),
            display_name=request.display_name if request.HasField("display_name") else None,
            description=request.description if request.HasField("description") else None,
            permissions=tuple(request.permissions.names) if request.HasField("permissions") else None,
            parent_id=request.parent_id if request.HasField("parent_id") else None,
        )
        if request.HasField("permissions"):
            self.roles.check_known(set(role.permissions) - set(before.permissions), call.scope)
        had = patterns_of(closure([before.id], known))
        known[role.id] = role
        check_no_cycle(role, known)
        if role.parent_id != before.parent_id:
            hold()  # two such changes that do not see each other could close a circle
        await self.roles.check_grant(unit, call, patterns_of(closure([role.id], known)), had)
        known[role.id] = role = unit.roles.put(role)
        return role

    async def DeleteRole(self, request: DeleteRoleRequest, call: Call) -> DeleteRoleResponse:
        async with self.store.unit(call) as unit:
            role = await unit.roles.get(request.id, request.etag)
            role.must_be_custom()
            if await unit.user_roles.holders(role.id, limit=1):
                raise RoleInUse(problem="somebody still has it")
            children = await unit.roles.select(Eq("parent_id", role.id), order=Order("name_key"), limit=1)
            if children:
                raise RoleInUse(problem=f"{children[0].display_name} inherits from it")
            unit.roles.delete(role.removed())
        return DeleteRoleResponse()
