"""Provisioning: the saga that brings a tenant into being, as a record that says where it stands."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from actors.kernel.errors import FailedPrecondition
from actors.kernel.records import Announcement, Record


class NothingToRetry(FailedPrecondition):
    message = "provisioning {problem}; there is nothing to retry"


@dataclass(frozen=True, kw_only=True)
class ProvisioningStepDue(Announcement):
    tenant_id: str
    attempt: int
    step: str


@dataclass(frozen=True, kw_only=True)
class ProvisioningStepOverdue(Announcement):
    tenant_id: str
    attempt: int
    step: str
    tries: int


@dataclass(frozen=True, kw_only=True)
class TenantProvisioningFailed(Announcement):
    tenant_id: str
    reason: str


class Kind(enum.Enum):
    PLACE = "PLACE"
    CREATE_STORE = "CREATE_STORE"
    CREATE_ADMIN = "CREATE_ADMIN"
    START_PLAN = "START_PLAN"
    WELCOME = "WELCOME"
    ACTIVATE = "ACTIVATE"


class StepState(enum.Enum):
    WAITING = "WAITING"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"
    SKIPPED = "SKIPPED"


class SagaState(enum.Enum):
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


@dataclass(frozen=True)
class Step:
    kind: Kind
    state: StepState = StepState.WAITING
    tries: int = 0
    error: str = ""
    start_time: datetime | None = None
    end_time: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Provisioning(Record):
    """Where a tenant's saga stands. Its id is the tenant's. One step is RUNNING while the saga is."""

    state: SagaState = SagaState.RUNNING
    steps: tuple[Step, ...]
    attempt: int = 1
    taken_back: bool = False
    """Whether what a failed attempt had made is gone, so that it may be retried."""
    create_time: datetime
    update_time: datetime

    def step(self, kind: Kind) -> Step:
        return next(step for step in self.steps if step.kind is kind)

    def expects(self, kind: Kind, attempt: int | None = None) -> bool:
        """Whether this step of this attempt is the one that is running."""
        return (
            self.state is SagaState.RUNNING
            and attempt in (None, self.attempt)
            and self.step(kind).state is StepState.RUNNING
        )

    @property
    def running(self) -> Step | None:
        """The step that is due, None once the saga has ended."""
        return next((step for step in self.steps if step.state is StepState.RUNNING), None)

    def tried(self, kind: Kind, at: datetime) -> Provisioning:
        """The running step has had its time and is tried once more."""
        told = ProvisioningStepDue(tenant_id=self.id, attempt=self.attempt, step=kind.name)
        return self._with(kind, tries=self.step(kind).tries + 1).but(told, update_time=at)

    def done(self, kind: Kind, at: datetime) -> Provisioning:
        """The running step is done: the next one is due, or the saga has succeeded."""
        return self._with(kind, state=StepState.DONE, error="", end_time=at)._next(at)

    def stumbled(self, kind: Kind, error: str, at: datetime) -> Provisioning:
        """The running step failed and will be tried again."""
        return dataclasses.replace(self._with(kind, error=error[:500]), update_time=at)

    def failed(self, kind: Kind, error: str, at: datetime) -> Provisioning:
        """The saga gives up; what it made is to be taken back."""
        told = TenantProvisioningFailed(tenant_id=self.id, reason=error)
        stopped = self._with(kind, state=StepState.FAILED, error=error[:500], end_time=at)
        return stopped.but(told, state=SagaState.FAILED, taken_back=False, update_time=at)

    def again(self, skipped: Collection[Kind], at: datetime) -> Provisioning:
        """A new attempt, from the first step. Raises NothingToRetry."""
        if self.state is not SagaState.FAILED:
            raise NothingToRetry(problem="is complete" if self.state is SagaState.SUCCEEDED else "is under way")
        if not self.taken_back:
            raise NothingToRetry(problem="is still being taken back, try again in a moment")
        fresh = dataclasses.replace(
            self, state=SagaState.RUNNING, attempt=self.attempt + 1, steps=_steps(skipped), taken_back=False
        )
        return fresh._next(at)

    def _with(self, kind: Kind, **changes: object) -> Provisioning:
        steps = tuple(
            dataclasses.replace(step, **changes) if step.kind is kind else step  # type: ignore[arg-type]
            for step in self.steps
        )
        return dataclasses.replace(self, steps=steps)

    def _next(self, at: datetime) -> Provisioning:
        waiting = next((step for step in self.steps if step.state is StepState.WAITING), None)
        if waiting is None:
            return dataclasses.replace(self, state=SagaState.SUCCEEDED, update_time=at)
        told = ProvisioningStepDue(tenant_id=self.id, attempt=self.attempt, step=waiting.kind.name)
        begun = self._with(waiting.kind, state=StepState.RUNNING, tries=1, start_time=at)
        return begun.but(told, update_time=at)


def _steps(skipped: Collection[Kind]) -> tuple[Step, ...]:
    return tuple(Step(kind, StepState.SKIPPED if kind in skipped else StepState.WAITING) for kind in Kind)


def new_provisioning(tenant_id: str, skipped: Collection[Kind], at: datetime) -> Provisioning:
    """A saga whose first step is due."""
    saga = Provisioning(id=tenant_id, tenant_id=tenant_id, steps=_steps(skipped), create_time=at, update_time=at)
    return saga._next(at)
