"""Credit that a tenant is given, or that is taken back; and the invoices that it pays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from actors.billing.domain.account import BillingAccount
from actors.billing.domain.invoice import AmountExceeds, Applied, Invoice, Kind, State
from actors.billing.domain.money import Money
from actors.kernel.errors import InvalidFields, Violation
from actors.kernel.records import Record


@dataclass(frozen=True, kw_only=True)
class CreditGrant(Record):
    """`balance` is what the tenant has with it."""

    amount: Money
    reason: str
    balance: Money
    create_time: datetime


def granted(account: BillingAccount, amount: Money, reason: str, *, id: str, at: datetime) -> CreditGrant:
    """A grant, to be posted together with the account. Negative to take credit back, never more than there is.

    Raises CurrencyMismatch for another currency than the account's, AmountExceeds, and InvalidFields for nothing.
    """
    balance = Money(account.credit_minor, account.currency) + amount
    if not amount:
        raise InvalidFields(Violation("amount", "an amount is not nothing", "AMOUNT_MISSING"))
    if -amount.minor > account.credit_minor:
        raise AmountExceeds(left_minor=max(0, account.credit_minor))
    return CreditGrant(
        id=id, tenant_id=account.tenant_id, amount=amount, reason=reason, balance=balance, create_time=at
    )


def put_on(invoices: Iterable[Invoice], available_minor: int, at: datetime) -> tuple[Applied, ...]:
    """Credit pays what is OPEN, the oldest first: those invoices that it pays something of, after it.

    Whenever credit comes, so that nobody has credit and debts: what a change credits of an invoice that is not paid
    yet pays for that one. Post each as `credit_used` of the source that gave the credit.
    """
    waiting = [one for one in invoices if one.state is State.OPEN and one.kind is Kind.INVOICE]
    found = []
    for invoice in sorted(waiting, key=lambda one: (one.issue_time or at, one.number)):
        amount = min(available_minor, invoice.outstanding_minor)
        if amount > 0:
            found.append(invoice.paid(amount, at))
            available_minor -= amount
    return tuple(found)
