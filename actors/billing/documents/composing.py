"""From an invoice to what its document shows: as it was issued, in the buyer's language."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from babel import numbers

from actors.billing.documents.invoice import (
    DocumentLine,
    DocumentParty,
    DocumentTax,
    DocumentTotals,
    InvoiceDocument,
    Kind,
    LineDetail,
)
from actors.billing.documents.labels import Labels, labels_of
from actors.billing.documents.wording import known_locale
from actors.billing.domain.account import Party
from actors.billing.domain.invoice import Invoice
from actors.billing.domain.line import InvoiceLine
from actors.billing.domain.line import Kind as LineKind
from actors.billing.domain.money import divide_half_even, round_half_even
from actors.billing.domain.terms import Model

_GIGABYTE = 10**9
_MICROS = 1_000_000
BRAND_COLOR = "#2f5bd8"
"""Of tenants that chose none."""


@dataclass(frozen=True)
class Appearance:
    """How a document looks; `logo` is an address of the scheme data:, as tenants keep theirs."""

    brand_color: str = ""
    logo: str = ""


@dataclass(frozen=True)
class Circumstances:
    """What a document needs besides the invoice."""

    seller: DocumentParty
    appearance: Appearance = Appearance()
    locale: str = "en"
    time_zone: str = "UTC"
    credited_number: str = ""
    """Of the invoice that a credit note takes back."""
    tax_exempt: bool = False
    transfer_details: tuple[str, ...] = ()
    """How to pay by bank, when that is how it is paid."""
    byte_meters: frozenset[str] = frozenset()
    """Meters whose unit is a byte: people count them in gigabytes."""


def composed(invoice: Invoice, lines: Sequence[InvoiceLine], about: Circumstances) -> InvoiceDocument:
    """The document of an invoice that has a number. What was paid since does not show: it is what was issued."""
    if invoice.issue_time is None:
        raise ValueError("a draft has no document")
    words = _Words(about)
    totals = invoice.totals
    settled = totals.due_minor == 0
    return InvoiceDocument(
        kind=Kind[invoice.kind.name],
        number=invoice.number,
        currency=invoice.currency,
        seller=about.seller,
        buyer=_party(invoice.buyer),
        issue_time=invoice.issue_time,
        lines=tuple(words.line(line) for line in sorted(lines, key=lambda line: line.position)),
        totals=DocumentTotals(
            subtotal_minor=totals.subtotal_minor,
            total_minor=totals.total_minor,
            due_minor=totals.due_minor,
            discount_minor=totals.discount_minor,
            credit_minor=totals.credit_minor,
        ),
        taxes=tuple(
            DocumentTax(tax.display_name, tax.rate_micros, tax.base_minor, tax.tax_minor, tax.inclusive)
            for tax in totals.taxes
        ),
        due_time=None if settled else invoice.due_time,
        pay_time=invoice.issue_time if settled else None,
        period_start=invoice.period_start_time,
        period_end=invoice.period_end_time,
        credited_number=about.credited_number,
        notes=(words.labels.exempt,) if about.tax_exempt and not _taxed(lines) else (),
        payment=() if settled else about.transfer_details,
        locale=about.locale,
        time_zone=about.time_zone,
        sandbox=invoice.sandbox,
        brand_color=about.appearance.brand_color or BRAND_COLOR,
        logo=picture_of(about.appearance.logo),
    )


def _taxed(lines: Sequence[InvoiceLine]) -> bool:
    """Whether anything is taxed that is charged; credits keep the taxes that they take back."""
    return any(line.tax_rate_ids for line in lines if line.amount_minor > 0)


def _party(party: Party) -> DocumentParty:
    return DocumentParty(party.name, party.address_lines, party.country, party.tax_number, party.email)


def picture_of(address: str) -> bytes:
    """The bytes of a data: address; empty for none, and for one that is not in Base64."""
    head, _, body = address.partition(",")
    if not head.startswith("data:") or not head.endswith(";base64"):
        return b""
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error:
        return b""


class _Words:
    """The lines of one document in words."""

    def __init__(self, about: Circumstances) -> None:
        self.about = about
        self.locale = known_locale(about.locale)
        self.labels: Labels = labels_of(self.locale.language)

    def line(self, line: InvoiceLine) -> DocumentLine:
        quantity: int | None = line.quantity
        unit: int | None = None
        if line.meter in self.about.byte_meters:
            quantity = None
        if len(line.tiers) == 1 and not line.tiers[0].flat_minor:
            unit = line.tiers[0].unit_micros
            if line.model is Model.PACKAGE:
                quantity = line.tiers[0].units
        if line.kind is LineKind.MANUAL:
            quantity = None
        return DocumentLine(
            description=line.description,
            amount_minor=line.amount_minor,
            quantity=quantity,
            unit_micros=unit,
            start=line.start_time,
            end=line.end_time,
            details=tuple(self._details(line)),
        )

    def _details(self, line: InvoiceLine) -> Iterator[LineDetail]:
        labels = self.labels
        if line.kind is LineKind.PRORATED_CHARGE:
            yield LineDetail(labels.rest_charged.format(share=self._share(line)))
        elif line.kind is LineKind.PRORATED_CREDIT:
            yield LineDetail(labels.rest_credited.format(share=self._share(line)))
        if line.free_quantity:
            yield LineDetail(labels.included.format(quantity=self._amount(line, line.free_quantity)))
        if line.kind is not LineKind.MANUAL and (len(line.tiers) > 1 or any(tier.flat_minor for tier in line.tiers)):
            yield from self._tiers(line)
        if line.minimum_applied:
            yield LineDetail(labels.minimum, amount_minor=line.amount_minor)

    def _tiers(self, line: InvoiceLine) -> Iterator[LineDetail]:
        for tier in line.tiers:
            text = self.labels.packages
            if line.model is not Model.PACKAGE:
                text = self.labels.from_unit.format(unit=self._amount(line, tier.from_unit))
            units = None if line.meter in self.about.byte_meters and line.model is not Model.PACKAGE else tier.units
            amount = round_half_even(tier.units * tier.unit_micros)
            yield LineDetail(text, units, tier.unit_micros, amount)
            if tier.flat_minor:
                yield LineDetail(self.labels.flat, amount_minor=tier.flat_minor)

    def _share(self, line: InvoiceLine) -> str:
        micros = divide_half_even(line.part_seconds * _MICROS, line.whole_seconds)
        return self._percent(micros)

    def _percent(self, micros: int) -> str:
        pattern = self.locale.percent_formats[None]
        share, way = Decimal(micros).scaleb(-6), _one_decimal(pattern.pattern)
        return str(numbers.format_percent(share, format=way, locale=self.locale, numbering_system="latn"))

    def _amount(self, line: InvoiceLine, quantity: int) -> str:
        if line.meter in self.about.byte_meters:
            whole = Decimal(quantity) / _GIGABYTE
            text = numbers.format_decimal(whole, format="#,##0.###", locale=self.locale, numbering_system="latn")
            return f"{text} GB"
        return str(numbers.format_decimal(quantity, locale=self.locale, numbering_system="latn"))


def _one_decimal(pattern: str) -> str:
    """A locale's way to write a percentage, with up to one decimal."""
    return pattern.replace("0", "0.#", 1) if "0" in pattern and "." not in pattern else pattern
