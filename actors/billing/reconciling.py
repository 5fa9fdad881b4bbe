"""Compares what providers moved with what the books say they did."""

from __future__ import annotations

from datetime import datetime, timedelta

from actors.billing.domain.payment import Payment
from actors.billing.domain.payment import State as PaymentState
from actors.billing.domain.payment_method import Provider
from actors.billing.domain.proof import Difference
from actors.billing.domain.reconciliation import Side, compared
from actors.billing.domain.refund import Refund
from actors.billing.domain.refund import State as RefundState
from actors.billing.providers.contract import Movement, MovementKind, PaymentProvider
from actors.billing.providers.registry import Providers
from actors.billing.store import BooksUnit
from actors.billing.walking import walk
from actors.kernel.store.contract import Between, Eq, Order

SETTLING = timedelta(hours=1)
"""Younger movements are left for the next time: their outcome may still be on its way to us."""
LONGEST_REFUND = timedelta(days=31)
"""None takes longer from its beginning to its end."""


class Reconciling:
    """Asks each provider for its movements of a time."""

    def __init__(self, providers: Providers) -> None:
        self.providers = providers

    async def differences(self, unit: BooksUnit, since: datetime, now: datetime) -> list[Difference]:
        """Payments and refunds since then that a provider has otherwise, or that only one side has.

        Raises ProviderUnavailable: what a provider does not tell is not proven.
        """
        found: list[Difference] = []
        for provider in self.providers:
            if provider.traits.charges:
                found += await self._compared(unit, provider, since, now)
        return found

    async def _compared(
        self, unit: BooksUnit, provider: PaymentProvider, since: datetime, now: datetime
    ) -> list[Difference]:
        until = now - max(SETTLING, provider.traits.reporting_delay)
        name = Provider[provider.traits.name.upper()]
        booked: list[Payment | Refund] = []
        async for payment in walk(
            unit.payments,
            Eq("state", PaymentState.SUCCEEDED.name),
            Between("update_time", since),
            order=Order("update_time"),
        ):
            if payment.provider is name:
                booked.append(payment)
        async for refund in walk(
            unit.refunds,
            Eq("state", RefundState.SUCCEEDED.name),
            Between("create_time", since - LONGEST_REFUND),
            order=Order("create_time"),
        ):
            if refund.provider is name:
                booked.append(refund)
        ours = {one.id: one for one in booked if _within(one, since, until)}
        # A provider moves money after we recorded that we ask, however late we learned of it.
        start = min((since, *(one.create_time for one in ours.values())))
        theirs: list[Side] = []
        async for movement in provider.list_movements(start, now):
            if movement.kind is MovementKind.OTHER:
                continue
            match = ours.get(movement.idempotency_key) or await _match(unit, movement)
            if movement.kind is MovementKind.DISPUTE:
                if since <= movement.time < until:
                    theirs.append(_disputed_side(movement, match))
                continue
            if (match is None or match.id not in ours) and not since <= movement.time < until:
                continue
            if match is not None:
                ours.setdefault(match.id, match)
            theirs.append(_their_side(movement))
        return compared([_our_side(one) for one in ours.values()], theirs)


def _within(one: Payment | Refund, since: datetime, until: datetime) -> bool:
    return one.settle_time is not None and since <= one.settle_time < until


async def _match(unit: BooksUnit, movement: Movement) -> Payment | Refund | None:
    """What of ours a movement is, whatever its state."""
    records = unit.refunds if movement.kind is MovementKind.REFUND else unit.payments
    if movement.idempotency_key and (found := await records.find(movement.idempotency_key)) is not None:
        return found
    if not movement.reference:
        return None
    return await records.one(Eq("provider_reference", movement.reference))


def _our_side(one: Payment | Refund) -> Side:
    """What the books say came or went: nothing, unless it succeeded."""
    if isinstance(one, Payment):
        amount = one.amount_minor if one.state is PaymentState.SUCCEEDED else 0
    else:
        amount = -one.amount_minor if one.state is RefundState.SUCCEEDED else 0
    return Side(one.id, one.provider_reference, amount, one.currency)


def _disputed_side(movement: Movement, payment: Payment | Refund | None) -> Side:
    """Money that a payer's bank took back is a difference of its own: the payment was made, and is booked rightly."""
    return Side("", f"dispute of {payment.id if payment is not None else movement.reference}", *_worth(movement))


def _worth(movement: Movement) -> tuple[int, str]:
    return movement.amount_minor, movement.currency


def _their_side(movement: Movement) -> Side:
    return Side(movement.idempotency_key, movement.reference, *_worth(movement))
