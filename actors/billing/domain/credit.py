"""Credit that a tenant is given, or that is taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from actors.billing.domain.account import BillingAccount
from actors.billing.domain.invoice import AmountExceeds
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
