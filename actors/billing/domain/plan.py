"""Plans and their versions: drafted, published, given new versions by date, archived."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from actors.billing.domain.terms import Terms
from actors.kernel.errors import AlreadyExists, FailedPrecondition, InvalidArgument, InvalidFields, Violation
from actors.kernel.records import Announcement, Record


class PlanUnknown(InvalidArgument):
    message = "there is no plan {plan} on offer"


class PlanTaken(AlreadyExists):
    message = "another plan has this id"


class PlanState(FailedPrecondition):
    message = "the plan is {state}; that does not allow to {action}"


@dataclass(frozen=True, kw_only=True)
class PlanVersionDue(Announcement):
    plan_id: str
    plan_version: int


class State(enum.Enum):
    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"
    ARCHIVED = "ARCHIVED"


@dataclass(frozen=True, kw_only=True)
class PlanVersion(Record):
    """One version. Its id is `<plan>:<version>`. Immutable from `effective_time` on; replaced in place before."""

    plan_id: str
    plan_version: int
    terms: Terms
    effective_time: datetime


@dataclass(frozen=True, kw_only=True)
class Plan(Record):
    """What tenants subscribe to. At most one version waits for its time."""

    state: State = State.DRAFT
    plan_version: int = 1
    """The newest that is in effect; 1 for a draft."""
    terms: Terms
    next_terms: Terms | None = None
    next_effective_time: datetime | None = None
    publish_time: datetime | None = None
    """When it was first offered: version 1 is immutable since."""
    create_time: datetime
    update_time: datetime

    def published(self, at: datetime) -> tuple[Plan, PlanVersion | None]:
        """Offered to everybody, from an archive too; with version 1, when this is the first time."""
        if self.state is State.PUBLISHED:
            return self, None
        plan = self.but(state=State.PUBLISHED, publish_time=self.publish_time or at, update_time=at)
        return plan, None if self.publish_time else _version(self.id, self.plan_version, self.terms, at)

    def changed(self, terms: Terms, at: datetime, effective: datetime | None = None) -> tuple[Plan, PlanVersion | None]:
        """A draft with these terms; or a published plan with a new version of them, to be kept beside it.

        The version is in effect at once, or waits for `effective`; one that waits already is replaced, under its
        number. Terms that are in effect already make no version. Raises PlanState for an archived plan,
        InvalidFields for a time that has passed.
        """
        if self.state is State.ARCHIVED:
            raise PlanState(state=self.state.name, action="change it")
        if effective is not None and effective < at:
            raise InvalidFields(Violation("effective_time", "this time has passed", "TIME_PASSED"))
        if self.state is State.DRAFT:
            return (self if terms == self.terms else self.but(terms=terms, update_time=at)), None
        plan, _ = self.effective(at)
        number = plan.plan_version + 1
        if effective is not None and effective > at:
            if (plan.next_terms, plan.next_effective_time) == (terms, effective):
                return plan, None
            waiting = plan.but(next_terms=terms, next_effective_time=effective, update_time=at)
            return waiting, _version(self.id, number, terms, effective)
        if terms == plan.terms and plan.next_terms is None:
            return plan, None
        now = plan.but(plan_version=number, terms=terms, next_terms=None, next_effective_time=None, update_time=at)
        return now, _version(self.id, number, terms, at)

    def effective(self, at: datetime) -> tuple[Plan, bool]:
        """As it is at a moment: a version whose time has come is in effect. Whether one came."""
        if self.next_terms is None or self.next_effective_time is None or at < self.next_effective_time:
            return self, False
        plan = self.but(
            plan_version=self.plan_version + 1,
            terms=self.next_terms,
            next_terms=None,
            next_effective_time=None,
            update_time=self.next_effective_time,
        )
        return plan, True

    def archived(self, at: datetime) -> Plan:
        """Offered to nobody; its subscribers keep it."""
        if self.state is State.ARCHIVED:
            return self
        return self.but(state=State.ARCHIVED, update_time=at)

    @property
    def due(self) -> tuple[PlanVersionDue, datetime] | None:
        """What to schedule for the version that waits."""
        if self.next_effective_time is None:
            return None
        return PlanVersionDue(plan_id=self.id, plan_version=self.plan_version + 1), self.next_effective_time

    def must_be_offered(self) -> None:
        """Raises PlanUnknown: what is not on offer is not told apart from what is not there."""
        if self.state is not State.PUBLISHED:
            raise PlanUnknown(plan=self.id)


def new_plan(id: str, terms: Terms, at: datetime) -> Plan:
    """A draft."""
    return Plan(id=id, terms=terms, create_time=at, update_time=at)


def version_id(plan_id: str, plan_version: int) -> str:
    return f"{plan_id}:{plan_version}"


def _version(plan_id: str, number: int, terms: Terms, effective: datetime) -> PlanVersion:
    return PlanVersion(
        id=version_id(plan_id, number), plan_id=plan_id, plan_version=number, terms=terms, effective_time=effective
    )
