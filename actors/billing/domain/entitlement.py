"""Entitlements: what a tenant may use, by the terms in force and the state of its subscription."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from actors.billing.domain.subscription import Subscription
from actors.billing.domain.subscription_state import RUNNING
from actors.billing.domain.terms import Beyond, Limit, Terms
from actors.kernel.records import Announcement, Record


@dataclass(frozen=True)
class AnnouncedLimit:
    """EntitlementsChanged.Limit."""

    meter: str
    most: int
    charged_beyond: bool


@dataclass(frozen=True, kw_only=True)
class EntitlementsChanged(Announcement):
    tenant_id: str
    plan_id: str
    tier: str
    usable: bool
    limits: tuple[AnnouncedLimit, ...]
    features: tuple[str, ...]
    revision: int


@dataclass(frozen=True)
class ReachedLimit:
    """LimitsReached.Limit."""

    meter: str
    most: int
    used: int


@dataclass(frozen=True, kw_only=True)
class LimitsReached(Announcement):
    tenant_id: str
    limits: tuple[ReachedLimit, ...]
    period_end_time: datetime
    as_of_time: datetime


def reached(limits: Mapping[str, int], used: Mapping[str, int]) -> tuple[ReachedLimit, ...]:
    """Which of the limits, by meter, are reached by what was used."""
    return tuple(
        ReachedLimit(meter, most, used.get(meter, 0))
        for meter, most in sorted(limits.items())
        if used.get(meter, 0) >= most
    )


@dataclass(frozen=True, kw_only=True)
class Entitlements(Record):
    """What a tenant may use now. Its id is the tenant's. `revision` rises with each announcement."""

    plan_id: str = ""
    plan_version: int = 0
    tier: str = ""
    usable: bool = False
    limits: tuple[Limit, ...] = ()
    features: tuple[str, ...] = ()
    revision: int = 0
    update_time: datetime

    def limit(self, meter: str) -> Limit | None:
        return next((limit for limit in self.limits if limit.meter == meter), None)

    def entitled(self, subscription: Subscription, terms: Terms, at: datetime) -> Entitlements:
        """By a subscription and its terms; the same record, and no announcement, when nothing differs.

        Usable on a trial, while paid for, and while payment is tried again. Limits and features stay those of the
        plan when it is not usable, so that screens still show what there would be.
        """
        wanted = self.but(
            plan_id=subscription.plan_id,
            plan_version=subscription.plan_version,
            tier=terms.tier,
            usable=subscription.state in RUNNING,
            limits=terms.limits,
            features=terms.features,
        )
        if wanted == self:
            return self
        wanted = wanted.but(revision=self.revision + 1, update_time=at)
        return wanted.but(wanted.announcement())

    def announcement(self) -> EntitlementsChanged:
        """All that there is to say, also once more."""
        return EntitlementsChanged(
            tenant_id=self.tenant_id,
            plan_id=self.plan_id,
            tier=self.tier,
            usable=self.usable,
            limits=tuple(AnnouncedLimit(one.meter, one.most, one.beyond is Beyond.CHARGE) for one in self.limits),
            features=self.features,
            revision=self.revision,
        )

    @property
    def refusing(self) -> dict[str, int]:
        """The limits beyond which more is refused, by meter."""
        return {limit.meter: limit.most for limit in self.limits if limit.beyond is Beyond.REFUSE}


def no_entitlements(tenant_id: str, at: datetime) -> Entitlements:
    """Of a tenant that has never subscribed: nothing is usable. Kept and announced with its first subscription."""
    return Entitlements(id=tenant_id, tenant_id=tenant_id, update_time=at)
