"""Proves the books: every transaction sums to zero, balances are what documents say, providers have moved the same."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from actors.api.billing.v1 import ReconciliationDue
from actors.billing.disputing import Disputing
from actors.billing.domain.ledger import AccountType
from actors.billing.domain.proof import (
    MOST_DIFFERENCES,
    PROOF,
    Difference,
    LedgerProof,
    Sums,
    Unasked,
    differences,
    proof,
)
from actors.billing.domain.proof import ReconciliationDue as ReconcileAgain
from actors.billing.domain.refund import State as RefundState
from actors.billing.notices import Notices
from actors.billing.providers.registry import Providers
from actors.billing.reconciling import Reconciling
from actors.billing.store import BooksUnit
from actors.billing.walking import walk
from actors.kernel.call import Call
from actors.kernel.module import Room
from actors.kernel.store.contract import Eq, Order
from actors.kernel.store.unit import Store

log = logging.getLogger(__name__)
TRIES = 5
ASK_AGAIN = timedelta(hours=1)
"""After how long a provider that did not answer is asked again."""
SILENT = timedelta(hours=25)
"""A provider that was not asked for so long was asked in vain all day: people should know."""
_BY_TRANSACTION = Order("transaction_id")


class Proving:
    """The nightly proof, and one on demand."""

    def __init__(self, room: Room, providers: Providers, disputing: Disputing, notices: Notices) -> None:
        self.clock, self.notices = room.clock, notices
        self.books: Store[BooksUnit] = room.books
        self.reconciling = Reconciling(providers, disputing)

    async def due(self, event: ReconciliationDue, call: Call) -> None:
        """Proves the books, keeps the result, and tells the provider of what does not agree.

        With `unasked`, only providers that did not answer are asked, and what they say is put to the kept proof.
        """
        known = 0
        if event.unasked:
            async with self.books.unit(call, aside=True) as unit:
                before = await unit.proofs.find(PROOF)
            if before is None or not before.unasked:
                async with self.books.unit(call):
                    return
            known, found = len(before.differences), await self.completed(call, before)
        else:
            found = await self.prove(call)
        silent = not event.unasked and any(_silent(one, self.clock.now()) for one in found.unasked)
        async with self.books.unit(call) as unit:
            await self.keep(unit, found)
            if len(found.differences) > known:
                log.error("the books are not proven: %s", found.differences[:5])
            if len(found.differences) > known or silent:
                for mail in self.notices.not_proven(found):
                    unit.mail(mail)

    async def keep(self, unit: BooksUnit, found: LedgerProof) -> LedgerProof:
        """Stages a proof in place of the last one, and when the providers that it lacks are asked again."""
        await unit.proofs.find(PROOF)
        if found.unasked:
            again = self.clock.now() + ASK_AGAIN
            unit.schedule(ReconcileAgain(unasked=True), name="billing.ask-again", when=again)
        return unit.proofs.put(found)

    async def completed(self, call: Call, before: LedgerProof) -> LedgerProof:
        """A proof with what providers say that had not answered when it was made. The books are not read again."""
        only = frozenset(one.provider for one in before.unasked)
        answers = await self.reconciling.compare(call, before, self.clock.now(), only)
        found = [*before.differences, *answers.differences]
        return before.but(
            proven=not found,
            differences=tuple(found[:MOST_DIFFERENCES]),
            asked=tuple(answers.asked),
            unasked=tuple(answers.unasked),
        )

    async def prove(self, call: Call) -> LedgerProof:
        """The proof over all that is in the books now, in bounded memory, while others go on writing them. It is kept
        by `keep`; disputes that providers tell of, and nobody had heard of, are kept before it is made.

        What documents and entries do not agree on at first sight may have been written between two reads. So each
        such tenant is looked at again by itself, in a moment in which nothing was posted: an account is written with
        every entry.
        """
        now = self.clock.now()
        async with self.books.unit(call.within(""), aside=True) as unit:
            last = await unit.proofs.find(PROOF)
        answers = await self.reconciling.compare(call, last, now)
        async with self.books.unit(call.within(""), aside=True) as unit:
            sums = Sums()
            async for entry in walk(unit.ledger, order=_BY_TRANSACTION):
                sums.take((entry,))
            sums.close()
            suspects = await self._suspects(unit, sums)
            found = [*sums.unbalanced]
            for tenant_id in suspects:
                found += await self._examined(unit, tenant_id)
        found += answers.differences
        return proof(sums, found, now).but(asked=tuple(answers.asked), unasked=tuple(answers.unasked))

    async def _suspects(self, unit: BooksUnit, sums: Sums) -> list[str]:
        """Tenants whose documents and entries do not agree, or seem so."""
        receivable: dict[tuple[str, str], int] = {}
        async for invoice in walk(unit.invoices):
            _add(receivable, (invoice.tenant_id, invoice.currency), invoice.outstanding_minor)
        async for refund in walk(unit.refunds, Eq("state", RefundState.PENDING.name)):
            _add(receivable, (refund.tenant_id, refund.currency), refund.outstanding_minor)
        owed: dict[tuple[str, str], int] = {}
        credit: dict[tuple[str, str], int] = {}
        async for account in walk(unit.accounts):
            owed[account.id, account.currency] = account.owed_minor
            credit[account.id, account.currency] = account.credit_minor
        held: dict[tuple[str, str], int] = {}
        async for dispute in walk(unit.disputes):
            _add(held, (dispute.tenant_id, dispute.currency), dispute.held_minor)
        found = [
            *differences("receivable", receivable, sums.receivable),
            *differences("receivable", owed, sums.receivable),
            *differences("credit", credit, sums.credit),
            *differences("disputed", held, sums.disputed),
        ]
        return sorted({one.id for one in found})

    async def _examined(self, unit: BooksUnit, tenant_id: str) -> list[Difference]:
        """What of a tenant does not agree, in a moment in which nothing was posted for it."""
        found: list[Difference] = []
        for _ in range(TRIES):
            before = await unit.accounts.of(tenant_id).find(tenant_id)
            rows = await unit.ledger.of(tenant_id).group(by=("account_type", "currency"), sums=("amount_minor",))
            entries = {(str(r["account_type"]), str(r["currency"])): int(r["amount_minor"]) for r in rows}
            receivable: dict[tuple[str, str], int] = {}
            async for invoice in walk(unit.invoices.of(tenant_id)):
                _add(receivable, (tenant_id, invoice.currency), invoice.outstanding_minor)
            async for refund in walk(unit.refunds.of(tenant_id)):
                _add(receivable, (tenant_id, refund.currency), refund.outstanding_minor)
            held: dict[tuple[str, str], int] = {}
            async for dispute in walk(unit.disputes.of(tenant_id)):
                _add(held, (tenant_id, dispute.currency), dispute.held_minor)
            owed = _of(entries, AccountType.RECEIVABLE, tenant_id, 1)
            given = _of(entries, AccountType.CREDIT, tenant_id, -1)
            kept = {} if before is None else {(tenant_id, before.currency): before.credit_minor}
            kept_owed = {} if before is None else {(tenant_id, before.currency): before.owed_minor}
            found = differences("receivable", receivable, owed) or differences("receivable", kept_owed, owed)
            found += differences("credit", kept, given)
            found += differences("disputed", held, _of(entries, AccountType.DISPUTED, tenant_id, 1))
            after = await unit.accounts.of(tenant_id).find(tenant_id)
            if not found or (before.version if before else 0) == (after.version if after else 0):
                break
        return found


def _silent(one: Unasked, now: datetime) -> bool:
    return one.asked_until_time is None or now - one.asked_until_time > SILENT


def _of(
    entries: dict[tuple[str, str], int], kind: AccountType, tenant_id: str, sign: int
) -> dict[tuple[str, str], int]:
    return {
        (tenant_id, currency): sign * amount
        for (account_type, currency), amount in entries.items()
        if account_type == kind.name
    }


def _add(sums: dict[tuple[str, str], int], key: tuple[str, str], amount: int) -> None:
    sums[key] = sums.get(key, 0) + amount
