"""Disputes: what a provider says of them is looked up, kept, booked and told, each change once.

Events only say that there is news. The provider is asked for all disputes of the payment, and what it says is kept if
nobody has kept anything newer since it was asked: so duplicates and any order of events end in the same books.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from actors.billing.bookkeeping import posted
from actors.billing.deriving import derived_id
from actors.billing.domain import ledger
from actors.billing.domain.dispute import Dispute, Facts, Moved, State, new_dispute
from actors.billing.domain.invoice import Invoice
from actors.billing.domain.payment import Payment
from actors.billing.notices import Notices
from actors.billing.paying import Paying
from actors.billing.providers.contract import ProviderRefused
from actors.billing.standing import credited_of
from actors.billing.store import BooksUnit
from actors.kernel.call import Call
from actors.kernel.host.retry import attempts
from actors.kernel.store.contract import Eq, Order

log = logging.getLogger(__name__)

REVERSAL = "reversal"
"""The reason of money that was taken without a dispute that anybody could answer."""


class Disputing:
    """Keeps the disputes of payments."""

    def __init__(self, paying: Paying, notices: Notices) -> None:
        self.paying, self.notices = paying, notices
        self.books, self.clock = paying.books, paying.clock

    async def look(
        self, call: Call, payment_id: str, moved: Sequence[Moved] = (), said: Facts | None = None
    ) -> list[Dispute]:
        """Asks the provider for the disputes of a payment and keeps what is new: the records, the ledger, what may
        still be refunded of the payment and credited of its invoice; the provider's staff are written to when one
        begins and when it is decided. Returns them as they stand, oldest first.

        `moved` is what the provider's list of movements has for disputes of the payment: of providers that do not say
        it with the dispute. `said` is what an event says, for a provider that refuses to be asked: its key may lack the
        right to read disputes. May be repeated. Raises ProviderUnavailable.
        """

        async def once() -> list[Dispute]:
            async with self.books.unit(call, aside=True) as unit:
                payment = await unit.payments.get(payment_id)
                known = await disputes_of(unit, payment)
            found = await self._asked(payment)
            if found is None:
                if not known and said is None:
                    return known
                found = [said] if said is not None and _is_news(known, said) else []
            async with self.books.unit(call, aside=True) as unit:
                return await self._keep(unit, payment, known, found, moved)

        return await attempts(call, once)

    async def _asked(self, payment: Payment) -> list[Facts] | None:
        """None when nothing can be known."""
        if not payment.provider_reference:
            return None
        provider = self.paying.provider(payment.provider)
        try:
            found = await provider.list_disputes(payment.provider_reference)
        except ProviderRefused:
            log.exception("%s refuses to tell of disputes of %s", payment.provider.name, payment.id)
            return None
        for one in found:
            if one.currency != payment.currency:
                log.error("the dispute %s of %s is in another currency and is not booked", one.reference, payment.id)
        return [one for one in found if one.currency == payment.currency]

    async def _keep(
        self, unit: BooksUnit, payment: Payment, known: list[Dispute], found: list[Facts], moved: Sequence[Moved]
    ) -> list[Dispute]:
        """Stages what is new. `known` were read before the provider was asked: where one was written since, the unit is
        refused, and all of it done again."""
        before, at = {one.provider_reference: one for one in known}, self.clock.now()
        changes = []
        for facts in _with_moved(known, found, moved, payment.currency):
            old = before.get(facts.reference)
            id = derived_id("dsp", f"{payment.provider.name}:{facts.reference}")
            new = new_dispute(payment, facts, id=id, at=at) if old is None else old.told(facts, at)
            before[facts.reference] = new
            if new is not old:
                changes.append(_Change(old, new))
        if changes:
            payment = await unit.payments.of(payment.tenant_id).get(payment.id)
            invoice = await unit.invoices.of(payment.tenant_id).get(payment.invoice_id)
            for change in changes:
                payment, invoice = await self._booked(unit, payment, invoice, change, at)
        return list(before.values())

    async def _booked(
        self, unit: BooksUnit, payment: Payment, invoice: Invoice, change: _Change, at: datetime
    ) -> tuple[Payment, Invoice]:
        tenant_id, old, new = payment.tenant_id, change.old, change.new
        taken = new.taken_minor - (old.taken_minor if old is not None else 0)
        if taken:
            payment = unit.payments.of(tenant_id).put(payment.with_disputed(taken, at))
            if taken > 0:
                credited = await credited_of(unit, invoice)
                after = invoice.withheld(taken, at, credited.whole_minor)
            else:
                assert old is not None
                after = invoice.released(old.unkept_of(-taken), at)
            # What is off cannot be more than was there, so the difference counts.
            new = new.kept_back(invoice.kept_micros - after.kept_micros)
            invoice = unit.invoices.of(tenant_id).put(after)
        account = await unit.accounts.of(tenant_id).get(tenant_id)
        posted(unit, account, at, ledger.dispute_changed(old, new, invoice.number, at))
        new = unit.disputes.of(tenant_id).put(new)
        if old is None or old.state is not new.state:
            log.warning("%s: the payment %s is disputed, %s", new.provider.name, payment.id, new.state.name)
            for mail in self.notices.disputed(payment, invoice, new):
                unit.mail(mail)
        return payment, invoice


@dataclass(frozen=True)
class _Change:
    old: Dispute | None
    new: Dispute


def _is_news(known: Sequence[Dispute], said: Facts) -> bool:
    """Whether an event may be believed that nobody can look into: what was decided is not opened by an older one."""
    return not any(one.provider_reference == said.reference and one.state is not State.OPEN for one in known)


async def disputes_of(unit: BooksUnit, payment: Payment) -> list[Dispute]:
    """Those of a payment, oldest first."""
    return await unit.disputes.of(payment.tenant_id).select(Eq("payment_id", payment.id), order=Order("create_time"))


def _with_moved(
    known: Sequence[Dispute], found: Sequence[Facts], moved: Sequence[Moved], currency: str
) -> Sequence[Facts]:
    """What the provider says, and what it only lists put to the newest dispute; without any, to one that is lost."""
    said = {one.id for dispute in known for one in dispute.moved} | {one.id for facts in found for one in facts.moved}
    rest = tuple(one for one in moved if one.id not in said)
    if not rest:
        return found
    if found:
        newest = found[-1]
        return (*found[:-1], replace(newest, moved=(*newest.moved, *rest)))
    if known:
        of = known[-1]
        facts = Facts(of.provider_reference, of.state, of.amount_minor, currency, of.reason, of.respond_time, rest)
        return (facts,)
    amount = max(0, -sum(one.amount_minor for one in rest))
    return (Facts(f"{REVERSAL}-{rest[0].id}", State.LOST, amount, currency, REVERSAL, moved=rest),)
