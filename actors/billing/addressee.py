"""Who is written to, and what one mail says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel import Locale, dates

from actors.billing.domain.account import BillingAccount
from actors.billing.domain.money import Money
from actors.billing.keeping import BilledTenant
from actors.billing.mail_words import MailWords, words_for


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What one mail says, in words. Parts that are empty are left out."""

    subject: str
    heading: str
    amount: str = ""
    """Shown large."""
    texts: tuple[str, ...]
    """A paragraph each."""
    details: tuple[str, ...] = ()
    """Lines in small print, such as how to pay by bank."""
    sandbox: str = ""
    """That no money moves."""
    action: str
    """What the button says that leads to `link`."""
    link: str


@dataclass(frozen=True)
class Addressee:
    """A tenant that is written to: what mails call it, where it is, and who gets them."""

    account: BillingAccount
    tenant: BilledTenant | None
    emails: tuple[str, ...]

    @property
    def company(self) -> str:
        return self.account.party.name or (self.tenant.display_name if self.tenant else "") or self.account.id

    @property
    def language(self) -> tuple[MailWords, Locale]:
        """What it is written to in: the account's language, as its documents are, or English."""
        return words_for(self.account.locale)

    def money(self, minor: int, currency: str) -> str:
        _, locale = self.language
        return Money(minor, currency).formatted(str(locale))

    def day(self, moment: datetime) -> str:
        """The day as the account counts days."""
        _, locale = self.language
        return str(dates.format_date(moment.astimezone(ZoneInfo(self.account.time_zone or "UTC")), "long", locale))

    def month(self, year: int, month: int) -> str:
        """`March 2027`."""
        _, locale = self.language
        return str(dates.format_skeleton("yMMMM", date(year, month, 1), locale=locale))
