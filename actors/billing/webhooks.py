"""What providers tell: each event is checked, then taken as a hint to look at what it is about, once."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta

from actors.billing.disputing import Disputing
from actors.billing.domain.dispute import Facts
from actors.billing.domain.payment import Payment, State
from actors.billing.domain.payment_method import Provider
from actors.billing.domain.payment_method import State as MethodState
from actors.billing.keeping import ProviderEventSeen
from actors.billing.paying import Paying, outcome_of
from actors.billing.providers.contract import EventKind, Method, PaymentProvider, ProviderEvent
from actors.billing.refunding import Refunding
from actors.billing.vaulting import Vaulting, facts_of
from actors.kernel.call import Call
from actors.kernel.errors import Malformed
from actors.kernel.store.contract import Eq

log = logging.getLogger(__name__)

SEEN_DAYS = 35
"""How long an event is remembered; providers repeat for three days, and refuse older signatures anyway."""
_LONGEST_ID = 100


class Webhooks:
    """Takes events."""

    def __init__(
        self,
        paying: Paying,
        refunding: Refunding,
        disputing: Disputing,
        vaulting: Vaulting,
    ) -> None:
        self.paying, self.refunding, self.disputing, self.vaulting = paying, refunding, disputing, vaulting
        self.books, self.clock = paying.books, paying.clock

    async def take(self, name: str, headers: Mapping[str, str], raw_body: bytes, call: Call) -> None:
        """Applies one event of the provider of this name, in whatever order and however often events come.

        What it says is news of a moment, so the thing itself is looked up and settled by that. One about nothing of
        ours changes nothing. Raises ProviderMissing, SignatureInvalid, Malformed for what is signed and yet no event,
        and ProviderUnavailable when it must come again.
        """
        provider = self.paying.providers.get(name)
        event = await _read(provider, headers, raw_body)
        mark = f"{name}:{event.id}"
        if len(event.id) > _LONGEST_ID:
            raise Malformed(problem="the event's id is too long")
        async with self.books.unit(call, aside=True) as unit:
            if await unit.provider_events.find(mark) is not None:
                return
        await self._apply(Provider[name.upper()], event, call)
        async with self.books.unit(call, aside=True) as unit:
            expires = self.clock.now() + timedelta(days=SEEN_DAYS)
            unit.provider_events.put(ProviderEventSeen(id=mark, expire_time=expires))

    async def _apply(self, provider: Provider, event: ProviderEvent, call: Call) -> None:
        if event.kind is EventKind.DISPUTE and event.dispute is not None:
            await self._disputed(provider, event, event.dispute, call)
        elif event.kind is EventKind.PAYMENT:
            await self._payment(provider, event, call)
        elif event.kind is EventKind.PAYER_AGREED:
            await self._agreed(provider, event, call)
        elif event.kind is EventKind.REFUND:
            await self._refund(provider, event, call)
        elif event.kind is EventKind.SETUP:
            await self._setup(provider, event, call)
        elif event.kind is EventKind.METHOD and event.method is not None:
            await self._renewed(provider, event.method, call)
        else:
            log.debug("nothing of ours: %s %s", provider.name, event.type)

    async def _disputed(self, provider: Provider, event: ProviderEvent, dispute: Facts, call: Call) -> None:
        """Keeps what became of the payment's disputes. One of a payment that is not ours is told, once for each state:
        who does not answer in time has lost."""
        payment = await self._payment_of(provider, event, call)
        if payment is not None:
            if payment.unknown:
                await self.paying.look(call, payment.id)
            await self.disputing.look(call, payment.id, said=dispute if dispute.currency == payment.currency else None)
            return
        log.warning("%s: a payment that is not known here is disputed, %s", provider.name, dispute.state.name)
        mark = f"{provider.name.lower()}:{dispute.reference}:{dispute.state.name}"
        async with self.books.unit(call, aside=True) as unit:
            if await unit.provider_events.find(mark) is not None:
                return
            unit.provider_events.put(
                ProviderEventSeen(id=mark, expire_time=self.clock.now() + timedelta(days=SEEN_DAYS))
            )
            named = event.reference or event.idempotency_key
            for mail in self.disputing.notices.disputed_elsewhere(provider, named, dispute):
                unit.mail(mail)

    async def _payment(self, provider: Provider, event: ProviderEvent, call: Call) -> None:
        payment = await self._payment_of(provider, event, call)
        if payment is None or (event.outcome is not None and not payment.settles(outcome_of(event.outcome))):
            return
        await self.paying.look(call, payment.id)

    async def _agreed(self, provider: Provider, event: ProviderEvent, call: Call) -> None:
        payment = await self._payment_of(provider, event, call)
        if payment is None or not payment.unknown:
            return
        if payment.state is State.PENDING:
            payment = await self.paying.look(call, payment.id)
        if payment.state is State.REQUIRES_ACTION:
            await self.paying.ask(call, payment.id)

    async def _refund(self, provider: Provider, event: ProviderEvent, call: Call) -> None:
        async with self.books.unit(call, aside=True) as unit:
            found = await unit.refunds.find(event.idempotency_key) if event.idempotency_key else None
            if found is None and event.reference:
                found = await unit.refunds.one(Eq("provider_reference", event.reference))
        if found is not None and found.provider is provider:
            await self.refunding.ask(call, found.id, again=True)

    async def _setup(self, provider: Provider, event: ProviderEvent, call: Call) -> None:
        async with self.books.unit(call, aside=True) as unit:
            method = await unit.payment_methods.one(Eq("provider_reference", event.reference))
        if method is not None and method.provider is provider and method.state is MethodState.PENDING:
            await self.vaulting.finish(call, method)

    async def _renewed(self, provider: Provider, found: Method, call: Call) -> None:
        async with self.books.unit(call, aside=True) as unit:
            method = await unit.payment_methods.one(Eq("provider_reference", found.reference))
            if method is not None and method.provider is provider and method.state is not MethodState.PENDING:
                unit.payment_methods.put(method.activated(facts_of(found), self.clock.now()))

    async def _payment_of(self, provider: Provider, event: ProviderEvent, call: Call) -> Payment | None:
        async with self.books.unit(call, aside=True) as unit:
            found = await unit.payments.find(event.idempotency_key) if event.idempotency_key else None
            if found is None and event.reference:
                found = await unit.payments.one(Eq("provider_reference", event.reference))
        return found if found is not None and found.provider is provider else None


async def _read(provider: PaymentProvider, headers: Mapping[str, str], raw_body: bytes) -> ProviderEvent:
    try:
        return await provider.read_webhook(headers, raw_body)
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        # Signed by the provider, or it would have been refused: a kind of event that is shaped otherwise.
        log.warning("an event of %s cannot be read: %s", provider.traits.name, type(error).__name__)
        raise Malformed(problem="it is no event") from None
