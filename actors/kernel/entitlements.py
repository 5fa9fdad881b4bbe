"""What tenants may use, as every host knows it: the limits and features of their plans, and which of them are used up.

The module that sells plans (`Module.entitles`) announces both, and every host of every module follows: at its start
the last announcement for each tenant, from then on each new one. So a question costs a look-up in memory, nobody asks
the module that sells, and a change holds everywhere as soon as it arrives. A tenant of which nothing was announced has
no limits: so it is where no plans are sold.

The announcements, and the fields that are read of them:

    EntitlementsChanged   tenant_id, plan_id, tier, usable, features, revision, limits {meter, most, charged_beyond}
    LimitsReached         tenant_id, period_end_time, as_of_time, limits {meter, most, used}

Each says all of its kind for its tenant. Older ones that come later are dropped, by revision and by as_of_time.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from actors.kernel.clock import Clock
from actors.kernel.errors import FeatureMissing, LimitReached, SubscriptionInactive
from actors.kernel.events.contract import Envelope

CHANGED = "EntitlementsChanged"
REACHED = "LimitsReached"
API_CALLS = "api_calls"
"""The meter of machines' calls, which every host counts: beyond its limit machines are refused."""
API_KEYS = "iam.api-keys"
"""The feature that lets a tenant's machines call."""
STORAGE = "storage_bytes"
"""The meter of what a tenant stores, which is measured for all modules together: beyond its limit new work is refused.
It has a value at any time, so that what is used up stays so when a period ends, until less is measured."""
MAKE_ROOM = "change to a larger plan, or remove some first"


@dataclass(frozen=True, slots=True)
class Limit:
    """The most of a meter: within a period for one that counts up, else at any time."""

    most: int
    charged_beyond: bool
    """More is charged instead of refused."""


@dataclass(frozen=True, slots=True)
class Entitled:
    """What one tenant may use."""

    plan_id: str
    tier: str
    usable: bool
    """Whether its subscription is active: tried, paid, or still being paid."""
    limits: Mapping[str, Limit]
    """By meter. A meter that is not named is not limited."""
    features: frozenset[str]
    revision: int
    time: datetime
    """When it was announced, for the last time."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What one tenant has used up, until its period ends; of STORAGE until less is announced."""

    used: Mapping[str, int]
    """Of each meter that had reached its limit."""
    until: datetime
    as_of: datetime
    time: datetime
    """When it was announced, for the last time."""


class Entitlements:
    """What tenants may use. Follows announcements; every question is answered from memory."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.known = asyncio.Event()
        """Set once the last announcement for each tenant was heard."""
        self._entitled: dict[str, Entitled] = {}
        self._spent: dict[str, Spent] = {}
        self._machines_refused: set[str] = set()
        """Tenants whose machines must be looked at more closely; nearly always empty."""

    # --- what is announced ---

    def heard(self, envelope: Envelope) -> str:
        """Takes an announcement of either kind. Returns the tenant's tier when that is news, else nothing."""
        event: Any = envelope.message()
        if not event.tenant_id:  # the platform itself has no plan
            return ""
        if envelope.type.endswith(f".{REACHED}"):
            self._hear_reached(event, envelope.time)
            return ""
        return self._hear_changed(event, envelope.time)

    def _hear_changed(self, event: Any, time: datetime) -> str:
        before = self._entitled.get(event.tenant_id)
        if before is not None and event.revision < before.revision:
            return ""
        self._entitled[event.tenant_id] = Entitled(
            plan_id=event.plan_id,
            tier=event.tier,
            usable=event.usable,
            limits={limit.meter: Limit(limit.most, limit.charged_beyond) for limit in event.limits},
            features=frozenset(event.features),
            revision=event.revision,
            time=time,
        )
        self._decide(event.tenant_id)
        return "" if before is not None and before.tier == event.tier else event.tier

    def _hear_reached(self, event: Any, time: datetime) -> None:
        before, as_of = self._spent.get(event.tenant_id), event.as_of_time.ToDatetime(UTC)
        if before is not None and as_of < before.as_of:
            return
        self._spent[event.tenant_id] = Spent(
            used={limit.meter: limit.used for limit in event.limits},
            until=event.period_end_time.ToDatetime(UTC),
            as_of=as_of,
            time=time,
        )
        self._decide(event.tenant_id)

    def _decide(self, tenant_id: str) -> None:
        entitled = self._entitled.get(tenant_id)
        if entitled is not None and (
            not entitled.usable or API_KEYS not in entitled.features or self._reached(tenant_id, API_CALLS) is not None
        ):
            self._machines_refused.add(tenant_id)
        else:
            self._machines_refused.discard(tenant_id)

    # --- what is asked ---

    def of(self, tenant_id: str) -> Entitled | None:
        """All that is known of a tenant; None where nothing was announced."""
        return self._entitled.get(tenant_id)

    def spent(self, tenant_id: str) -> Spent | None:
        """What the tenant has used up of the present period; None when nothing was announced, or that is over.

        Storage that was used up in a period that is over is used up still.
        """
        spent = self._spent.get(tenant_id)
        if spent is None or self.clock.now() < spent.until:
            return spent
        return replace(spent, used={STORAGE: spent.used[STORAGE]}) if STORAGE in spent.used else None

    def tier(self, tenant_id: str) -> str:
        """The tier of the tenant's plan; empty where nothing was announced."""
        entitled = self._entitled.get(tenant_id)
        return "" if entitled is None else entitled.tier

    def limit(self, tenant_id: str, meter: str) -> Limit | None:
        """The limit of a meter, None without one."""
        entitled = self._entitled.get(tenant_id)
        return None if entitled is None else entitled.limits.get(meter)

    def allows(self, tenant_id: str, feature: str) -> bool:
        """Whether the tenant's plan has a feature switched on. Every one is where nothing was announced."""
        entitled = self._entitled.get(tenant_id)
        return entitled is None or feature in entitled.features

    def must_include(self, tenant_id: str, feature: str) -> None:
        """Refuses what the tenant's plan does not include. Raises FeatureMissing."""
        if not self.allows(tenant_id, feature):
            raise FeatureMissing(feature=feature)

    def must_allow(self, tenant_id: str, meter: str, *, used: int, more: int = 1) -> None:
        """Refuses more of a meter of which the asker knows how much there is, such as users.

        Raises LimitReached when `used` and `more` together are beyond the limit and that is not charged instead.
        """
        limit = self.limit(tenant_id, meter)
        if limit is None or limit.charged_beyond or used + more <= limit.most:
            return
        raise LimitReached(meter=meter, most=limit.most, used=used, remedy=MAKE_ROOM)

    def must_have_left(self, tenant_id: str, meter: str) -> None:
        """Refuses more of a meter that counts up within a period, once its limit was reached.

        Raises LimitReached. The limit is reached some seconds after the call that used the last of it.
        """
        if (reached := self._reached(tenant_id, meter)) is not None:
            raise reached

    def must_be_active(self, tenant_id: str) -> None:
        """Refuses new work. Raises SubscriptionInactive when the tenant's subscription is not active."""
        entitled = self._entitled.get(tenant_id)
        if entitled is not None and not entitled.usable:
            raise SubscriptionInactive(what="nothing new can be made")

    def must_have_room(self, tenant_id: str) -> None:
        """Refuses new work of a tenant that stores as much as its plan allows. Raises LimitReached.

        What is stored is measured now and then: the limit is reached some time after the last of it was filled.
        """
        if tenant_id in self._spent:
            self.must_have_left(tenant_id, STORAGE)

    def must_serve_machine(self, tenant_id: str) -> None:
        """Refuses a machine's call: raises SubscriptionInactive, FeatureMissing, or LimitReached when its calls are
        used up."""
        if tenant_id not in self._machines_refused:
            return
        entitled = self._entitled.get(tenant_id)
        if entitled is not None and not entitled.usable:
            raise SubscriptionInactive(what="API keys are refused")
        self.must_include(tenant_id, API_KEYS)
        self.must_have_left(tenant_id, API_CALLS)
        self._machines_refused.discard(tenant_id)  # the period in which it was reached is over

    def _reached(self, tenant_id: str, meter: str) -> LimitReached | None:
        """The refusal, when the limit that holds now is reached."""
        limit = self.limit(tenant_id, meter)
        if limit is None or limit.charged_beyond:
            return None
        if limit.most == 0:
            return LimitReached(meter=meter, most=0, used=0, remedy="change to a plan with some")
        spent = self.spent(tenant_id)
        used = None if spent is None else spent.used.get(meter)
        if spent is None or used is None or used < limit.most:
            return None
        if meter == STORAGE:
            return LimitReached(meter=meter, most=limit.most, used=used, remedy=MAKE_ROOM)
        return LimitReached(
            meter=meter,
            most=limit.most,
            used=used,
            remedy=f"change to a larger plan, or wait until {spent.until:%Y-%m-%dT%H:%M:%SZ}",
            retry_after_seconds=math.ceil((spent.until - self.clock.now()).total_seconds()),
        )
