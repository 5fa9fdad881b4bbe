"""Compares what providers moved with what the books say they did."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from actors.billing.disputing import Disputing
from actors.billing.domain.dispute import Moved
from actors.billing.domain.dispute import State as DisputeState
from actors.billing.domain.payment import Payment
from actors.billing.domain.payment import State as PaymentState
from actors.billing.domain.payment_method import Provider
from actors.billing.domain.proof import Asked, Difference, LedgerProof, Unasked
from actors.billing.domain.reconciliation import Side, compared
from actors.billing.domain.refund import Refund
from actors.billing.domain.refund import State as RefundState
from actors.billing.providers.contract import (
    Movement,
    MovementKind,
    PaymentProvider,
    ProviderRefused,
    ProviderUnavailable,
)
from actors.billing.providers.registry import Providers
from actors.billing.store import BooksUnit
from actors.billing.walking import walk
from actors.kernel.call import Call
from actors.kernel.store.contract import Between, Eq, Order

log = logging.getLogger(__name__)

ALL = frozenset(Provider)
SETTLING = timedelta(hours=1)
"""Younger movements are left for the next time: their outcome may still be on its way to us."""
LONGEST_REFUND = timedelta(days=31)
"""None takes longer from its beginning to its end."""


LOOK_BACK = timedelta(days=7)
"""How far before it was last asked a provider is asked again, for what came late."""
FIRST_LOOK_BACK = timedelta(days=35)
NO_ANSWER = "it does not answer"
REFUSES = "it refuses to answer: its key may be wrong"


@dataclass
class Answers:
    """What providers said: where their books differ from ours, who was asked until when, and who was not."""

    differences: list[Difference] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    unasked: list[Unasked] = field(default_factory=list)


class Reconciling:
    """Asks each provider for its movements of a time."""

    def __init__(self, providers: Providers, disputing: Disputing) -> None:
        self.providers, self.disputing = providers, disputing
        self.books = disputing.books

    async def compare(
        self, call: Call, last: LedgerProof | None, now: datetime, only: Collection[Provider] = ALL
    ) -> Answers:
        """Payments, refunds and what disputes moved since a provider was last asked that it has otherwise, or that only
        one side has; of these providers. Disputes that were not heard of are kept on the way.

        A provider that does not answer is `unasked`, and asked about the same time again later.
        """
        answers = Answers()
        for provider in self.providers:
            name = Provider[provider.traits.name.upper()]
            before = last.asked_until(name) if last is not None else None
            if not provider.traits.charges:
                continue
            if name not in only:
                answers.asked += [Asked(name, before)] if before is not None else []
                continue
            since = before - LOOK_BACK if before is not None else now - FIRST_LOOK_BACK
            reason = ""
            try:
                answers.differences += await self._compared(call, provider, name, since, now)
            except ProviderUnavailable:
                reason = NO_ANSWER
            except ProviderRefused:
                reason = REFUSES
            if reason:
                log.warning("the books of %s are not compared: %s", name.name, reason, exc_info=True)
                answers.unasked.append(Unasked(name, reason, before))
            if not reason or before is not None:
                answers.asked.append(Asked(name, before if reason and before is not None else now))
        return answers

    async def _compared(
        self, call: Call, provider: PaymentProvider, name: Provider, since: datetime, now: datetime
    ) -> list[Difference]:
        async with self.books.unit(call.within(""), aside=True) as unit:
            found, disputed = await self._charged(unit, provider, name, since, now)
        return found + await self._disputed(call, name, since, self._until(provider, now), disputed)

    @staticmethod
    def _until(provider: PaymentProvider, now: datetime) -> datetime:
        return now - max(SETTLING, provider.traits.reporting_delay)

    async def _charged(
        self, unit: BooksUnit, provider: PaymentProvider, name: Provider, since: datetime, now: datetime
    ) -> tuple[list[Difference], list[tuple[Movement, Payment | None]]]:
        """Where payments and refunds differ; and what moved for disputes, with the payment."""
        until = self._until(provider, now)
        disputed: list[tuple[Movement, Payment | None]] = []
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
                    disputed.append((movement, match if isinstance(match, Payment) else None))
                continue
            if (match is None or match.id not in ours) and not since <= movement.time < until:
                continue
            if match is not None:
                ours.setdefault(match.id, match)
            theirs.append(_their_side(movement))
        return compared([_our_side(one) for one in ours.values()], theirs), disputed

    async def _disputed(
        self,
        call: Call,
        name: Provider,
        since: datetime,
        until: datetime,
        found: list[tuple[Movement, Payment | None]],
    ) -> list[Difference]:
        """Looks at disputes that moved money or are not decided, for news of them may be lost; then compares."""
        moved: dict[str, list[Moved]] = {}
        for movement, payment in found:
            if payment is not None and payment.currency == movement.currency:
                moved.setdefault(payment.id, []).append(Moved(movement.id, movement.amount_minor, movement.time))
        async with self.books.unit(call.within(""), aside=True) as unit:
            async for dispute in walk(unit.disputes, Eq("state", DisputeState.OPEN.name), order=Order("create_time")):
                if dispute.provider is name:
                    moved.setdefault(dispute.payment_id, [])
        for payment_id, movements in moved.items():
            await self.disputing.look(call, payment_id, movements)
        ours: Counter[tuple[str, str]] = Counter()
        async with self.books.unit(call.within(""), aside=True) as unit:
            # Whatever moved since then was booked since then, but for the difference of two clocks.
            booked = Between("update_time", since - SETTLING)
            async for dispute in walk(unit.disputes, booked, order=Order("update_time")):
                if dispute.provider is name:
                    for one in dispute.moved:
                        if since <= one.move_time < until:
                            ours[dispute.payment_id, dispute.currency] += one.amount_minor
        return compared(
            [Side(_dispute_of(id), "", amount, currency) for (id, currency), amount in ours.items()],
            [_disputed_side(movement, payment) for movement, payment in found],
        )


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


def _disputed_side(movement: Movement, payment: Payment | None) -> Side:
    """Money that was taken back is not the payment's, which was made and is booked rightly."""
    return Side(_dispute_of(payment.id if payment is not None else movement.reference), "", *_worth(movement))


def _dispute_of(id: str) -> str:
    return f"dispute of {id}"


def _worth(movement: Movement) -> tuple[int, str]:
    return movement.amount_minor, movement.currency


def _their_side(movement: Movement) -> Side:
    return Side(movement.idempotency_key, movement.reference, *_worth(movement))
