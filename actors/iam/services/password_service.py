"""Passwords and invitations."""

from __future__ import annotations

from actors.api.iam.v1 import (
    AcceptInvitationRequest,
    ChangePasswordRequest,
    ChangePasswordResponse,
    ForgotPasswordRequest,
    ForgotPasswordResponse,
    GetInvitationRequest,
    Invitation,
    PasswordServiceServicer,
    ResetPasswordRequest,
    ResetPasswordResponse,
    SignedIn,
)
from actors.api.options.v1 import REALM_PLATFORM, REALM_TENANT
from actors.iam.domain.access import LinkInvalid, Purpose, TenantState
from actors.iam.domain.session import EndReason
from actors.iam.domain.user import Status
from actors.iam.invitations import Links
from actors.iam.passwords import Passwords
from actors.iam.seats import Seats
from actors.iam.sessions import SessionDesk
from actors.iam.sign_in import SignIn, refuse_others
from actors.iam.store import IamUnit
from actors.kernel.call import Call, Principal
from actors.kernel.module import Room
from actors.kernel.store.unit import Store


class PasswordService(PasswordServiceServicer):
    """Passwords and the one-time links that set them."""

    def __init__(
        self, room: Room, desk: SessionDesk, sign_in: SignIn, passwords: Passwords, links: Links, seats: Seats
    ) -> None:
        self.room, self.desk, self.sign_in, self.passwords, self.links = room, desk, sign_in, passwords, links
        self.seats = seats
        self.store: Store[IamUnit] = room.store

    async def ForgotPassword(self, request: ForgotPasswordRequest, call: Call) -> ForgotPasswordResponse:
        async with self.store.unit(call, aside=True) as unit:
            tenancy = await unit.directory.by_slug(request.tenant) if request.tenant else None
        if request.tenant and (tenancy is None or tenancy.state is not TenantState.OPEN):
            return ForgotPasswordResponse()
        call.enter(tenancy.id if tenancy else "")
        async with self.store.unit(call) as unit:
            user = await unit.users.by_email(request.email)
            if user is not None and user.status is Status.ACTIVE:
                await self.links.send(unit, call, user, tenancy, Purpose.PASSWORD_RESET)
        return ForgotPasswordResponse()

    async def ResetPassword(self, request: ResetPasswordRequest, call: Call) -> ResetPasswordResponse:
        call.enter(self.links.scope_of(request.token))
        async with self.store.unit(call, aside=True) as unit:
            _, user = await self.links.open(unit, call, request.token, Purpose.PASSWORD_RESET)
        self.passwords.check_strength(request.password, "password", user.email, user.display_name)
        hashed = await self.passwords.hash(request.password)
        async with self.store.unit(call) as unit:
            link, user = await self.links.open(unit, call, request.token, Purpose.PASSWORD_RESET)
            if user.status is not Status.ACTIVE:
                raise LinkInvalid
            call.principal = Principal(user_id=user.id, realm="", email=user.email)
            unit.links.delete(link)
            unit.credentials.put((await unit.credentials.of_user(user.id)).but(password_hash=hashed))
            await self.desk.end_all(unit, user.id, EndReason.PASSWORD_CHANGED)
            await self.sign_in.unlock(unit, user)
        return ResetPasswordResponse(user_id=user.id)

    async def ChangePassword(self, request: ChangePasswordRequest, call: Call) -> ChangePasswordResponse:
        refuse_others(call)
        user, _ = await self.sign_in.check_password(call, request.current_password)
        self.passwords.check_strength(request.new_password, "new_password", user.email, user.display_name)
        hashed = await self.passwords.hash(request.new_password)
        async with self.store.unit(call) as unit:
            unit.credentials.put((await unit.credentials.of_user(user.id)).but(password_hash=hashed))
            await self.desk.end_all(unit, user.id, EndReason.PASSWORD_CHANGED, but=call.principal.session_id)
        return ChangePasswordResponse()

    async def GetInvitation(self, request: GetInvitationRequest, call: Call) -> Invitation:
        call.enter(self.links.scope_of(request.token))
        async with self.store.unit(call) as unit:
            _, user = await self.links.open(unit, call, request.token, Purpose.INVITATION)
            tenancy = await unit.directory.here()
        return Invitation(
            email=user.email,
            display_name=user.display_name,
            realm=REALM_TENANT if call.scope else REALM_PLATFORM,
            tenant=tenancy.slug if tenancy else "",
            tenant_display_name=tenancy.display_name if tenancy else "",
        )

    async def AcceptInvitation(self, request: AcceptInvitationRequest, call: Call) -> SignedIn:
        call.enter(self.links.scope_of(request.token))
        async with self.store.unit(call, aside=True) as unit:
            _, user = await self.links.open(unit, call, request.token, Purpose.INVITATION)
        self.passwords.check_strength(request.password, "password", user.email, user.display_name)
        hashed = await self.passwords.hash(request.password)
        async with self.store.unit(call) as unit:
            link, user = await self.links.open(unit, call, request.token, Purpose.INVITATION)
            tenancy = await self.desk.tenancy(unit, call.scope)
            if call.scope and tenancy is None:
                raise LinkInvalid
            await self.seats.must_have_room(unit, more=0)
            unit.links.delete(link)
            user = unit.users.put(user.activated(self.room.clock.now(), request.display_name))
            unit.credentials.put((await unit.credentials.of_user(user.id)).but(password_hash=hashed))
            if tenancy is not None and tenancy.mfa_required:
                return SignedIn(mfa_token=self.desk.half_signed_in(call, user, tenancy), mfa_setup_needed=True)
            return await self.desk.start(unit, call, user, tenancy, delivery=request.delivery)
