"""The states of a subscription, what is announced of it, and why a verb is refused."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from actors.kernel.errors import AlreadyExists, FailedPrecondition
from actors.kernel.records import Announcement


class SubscriptionExists(AlreadyExists):
    message = "the tenant has a subscription that has not ended: {subscription}"

    def __init__(self, *, subscription: str = "", live_key: str = "") -> None:
        del live_key
        super().__init__(subscription=subscription)


class SubscriptionState(FailedPrecondition):
    message = "the subscription is {state}; that does not allow to {action}"


class PaymentMethodNeeded(FailedPrecondition):
    message = "a payment method is needed first"


@dataclass(frozen=True, kw_only=True)
class SubscriptionChanged(Announcement):
    tenant_id: str
    subscription_id: str
    state: str
    plan_id: str
    plan_version: int
    interval: str
    seats: int
    previous_plan_id: str = ""
    previous_state: str = ""
    mrr_minor: int
    previous_mrr_minor: int = 0
    currency: str


@dataclass(frozen=True, kw_only=True)
class SubscriptionPeriodDue(Announcement):
    tenant_id: str
    subscription_id: str
    period_number: int


@dataclass(frozen=True, kw_only=True)
class SubscriptionIncompleteDue(Announcement):
    tenant_id: str
    subscription_id: str


@dataclass(frozen=True, kw_only=True)
class TrialEndDue(Announcement):
    tenant_id: str
    subscription_id: str


class State(enum.Enum):
    INCOMPLETE = "INCOMPLETE"
    TRIALING = "TRIALING"
    ACTIVE = "ACTIVE"
    PAST_DUE = "PAST_DUE"
    SUSPENDED = "SUSPENDED"
    PAUSED = "PAUSED"
    CANCELLED = "CANCELLED"


RUNNING = frozenset((State.TRIALING, State.ACTIVE, State.PAST_DUE))
"""States whose periods follow each other."""
PAYING = frozenset((State.ACTIVE, State.PAST_DUE))
"""States that count as monthly recurring revenue."""


class EffectiveAt(enum.Enum):
    NOW = "NOW"
    PERIOD_END = "PERIOD_END"
