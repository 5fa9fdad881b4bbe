"""Starting and continuing sessions: what sign-in, invitations, API keys and impersonation have in common."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from actors.api.iam.v1 import TOKEN_DELIVERY_COOKIE, SignedIn
from actors.api.iam.v1 import User as UserMessage
from actors.iam.domain.access import Tenancy, TenantState
from actors.iam.domain.role import Role, closure, patterns_of, realm_of
from actors.iam.domain.session import (
    ActiveDay,
    EndReason,
    RefreshTokenInvalid,
    RefreshTokenReused,
    Session,
    SessionStarted,
    UserActive,
)
from actors.iam.domain.user import Status, User
from actors.iam.keys import Keys
from actors.iam.settings import IamSettings
from actors.iam.store import IamUnit
from actors.kernel import opaque, wire
from actors.kernel.call import PLATFORM, Call, Principal
from actors.kernel.errors import NotFound
from actors.kernel.module import Room
from actors.kernel.store.unit import Store

REFRESH = "atr"
HALF_SIGNED_IN_SECONDS = 600
KEEP_ENDED = timedelta(days=30)
KEEP_DAYS = timedelta(days=400)


class SessionDesk:
    """Issues tokens. Every answer is made of what the store says at that moment."""

    def __init__(self, room: Room, keys: Keys) -> None:
        self.room, self.keys = room, keys
        self.settings: IamSettings = room.settings
        self.store: Store[IamUnit] = room.store
        self._key = room.sealer.key("refresh-token")
        self._here: set[tuple[str, str]] = set()

    async def tenancy(self, unit: IamUnit, scope: str) -> Tenancy | None:
        """The tenant of a scope; None for the platform and for tenants that nobody may sign in to."""
        found = await unit.directory.find(scope) if scope else None
        return found if found is not None and found.state is TenantState.OPEN else None

    def tier(self, tenancy: Tenancy | None) -> str:
        """The tier that tokens name: of the tenant's subscription, which is known here first, else of its plan."""
        return "" if tenancy is None else self.room.entitlements.tier(tenancy.id) or tenancy.tier

    async def roles(self, unit: IamUnit, user_id: str) -> tuple[tuple[Role, ...], tuple[str, ...]]:
        """The roles a user holds with all they inherit from, and the ids held directly."""
        ids = tuple(grant.role_id for grant in await unit.user_roles.of_user(user_id))
        return closure(ids, await unit.roles.named(ids)), ids

    async def start(
        self,
        unit: IamUnit,
        call: Call,
        user: User,
        tenancy: Tenancy | None,
        *,
        delivery: int = 0,
        impersonator: Principal | None = None,
        may_write: bool = True,
        lasts: timedelta | None = None,
    ) -> SignedIn:
        """Starts a session in the unit and returns what the client gets for it."""
        now = self.room.clock.now()
        hours = (tenancy.session_hours if tenancy else 0) or self.settings.session_hours
        expire = now + (lasts or timedelta(hours=hours))
        id = self.room.clock.new_id("ses")
        refresh, hashed = opaque.make(REFRESH, call.scope, id, self._key)
        session = Session(
            id=id,
            user_id=user.id,
            user_agent=call.user_agent[:300],
            address=call.address,
            create_time=now,
            last_seen_time=now,
            expire_time=expire,
            remove_time=expire + KEEP_ENDED,
            refresh_hash="" if impersonator else hashed,
            impersonator_id=impersonator.user_id if impersonator else "",
            may_write=may_write,
            announcements=(
                SessionStarted(
                    session_id=id,
                    tenant_id=call.scope,
                    user_id=user.id,
                    impersonator_id=impersonator.user_id if impersonator else "",
                ),
            ),
        )
        unit.sessions.put(session)
        if impersonator is None:
            unit.users.seen(user, now)
            await self.note_day(unit, user, now)
        answer = unit.answer(await self._signed_in(unit, call, user, session, tenancy))
        if impersonator is not None:
            return answer
        call.principal = Principal(user_id=user.id, realm=realm_of(call.scope), tenant_id=call.scope, email=user.email)
        return self._deliver(call, answer, refresh, session, tenancy, delivery)

    async def refresh(self, call: Call, token: str, retry_key: str, *, cookie: bool) -> SignedIn:
        """Continues a session. Raises RefreshTokenInvalid, or RefreshTokenReused after ending the session.

        With a retry key the next refresh token follows from the present one and the key: a client whose answer was
        lost repeats the call and gets the same token, and whoever only has the old token does not.
        """
        known = opaque.read(token, REFRESH, self._key)
        if known is None:
            raise RefreshTokenInvalid
        call.enter(known.scope)
        reused = False
        async with self.store.unit(call) as unit:
            try:
                session = await unit.sessions.find(known.id)
            except NotFound:  # the tenant is gone, with all its sessions
                session = None
            if session is None:
                raise RefreshTokenInvalid
            now = self.room.clock.now()
            seed = f"{known.hash} {retry_key}" if retry_key else ""
            next_token, next_hash = opaque.make(REFRESH, known.scope, session.id, self._key, seed)
            try:
                session = session.refreshed(known.hash, next_hash, call.address, call.user_agent[:300], now)
            except RefreshTokenReused:
                reused = True
                unit.sessions.put(session.ended(EndReason.TOKEN_REUSED, now))
                unit.note("iam:session:reuse", session.id, RefreshTokenReused.reason())
            else:
                user, tenancy = await self._who_may_stay(unit, session, known.scope)
                session = unit.sessions.put(session)
                await self.note_day(unit, user, now)
                answer = await self._signed_in(unit, call, user, session, tenancy)
        if reused:
            raise RefreshTokenReused
        return self._deliver(call, answer, next_token, session, tenancy, TOKEN_DELIVERY_COOKIE if cookie else 0)

    async def _who_may_stay(self, unit: IamUnit, session: Session, scope: str) -> tuple[User, Tenancy | None]:
        user = await unit.users.find(session.user_id)
        tenancy = await self.tenancy(unit, scope)
        if user is None or user.status is not Status.ACTIVE or (scope and tenancy is None):
            raise RefreshTokenInvalid
        return user, tenancy

    async def note_day(self, unit: IamUnit, user: User, now: datetime) -> None:
        """Counts the user as active today, announced the first time."""
        day = now.date().isoformat()
        if (user.id, day) in self._here:
            return
        id = f"{day}:{user.id}"
        if await unit.active_days.find(id) is None:
            told = UserActive(user_id=user.id, tenant_id=unit.call.scope, day=day)
            unit.active_days.put(
                ActiveDay(id=id, user_id=user.id, day=day, expire_time=now + KEEP_DAYS, announcements=(told,))
            )
            return  # remembered at the next visit, when this is committed
        if len(self._here) > 50_000:
            self._here.clear()
        self._here.add((user.id, day))

    async def end_all(self, unit: IamUnit, user_id: str, reason: EndReason, *, but: str = "") -> None:
        """Ends the user's sessions in the unit, except one."""
        now = self.room.clock.now()
        for session in await unit.sessions.alive_of(user_id):
            if session.id != but:
                unit.sessions.put(session.ended(reason, now))

    async def _signed_in(
        self, unit: IamUnit, call: Call, user: User, session: Session, tenancy: Tenancy | None
    ) -> SignedIn:
        roles, held = await self.roles(unit, user.id)
        expires = min(
            self.room.clock.now() + timedelta(seconds=self.settings.access_token_seconds), session.expire_time
        )
        if session.impersonator_id:
            expires = session.expire_time
        principal = Principal(
            user_id=user.id,
            realm=realm_of(call.scope),
            tenant_id=call.scope,
            session_id=session.id,
            email=user.email,
            tier=self.tier(tenancy),
            role_ids=tuple(role.id for role in roles),
            impersonator_id=session.impersonator_id,
            may_write=session.may_write,
            issued_ms=call.started_ms or int(self.room.clock.now().timestamp() * 1000),
            expires=expires.timestamp(),
        )
        return SignedIn(
            access_token=self.keys.token(principal, patterns_of(roles)),
            access_expire_time=wire.timestamp(expires),
            refresh_expire_time=wire.timestamp(session.expire_time),
            session_id=session.id,
            user=user_message(user, held),
        )

    def half_signed_in(self, call: Call, user: User, tenancy: Tenancy | None) -> str:
        """A token that only completes the sign-in."""
        expires = self.room.clock.now() + timedelta(seconds=HALF_SIGNED_IN_SECONDS)
        principal = Principal(
            user_id=user.id,
            realm=realm_of(call.scope),
            tenant_id=call.scope,
            email=user.email,
            tier=self.tier(tenancy),
            owes_second_factor=True,
            issued_ms=call.started_ms or int(self.room.clock.now().timestamp() * 1000),
            expires=expires.timestamp(),
        )
        return self.keys.token(principal, ())

    def _deliver(
        self, call: Call, answer: SignedIn, refresh: str, session: Session, tenancy: Tenancy | None, delivery: int
    ) -> SignedIn:
        if delivery != TOKEN_DELIVERY_COOKIE:
            answer.refresh_token = refresh
            return answer
        seconds = int((session.expire_time - self.room.clock.now()).total_seconds())
        call.response_headers.append(
            ("set-cookie", _cookie(cookie_name(tenancy.slug if tenancy else ""), refresh, seconds))
        )
        return answer

    def forget_cookie(self, call: Call, slug: str) -> None:
        """Has the browser drop its refresh cookie."""
        call.response_headers.append(("set-cookie", _cookie(cookie_name(slug), "", 0)))


def user_message(user: User, role_ids: Sequence[str]) -> UserMessage:
    return wire.message(UserMessage, user, role_ids=sorted(role_ids))


def cookie_name(slug: str) -> str:
    """One cookie for the platform and one for each tenant, so that a person may be signed in to several."""
    return f"atrium_refresh_{slug or PLATFORM}"


def cookie_of(call: Call, slug: str) -> str:
    """The refresh cookie the browser sent; empty without one."""
    wanted = cookie_name(slug)
    for part in call.headers.get("cookie", "").split(";"):
        name, _, value = part.strip().partition("=")
        if name == wanted:
            return value
    return ""


def _cookie(name: str, value: str, seconds: int) -> str:
    return f"{name}={value}; Path=/api/v1/auth; Max-Age={seconds}; HttpOnly; Secure; SameSite=Strict"
