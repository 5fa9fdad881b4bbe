"""Proof of the books: every transaction sums to zero, and balances are what others say they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from actors.billing.domain.ledger import AccountType, LedgerEntry
from actors.kernel.records import Announcement, Record

MOST_DIFFERENCES = 100
"""How many differences a proof lists."""


@dataclass(frozen=True, kw_only=True)
class ReconciliationDue(Announcement):
    """Time to prove the books."""


@dataclass(frozen=True)
class Difference:
    """`kind` is transaction, receivable, credit or provider; `id` the transaction, tenant or provider."""

    kind: str
    id: str
    expected_minor: int
    found_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class LedgerProof(Record):
    """The result of proving the books."""

    proven: bool
    prove_time: datetime
    transactions: int
    entries: int
    differences: tuple[Difference, ...] = ()


Amounts = Mapping[tuple[str, str], int]
"""(tenant or provider, currency) → minor units."""


def proven(
    entries: Iterable[LedgerEntry],
    *,
    at: datetime,
    receivable: Amounts,
    credit: Amounts,
    providers: Amounts | None = None,
) -> LedgerProof:
    """The proof over all entries, with the first hundred differences.

    Entries of one transaction stand beside each other; they are read once, and need not fit into memory.
    `receivable` is what documents have outstanding, `credit` what accounts have, each by tenant and currency;
    `providers` what providers say they hold of ours: those that are not asked are not compared.
    """
    sums = _Sums()
    found: list[Difference] = []
    for id, group in groupby(entries, key=lambda entry: entry.transaction_id):
        found += [Difference("transaction", id, 0, amount, currency) for currency, amount in sums.add(group)]
    found += _differences("receivable", receivable, sums.receivable)
    found += _differences("credit", credit, sums.credit)
    asked = providers or {}
    found += _differences("provider", asked, {key: sums.cash.get(key, 0) for key in asked})
    return LedgerProof(
        id="proof",
        proven=not found,
        prove_time=at,
        transactions=sums.transactions,
        entries=sums.entries,
        differences=tuple(found[:MOST_DIFFERENCES]),
    )


@dataclass
class _Sums:
    transactions: int = 0
    entries: int = 0
    receivable: dict[tuple[str, str], int] = field(default_factory=dict)
    credit: dict[tuple[str, str], int] = field(default_factory=dict)
    cash: dict[tuple[str, str], int] = field(default_factory=dict)

    def add(self, transaction: Iterable[LedgerEntry]) -> list[tuple[str, int]]:
        """Takes one transaction; what it does not sum to zero by, in each currency."""
        self.transactions += 1
        totals: dict[str, int] = {}
        for entry in transaction:
            self.entries += 1
            totals[entry.currency] = totals.get(entry.currency, 0) + entry.amount_minor
            if entry.account_type is AccountType.RECEIVABLE:
                _add(self.receivable, (entry.tenant_id, entry.currency), entry.amount_minor)
            elif entry.account_type is AccountType.CREDIT:
                _add(self.credit, (entry.tenant_id, entry.currency), -entry.amount_minor)
            elif entry.account_type is AccountType.CASH:
                _add(self.cash, (entry.account, entry.currency), entry.amount_minor)
        return sorted((currency, amount) for currency, amount in totals.items() if amount)


def _add(sums: dict[tuple[str, str], int], key: tuple[str, str], amount: int) -> None:
    sums[key] = sums.get(key, 0) + amount


def _differences(kind: str, expected: Amounts, found: Amounts) -> list[Difference]:
    return [
        Difference(kind, key[0], expected.get(key, 0), found.get(key, 0), key[1])
        for key in sorted({*expected, *found})
        if expected.get(key, 0) != found.get(key, 0)
    ]
