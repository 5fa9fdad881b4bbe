"""Tenants: the provider's customers."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta

from actors.kernel.errors import AlreadyExists, FailedPrecondition, InvalidArgument
from actors.kernel.records import Announcement, Record

RESERVED = frozenset(
    (
        *("admin", "api", "app", "assets", "auth", "billing", "blog", "dashboard", "docs", "help", "internal"),
        *("login", "mail", "master", "master-admin", "platform", "public", "root", "setup", "signup", "static"),
        *("status", "support", "system", "tenant", "tenants", "well-known", "www"),
    )
)
"""Slugs that would be mistaken for parts of the platform."""


class SlugTaken(AlreadyExists):
    message = "another tenant has the slug {slug}"

    def __init__(self, *, slug_key: str) -> None:
        super().__init__(slug=slug_key)


class SlugReserved(InvalidArgument):
    message = "the slug {slug} is reserved; choose another"


class PlanUnknown(InvalidArgument):
    message = "there is no plan {plan}"


class PlanBilled(FailedPrecondition):
    message = "the plan is that of the tenant's subscription; change the subscription instead"


class TenantState(FailedPrecondition):
    message = "the tenant is {state}; that does not allow to {action}"


class PurgedForEver(FailedPrecondition):
    message = "the tenant's data is purged, or is being purged right now; it cannot come back"


@dataclass(frozen=True, kw_only=True)
class TenantCreated(Announcement):
    tenant_id: str
    slug: str
    display_name: str
    plan: str
    tier: str
    admin_email: str
    admin_display_name: str
    locale: str
    time_zone: str


@dataclass(frozen=True, kw_only=True)
class TenantWelcomeDue(Announcement):
    tenant_id: str
    admin_email: str


@dataclass(frozen=True, kw_only=True)
class TenantProvisioned(Announcement):
    tenant_id: str
    slug: str


@dataclass(frozen=True, kw_only=True)
class TenantUpdated(Announcement):
    tenant_id: str
    slug: str
    display_name: str
    plan: str
    tier: str


@dataclass(frozen=True, kw_only=True)
class TenantTierChanged(Announcement):
    tenant_id: str
    tier: str


@dataclass(frozen=True, kw_only=True)
class TenantSuspended(Announcement):
    tenant_id: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class TenantRestored(Announcement):
    tenant_id: str


@dataclass(frozen=True, kw_only=True)
class TenantDeleted(Announcement):
    tenant_id: str


@dataclass(frozen=True, kw_only=True)
class TenantPurged(Announcement):
    tenant_id: str


@dataclass(frozen=True, kw_only=True)
class TenantPurgeDue(Announcement):
    tenant_id: str


@dataclass(frozen=True, kw_only=True)
class TenantPurgeRequested(Announcement):
    tenant_id: str


class State(enum.Enum):
    PROVISIONING = "PROVISIONING"
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    DELETING = "DELETING"
    FAILED = "FAILED"
    PURGED = "PURGED"


class Isolation(enum.Enum):
    POOL = "POOL"
    SILO = "SILO"


class PaymentStatus(enum.Enum):
    CURRENT = "CURRENT"
    PAST_DUE = "PAST_DUE"


@dataclass(frozen=True)
class PurgedPart:
    module: str
    records: int
    purge_time: datetime


@dataclass(frozen=True, kw_only=True)
class Tenant(Record):
    """A customer. `slug_key` is the slug until the tenant is purged: unique over the platform."""

    slug: str
    slug_key: str | None
    display_name: str
    state: State = State.PROVISIONING
    state_reason: str = ""
    plan: str
    tier: str
    isolation: Isolation
    admin_email: str
    admin_display_name: str
    locale: str = "en"
    time_zone: str = "UTC"
    health_score: int = 0
    payment_status: PaymentStatus = PaymentStatus.CURRENT
    payment_time: datetime | None = None
    """When what the payment status says happened."""
    entitlements_revision: int = 0
    """Of the entitlements that plan and tier come from; 0 while Billing has said nothing."""
    user_count: int = 0
    create_time: datetime
    create_day: str
    update_time: datetime
    delete_time: datetime | None = None
    delete_day: str = ""
    purge_time: datetime | None = None
    activate_time: datetime | None = None
    """When provisioning was complete; None for a tenant that never was."""
    purge_begin_time: datetime | None = None
    """When the modules were asked to remove what they hold: there is no way back."""
    purged_parts: tuple[PurgedPart, ...] = ()

    def updated(
        self,
        at: datetime,
        display_name: str | None = None,
        slug: str | None = None,
        plan: tuple[str, str] | None = None,
    ) -> Tenant:
        """With what is given; `plan` is the plan's id and its tier."""
        self.must_exist("change it")
        name = self.display_name if display_name is None else display_name.strip()
        slug = self.slug if slug is None else slug
        plan_id, tier = plan or (self.plan, self.tier)
        if (name, slug, plan_id, tier) == (self.display_name, self.slug, self.plan, self.tier):
            return self
        told: list[Announcement] = [
            TenantUpdated(tenant_id=self.id, slug=slug, display_name=name, plan=plan_id, tier=tier)
        ]
        if tier != self.tier:
            told.append(TenantTierChanged(tenant_id=self.id, tier=tier))
        return self.but(*told, display_name=name, slug=slug, slug_key=slug, plan=plan_id, tier=tier, update_time=at)

    def replanned(self, plan: str, tier: str, at: datetime) -> Tenant:
        """Put on a plan by hand. Raises PlanBilled for another one than that of the subscription."""
        if self.entitlements_revision and plan != self.plan:
            raise PlanBilled
        return self if plan == self.plan else self.updated(at, plan=(plan, tier))

    def entitled(self, plan: str, tier: str, revision: int, at: datetime) -> Tenant:
        """Put on the plan of its subscription; the same record for what is older than what is known, and for one that
        is gone."""
        if revision <= self.entitlements_revision or self.state in (State.DELETING, State.PURGED):
            return self
        return self.updated(at, plan=(plan, tier)).but(entitlements_revision=revision)

    def with_payments(self, status: PaymentStatus, occurred: datetime, at: datetime) -> Tenant:
        """As Billing says; what is heard late of an earlier time changes nothing."""
        if self.state is State.PURGED or (self.payment_time is not None and occurred < self.payment_time):
            return self
        if status is self.payment_status:
            return self.but(payment_time=occurred)
        return self.but(payment_status=status, payment_time=occurred, update_time=at)

    def activated(self, at: datetime) -> Tenant:
        """Provisioning is complete."""
        if self.state is not State.PROVISIONING:
            return self
        told = TenantProvisioned(tenant_id=self.id, slug=self.slug)
        return self.but(told, state=State.ACTIVE, state_reason="", activate_time=at, update_time=at)

    def failed(self, reason: str, at: datetime) -> Tenant:
        """Provisioning gave up."""
        return self.but(state=State.FAILED, state_reason=reason, update_time=at)

    def provisioning_again(self, at: datetime) -> Tenant:
        """Raises TenantState for one whose provisioning did not fail, or that was deleted since."""
        if self.state is not State.FAILED:
            self._refuse("set it up again")
        return self.but(state=State.PROVISIONING, state_reason="", update_time=at)

    def suspended(self, reason: str, at: datetime) -> Tenant:
        if self.state is State.SUSPENDED:
            return self
        if self.state is not State.ACTIVE:
            self._refuse("suspend it")
        told = TenantSuspended(tenant_id=self.id, reason=reason)
        return self.but(told, state=State.SUSPENDED, state_reason=reason, update_time=at)

    def restored(self, at: datetime) -> Tenant:
        """Back to ACTIVE, from a suspension or from a deletion whose retention time is not over.

        A tenant that was deleted after its provisioning had failed is FAILED again.
        """
        if self.state is State.ACTIVE:
            return self
        if self.state not in (State.SUSPENDED, State.DELETING):
            self._refuse("restore it")
        if self.purge_begin_time is not None or (self.purge_time is not None and self.purge_time <= at):
            raise PurgedForEver
        back = self.but(delete_time=None, delete_day="", purge_time=None, update_time=at)
        if self.activate_time is None:
            return back.but(state=State.FAILED)
        return back.but(TenantRestored(tenant_id=self.id), state=State.ACTIVE, state_reason="")

    def deleted(self, retention: timedelta, at: datetime) -> Tenant:
        if self.state is State.DELETING:
            return self
        if self.state not in (State.ACTIVE, State.SUSPENDED, State.FAILED):
            self._refuse("delete it")
        return self.but(
            TenantDeleted(tenant_id=self.id),
            state=State.DELETING,
            delete_time=at,
            delete_day=at.date().isoformat(),
            purge_time=at + retention,
            update_time=at,
        )

    def purging(self, at: datetime) -> Tenant:
        """Asks the modules to remove what they hold; the same record when it is not time, or was asked before."""
        due = self.state is State.DELETING and self.purge_time is not None and self.purge_time <= at
        if not due or self.purge_begin_time is not None:
            return self
        return self.but(TenantPurgeRequested(tenant_id=self.id), purge_begin_time=at, purged_parts=())

    def with_purged(self, part: PurgedPart) -> Tenant:
        others = tuple(one for one in self.purged_parts if one.module != part.module)
        return self.but(purged_parts=(*others, part))

    def purged(self, at: datetime) -> Tenant:
        """Nothing but this record is left, without the people in it; the slug is free again."""
        return self.but(
            TenantPurged(tenant_id=self.id),
            state=State.PURGED,
            slug_key=None,
            admin_email="",
            admin_display_name="",
            user_count=0,
            update_time=at,
        )

    def must_be_open(self, action: str) -> None:
        """Raises TenantState unless the tenant's people can sign in."""
        if self.state is not State.ACTIVE:
            self._refuse(action)

    def must_hold_data(self, action: str) -> None:
        """Raises TenantState for a tenant that has no place yet or none any more."""
        if self.state not in (State.ACTIVE, State.SUSPENDED):
            self._refuse(action)

    def must_exist(self, action: str) -> None:
        if self.state in (State.DELETING, State.PURGED):
            self._refuse(action)

    def _refuse(self, action: str) -> None:
        if self.state is State.PURGED:
            raise PurgedForEver
        raise TenantState(state=self.state.name, action=action)


def check_slug(slug: str) -> None:
    """Raises SlugReserved."""
    if slug in RESERVED:
        raise SlugReserved(slug=slug)


def new_tenant(
    *,
    id: str,
    slug: str,
    display_name: str,
    plan: str,
    tier: str,
    isolation: Isolation,
    admin_email: str,
    admin_display_name: str,
    locale: str,
    time_zone: str,
    at: datetime,
) -> Tenant:
    return Tenant(
        id=id,
        tenant_id=id,
        slug=slug,
        slug_key=slug,
        display_name=display_name.strip(),
        plan=plan,
        tier=tier,
        isolation=isolation,
        admin_email=admin_email.strip().casefold(),
        admin_display_name=admin_display_name.strip(),
        locale=locale or "en",
        time_zone=time_zone or "UTC",
        create_time=at,
        create_day=at.date().isoformat(),
        update_time=at,
    )
