"""Proof of the books: every transaction sums to zero, and balances are what others say they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from actors.billing.domain.ledger import AccountType, LedgerEntry
from actors.billing.domain.payment_method import Provider
from actors.kernel.records import Announcement, Record

MOST_DIFFERENCES = 100
"""How many differences a proof lists."""


@dataclass(frozen=True, kw_only=True)
class ReconciliationDue(Announcement):
    """Time to prove the books; with `unasked`, only to ask the providers that did not answer the last time."""

    unasked: bool = False


@dataclass(frozen=True)
class Difference:
    """`kind` is transaction, receivable, credit, disputed or provider; `id` the transaction, the tenant, or the payment
    or refund that a provider has otherwise: its own name of one that we do not know."""

    kind: str
    id: str
    expected_minor: int
    found_minor: int
    currency: str


@dataclass(frozen=True)
class Asked:
    """Until when a provider's books were compared with ours."""

    provider: Provider
    until_time: datetime


@dataclass(frozen=True)
class Unasked:
    """A provider that gave no answer, so that nothing is said of its books since `asked_until_time`."""

    provider: Provider
    reason: str
    asked_until_time: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class LedgerProof(Record):
    """The result of proving the books; it says nothing of providers that were not asked."""

    proven: bool
    prove_time: datetime
    transactions: int
    entries: int
    differences: tuple[Difference, ...] = ()
    unasked: tuple[Unasked, ...] = ()
    asked: tuple[Asked, ...] = ()

    def asked_until(self, provider: Provider) -> datetime | None:
        """When a provider was last asked; a proof of before that was written down had asked all."""
        found = next((one.until_time for one in self.asked if one.provider is provider), None)
        return self.prove_time if found is None and not self.asked and not self.unasked else found


PROOF = "proof"
"""The id of the last proof, the only one that is kept."""

Amounts = Mapping[tuple[str, str], int]
"""(tenant, currency) → minor units."""


class Sums:
    """What entries sum to, taken in any number of parts: they need not fit into memory, their tenants do."""

    def __init__(self) -> None:
        self.transactions = 0
        self.entries = 0
        self.receivable: dict[tuple[str, str], int] = {}
        self.credit: dict[tuple[str, str], int] = {}
        self.disputed: dict[tuple[str, str], int] = {}
        self.unbalanced: list[Difference] = []
        """Transactions that do not sum to zero, the first hundred."""
        self._open = ""
        self._totals: dict[str, int] = {}

    def take(self, entries: Iterable[LedgerEntry]) -> None:
        """More entries. Those of one transaction follow each other, also from one part to the next."""
        for entry in entries:
            if entry.transaction_id != self._open or not self.transactions:
                self.close()
                self.transactions += 1
                self._open = entry.transaction_id
            self.entries += 1
            _add(self._totals, entry.currency, entry.amount_minor)
            if entry.account_type is AccountType.RECEIVABLE:
                _add(self.receivable, (entry.tenant_id, entry.currency), entry.amount_minor)
            elif entry.account_type is AccountType.CREDIT:
                _add(self.credit, (entry.tenant_id, entry.currency), -entry.amount_minor)
            elif entry.account_type is AccountType.DISPUTED:
                _add(self.disputed, (entry.tenant_id, entry.currency), entry.amount_minor)

    def close(self) -> None:
        """The transaction that was taken last is over."""
        for currency, amount in sorted(self._totals.items()):
            if amount and len(self.unbalanced) < MOST_DIFFERENCES:
                self.unbalanced.append(Difference("transaction", self._open, 0, amount, currency))
        self._totals = {}


def differences(kind: str, expected: Amounts, found: Amounts) -> list[Difference]:
    """Where amounts are not what they should be; what one side does not have is 0 there."""
    return [
        Difference(kind, key[0], expected.get(key, 0), found.get(key, 0), key[1])
        for key in sorted({*expected, *found})
        if expected.get(key, 0) != found.get(key, 0)
    ]


def proven(
    entries: Iterable[LedgerEntry],
    *,
    at: datetime,
    receivable: Amounts,
    credit: Amounts,
    disputed: Amounts | None = None,
    others: Sequence[Difference] = (),
) -> LedgerProof:
    """The proof over all entries, with the first hundred differences.

    `receivable` is what documents have outstanding, `credit` what accounts have, `disputed` what disputes hold, each by
    tenant and currency; `others` what was found by comparing with providers.
    """
    sums = Sums()
    sums.take(entries)
    sums.close()
    found = [
        *sums.unbalanced,
        *differences("receivable", receivable, sums.receivable),
        *differences("credit", credit, sums.credit),
        *differences("disputed", disputed or {}, sums.disputed),
        *others,
    ]
    return proof(sums, found, at)


def proof(sums: Sums, found: Sequence[Difference], at: datetime) -> LedgerProof:
    """What was found, as a record."""
    return LedgerProof(
        id=PROOF,
        proven=not found,
        prove_time=at,
        transactions=sums.transactions,
        entries=sums.entries,
        differences=tuple(found[:MOST_DIFFERENCES]),
    )


K = TypeVar("K")


def _add(sums: dict[K, int], key: K, amount: int) -> None:
    sums[key] = sums.get(key, 0) + amount
