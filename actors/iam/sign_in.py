"""Signing in: who may, how often they may try, and what a failure leaves behind."""

from __future__ import annotations

import hashlib
import hmac

import pyotp

from actors.api.iam.v1 import SignedIn
from actors.iam.domain.access import PersonNeeded, TenantState
from actors.iam.domain.lockout import FORGET, LockedOut
from actors.iam.domain.role import realm_of
from actors.iam.domain.session import CredentialsWrong, SecondFactorWrong, SignInFailed
from actors.iam.domain.user import Credential, Status, User, fold_email
from actors.iam.passwords import Passwords
from actors.iam.sessions import SessionDesk
from actors.iam.settings import IamSettings
from actors.iam.store import IamUnit
from actors.kernel.call import Call, Principal
from actors.kernel.errors import AtriumError
from actors.kernel.module import Room
from actors.kernel.store.unit import Store

TOTP_PURPOSE = "totp"
_STEP_SECONDS = 30


class SignIn:
    """Checks passwords and second factors, and counts failures by account and by address."""

    def __init__(self, room: Room, desk: SessionDesk, passwords: Passwords) -> None:
        self.room, self.desk, self.passwords = room, desk, passwords
        self.settings: IamSettings = room.settings
        self.store: Store[IamUnit] = room.store

    async def with_password(self, call: Call, slug: str, email: str, password: str, delivery: int) -> SignedIn:
        """Starts a session, or answers a token for the second factor. Raises CredentialsWrong or LockedOut."""
        async with self.store.unit(call, aside=True) as unit:
            tenancy = await unit.directory.by_slug(slug) if slug else None
            account = self._account(tenancy.id if tenancy else slug, email)
            await self._check_locks(unit, call, account)
        # In a tenant that is closed nobody is looked up: its place may be gone already.
        known = not slug or (tenancy is not None and tenancy.state is TenantState.OPEN)
        call.enter(tenancy.id if tenancy else "")
        user, credential = None, Credential(id="")
        if known:
            async with self.store.unit(call, aside=True) as unit:
                user = await unit.users.by_email(email)
                if user is not None:
                    credential = await unit.credentials.of_user(user.id)
                tenancy = await self.desk.tenancy(unit, call.scope)
        matches = await self.passwords.matches(password, credential.password_hash)
        open_here = not call.scope or tenancy is not None
        if not matches or user is None or user.status is not Status.ACTIVE or not open_here:
            await self.failed(call, account, user, CredentialsWrong())
        assert user is not None
        async with self.store.unit(call) as unit:
            await self._forget(unit, account)
            if user.mfa_enabled or (tenancy is not None and tenancy.mfa_required):
                # No session has started: the log says what happened instead of what the method is for.
                realm = realm_of(call.scope)
                call.principal = Principal(user_id=user.id, realm=realm, tenant_id=call.scope, email=user.email)
                unit.note("iam:session:challenge", user.id)
                call.audited = True
                return SignedIn(
                    mfa_token=self.desk.half_signed_in(call, user, tenancy), mfa_setup_needed=not user.mfa_enabled
                )
            return await self.desk.start(unit, call, user, tenancy, delivery=delivery)

    async def with_second_factor(self, call: Call, code: str, recovery_code: str, delivery: int) -> SignedIn:
        """Completes a sign-in. Raises SecondFactorWrong or LockedOut."""
        account = f"mfa:{call.principal.user_id}"
        accepted = False
        async with self.store.unit(call) as unit:
            await self._check_locks(unit, call, account)
            user = await unit.users.get(call.principal.user_id)
            tenancy = await self.desk.tenancy(unit, call.scope)
            credential = await unit.credentials.of_user(user.id)
            after = self._accept(credential, code, recovery_code)
            may_enter = user.status is Status.ACTIVE and (not call.scope or tenancy is not None)
            if after is not None and may_enter and user.mfa_enabled:
                accepted = True
                unit.credentials.put(after)
                await self._forget(unit, account)
                return await self.desk.start(unit, call, user, tenancy, delivery=delivery)
            unit.aside = True
        if not accepted:
            await self.failed(call, account, user, SecondFactorWrong())
        raise AssertionError("unreachable")

    def _accept(self, credential: Credential, code: str, recovery_code: str) -> Credential | None:
        """The credential with the factor used up; None when it is wrong."""
        if recovery_code:
            hashed = recovery_hash(recovery_code)
            if not any(hmac.compare_digest(hashed, one) for one in credential.recovery_hashes):
                return None
            rest = tuple(one for one in credential.recovery_hashes if not hmac.compare_digest(hashed, one))
            return credential.but(recovery_hashes=rest)
        step = self.step_of(bytes(credential.totp_secret), code)
        if step is None or step <= credential.totp_last_step:
            return None
        return credential.but(totp_last_step=step)

    def step_of(self, sealed: bytes, code: str) -> int | None:
        """The time step a code belongs to, one step of clock drift allowed; None when it belongs to none."""
        if not sealed:
            return None
        totp = pyotp.TOTP(self.room.sealer.open(TOTP_PURPOSE, sealed).decode())
        now = int(self.room.clock.now().timestamp()) // _STEP_SECONDS
        for step in (now, now - 1, now + 1):
            if hmac.compare_digest(totp.at(step * _STEP_SECONDS), code):
                return step
        return None

    async def check_password(self, call: Call, password: str) -> tuple[User, Credential]:
        """The caller, once they gave their password again. Raises CredentialsWrong or LockedOut."""
        user_id = call.principal.user_id
        account = f"again:{user_id}"
        async with self.store.unit(call, aside=True) as unit:
            await self._check_locks(unit, call, account)
            user = await unit.users.get(user_id)
            credential = await unit.credentials.of_user(user_id)
        if not await self.passwords.matches(password, credential.password_hash):
            await self.failed(call, account, user, CredentialsWrong())
        return user, credential

    async def failed(self, call: Call, account: str, user: User | None, error: AtriumError) -> None:
        """Counts a failure and raises the error."""
        now = self.room.clock.now()
        latest = {"last_time": now, "expire_time": now + FORGET}
        async with self.store.unit(call, aside=True) as unit:
            for id in (account, f"address:{call.address}"):
                unit.failures.increment(id, {}, latest, count=1)
            unit.announce(
                SignInFailed(
                    tenant_id=call.scope,
                    user_id=user.id if user else "",
                    address=call.address,
                    reason=error.reason(),
                )
            )
        raise error

    async def _check_locks(self, unit: IamUnit, call: Call, account: str) -> None:
        now, longest = self.room.clock.now(), self.settings.longest_lock_seconds
        waits = []
        for id, free in (
            (account, self.settings.account_tries),
            (f"address:{call.address}", self.settings.address_tries),
        ):
            if (failures := await unit.failures.find(id)) is not None:
                waits.append(failures.wait_seconds(free, longest, now))
        if waits and max(waits) > 0:
            raise LockedOut(retry_after_seconds=max(waits))

    async def _forget(self, unit: IamUnit, account: str) -> None:
        if await unit.failures.find(account) is not None:
            unit.failures.increment(account, None, {"count": 0, "last_time": self.room.clock.now()})

    async def unlock(self, unit: IamUnit, user: User) -> None:
        """Lifts every lock of the user's account."""
        for account in (
            self._account(unit.call.scope, user.email),
            f"mfa:{user.id}",
            f"again:{user.id}",
        ):
            await self._forget(unit, account)

    def _account(self, place: str, email: str) -> str:
        """What failures of an account are counted under, whether it exists or not; does not show the e-mail.

        `place` is the tenant's id, empty for the platform, and what was typed for a tenant that does not exist.
        """
        key = self.room.sealer.key("failures")
        return "account:" + hmac.digest(key, f"{place}\0{fold_email(email)}".encode(), hashlib.sha256).hex()[:32]


def recovery_hash(code: str) -> str:
    """What is kept of a recovery code; they have 50 random bits and few tries, so one hash is enough."""
    return hashlib.sha256(code.replace("-", "").strip().upper().encode()).hexdigest()


def refuse_others(call: Call) -> None:
    """Raises PersonNeeded for machines and impersonators: credentials are the person's own business."""
    if call.principal.machine:
        raise PersonNeeded(actor="an API key")
    if call.principal.impersonator_id:
        raise PersonNeeded(actor="somebody acting for them")
