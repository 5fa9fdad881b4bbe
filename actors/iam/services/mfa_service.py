"""The caller's second factor."""

from __future__ import annotations

import secrets

import pyotp

from actors.api.iam.v1 import (
    ConfirmTotpRequest,
    ConfirmTotpResponse,
    DisableTotpRequest,
    DisableTotpResponse,
    MfaServiceServicer,
    StartTotpRequest,
    StartTotpResponse,
)
from actors.iam.domain.access import SecondFactorRequired, TotpStatus
from actors.iam.domain.session import SecondFactorWrong
from actors.iam.sessions import SessionDesk
from actors.iam.sign_in import TOTP_PURPOSE, SignIn, recovery_hash, refuse_others
from actors.iam.store import IamUnit
from actors.kernel.call import Call
from actors.kernel.module import Room
from actors.kernel.store.unit import Store

_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
RECOVERY_CODES = 10


class MfaService(MfaServiceServicer):
    """Time-based one-time passwords (RFC 6238): SHA-1, six digits, 30 seconds, as every authenticator knows them."""

    def __init__(self, room: Room, desk: SessionDesk, sign_in: SignIn) -> None:
        self.room, self.desk, self.sign_in = room, desk, sign_in
        self.store: Store[IamUnit] = room.store

    async def StartTotp(self, request: StartTotpRequest, call: Call) -> StartTotpResponse:
        refuse_others(call)
        async with self.store.unit(call) as unit:
            user = await unit.users.get(call.principal.user_id)
            if user.mfa_enabled:
                raise TotpStatus(problem="is on already; switch it off first")
            secret = pyotp.random_base32()
            sealed = self.room.sealer.seal(TOTP_PURPOSE, secret.encode())
            unit.credentials.put((await unit.credentials.of_user(user.id)).but(totp_pending=sealed))
            tenancy = await unit.directory.here()
            installation = await unit.installation.find("installation")
        issuer = tenancy.display_name if tenancy else installation.organization_name if installation else "Atrium"
        uri = pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name=issuer.replace(":", " "))
        return StartTotpResponse(secret=secret, uri=uri)

    async def ConfirmTotp(self, request: ConfirmTotpRequest, call: Call) -> ConfirmTotpResponse:
        refuse_others(call)
        codes = ["".join(secrets.choice(_ALPHABET) for _ in range(10)) for _ in range(RECOVERY_CODES)]
        async with self.store.unit(call) as unit:
            user = await unit.users.get(call.principal.user_id)
            credential = await unit.credentials.of_user(user.id)
            if user.mfa_enabled or not credential.totp_pending:
                raise TotpStatus(problem="is on already" if user.mfa_enabled else "was not started")
            step = self.sign_in.step_of(bytes(credential.totp_pending), request.code)
            if step is None:
                raise SecondFactorWrong
            owed = call.principal.owes_second_factor
            unit.users.put(user.with_second_factor(True, self.room.clock.now()))
            unit.credentials.put(
                credential.but(
                    totp_secret=credential.totp_pending,
                    totp_pending=b"",
                    # Somebody in the middle of signing in may complete it with the same code.
                    totp_last_step=step - 1 if owed else step,
                    recovery_hashes=tuple(recovery_hash(code) for code in codes),
                )
            )
        return ConfirmTotpResponse(recovery_codes=[f"{code[:5]}-{code[5:]}" for code in codes])

    async def DisableTotp(self, request: DisableTotpRequest, call: Call) -> DisableTotpResponse:
        refuse_others(call)
        await self.sign_in.check_password(call, request.password)
        async with self.store.unit(call) as unit:
            user = await unit.users.get(call.principal.user_id)
            if not user.mfa_enabled:
                raise TotpStatus(problem="is not on")
            tenancy = await self.desk.tenancy(unit, call.scope)
            if tenancy is not None and tenancy.mfa_required:
                raise SecondFactorRequired
            unit.users.put(user.with_second_factor(False, self.room.clock.now()))
            credential = await unit.credentials.of_user(user.id)
            unit.credentials.put(
                credential.but(totp_secret=b"", totp_pending=b"", totp_last_step=0, recovery_hashes=())
            )
        return DisableTotpResponse()
