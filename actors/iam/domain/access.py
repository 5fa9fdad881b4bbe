"""API keys, one-time links, set-up, signing keys, and what IAM knows of tenants."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from actors.kernel.errors import (
    FailedPrecondition,
    InvalidArgument,
    PermissionDenied,
    ResourceExhausted,
    Unauthenticated,
)
from actors.kernel.records import Announcement, Record, secret


class SetupClosed(PermissionDenied):
    message = "this installation is set up; the wizard never opens again"


class SetupCodeWrong(PermissionDenied):
    message = "the set-up code is wrong; `atrium setup-code` prints it"


class ApiKeyInvalid(Unauthenticated):
    message = "the API key is unknown, revoked or expired"


class PasswordWeak(InvalidArgument):
    message = "the password is too easy to guess: {problem}"


class LinkInvalid(InvalidArgument):
    message = "this link was used, replaced, or is past its time; ask for a new one"


class TotpStatus(FailedPrecondition):
    message = "the second factor {problem}"


class SecondFactorRequired(FailedPrecondition):
    message = "the tenant's policy requires a second factor"


class PersonNeeded(PermissionDenied):
    message = "only the person themselves may do this, not {actor}"


class SignInBusy(ResourceExhausted):
    message = "too many people are signing in right now; try again in {retry_after_seconds} s"


@dataclass(frozen=True, kw_only=True)
class ApiKeyRevoked(Announcement):
    api_key_id: str
    tenant_id: str


@dataclass(frozen=True, kw_only=True)
class ApiKey(Record):
    """Machine access. Only the hash of its secret is kept."""

    display_name: str
    prefix: str
    secret_hash: str = secret()
    permissions: tuple[str, ...]
    creator_id: str
    create_time: datetime
    expire_time: datetime
    last_use_time: datetime | None = None
    revoke_time: datetime | None = None

    def usable(self, at: datetime) -> bool:
        return self.revoke_time is None and at < self.expire_time

    def revoked(self, at: datetime) -> ApiKey:
        if self.revoke_time is not None:
            return self
        return self.but(ApiKeyRevoked(api_key_id=self.id, tenant_id=self.tenant_id), revoke_time=at)


class Purpose(enum.Enum):
    INVITATION = "INVITATION"
    PASSWORD_RESET = "PASSWORD_RESET"  # noqa: S105 - a purpose, not a secret


@dataclass(frozen=True, kw_only=True)
class Link(Record):
    """A one-time link that was mailed to a user."""

    user_id: str
    purpose: Purpose
    secret_hash: str = secret()
    expire_time: datetime


@dataclass(frozen=True, kw_only=True)
class Installation(Record):
    """That set-up is complete. There is at most one."""

    organization_name: str
    user_id: str
    complete_time: datetime


@dataclass(frozen=True, kw_only=True)
class SigningKey(Record):
    """A key that signs access tokens. Its id is the token's `kid`."""

    private_key: bytes = secret()
    """Sealed PKCS#8."""
    public_jwk: str
    create_time: datetime
    activate_time: datetime
    """From when on it signs, until a younger one does."""
    retire_time: datetime | None = None
    """From when on no token signed with it lives any more."""


class TenantState(enum.Enum):
    OPEN = "OPEN"
    SUSPENDED = "SUSPENDED"
    CLOSED = "CLOSED"


@dataclass(frozen=True, kw_only=True)
class Tenancy(Record):
    """What IAM knows of a tenant, from its announcements. Its id is the tenant's."""

    slug: str
    slug_key: str | None
    display_name: str
    tier: str
    state: TenantState = TenantState.OPEN
    state_time: datetime
    """When the announcement happened that the state comes from; older ones are ignored."""
    locale: str = "en"
    time_zone: str = "UTC"
    mfa_required: bool = False
    session_hours: int = 0
    allowed_email_domains: tuple[str, ...] = ()
    settings_time: datetime | None = None
    profile_time: datetime | None = None

    def in_state(self, state: TenantState, at: datetime) -> Tenancy:
        if at < self.state_time:
            return self
        return self.but(state=state, state_time=at)
