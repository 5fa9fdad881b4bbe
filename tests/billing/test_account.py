"""Billing accounts: one currency once something was invoiced, and parked until somebody has looked."""

from __future__ import annotations

import pytest

from actors.billing.domain.account import AccountParked, Party, State, new_account
from actors.billing.domain.credit import granted
from actors.billing.domain.money import CurrencyMismatch, Money
from actors.kernel.errors import InvalidFields
from tests.billing.making import START, account_of, moment

LATER = moment("2026-04-01")


def test_fields_that_are_given_change_and_nothing_else() -> None:
    account = account_of()
    assert account.updated(LATER) is account
    assert account.updated(LATER, party=account.party, locale="en", tax_exempt=False) is account
    changed = account.updated(LATER, party=Party(name="Acme AG"), locale="de", tax_rate_ids=("b", "a", "b"))
    assert (changed.party.name, changed.locale, changed.tax_rate_ids) == ("Acme AG", "de", ("b", "a"))
    assert changed.update_time == LATER and changed.time_zone == "UTC"


def test_the_currency_stays_once_something_was_invoiced() -> None:
    account = account_of("EUR")
    dollars = account.updated(LATER, currency="USD")
    assert dollars.currency == "USD"
    with pytest.raises(InvalidFields):
        account.updated(LATER, currency="ZZZ")
    fixed = dollars.posted("USD", LATER, owed_minor=500)
    assert fixed.currency_fixed and fixed.updated(LATER, currency="USD") is fixed
    with pytest.raises(CurrencyMismatch) as refused:
        fixed.updated(LATER, currency="EUR")
    assert refused.value.metadata == {"expected": "USD", "given": "EUR"}
    with pytest.raises(CurrencyMismatch):
        fixed.posted("EUR", LATER, owed_minor=1)
    with pytest.raises(CurrencyMismatch):
        fixed.must_use("EUR")
    account.must_use("JPY")
    with pytest.raises(InvalidFields):
        new_account("ten_acme", party=Party(), currency="", at=START)


def test_balances_are_kept_with_the_entries() -> None:
    account = account_of().posted("EUR", LATER, owed_minor=500, credit_minor=20).posted("EUR", LATER, -200, -20)
    assert (account.owed_minor, account.credit_minor, account.entry_time) == (300, 0, LATER)


def test_a_parked_account_keeps_its_first_reason_and_charges_nothing() -> None:
    parked = account_of().parked("LINES: there are none", LATER)
    assert parked.state is State.PARKED and parked.park_time == LATER
    assert parked.parked("something that follows", LATER) is parked
    with pytest.raises(AccountParked) as refused:
        parked.must_be_open()
    assert refused.value.metadata == {"park_reason": "LINES: there are none"}
    opened = parked.unparked(LATER)
    opened.must_be_open()
    assert (opened.park_reason, opened.park_time, opened.unparked(LATER)) == ("", None, opened)
    assert len(account_of().parked("x" * 9_000, LATER).park_reason) == 500


def test_a_default_method_is_set_once() -> None:
    account = account_of().with_default_method("pm_1", LATER)
    assert account.default_payment_method_id == "pm_1" and account.with_default_method("pm_1", START) is account


def test_credit_is_in_the_account_s_currency_and_not_nothing() -> None:
    with pytest.raises(CurrencyMismatch):
        granted(account_of("EUR"), Money(1, "USD"), "", id="cre_1", at=START)
    with pytest.raises(InvalidFields):
        granted(account_of("EUR"), Money(0, "EUR"), "", id="cre_1", at=START)
