"""Sessions: one sign-in on one device, continued by refresh tokens that each work once."""

from __future__ import annotations

import enum
import hmac
from dataclasses import dataclass
from datetime import datetime

from actors.kernel.errors import Unauthenticated
from actors.kernel.records import Announcement, Record, secret


class CredentialsWrong(Unauthenticated):
    message = "no account with this e-mail and password may sign in here"


class SecondFactorWrong(Unauthenticated):
    message = "the code is wrong or was used before"


class RefreshTokenInvalid(Unauthenticated):
    message = "the refresh token is unknown or its session has ended; sign in again"


class RefreshTokenReused(Unauthenticated):
    message = "the refresh token was used before, so its session is ended; sign in again"


@dataclass(frozen=True, kw_only=True)
class SessionStarted(Announcement):
    session_id: str
    tenant_id: str
    user_id: str
    impersonator_id: str


@dataclass(frozen=True, kw_only=True)
class SessionEnded(Announcement):
    session_id: str
    tenant_id: str
    user_id: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class SignInFailed(Announcement):
    tenant_id: str
    user_id: str
    address: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class UserActive(Announcement):
    user_id: str
    tenant_id: str
    day: str


class EndReason(enum.Enum):
    SIGNED_OUT = "SIGNED_OUT"
    REVOKED = "REVOKED"
    EXPIRED = "EXPIRED"
    TOKEN_REUSED = "TOKEN_REUSED"  # noqa: S105 - a reason, not a secret
    USER_SUSPENDED = "USER_SUSPENDED"
    USER_DELETED = "USER_DELETED"
    PASSWORD_CHANGED = "PASSWORD_CHANGED"  # noqa: S105 - a reason, not a secret
    TENANT_CLOSED = "TENANT_CLOSED"


@dataclass(frozen=True, kw_only=True)
class Session(Record):
    """A session. It is over once `end_time` is set or `expire_time` has passed."""

    user_id: str
    user_agent: str = ""
    address: str = ""
    create_time: datetime
    last_seen_time: datetime
    expire_time: datetime
    remove_time: datetime
    """When the record itself may go."""
    end_time: datetime | None = None
    end_reason: EndReason | None = None
    refresh_hash: str = secret(default="")
    impersonator_id: str = ""
    may_write: bool = True

    def alive(self, at: datetime) -> bool:
        return self.end_time is None and at < self.expire_time

    def seen_at(self, at: datetime) -> Session:
        """As it is at this moment: one that ran out ended when it did."""
        if self.end_time is not None or at < self.expire_time:
            return self
        return self.but(end_time=self.expire_time, end_reason=EndReason.EXPIRED)

    def refreshed(self, presented_hash: str, next_hash: str, address: str, user_agent: str, at: datetime) -> Session:
        """Continued with a new refresh token; as it is when the new one is what an earlier refresh led to already.

        Raises RefreshTokenInvalid or RefreshTokenReused.
        """
        if not self.alive(at):
            raise RefreshTokenInvalid
        if hmac.compare_digest(next_hash, self.refresh_hash):
            return self
        if not hmac.compare_digest(presented_hash, self.refresh_hash):
            raise RefreshTokenReused
        return self.but(refresh_hash=next_hash, last_seen_time=at, address=address, user_agent=user_agent)

    def ended(self, reason: EndReason, at: datetime) -> Session:
        if self.end_time is not None:
            return self
        told = SessionEnded(session_id=self.id, tenant_id=self.tenant_id, user_id=self.user_id, reason=reason.name)
        return self.but(told, end_time=at, end_reason=reason)


@dataclass(frozen=True, kw_only=True)
class ActiveDay(Record):
    """That a user was there on a day. Its id is `<day>:<user>`."""

    user_id: str
    day: str
    expire_time: datetime
