"""Users: people with an account, of the platform or of one tenant."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from actors.kernel.errors import AlreadyExists, FailedPrecondition, InvalidArgument
from actors.kernel.records import Announcement, Record, secret


class UserStatus(FailedPrecondition):
    message = "the user is {status}; that does not allow to {action}"


class EmailTaken(AlreadyExists):
    message = "another user has the e-mail {email}"

    def __init__(self, *, email_key: str) -> None:
        super().__init__(email=email_key)


class EmailDomainRefused(InvalidArgument):
    message = "the tenant's policy allows only addresses of {domains}"


class LastAdminStays(FailedPrecondition):
    message = "{email} is the last {role}; give somebody else the role first"


@dataclass(frozen=True, kw_only=True)
class UserProvisioned(Announcement):
    user_id: str
    tenant_id: str
    email: str
    display_name: str
    status: str
    role_ids: tuple[str, ...]
    first_admin: bool


@dataclass(frozen=True, kw_only=True)
class UserUpdated(Announcement):
    user_id: str
    tenant_id: str
    email: str
    display_name: str


@dataclass(frozen=True, kw_only=True)
class UserActivated(Announcement):
    user_id: str
    tenant_id: str
    email: str


@dataclass(frozen=True, kw_only=True)
class InvitationSent(Announcement):
    user_id: str
    tenant_id: str
    email: str


@dataclass(frozen=True, kw_only=True)
class UserSuspended(Announcement):
    user_id: str
    tenant_id: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class UserRestored(Announcement):
    user_id: str
    tenant_id: str


@dataclass(frozen=True, kw_only=True)
class UserDeleted(Announcement):
    user_id: str
    tenant_id: str


class Status(enum.Enum):
    INVITED = "INVITED"
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    DELETED = "DELETED"


@dataclass(frozen=True, kw_only=True)
class User(Record):
    """A person's account. `email_key` is the e-mail while the account exists: unique in its scope."""

    email: str
    email_key: str | None
    display_name: str
    locale: str = "en"
    time_zone: str = "UTC"
    status: Status = Status.INVITED
    mfa_enabled: bool = False
    suspend_reason: str = ""
    first_admin: bool = False
    last_sign_in_time: datetime | None = None
    create_time: datetime
    update_time: datetime
    delete_time: datetime | None = None

    def updated(
        self,
        at: datetime,
        email: str | None = None,
        display_name: str | None = None,
        locale: str | None = None,
        time_zone: str | None = None,
    ) -> User:
        """With the fields that are given; the same record when none differs."""
        self._must_exist("change it")
        email = self.email if email is None else fold_email(email)
        changes = {
            "email": email,
            "email_key": email,
            "display_name": self.display_name if display_name is None else display_name.strip(),
            "locale": self.locale if locale is None else locale,
            "time_zone": self.time_zone if time_zone is None else time_zone,
        }
        if all(getattr(self, name) == value for name, value in changes.items()):
            return self
        told = UserUpdated(
            user_id=self.id, tenant_id=self.tenant_id, email=email, display_name=str(changes["display_name"])
        )
        return self.but(told, **changes, update_time=at)

    def suspended(self, at: datetime, reason: str) -> User:
        if self.status is Status.SUSPENDED:
            return self
        self._must_exist("suspend it")
        told = UserSuspended(user_id=self.id, tenant_id=self.tenant_id, reason=reason)
        return self.but(told, status=Status.SUSPENDED, suspend_reason=reason, update_time=at)

    def restored(self, at: datetime, *, has_password: bool) -> User:
        """Back to ACTIVE, or to INVITED for somebody who never set a password."""
        if self.status in (Status.ACTIVE, Status.INVITED):
            return self
        self._must_exist("restore it")
        status = Status.ACTIVE if has_password else Status.INVITED
        told = UserRestored(user_id=self.id, tenant_id=self.tenant_id)
        return self.but(told, status=status, suspend_reason="", update_time=at)

    def deleted(self, at: datetime) -> User:
        if self.status is Status.DELETED:
            return self
        told = UserDeleted(user_id=self.id, tenant_id=self.tenant_id)
        return self.but(told, status=Status.DELETED, email_key=None, delete_time=at, update_time=at)

    def activated(self, at: datetime, display_name: str = "") -> User:
        """After the invitation was accepted."""
        if self.status is not Status.INVITED:
            raise UserStatus(status=self.status.name, action="accept an invitation")
        told = UserActivated(user_id=self.id, tenant_id=self.tenant_id, email=self.email)
        name = display_name.strip() or self.display_name
        return self.but(told, status=Status.ACTIVE, display_name=name, update_time=at)

    def invited(self) -> User:
        """Told that an invitation is on its way. Raises UserStatus unless the user waits for one."""
        if self.status is not Status.INVITED:
            raise UserStatus(status=self.status.name, action="invite it")
        return self.but(InvitationSent(user_id=self.id, tenant_id=self.tenant_id, email=self.email))

    def with_second_factor(self, enabled: bool, at: datetime) -> User:
        return self.but(mfa_enabled=enabled, update_time=at)

    def _must_exist(self, action: str) -> None:
        if self.status is Status.DELETED:
            raise UserStatus(status=self.status.name, action=action)


def new_user(
    *,
    id: str,
    tenant_id: str,
    email: str,
    display_name: str,
    at: datetime,
    active: bool,
    role_ids: tuple[str, ...],
    locale: str = "",
    time_zone: str = "",
    first_admin: bool = False,
) -> User:
    """A new user, ACTIVE when a password exists, else INVITED."""
    status = Status.ACTIVE if active else Status.INVITED
    email = fold_email(email)
    told = UserProvisioned(
        user_id=id,
        tenant_id=tenant_id,
        email=email,
        display_name=display_name.strip(),
        status=status.name,
        role_ids=role_ids,
        first_admin=first_admin,
    )
    return User(
        id=id,
        tenant_id=tenant_id,
        email=email,
        email_key=email,
        display_name=display_name.strip(),
        locale=locale or "en",
        time_zone=time_zone or "UTC",
        status=status,
        first_admin=first_admin,
        create_time=at,
        update_time=at,
        announcements=(told,),
    )


def fold_email(email: str) -> str:
    """The form e-mails are compared and kept in."""
    return email.strip().casefold()


def check_domain(email: str, allowed: tuple[str, ...]) -> None:
    """Raises EmailDomainRefused for an address outside the allowed domains; any is allowed when there are none."""
    domain = fold_email(email).rpartition("@")[2]
    if allowed and domain not in {one.casefold() for one in allowed}:
        raise EmailDomainRefused(domains=", ".join(allowed), email=email)


@dataclass(frozen=True, kw_only=True)
class Credential(Record):
    """What a user proves who they are with. Its id is the user's. Never leaves IAM."""

    password_hash: str = secret(default="")
    totp_secret: bytes = secret(default=b"")
    """Sealed."""
    totp_pending: bytes = secret(default=b"")
    """A sealed secret that no authenticator has confirmed yet."""
    totp_last_step: int = 0
    """The last time step a code was accepted for: no code works twice."""
    recovery_hashes: tuple[str, ...] = secret(default=())


@dataclass(frozen=True, kw_only=True)
class Guard(Record):
    """Written by changes that must not pass each other, such as two that remove an administrator each."""

    changes: int = 0
