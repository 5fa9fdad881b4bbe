"""Billing accounts: who is billed, in what currency, and whether billing goes on."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from actors.billing.domain.money import CurrencyMismatch, must_be_currency
from actors.kernel.errors import FailedPrecondition
from actors.kernel.records import Record


class AccountParked(FailedPrecondition):
    message = "billing of this account is stopped until somebody has looked: {park_reason}"


class State(enum.Enum):
    OPEN = "OPEN"
    PARKED = "PARKED"


@dataclass(frozen=True)
class Party:
    """A party of an invoice; `country` is ISO 3166, two letters."""

    name: str = ""
    address_lines: tuple[str, ...] = ()
    country: str = ""
    tax_number: str = ""
    email: str = ""


@dataclass(frozen=True, kw_only=True)
class BillingAccount(Record):
    """A tenant as it is billed. Its id is the tenant's.

    `credit_minor` and `owed_minor` are what the ledger sums to, kept by the same units that post the entries.
    """

    state: State = State.OPEN
    park_reason: str = ""
    park_time: datetime | None = None
    party: Party = Party()
    currency: str
    currency_fixed: bool = False
    """Whether something was invoiced, or credit given: the currency stays from then on."""
    locale: str = "en"
    locale_chosen: bool = False
    """Whether it was chosen for bills; otherwise it is the tenant's, and follows it."""
    time_zone: str = "UTC"
    tax_rate_ids: tuple[str, ...] = ()
    tax_exempt: bool = False
    default_payment_method_id: str = ""
    credit_minor: int = 0
    owed_minor: int = 0
    entry_time: datetime | None = None
    """When the last entry was posted."""
    create_time: datetime
    update_time: datetime

    def updated(
        self,
        at: datetime,
        party: Party | None = None,
        currency: str | None = None,
        locale: str | None = None,
        time_zone: str | None = None,
        tax_rate_ids: tuple[str, ...] | None = None,
        tax_exempt: bool | None = None,
        locale_chosen: bool | None = None,
    ) -> BillingAccount:
        """With what is given; the same record when nothing differs.

        Raises CurrencyMismatch for another currency once something was invoiced, InvalidFields for none at all.
        """
        after = self
        if currency is not None and currency != self.currency:
            if self.currency_fixed:
                raise CurrencyMismatch(expected=self.currency, given=currency)
            must_be_currency(currency)
            after = after.but(currency=currency)
        changes = {
            "party": party,
            "locale": locale,
            "locale_chosen": locale_chosen,
            "time_zone": time_zone,
            "tax_rate_ids": None if tax_rate_ids is None else tuple(dict.fromkeys(tax_rate_ids)),
            "tax_exempt": tax_exempt,
        }
        after = after.but(**{name: value for name, value in changes.items() if value is not None})
        return self if after == self else after.but(update_time=at)

    def following(self, locale: str, time_zone: str, at: datetime) -> BillingAccount:
        """As the tenant's settings are now; empty ones say nothing."""
        kept = self.locale if self.locale_chosen else locale or self.locale
        return self.updated(at, locale=kept, time_zone=time_zone or self.time_zone)

    def with_default_method(self, payment_method_id: str, at: datetime) -> BillingAccount:
        """Charged when no method is named; empty for none."""
        if self.default_payment_method_id == payment_method_id:
            return self
        return self.but(default_payment_method_id=payment_method_id, update_time=at)

    def posted(self, currency: str, at: datetime, owed_minor: int = 0, credit_minor: int = 0) -> BillingAccount:
        """After entries that changed what is owed and the credit by so much. Fixes the currency."""
        if currency != self.currency:
            raise CurrencyMismatch(expected=self.currency, given=currency)
        return self.but(
            owed_minor=self.owed_minor + owed_minor,
            credit_minor=self.credit_minor + credit_minor,
            currency_fixed=True,
            entry_time=at,
        )

    def parked(self, reason: str, at: datetime) -> BillingAccount:
        """Nothing is charged any more. Parked again, it keeps the first reason: the others may follow from it."""
        if self.state is State.PARKED:
            return self
        return self.but(state=State.PARKED, park_reason=reason[:500], park_time=at, update_time=at)

    def unparked(self, at: datetime) -> BillingAccount:
        """Billing goes on; the caller has checked what was wrong."""
        if self.state is State.OPEN:
            return self
        return self.but(state=State.OPEN, park_reason="", park_time=None, update_time=at)

    def forgotten(self, at: datetime) -> BillingAccount:
        """Without who it was; what was invoiced says so itself."""
        return self.but(party=Party(), default_payment_method_id="", update_time=at)

    def must_be_open(self) -> None:
        """Raises AccountParked."""
        if self.state is State.PARKED:
            raise AccountParked(park_reason=self.park_reason)

    def must_use(self, currency: str) -> None:
        """Raises CurrencyMismatch for another currency, once there is one to stay with."""
        if self.currency_fixed and currency != self.currency:
            raise CurrencyMismatch(expected=self.currency, given=currency)


def new_account(
    tenant_id: str, *, party: Party, currency: str, at: datetime, locale: str = "", time_zone: str = ""
) -> BillingAccount:
    must_be_currency(currency)
    return BillingAccount(
        id=tenant_id,
        tenant_id=tenant_id,
        party=party,
        currency=currency,
        locale=locale or "en",
        time_zone=time_zone or "UTC",
        create_time=at,
        update_time=at,
    )
