"""The books: transactions of double entry, made from what caused them. Debits are positive, credits negative.

A transaction sums to zero by construction, and is keyed by its cause, so that a cause is posted once:

    invoice:<id>:issue      RECEIVABLE +total          REVENUE -net      TAX(rate) -tax
    invoice:<id>:credit     CREDIT +used               RECEIVABLE -used
    invoice:<id>:credit:<source id>                     the same, of credit that came after it was issued
    invoice:<id>:void       RECEIVABLE -unpaid         REVENUE, TAX +    and the credit that was used, back
    invoice:<id>:write-off  BAD_DEBT +lost             RECEIVABLE -lost
    payment:<id>:succeed    CASH(provider) +amount     RECEIVABLE, BAD_DEBT -applied    CREDIT -left over
    refund:<id>:begin       CREDIT +used               RECEIVABLE -used  credit that goes back with it
    refund:<id>:succeed     RECEIVABLE +amount         CASH(provider) -amount
    refund:<id>:fail        RECEIVABLE +amount         CREDIT -amount    what did not go back is credit
                            BAD_DEBT -lost             but for what a dispute that was lost has given back
    dispute:<id>:<n>        DISPUTED +taken            CASH(provider) -taken   the other way when it comes back
                            BAD_DEBT +lost             DISPUTED -lost    in one with what is taken, if it comes so late
    credit:<id>:grant       GOODWILL +amount           CREDIT -amount

A credit note over a refund is issued as an invoice is: its amounts are negative. One that voids is posted with the
void. So the balance of RECEIVABLE is what `outstanding_minor` of invoices and refunds sums to, at any moment; and that
of DISPUTED what `held_minor` of disputes does. CASH is the provider's balance but for its fees and payouts, which are
not booked: neither those of charges nor those of disputes.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from actors.billing.domain.credit import CreditGrant
from actors.billing.domain.dispute import Dispute
from actors.billing.domain.invoice import Applied, Invoice
from actors.billing.domain.payment import Payment
from actors.billing.domain.refund import Refund
from actors.kernel.records import Record


class AccountType(enum.Enum):
    """The words of LedgerAccountType."""

    RECEIVABLE = "RECEIVABLE"
    CREDIT = "CREDIT"
    REVENUE = "REVENUE"
    TAX = "TAX"
    CASH = "CASH"
    GOODWILL = "GOODWILL"
    BAD_DEBT = "BAD_DEBT"
    DISPUTED = "DISPUTED"


@dataclass(frozen=True, kw_only=True)
class LedgerEntry(Record):
    """One side of a transaction; its id is `<transaction>:<n>`. Never changed, never removed."""

    transaction_id: str
    account_type: AccountType
    account: str = ""
    amount_minor: int
    currency: str
    source_id: str
    description: str = ""
    post_time: datetime


@dataclass(frozen=True)
class Transaction:
    """Entries that sum to zero, in one currency. Without any, there is nothing to post."""

    id: str
    entries: tuple[LedgerEntry, ...]

    def __post_init__(self) -> None:
        if sum(entry.amount_minor for entry in self.entries):
            raise ValueError(f"the transaction {self.id} does not sum to zero")
        if len({entry.currency for entry in self.entries}) > 1:
            raise ValueError(f"the transaction {self.id} mixes currencies")

    def change(self, account_type: AccountType) -> int:
        """What it adds to the accounts of a type."""
        return sum(entry.amount_minor for entry in self.entries if entry.account_type is account_type)

    @property
    def owed_minor(self) -> int:
        """What it adds to what the tenant owes."""
        return self.change(AccountType.RECEIVABLE)

    @property
    def credit_minor(self) -> int:
        """What it adds to what the tenant has as credit."""
        return -self.change(AccountType.CREDIT)


Leg = tuple[AccountType, str, int]


def invoice_issued(invoice: Invoice, at: datetime) -> tuple[Transaction, ...]:
    """An invoice or credit note with its number; and the credit that it takes, or gives when it is negative."""
    if invoice.settles_invoice:
        return ()
    totals = invoice.totals
    issue = _posted(
        f"invoice:{invoice.id}:issue",
        invoice.tenant_id,
        invoice.currency,
        invoice.id,
        f"{invoice.kind.name.replace('_', ' ').capitalize()} {invoice.number}",
        at,
        (AccountType.RECEIVABLE, "", totals.total_minor),
        (AccountType.REVENUE, "", -totals.net_minor),
        *((AccountType.TAX, tax.tax_rate_id, -tax.tax_minor) for tax in totals.taxes),
    )
    # A credit note whose refund failed before it had a number gave its credit then.
    used = 0 if invoice.credited_invoice_id else totals.credit_minor
    credit = credit_used(invoice, used, at)
    return tuple(one for one in (issue, credit) if one.entries)


def credit_used(invoice: Invoice, amount_minor: int, at: datetime, source_id: str = "") -> Transaction:
    """Credit that pays for an invoice: when it is issued, or later, when the source gave it; see `put_on`."""
    return _posted(
        f"invoice:{invoice.id}:credit" + (f":{source_id}" if source_id else ""),
        invoice.tenant_id,
        invoice.currency,
        invoice.id,
        f"Credit for {invoice.number}",
        at,
        (AccountType.CREDIT, "", amount_minor),
        (AccountType.RECEIVABLE, "", -amount_minor),
    )


def invoice_voided(invoice: Invoice, note: Invoice, at: datetime) -> Transaction:
    """An invoice that was taken back with the credit note over all that was unpaid of it."""
    totals = note.totals
    return _posted(
        f"invoice:{invoice.id}:void",
        invoice.tenant_id,
        invoice.currency,
        invoice.id,
        f"{invoice.number} taken back",
        at,
        (AccountType.RECEIVABLE, "", totals.total_minor + invoice.totals.credit_minor),
        (AccountType.REVENUE, "", -totals.net_minor),
        *((AccountType.TAX, tax.tax_rate_id, -tax.tax_minor) for tax in totals.taxes),
        (AccountType.CREDIT, "", -invoice.totals.credit_minor),
    )


def invoice_written_off(open_invoice: Invoice, at: datetime) -> Transaction:
    """`open_invoice` is the record before: what is outstanding of it is lost."""
    lost = open_invoice.outstanding_minor
    return _posted(
        f"invoice:{open_invoice.id}:write-off",
        open_invoice.tenant_id,
        open_invoice.currency,
        open_invoice.id,
        f"{open_invoice.number} written off",
        at,
        (AccountType.BAD_DEBT, "", lost),
        (AccountType.RECEIVABLE, "", -lost),
    )


def payment_succeeded(payment: Payment, applied: Applied, at: datetime) -> Transaction:
    """Money that arrived, and where it went: see `Invoice.paid`."""
    return _posted(
        f"payment:{payment.id}:succeed",
        payment.tenant_id,
        payment.currency,
        payment.id,
        f"Payment of {applied.invoice.number}",
        at,
        (AccountType.CASH, payment.provider.name, payment.amount_minor),
        (AccountType.RECEIVABLE, "", -applied.applied_minor),
        (AccountType.BAD_DEBT, "", -applied.recovered_minor),
        (AccountType.CREDIT, "", -applied.excess_minor),
    )


def refund_begun(refund: Refund, at: datetime) -> Transaction:
    """Credit that a refund gives back is the tenant's no more from its beginning on, so that nothing else uses it."""
    return _posted(
        f"refund:{refund.id}:begin",
        refund.tenant_id,
        refund.currency,
        refund.id,
        "Refund of credit",
        at,
        (AccountType.CREDIT, "", refund.credit_minor),
        (AccountType.RECEIVABLE, "", -refund.credit_minor),
    )


def refund_succeeded(refund: Refund, at: datetime) -> Transaction:
    """Money that went back."""
    return _posted(
        f"refund:{refund.id}:succeed",
        refund.tenant_id,
        refund.currency,
        refund.id,
        "Refund",
        at,
        (AccountType.RECEIVABLE, "", refund.amount_minor),
        (AccountType.CASH, refund.provider.name, -refund.amount_minor),
    )


def refund_failed(refund: Refund, at: datetime, disputed_minor: int = 0) -> Transaction:
    """Money that did not go back: what the credit note took back is credit, and what was credit is so again.

    But for `disputed_minor` of it, which the payer has by a dispute: what was booked as lost pays it.
    """
    return _posted(
        f"refund:{refund.id}:fail",
        refund.tenant_id,
        refund.currency,
        refund.id,
        "Refund failed",
        at,
        (AccountType.RECEIVABLE, "", refund.amount_minor),
        (AccountType.CREDIT, "", disputed_minor - refund.amount_minor),
        (AccountType.BAD_DEBT, "", -disputed_minor),
    )


def dispute_changed(before: Dispute | None, after: Dispute, number: str, at: datetime) -> Transaction:
    """What a dispute took, gave back or lost since it was booked last; nothing, if it moved nothing.

    `number` is the invoice's. The transactions of a dispute are counted (`postings`), so that each change posts once.
    """
    taken, held, lost = after.taken_minor, after.held_minor, after.lost_minor
    if before is not None:
        taken, held, lost = taken - before.taken_minor, held - before.held_minor, lost - before.lost_minor
    words = "won" if taken < 0 else "lost" if lost > 0 else "opened" if taken > 0 else "reopened"
    provider = after.provider.name
    return _posted(
        f"dispute:{after.id}:{after.postings}",
        after.tenant_id,
        after.currency,
        after.id,
        f"Dispute of {number} {words}",
        at,
        (AccountType.DISPUTED, provider, held),
        (AccountType.BAD_DEBT, "", lost),
        (AccountType.CASH, provider, -taken),
    )


def credit_granted(grant: CreditGrant, at: datetime) -> Transaction:
    """Credit that was given away; negative when it was taken back."""
    return _posted(
        f"credit:{grant.id}:grant",
        grant.tenant_id,
        grant.amount.currency,
        grant.id,
        grant.reason,
        at,
        (AccountType.GOODWILL, "", grant.amount.minor),
        (AccountType.CREDIT, "", -grant.amount.minor),
    )


def _posted(
    id: str, tenant_id: str, currency: str, source_id: str, description: str, at: datetime, *legs: Leg
) -> Transaction:
    """Entries for the legs that are not nothing. Raises ValueError unless they sum to zero."""
    kept = [leg for leg in legs if leg[2]]
    entries = tuple(
        LedgerEntry(
            id=f"{id}:{n}",
            tenant_id=tenant_id,
            transaction_id=id,
            account_type=kind,
            account=account,
            amount_minor=amount,
            currency=currency,
            source_id=source_id,
            description=description[:200],
            post_time=at,
        )
        for n, (kind, account, amount) in enumerate(kept, 1)
    )
    return Transaction(id, entries)


@dataclass(frozen=True)
class Balance:
    """What a tenant owes and has as credit in one currency."""

    currency: str
    owed_minor: int
    credit_minor: int


def balances(entries: Iterable[LedgerEntry]) -> tuple[Balance, ...]:
    """Of the entries of one tenant, by currency."""
    owed: dict[str, int] = {}
    credit: dict[str, int] = {}
    for entry in entries:
        if entry.account_type is AccountType.RECEIVABLE:
            owed[entry.currency] = owed.get(entry.currency, 0) + entry.amount_minor
        elif entry.account_type is AccountType.CREDIT:
            credit[entry.currency] = credit.get(entry.currency, 0) - entry.amount_minor
    return tuple(Balance(c, owed.get(c, 0), credit.get(c, 0)) for c in sorted({*owed, *credit}))
