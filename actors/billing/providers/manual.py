"""Bank transfers: nothing is charged; people pay, and an administrator records it.

Keeps no state. What stands in the platform's own records is all there is, so every charge is PENDING until somebody
records the transfer, and every refund until somebody has sent the money.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import datetime

from actors.billing.domain.card_number import refuse_card_numbers
from actors.billing.domain.dispute import Facts as DisputeFacts
from actors.billing.domain.payment import State
from actors.billing.domain.refund import State as RefundState
from actors.billing.providers.contract import (
    ChargeRequest,
    Method,
    Movement,
    Outcome,
    ProviderEvent,
    RefundOutcome,
    RefundRequest,
    Setup,
    SetupState,
    SignatureInvalid,
    Traits,
)

_METHOD = Method("transfer", "Bank transfer")


class Manual:
    """The port for those who pay by transfer."""

    traits = Traits(name="manual", charges=False, webhooks=False)

    async def create_customer(self, idempotency_key: str, *, name: str, email: str) -> str:
        return ""

    async def begin_setup(self, idempotency_key: str, *, customer: str, token: str = "", return_url: str = "") -> Setup:
        refuse_card_numbers(token=token)
        return Setup(SetupState.SUCCEEDED, "transfer", _METHOD)

    async def look_up_setup(self, reference: str, *, idempotency_key: str) -> Setup:
        return Setup(SetupState.SUCCEEDED, "transfer", _METHOD)

    async def remove_method(self, method: str) -> None:
        return None

    async def charge(self, request: ChargeRequest) -> Outcome:
        refuse_card_numbers(description=request.description)
        return Outcome(State.PENDING)

    async def look_up(self, request: ChargeRequest, *, reference: str = "") -> Outcome | None:
        return Outcome(State.PENDING)

    async def resume(self, request: ChargeRequest, *, reference: str) -> Outcome:
        return Outcome(State.PENDING)

    async def cancel(self, request: ChargeRequest, *, reference: str) -> Outcome:
        return Outcome(State.CANCELLED)

    async def refund(self, request: RefundRequest) -> RefundOutcome:
        return RefundOutcome(RefundState.PENDING, "", request.amount_minor)

    async def look_up_refund(self, request: RefundRequest, *, reference: str = "") -> RefundOutcome | None:
        return RefundOutcome(RefundState.PENDING, "", request.amount_minor)

    async def list_disputes(self, reference: str) -> list[DisputeFacts]:
        return []

    async def read_webhook(self, headers: Mapping[str, str], raw_body: bytes) -> ProviderEvent:
        raise SignatureInvalid(provider="manual", problem="transfers have no events")

    async def list_movements(self, start: datetime, end: datetime) -> AsyncIterator[Movement]:
        return
        yield

    async def aclose(self) -> None:
        return None
