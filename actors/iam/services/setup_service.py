"""The set-up wizard."""

from __future__ import annotations

import hmac

from actors.api.iam.v1 import CompleteSetupRequest, GetSetupRequest, Setup, SetupServiceServicer
from actors.iam.domain.access import Installation, SetupClosed, SetupCodeWrong
from actors.iam.domain.role import SUPER_ADMIN, grant
from actors.iam.domain.session import SignInFailed
from actors.iam.domain.user import Credential, new_user
from actors.iam.passwords import Passwords
from actors.iam.sessions import user_message
from actors.iam.settings import IamSettings
from actors.iam.store import IamUnit
from actors.kernel.call import ANONYMOUS, PLATFORM, Call, Principal
from actors.kernel.module import Room
from actors.kernel.store.unit import Store

ONLY = "installation"


class SetupService(SetupServiceServicer):
    """The first start of an installation."""

    def __init__(self, room: Room, passwords: Passwords) -> None:
        self.store: Store[IamUnit] = room.store
        self.settings: IamSettings = room.settings
        self.clock, self.passwords = room.clock, passwords
        self.mail_kept = room.platform.smtp_url is None

    async def GetSetup(self, request: GetSetupRequest, call: Call) -> Setup:
        async with self.store.unit(call) as unit:
            done = await unit.installation.find(ONLY)
        name = done.organization_name if done else ""
        return Setup(open=done is None, organization_name=name, mail_kept=self.mail_kept)

    async def CompleteSetup(self, request: CompleteSetupRequest, call: Call) -> Setup:
        call.principal = ANONYMOUS  # also when an earlier try of this call met a faster one
        async with self.store.unit(call) as unit:
            if await unit.installation.find(ONLY) is not None:
                raise SetupClosed
        expected = self.settings.setup_code
        given = request.code.strip().upper().encode()
        if expected is None or not hmac.compare_digest(given, expected.get_secret_value().upper().encode()):
            async with self.store.unit(call, aside=True) as unit:
                unit.announce(
                    SignInFailed(tenant_id="", user_id="", address=call.address, reason=SetupCodeWrong.reason())
                )
            raise SetupCodeWrong
        self.passwords.check_strength(
            request.password, "password", request.email, request.display_name, request.organization_name
        )
        hashed = await self.passwords.hash(request.password)
        async with self.store.unit(call) as unit:
            if await unit.installation.find(ONLY) is not None:
                raise SetupClosed
            now = self.clock.now()
            user = new_user(
                id=self.clock.new_id("usr"),
                tenant_id="",
                email=request.email,
                display_name=request.display_name,
                at=now,
                active=True,
                role_ids=(SUPER_ADMIN.id,),
            )
            call.principal = Principal(user_id=user.id, realm=PLATFORM, email=user.email)
            # Its id is fixed: of many parallel calls one can insert it, the others find it when they look again.
            unit.installation.put(
                Installation(
                    id=ONLY,
                    organization_name=request.organization_name.strip(),
                    user_id=user.id,
                    complete_time=now,
                )
            )
            user = unit.users.put(user)
            unit.credentials.put(Credential(id=user.id, password_hash=hashed))
            unit.user_roles.put(grant(user.id, "", SUPER_ADMIN.id, user.id, now))
            return unit.answer(
                Setup(
                    open=False,
                    organization_name=request.organization_name.strip(),
                    user=user_message(user, [SUPER_ADMIN.id]),
                    mail_kept=self.mail_kept,
                )
            )
