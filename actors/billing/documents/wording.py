"""An invoice as the words that are printed: money, numbers, days and labels in the buyer's language."""

from __future__ import annotations

import copy
import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError, dates, numbers

from actors.billing.documents.invoice import DocumentLine, DocumentParty, InvoiceDocument, Kind, LineDetail
from actors.billing.documents.labels import RIGHT_TO_LEFT, labels_of
from actors.billing.domain.money import exponent

_SHAPELESS = re.compile("[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\uffff]")
"""Controls, and marks that turn text around: a name must not be able to rearrange what stands beside it."""
_LONG = re.compile(r"\S{28,}")
_MISSING = "\N{WHITE SQUARE}"


class Wording:
    """Formats the values of one document."""

    def __init__(self, document: InvoiceDocument) -> None:
        self.document = document
        self.locale = known_locale(document.locale)
        self.labels = labels_of(self.locale.language)
        self.zone = ZoneInfo(document.time_zone)
        self.digits = exponent(document.currency)

    def words(self) -> dict[str, Any]:
        """All that the template prints, as JSON values. Texts of people are printable characters and nothing else."""
        document, labels = self.document, self.labels
        title = labels.invoice if document.kind is Kind.INVOICE else labels.credit_note
        return {
            "lang": self.locale.language,
            "dir": "rtl" if self.locale.language in RIGHT_TO_LEFT else "ltr",
            "color": document.brand_color,
            "logo": list(document.logo),
            "title": title,
            "number": printable(document.number),
            "headline": self._headline(),
            "facts": [[label, value] for label, value in self._facts()],
            "parties": [
                {"label": labels.seller, **self._party(document.seller)},
                {"label": labels.buyer, **self._party(document.buyer)},
            ],
            "columns": [labels.description, labels.quantity, labels.unit_price, labels.amount],
            "lines": [self._line(line) for line in document.lines],
            "totals": [[label, value, strong] for label, value, strong in self._totals()],
            "sections": [
                {"label": label, "texts": [self._text(one) for one in texts]}
                for label, texts in ((labels.payment, document.payment), (labels.notes, document.notes))
                if texts
            ],
            "foot": [printable(document.seller.name), title, printable(document.number)],
            "page": labels.page,
            "sandbox": labels.sandbox if document.sandbox else "",
            "mark": labels.sandbox_mark if document.sandbox else "",
        }

    def money(self, minor: int) -> str:
        return self._currency(Decimal(minor).scaleb(-self.digits))

    def unit_price(self, micros: int) -> str:
        """With as many decimals as it has, at least those of the currency."""
        return self._currency(Decimal(micros).scaleb(-6 - self.digits).normalize())

    def _currency(self, value: Decimal) -> str:
        # ISO's decimals, which are not always CLDR's, and more only where the value has them.
        pattern = copy.copy(self.locale.currency_formats["standard"])
        exponent = value.as_tuple().exponent
        pattern.frac_prec = (self.digits, max(self.digits, -exponent if isinstance(exponent, int) else 0))
        currency = self.document.currency
        found = pattern.apply(value, self.locale, currency=currency, currency_digits=False, numbering_system="latn")
        return str(found)

    def _rate(self, micros: int) -> str:
        pattern = copy.copy(self.locale.percent_formats[None])
        pattern.frac_prec = (0, 4)
        return str(pattern.apply(Decimal(micros).scaleb(-6), self.locale, numbering_system="latn"))

    def day(self, time: datetime) -> str:
        return self._day(time.astimezone(self.zone).date())

    def days(self, start: datetime, end: datetime) -> str:
        """The days from `start` until before `end`, in UTC as billing counts them."""
        first = start.astimezone(UTC).date()
        last = max(first, (end.astimezone(UTC) - timedelta(microseconds=1)).date())
        return str(dates.format_interval(first, last, "yMMMd", locale=self.locale))

    def _day(self, day: date) -> str:
        return dates.format_date(day, "long", self.locale)

    def number(self, value: int) -> str:
        return numbers.format_decimal(value, locale=self.locale, numbering_system="latn")

    def _headline(self) -> str:
        document, labels, totals = self.document, self.labels, self.document.totals
        if document.kind is Kind.CREDIT_NOTE or totals.total_minor < 0:
            return labels.credited.format(amount=self.money(abs(totals.total_minor)))
        if totals.due_minor == 0 and document.pay_time is not None:
            paid = self.money(totals.paid_minor or totals.total_minor)
            return labels.paid_on.format(amount=paid, date=self.day(document.pay_time))
        due = self.money(totals.due_minor)
        if document.due_time is None:
            return labels.due_now.format(amount=due)
        return labels.due_by.format(amount=due, date=self.day(document.due_time))

    def _facts(self) -> Iterable[tuple[str, str]]:
        document, labels = self.document, self.labels
        yield labels.number, printable(document.number)
        yield labels.issued, self.day(document.issue_time)
        if document.due_time is not None and document.kind is Kind.INVOICE:
            yield labels.due, self.day(document.due_time)
        if document.period_start is not None and document.period_end is not None:
            yield labels.period, self.days(document.period_start, document.period_end)
        if document.reference:
            yield labels.reference, printable(document.reference)
        if document.credited_number:
            yield "", labels.credits.format(number=printable(document.credited_number))

    def _party(self, party: DocumentParty) -> dict[str, Any]:
        country = self.locale.territories.get(party.country, party.country)
        tax = f"{self.labels.tax_number} {party.tax_number}" if party.tax_number else ""
        lines = [*party.address_lines, country, *party.details, tax, party.email]
        name = self._text(party.name)
        return {"name": name["text"], "rtl": name["rtl"], "lines": [self._text(one) for one in lines if one]}

    def _line(self, line: DocumentLine) -> dict[str, Any]:
        span = self.days(line.start, line.end) if line.start is not None and line.end is not None else ""
        return {
            **self._text(line.description),
            "span": span,
            "quantity": "" if line.quantity is None else self.number(line.quantity),
            "unit": "" if line.unit_micros is None else self.unit_price(line.unit_micros),
            "amount": self.money(line.amount_minor),
            "details": [self._detail(one) for one in line.details],
        }

    def _detail(self, detail: LineDetail) -> dict[str, Any]:
        return {
            **self._text(detail.text),
            "quantity": "" if detail.quantity is None else self.number(detail.quantity),
            "unit": "" if detail.unit_micros is None else self.unit_price(detail.unit_micros),
            "amount": "" if detail.amount_minor is None else self.money(detail.amount_minor),
        }

    def _text(self, text: str) -> dict[str, Any]:
        """Text of people with its direction: that of its first letter that has one (UAX #9, P2)."""
        strong = (unicodedata.bidirectional(one) for one in text)
        first = next((one for one in strong if one in ("L", "R", "AL")), None)
        rtl = first in ("R", "AL") if first else self.locale.language in RIGHT_TO_LEFT
        return {"text": printable(text), "rtl": rtl}

    def _totals(self) -> Iterable[tuple[str, str, bool]]:
        labels, totals = self.labels, self.document.totals
        yield labels.subtotal, self.money(totals.subtotal_minor), False
        if totals.discount_minor:
            yield labels.discount, self.money(-totals.discount_minor), False
        for tax in self.document.taxes:
            label = labels.tax_included if tax.inclusive else labels.tax
            words = {
                "name": printable(tax.name),
                "rate": self._rate(tax.rate_micros),
                "base": self.money(tax.base_minor),
            }
            yield label.format(**words), self.money(tax.tax_minor), False
        yield labels.total, self.money(totals.total_minor), True
        if totals.credit_minor:
            label = labels.credit_used if totals.credit_minor > 0 else labels.credit_given
            yield label, self.money(-totals.credit_minor), False
        if totals.paid_minor:
            yield labels.paid, self.money(-totals.paid_minor), False
        if totals.refunded_minor:
            yield labels.refunded, self.money(totals.refunded_minor), False
        if self.document.kind is Kind.INVOICE:
            yield labels.amount_due, self.money(totals.due_minor), True


def known_locale(tag: str) -> Locale:
    """The locale of a tag, of its language alone, or English."""
    parts = tag.replace("_", "-").split("-")
    for text in ("-".join(parts), parts[0]):
        try:
            return Locale.parse(text, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en")


def printable(text: str) -> str:
    """The text in characters that the shipped fonts have; what they have not becomes □."""
    found = unicodedata.normalize("NFC", _SHAPELESS.sub(" ", text))
    # A word too long for its column may be broken; the break has no width and is not seen otherwise.
    found = _LONG.sub(lambda word: "\u200b".join(re.findall(".{1,20}", word.group())), found)
    return "".join(one if ord(one) in _covered() else _MISSING for one in found)


@cache
def _covered() -> frozenset[int]:
    found: set[int] = set()
    for line in (Path(__file__).parent / "fonts" / "coverage.txt").read_text().split():
        first, _, last = line.partition("-")
        found.update(range(int(first, 16), int(last or first, 16) + 1))
    return frozenset(found)
