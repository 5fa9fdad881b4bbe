"""Posting to the ledger: entries and the account's balances, in one unit."""

from __future__ import annotations

from datetime import datetime

from actors.billing.domain.account import BillingAccount
from actors.billing.domain.ledger import Transaction
from actors.billing.store import BooksUnit


def posted(unit: BooksUnit, account: BillingAccount, at: datetime, *transactions: Transaction) -> BillingAccount:
    """Stages the entries, and the account with what they change. A transaction without entries is left out.

    Posting a cause that was posted before is refused by the store when the unit commits: entries' ids are taken.
    """
    for transaction in transactions:
        if not transaction.entries:
            continue
        ledger = unit.ledger.of(account.tenant_id)
        for entry in transaction.entries:
            ledger.put(entry)
        account = account.posted(
            transaction.entries[0].currency,
            at,
            owed_minor=transaction.owed_minor,
            credit_minor=transaction.credit_minor,
        )
    return unit.accounts.of(account.tenant_id).put(account)
