"""API keys, one-time links, set-up, signing keys, and what IAM knows of tenants."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import UTC, datetime

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
    PURGED = "PURGED"


LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Tenancy(Record):
    """What IAM knows of a tenant, from its announcements. Its id is the tenant's.

    Announcements may arrive in any order: each group of fields remembers when the announcement happened that it comes
    from, and older ones are ignored.
    """

    slug: str = ""
    slug_key: str | None = None
    """The slug while the tenant has a place for its data; unique."""
    display_name: str = ""
    tier: str = ""
    state: TenantState = TenantState.CLOSED
    state_time: datetime = LONG_AGO
    locale: str = "en"
    time_zone: str = "UTC"
    mfa_required: bool = False
    session_hours: int = 0
    allowed_email_domains: tuple[str, ...] = ()
    settings_time: datetime = LONG_AGO
    profile_time: datetime = LONG_AGO
    name_time: datetime = LONG_AGO

    @property
    def placed(self) -> bool:
        """Whether the tenant has a place for its data, as far as announcements say."""
        return self.slug_key is not None

    def created(self, *, slug: str, display_name: str, tier: str, locale: str, time_zone: str, at: datetime) -> Tenancy:
        """Open, with what it was created with where nothing newer is known."""
        opened = self.in_state(TenantState.OPEN, at)
        if opened is self:
            return self
        known = opened.updated(slug=slug, display_name=display_name, tier=tier, at=at)
        if known.settings_time == LONG_AGO:
            known = known.but(locale=locale, time_zone=time_zone)
        return known.but(slug_key=known.slug)

    def updated(self, *, slug: str, display_name: str, tier: str, at: datetime) -> Tenancy:
        known = self.named(display_name, at)
        if at < self.profile_time or self.state is TenantState.PURGED:
            return known
        return known.but(slug=slug, slug_key=slug if self.placed else None, tier=tier, profile_time=at)

    def configured(self, at: datetime, *, display_name: str, **settings: object) -> Tenancy:
        known = self.named(display_name, at)
        if at < self.settings_time or self.state is TenantState.PURGED:
            return known
        return known.but(**settings, settings_time=at)

    def named(self, display_name: str, at: datetime) -> Tenancy:
        if at < self.name_time or not display_name or self.state is TenantState.PURGED:
            return self
        return self.but(display_name=display_name, name_time=at)

    def in_state(self, state: TenantState, at: datetime) -> Tenancy:
        """In the state; the same record when it comes from something newer, or the tenant is purged."""
        if at < self.state_time or self.state is TenantState.PURGED:
            return self
        return self.but(state=state, state_time=at)

    def taken_back(self, at: datetime) -> Tenancy:
        """Closed and without a place, after provisioning gave up."""
        closed = self.in_state(TenantState.CLOSED, at)
        return self if closed is self else closed.but(slug_key=None)

    def purged(self, at: datetime) -> Tenancy:
        """Nothing but the id, and that no announcement may bring it back."""
        return Tenancy(id=self.id, version=self.version, state=TenantState.PURGED, state_time=at)
