"""What IAM keeps, and how it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cached_property

from actors.iam.domain.access import ApiKey, Installation, Link, Purpose, SigningKey, Tenancy
from actors.iam.domain.audit import AuditLog, PermissionDay, Seal, SignInDay, Unsealed
from actors.iam.domain.lockout import Failures
from actors.iam.domain.role import BY_ID, Grant, Role, RoleNameTaken, built_in
from actors.iam.domain.session import ActiveDay, Session
from actors.iam.domain.user import Credential, EmailTaken, Guard, Status, User, fold_email
from actors.kernel.call import PLATFORM
from actors.kernel.errors import NotFound
from actors.kernel.store.contract import Between, Collection, Eq, In, Index, Order, Reach
from actors.kernel.store.unit import Records, Unit

USERS = Collection(
    "users",
    User,
    indexes=(
        Index(("email_key",), unique=True, error=EmailTaken),
        Index(("create_time", "id")),
        Index(("display_name", "id")),
        Index(("email", "id")),
        Index(("last_sign_in_time", "id")),
        Index(("status", "create_time", "id")),
    ),
    search=("display_name", "email"),
)
CREDENTIALS = Collection("credentials", Credential, exported=False)
GUARDS = Collection("guards", Guard, exported=False)
ROLES = Collection(
    "roles", Role, indexes=(Index(("name_key",), unique=True, error=RoleNameTaken), Index(("parent_id",)))
)
USER_ROLES = Collection("user_roles", Grant, indexes=(Index(("user_id",)), Index(("role_id", "user_id"))))
SESSIONS = Collection(
    "sessions",
    Session,
    indexes=(Index(("user_id", "create_time", "id")), Index(("create_time", "id")), Index(("end_time", "create_time"))),
    expires="remove_time",
)
ACTIVE_DAYS = Collection("active_days", ActiveDay, indexes=(Index(("day", "user_id")),), expires="expire_time")
API_KEYS = Collection("api_keys", ApiKey, indexes=(Index(("create_time", "id")),), kind="API key")
LINKS = Collection("links", Link, indexes=(Index(("user_id", "purpose")),), expires="expire_time", exported=False)
AUDIT_LOGS = Collection(
    "audit_logs",
    AuditLog,
    indexes=(
        Index(("occur_time", "id")),
        Index(("seal_number", "id")),
        Index(("actor_id", "occur_time", "id")),
        Index(("action", "occur_time", "id")),
        Index(("target_id", "occur_time", "id")),
        Index(("refused", "occur_time", "id")),
    ),
    kind="audit entry",
)
AUDIT_SEALS = Collection("audit_seals", Seal, indexes=(Index(("number",)),))
AUDIT_UNSEALED = Collection("audit_unsealed", Unsealed, Reach.PLATFORM, indexes=(Index(("pending",)),), exported=False)
FAILURES = Collection("sign_in_failures", Failures, Reach.PLATFORM, expires="expire_time", exported=False)
INSTALLATION = Collection("installation", Installation, Reach.PLATFORM, exported=False)
SIGNING_KEYS = Collection("signing_keys", SigningKey, Reach.PLATFORM, exported=False)
DIRECTORY = Collection(
    "tenant_directory",
    Tenancy,
    Reach.PLATFORM,
    indexes=(Index(("slug_key",), unique=True),),
    kind="tenant",
    exported=False,
)
PERMISSION_DAYS = Collection("permission_days", PermissionDay, Reach.PROVIDER, indexes=(Index(("tenant_id", "day")),))
SIGN_IN_DAYS = Collection("sign_in_days", SignInDay, Reach.PROVIDER, indexes=(Index(("tenant_id", "day")),))

COLLECTIONS = (
    USERS,
    CREDENTIALS,
    GUARDS,
    ROLES,
    USER_ROLES,
    SESSIONS,
    ACTIVE_DAYS,
    API_KEYS,
    LINKS,
    AUDIT_LOGS,
    AUDIT_SEALS,
    AUDIT_UNSEALED,
    FAILURES,
    INSTALLATION,
    SIGNING_KEYS,
    DIRECTORY,
    PERMISSION_DAYS,
    SIGN_IN_DAYS,
)

MOST_ROLES = 1000
"""Custom roles a scope may have; its role graph is read whole."""


class Users(Records[User]):
    collection = USERS

    async def by_email(self, email: str) -> User | None:
        return await self.one(Eq("email_key", fold_email(email)))

    def seen(self, user: User, at: datetime) -> None:
        """Notes a sign-in, without a new version of the user."""
        self.increment(user.id, None, {"last_sign_in_time": at})

    async def standing(self, ids: Sequence[str]) -> list[User]:
        """Those of the users who are ACTIVE or INVITED."""
        found = await self.select(In("id", tuple(ids)), limit=len(ids)) if ids else []
        return [user for user in found if user.status in (Status.ACTIVE, Status.INVITED)]


class Credentials(Records[Credential]):
    collection = CREDENTIALS

    async def of_user(self, user_id: str) -> Credential:
        """The user's credential, an empty one for somebody who has none yet."""
        return await self.find(user_id) or Credential(id=user_id)


class Roles(Records[Role]):
    collection = ROLES

    async def get(self, id: str, etag: str = "") -> Role:
        """A built-in role, or one of the scope's own."""
        if id in BY_ID:
            if (role := built_in(id, self.scope)) is not None:
                return role
            raise NotFound(kind="role", id=id)
        return await super().get(id, etag)

    async def known(self) -> dict[str, Role]:
        """Every role a user of the scope may hold, by id."""
        own = await self.select(limit=MOST_ROLES)
        found = {role.id: role for role in BY_ID.values() if built_in(role.id, self.scope)}
        return found | {role.id: role for role in own}

    async def named(self, ids: Sequence[str]) -> dict[str, Role]:
        """These roles and all they inherit from; reads the store only when one is not built in."""
        found: dict[str, Role] = {}
        waiting = set(ids)
        while waiting:
            for id in [id for id in waiting if built_in(id, self.scope)]:
                found[id] = BY_ID[id]
            missing = tuple(id for id in waiting if id not in found)
            for role in await self.select(In("id", missing), limit=len(missing)) if missing else []:
                found[role.id] = role
            waiting = {r.parent_id for r in found.values() if r.parent_id and r.parent_id not in found} - waiting
        return found


class UserRoles(Records[Grant]):
    collection = USER_ROLES

    async def of_user(self, user_id: str) -> list[Grant]:
        return await self.select(Eq("user_id", user_id), limit=100)

    async def of_users(self, user_ids: Sequence[str]) -> dict[str, list[str]]:
        """The role ids of each user."""
        found: dict[str, list[str]] = {user_id: [] for user_id in user_ids}
        if user_ids:
            for grant in await self.select(In("user_id", tuple(user_ids)), limit=100 * len(user_ids)):
                found[grant.user_id].append(grant.role_id)
        return found

    async def holders(self, role_id: str, limit: int = 1000) -> list[str]:
        return [grant.user_id for grant in await self.select(Eq("role_id", role_id), limit=limit)]


class Sessions(Records[Session]):
    collection = SESSIONS

    async def alive_of(self, user_id: str) -> list[Session]:
        now = self.unit.clock.now()
        recent = await self.select(Eq("user_id", user_id), order=Order("create_time", descending=True), limit=500)
        return [session for session in recent if session.alive(now)]

    async def begun_before(self, at: datetime, limit: int) -> list[Session]:
        """Sessions that began before the moment and were not ended."""
        return await self.select(Eq("end_time", None), Between("create_time", None, at), limit=limit)


class Links(Records[Link]):
    collection = LINKS

    async def of_user(self, user_id: str, *purposes: Purpose) -> list[Link]:
        """The user's open links for these purposes, for any when none is named."""
        wanted = tuple(purpose.name for purpose in purposes or Purpose)
        return await self.select(Eq("user_id", user_id), In("purpose", wanted), limit=100)


class AuditLogs(Records[AuditLog]):
    collection = AUDIT_LOGS

    async def unsealed(self, limit: int) -> list[AuditLog]:
        return await self.select(Eq("seal_number", 0), limit=limit)

    async def under(self, number: int) -> dict[str, AuditLog]:
        """The entries that carry a seal's number, by id."""
        return {entry.id: entry for entry in await self.select(Eq("seal_number", number), limit=5000)}


class Seals(Records[Seal]):
    collection = AUDIT_SEALS

    async def last(self) -> Seal | None:
        found = await self.select(order=Order("number", descending=True), limit=1)
        return found[0] if found else None


class Directory(Records[Tenancy]):
    collection = DIRECTORY

    async def by_slug(self, slug: str) -> Tenancy | None:
        return await self.one(Eq("slug_key", slug))

    async def here(self) -> Tenancy | None:
        """The tenant the call is about, in whatever state; None for the platform."""
        return await self.find(self.scope) if self.scope else None

    async def known(self, id: str) -> Tenancy:
        """What is known of the tenant; nearly nothing before its first announcement arrived."""
        return await self.find(id) or Tenancy(id=id)


class IamUnit(Unit):
    """A unit over IAM's collections."""

    async def guard(self, what: str) -> Callable[[], None]:
        """To be asked for before what it guards is read. Calling it has one of two units that guard the same at the
        same time fail and see what the other did."""
        id = f"{what}:{self.call.scope or PLATFORM}"
        guard = await self.guards.find(id) or Guard(id=id)

        def hold() -> None:
            self.guards.put(guard.but(changes=guard.changes + 1))

        return hold

    @cached_property
    def users(self) -> Users:
        return Users(self)

    @cached_property
    def credentials(self) -> Credentials:
        return Credentials(self)

    @cached_property
    def guards(self) -> Records[Guard]:
        return Records(self, GUARDS)

    @cached_property
    def roles(self) -> Roles:
        return Roles(self)

    @cached_property
    def user_roles(self) -> UserRoles:
        return UserRoles(self)

    @cached_property
    def sessions(self) -> Sessions:
        return Sessions(self)

    @cached_property
    def active_days(self) -> Records[ActiveDay]:
        return Records(self, ACTIVE_DAYS)

    @cached_property
    def api_keys(self) -> Records[ApiKey]:
        return Records(self, API_KEYS)

    @cached_property
    def links(self) -> Links:
        return Links(self)

    @cached_property
    def audit_logs(self) -> AuditLogs:
        return AuditLogs(self)

    @cached_property
    def audit_seals(self) -> Seals:
        return Seals(self)

    @cached_property
    def audit_unsealed(self) -> Records[Unsealed]:
        return Records(self, AUDIT_UNSEALED)

    @cached_property
    def failures(self) -> Records[Failures]:
        return Records(self, FAILURES)

    @cached_property
    def installation(self) -> Records[Installation]:
        return Records(self, INSTALLATION)

    @cached_property
    def signing_keys(self) -> Records[SigningKey]:
        return Records(self, SIGNING_KEYS)

    @cached_property
    def directory(self) -> Directory:
        return Directory(self)

    @cached_property
    def permission_days(self) -> Records[PermissionDay]:
        return Records(self, PERMISSION_DAYS)

    @cached_property
    def sign_in_days(self) -> Records[SignInDay]:
        return Records(self, SIGN_IN_DAYS)


def in_days(first: str, last: str) -> Between:
    """Days from the first to the last, both included."""
    return Between("day", first, last + "~")
