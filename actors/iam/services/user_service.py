"""Users of the platform and of each tenant."""

from __future__ import annotations

from actors.api.iam.v1 import (
    AssignRoleRequest,
    CreateUserRequest,
    DeleteUserRequest,
    GetUserRequest,
    InviteUserRequest,
    ListUsersRequest,
    ListUsersResponse,
    RestoreUserRequest,
    RevokeRoleRequest,
    SuspendUserRequest,
    UpdateUserRequest,
    UserServiceServicer,
)
from actors.api.iam.v1 import (
    User as UserMessage,
)
from actors.iam.domain.access import Purpose
from actors.iam.domain.role import RoleRevoked, grant
from actors.iam.domain.session import EndReason
from actors.iam.domain.user import Credential, Status, User, UserStatus, check_domain, new_user
from actors.iam.invitations import Links
from actors.iam.passwords import Passwords
from actors.iam.roles import Roles
from actors.iam.seats import Seats
from actors.iam.sessions import SessionDesk, user_message
from actors.iam.sign_in import SignIn
from actors.iam.store import IamUnit
from actors.kernel import wire
from actors.kernel.call import Call
from actors.kernel.module import Room
from actors.kernel.store.contract import Condition, In, Ne, Order, Words
from actors.kernel.store.unit import Store
from actors.kernel.time_zones import check_time_zone

_ORDERS = {
    ListUsersRequest.ORDER_UNSPECIFIED: Order("create_time", descending=True),
    ListUsersRequest.ORDER_NAME: Order("display_name"),
    ListUsersRequest.ORDER_EMAIL: Order("email"),
    ListUsersRequest.ORDER_CREATE_TIME: Order("create_time"),
    ListUsersRequest.ORDER_LAST_SIGN_IN_TIME: Order("last_sign_in_time"),
}


class UserService(UserServiceServicer):
    """Users of the platform and of each tenant."""

    def __init__(
        self,
        room: Room,
        desk: SessionDesk,
        sign_in: SignIn,
        passwords: Passwords,
        links: Links,
        roles: Roles,
        seats: Seats,
    ) -> None:
        self.room, self.clock, self.seats = room, room.clock, seats
        self.desk, self.sign_in, self.passwords, self.links, self.roles = desk, sign_in, passwords, links, roles
        self.store: Store[IamUnit] = room.store

    async def CreateUser(self, request: CreateUserRequest, call: Call) -> UserMessage:
        hashed = ""
        if request.HasField("password"):
            self.passwords.check_strength(request.password, "password", request.email, request.display_name)
            hashed = await self.passwords.hash(request.password)
        check_time_zone(request.time_zone)
        async with self.store.unit(call) as unit:
            tenancy = await unit.directory.here()
            check_domain(request.email, tenancy.allowed_email_domains if tenancy else ())
            role_ids = tuple(request.role_ids) or (("role_member",) if call.scope else ())
            await self.roles.check_assignable(unit, call, role_ids)
            await self.seats.must_have_room(unit, more=1)
            now = self.clock.now()
            user = new_user(
                id=self.clock.new_id("usr"),
                tenant_id=call.scope,
                email=request.email,
                display_name=request.display_name,
                at=now,
                active=bool(hashed),
                role_ids=role_ids,
                locale=request.locale or (tenancy.locale if tenancy else ""),
                time_zone=request.time_zone or (tenancy.time_zone if tenancy else ""),
            )
            if not hashed:
                user = user.invited()
                await self.links.send(unit, call, user, tenancy, Purpose.INVITATION)
            user = unit.users.put(user)
            unit.credentials.put(Credential(id=user.id, password_hash=hashed))
            for role_id in role_ids:
                unit.user_roles.put(grant(user.id, call.scope, role_id, call.principal.user_id, now))
            return unit.answer(user_message(user, role_ids))

    async def ListUsers(self, request: ListUsersRequest, call: Call) -> ListUsersResponse:
        where: list[Condition] = []
        if request.query.strip():
            where.append(Words(request.query))
        if request.statuses:
            descriptor = UserMessage.DESCRIPTOR.enum_types_by_name["Status"]
            where.append(In("status", tuple(wire.enum_name(descriptor, number) for number in request.statuses)))
        elif not request.show_deleted:
            where.append(Ne("status", Status.DELETED.name))
        order = _ORDERS[request.order]
        if request.descending:
            order = Order(order.field, descending=True)
        async with self.store.unit(call) as unit:
            if request.role_id:
                where.append(In("id", tuple(await unit.user_roles.holders(request.role_id, limit=10_000))))
            page = await unit.users.page(*where, order=order, request=request)
            held = await unit.user_roles.of_users([user.id for user in page.items])
        return ListUsersResponse(
            users=[user_message(user, held[user.id]) for user in page.items], next_page_token=page.next_page_token
        )

    async def GetUser(self, request: GetUserRequest, call: Call) -> UserMessage:
        async with self.store.unit(call) as unit:
            return await self._message(unit, await unit.users.get(request.id))

    async def UpdateUser(self, request: UpdateUserRequest, call: Call) -> UserMessage:
        check_time_zone(request.time_zone)
        async with self.store.unit(call) as unit:
            user = await self._subordinate(unit, call, request.id, request.etag)
            if request.HasField("email"):
                tenancy = await unit.directory.here()
                check_domain(request.email, tenancy.allowed_email_domains if tenancy else ())
            given = {
                name: getattr(request, name)
                for name in ("email", "display_name", "locale", "time_zone")
                if request.HasField(name)
            }
            before, user = user, unit.users.put(user.updated(self.clock.now(), **given))
            if user.email != before.email:  # whoever reads the old address must not get in by a link sent there
                await self._forget_links(unit, user)
            return await self._message(unit, user)

    async def DeleteUser(self, request: DeleteUserRequest, call: Call) -> UserMessage:
        async with self.store.unit(call) as unit:
            user = await self._subordinate(unit, call, request.id, request.etag)
            await self.roles.check_admin_stays(unit, user)
            await self.desk.end_all(unit, user.id, EndReason.USER_DELETED)
            answer = await self._message(unit, user := unit.users.put(user.deleted(self.clock.now())))
            for held in await unit.user_roles.of_user(user.id):
                unit.user_roles.delete(held)
            await self._forget_links(unit, user)
            if (credential := await unit.credentials.find(user.id)) is not None:
                unit.credentials.delete(credential)
            return answer

    async def SuspendUser(self, request: SuspendUserRequest, call: Call) -> UserMessage:
        async with self.store.unit(call) as unit:
            user = await self._subordinate(unit, call, request.id, request.etag)
            if user.status is not Status.SUSPENDED:
                await self.roles.check_admin_stays(unit, user)
            user = unit.users.put(user.suspended(self.clock.now(), request.reason))
            await self.desk.end_all(unit, user.id, EndReason.USER_SUSPENDED)
            return await self._message(unit, user)

    async def RestoreUser(self, request: RestoreUserRequest, call: Call) -> UserMessage:
        async with self.store.unit(call) as unit:
            user = await self._subordinate(unit, call, request.id, request.etag)
            credential = await unit.credentials.of_user(user.id)
            if user.status is Status.SUSPENDED:
                await self.seats.must_have_room(unit, more=0)
            user = unit.users.put(user.restored(self.clock.now(), has_password=bool(credential.password_hash)))
            await self.sign_in.unlock(unit, user)
            return await self._message(unit, user)

    async def InviteUser(self, request: InviteUserRequest, call: Call) -> UserMessage:
        async with self.store.unit(call) as unit:
            user = await self._subordinate(unit, call, request.id)
            user = unit.users.put(user.invited())
            await self.seats.must_have_room(unit, more=0)
            await self.links.send(unit, call, user, await unit.directory.here(), Purpose.INVITATION)
            return unit.answer(await self._message(unit, user))

    async def AssignRole(self, request: AssignRoleRequest, call: Call) -> UserMessage:
        async with self.store.unit(call) as unit:
            user = await unit.users.get(request.id)
            if user.status is Status.DELETED:
                raise UserStatus(status=user.status.name, action="give it a role")
            await self.roles.check_assignable(unit, call, (request.role_id,))
            held = {one.role_id for one in await unit.user_roles.of_user(user.id)}
            if request.role_id not in held:
                unit.user_roles.put(
                    grant(user.id, call.scope, request.role_id, call.principal.user_id, self.clock.now())
                )
            return user_message(user, [*held | {request.role_id}])

    async def RevokeRole(self, request: RevokeRoleRequest, call: Call) -> UserMessage:
        async with self.store.unit(call) as unit:
            user = await self._subordinate(unit, call, request.id)
            held = {one.role_id: one for one in await unit.user_roles.of_user(user.id)}
            if (gone := held.pop(request.role_id, None)) is not None:
                await self.roles.check_admin_stays(unit, user, losing=request.role_id)
                told = RoleRevoked(user_id=user.id, tenant_id=call.scope, role_id=request.role_id)
                unit.user_roles.delete(gone.but(told))
            return user_message(user, list(held))

    async def _subordinate(self, unit: IamUnit, call: Call, id: str, etag: str = "") -> User:
        """A user whom the caller may change: one who may do nothing that the caller may not."""
        user = await unit.users.get(id, etag)
        held = [one.role_id for one in await unit.user_roles.of_user(id)]
        await self.roles.check_within_own(unit, call, held)
        return user

    async def _forget_links(self, unit: IamUnit, user: User) -> None:
        for link in await unit.links.of_user(user.id):
            unit.links.delete(link)

    async def _message(self, unit: IamUnit, user: User) -> UserMessage:
        return user_message(user, [one.role_id for one in await unit.user_roles.of_user(user.id)])
