"""Sign-in, refresh, sign-out, sessions, and who am I."""

from __future__ import annotations

from datetime import timedelta

from actors.api.iam.v1 import (
    CompleteMfaRequest,
    ExchangeApiKeyRequest,
    GetJwksRequest,
    GetMeRequest,
    ImpersonateRequest,
    Jwks,
    ListSessionsRequest,
    ListSessionsResponse,
    LoginRequest,
    LogoutRequest,
    LogoutResponse,
    Me,
    RefreshRequest,
    RevokeSessionRequest,
    SessionServiceServicer,
    SignedIn,
)
from actors.api.iam.v1 import (
    Session as SessionMessage,
)
from actors.api.options.v1 import REALM_PLATFORM, REALM_TENANT
from actors.iam.api_keys import ApiKeys
from actors.iam.domain.access import TotpStatus
from actors.iam.domain.role import TENANT_ADMIN
from actors.iam.domain.session import EndReason, RefreshTokenInvalid, RefreshTokenReused, Session
from actors.iam.domain.user import Status, User, UserStatus
from actors.iam.keys import Keys
from actors.iam.roles import role_message
from actors.iam.sessions import SessionDesk, cookie_of, user_message
from actors.iam.sign_in import SignIn
from actors.iam.store import IamUnit
from actors.kernel import wire
from actors.kernel.call import PLATFORM, Call
from actors.kernel.errors import NotFound
from actors.kernel.module import Room
from actors.kernel.store.contract import Between, Condition, Eq, Order
from actors.kernel.store.unit import Store

EVERYBODY = "-"


class SessionService(SessionServiceServicer):
    """Signing in, staying signed in, signing out."""

    def __init__(self, room: Room, keys: Keys, desk: SessionDesk, sign_in: SignIn, api_keys: ApiKeys) -> None:
        self.room, self.keys, self.desk, self.sign_in, self.api_keys = room, keys, desk, sign_in, api_keys
        self.store: Store[IamUnit] = room.store

    async def Login(self, request: LoginRequest, call: Call) -> SignedIn:
        return await self.sign_in.with_password(call, request.tenant, request.email, request.password, request.delivery)

    async def CompleteMfa(self, request: CompleteMfaRequest, call: Call) -> SignedIn:
        if not call.principal.owes_second_factor:
            raise TotpStatus(problem="is not owed: this sign-in is complete")
        return await self.sign_in.with_second_factor(call, request.totp_code, request.recovery_code, request.delivery)

    async def Refresh(self, request: RefreshRequest, call: Call) -> SignedIn:
        token = request.refresh_token or cookie_of(call, request.tenant)
        if not token:
            raise RefreshTokenInvalid
        try:
            return await self.desk.refresh(call, token, request.retry_key, cookie=not request.refresh_token)
        except (RefreshTokenInvalid, RefreshTokenReused):
            if not request.refresh_token:
                self.desk.forget_cookie(call, request.tenant)
            raise

    async def ExchangeApiKey(self, request: ExchangeApiKeyRequest, call: Call) -> SignedIn:
        return await self.api_keys.exchange(call, request.api_key)

    async def Logout(self, request: LogoutRequest, call: Call) -> LogoutResponse:
        async with self.store.unit(call) as unit:
            session = await unit.sessions.find(call.principal.session_id)
            if session is not None:
                unit.sessions.put(session.ended(EndReason.SIGNED_OUT, self.room.clock.now()))
            tenancy = await unit.directory.here()
        self.desk.forget_cookie(call, tenancy.slug if tenancy else "")
        return LogoutResponse()

    async def GetMe(self, request: GetMeRequest, call: Call) -> Me:
        principal, policy = call.principal, self.room.policy
        me = Me(
            permissions=sorted(principal.permissions),
            realm=REALM_PLATFORM if principal.realm == PLATFORM else REALM_TENANT,
            session_id=principal.session_id,
            impersonator_id=principal.impersonator_id,
            impersonator_may_write=bool(principal.impersonator_id) and principal.may_write,
        )
        async with self.store.unit(call) as unit:
            if principal.machine:
                me.api_key_id = principal.user_id
            else:
                user = await unit.users.get(principal.user_id)
                roles, held = await self.desk.roles(unit, user.id)
                known = {role.id: role for role in roles}
                me.user.CopyFrom(user_message(user, held))
                me.roles.extend(role_message(known[id], known, policy, call.scope) for id in held if id in known)
            if (tenancy := await unit.directory.here()) is not None:
                me.tenant.CopyFrom(Me.Tenant(id=tenancy.id, slug=tenancy.slug, display_name=tenancy.display_name))
        return me

    async def ListSessions(self, request: ListSessionsRequest, call: Call) -> ListSessionsResponse:
        principal = call.principal
        own = request.user_id in ("", principal.user_id) and call.scope == principal.tenant_id
        if not own:
            call.require("sessions.manage")
        where: list[Condition] = []
        if request.user_id != EVERYBODY and (own or request.user_id):
            where.append(Eq("user_id", request.user_id or principal.user_id))
        if not request.show_ended:
            where += [Eq("end_time", None), Between("expire_time", self.room.clock.now())]
        async with self.store.unit(call) as unit:
            page = await unit.sessions.page(*where, order=Order("create_time", descending=True), request=request)
        return ListSessionsResponse(
            sessions=[self._message(session, call) for session in page.items], next_page_token=page.next_page_token
        )

    async def RevokeSession(self, request: RevokeSessionRequest, call: Call) -> SessionMessage:
        async with self.store.unit(call) as unit:
            session = await unit.sessions.get(request.id)
            if session.user_id != call.principal.user_id:
                call.require("sessions.manage")
            session = unit.sessions.put(session.ended(EndReason.REVOKED, self.room.clock.now()))
        return self._message(session, call)

    async def GetJwks(self, request: GetJwksRequest, call: Call) -> Jwks:
        return Jwks(keys=[Jwks.Key(**key) for key in self.keys.public()])

    async def Impersonate(self, request: ImpersonateRequest, call: Call) -> SignedIn:
        async with self.store.unit(call) as unit:
            tenancy = await self.desk.tenancy(unit, call.scope)
            if tenancy is None:
                raise NotFound(kind="tenant", id=request.tenant_id)
            user = await self._impersonated(unit, request.user_id)
            unit.note("iam:user:impersonate", user.id, request.reason)
            return await self.desk.start(
                unit,
                call,
                user,
                tenancy,
                impersonator=call.principal,
                may_write=request.may_write,
                lasts=timedelta(minutes=request.duration_minutes or 30),
            )

    async def _impersonated(self, unit: IamUnit, user_id: str) -> User:
        if user_id:
            user = await unit.users.get(user_id)
        else:
            admins = await unit.users.standing(await unit.user_roles.holders(TENANT_ADMIN.id, limit=100))
            ready = sorted((u for u in admins if u.status is Status.ACTIVE), key=lambda u: (not u.first_admin, u.id))
            if not ready:
                raise UserStatus(status="INVITED", action="act for it: no administrator has accepted the invitation")
            user = ready[0]
        if user.status is not Status.ACTIVE:
            raise UserStatus(status=user.status.name, action="act for it")
        return user

    def _message(self, session: Session, call: Call) -> SessionMessage:
        shown = session.seen_at(self.room.clock.now())
        return wire.message(SessionMessage, shown, current=session.id == call.principal.session_id)
