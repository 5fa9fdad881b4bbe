"""Proves the books: every transaction sums to zero, balances are what documents say, providers have moved the same."""

from __future__ import annotations

import logging
from datetime import timedelta

from actors.api.billing.v1 import ReconciliationDue
from actors.billing.correspondence import Correspondence
from actors.billing.domain.ledger import AccountType
from actors.billing.domain.proof import PROOF, Difference, LedgerProof, Sums, differences, proof
from actors.billing.domain.refund import State as RefundState
from actors.billing.providers.registry import Providers
from actors.billing.reconciling import Reconciling
from actors.billing.store import BooksUnit
from actors.billing.walking import walk
from actors.kernel.call import Call
from actors.kernel.module import Room
from actors.kernel.store.contract import Eq, Order
from actors.kernel.store.unit import Store

log = logging.getLogger(__name__)
LOOK_BACK = timedelta(days=7)
"""How far before the last proof providers are asked again, for what came late."""
FIRST_LOOK_BACK = timedelta(days=35)
TRIES = 5
_BY_TRANSACTION = Order("transaction_id")


class Proving:
    """The nightly proof, and one on demand."""

    def __init__(self, room: Room, providers: Providers, correspondence: Correspondence) -> None:
        self.clock, self.correspondence = room.clock, correspondence
        self.books: Store[BooksUnit] = room.books
        self.reconciling = Reconciling(providers)

    async def due(self, event: ReconciliationDue, call: Call) -> None:
        """Proves the books, keeps the result, and tells the provider of what does not agree."""
        found = await self.prove(call)
        async with self.books.unit(call) as unit:
            await unit.proofs.find(PROOF)
            unit.proofs.put(found)
            if not found.proven:
                log.error("the books are not proven: %s", found.differences[:5])
                self.correspondence.not_proven(unit, found)

    async def prove(self, call: Call) -> LedgerProof:
        """The proof over all that is in the books now, in bounded memory, while others go on writing them.

        What documents and entries do not agree on at first sight may have been written between two reads. So each
        such tenant is looked at again by itself, in a moment in which nothing was posted: an account is written with
        every entry.
        """
        now = self.clock.now()
        async with self.books.unit(call.within(""), aside=True) as unit:
            sums = Sums()
            async for entry in walk(unit.ledger, order=_BY_TRANSACTION):
                sums.take((entry,))
            sums.close()
            suspects = await self._suspects(unit, sums)
            found = [*sums.unbalanced]
            for tenant_id in suspects:
                found += await self._examined(unit, tenant_id)
            last = await unit.proofs.find(PROOF)
            since = last.prove_time - LOOK_BACK if last is not None else now - FIRST_LOOK_BACK
            found += await self.reconciling.differences(unit, since, now)
        return proof(sums, found, now)

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
        found = [
            *differences("receivable", receivable, sums.receivable),
            *differences("receivable", owed, sums.receivable),
            *differences("credit", credit, sums.credit),
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
            owed = _of(entries, AccountType.RECEIVABLE, tenant_id, 1)
            given = _of(entries, AccountType.CREDIT, tenant_id, -1)
            kept = {} if before is None else {(tenant_id, before.currency): before.credit_minor}
            kept_owed = {} if before is None else {(tenant_id, before.currency): before.owed_minor}
            found = differences("receivable", receivable, owed) or differences("receivable", kept_owed, owed)
            found += differences("credit", kept, given)
            after = await unit.accounts.of(tenant_id).find(tenant_id)
            if not found or (before.version if before else 0) == (after.version if after else 0):
                break
        return found


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
