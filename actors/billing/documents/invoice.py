"""What an invoice shows: plain values, already decided. Everything is printed as it is; nothing is computed here."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from datetime import datetime


class Kind(enum.Enum):
    INVOICE = "INVOICE"
    CREDIT_NOTE = "CREDIT_NOTE"


@dataclass(frozen=True)
class DocumentParty:
    """A seller or buyer."""

    name: str
    address_lines: tuple[str, ...] = ()
    country: str = ""
    """ISO 3166, two letters; printed as the country's name in the document's language."""
    tax_number: str = ""
    email: str = ""
    details: tuple[str, ...] = ()
    """Further lines, such as a register's entry."""


@dataclass(frozen=True)
class LineDetail:
    """What a line is made of: one tier, one meter's day, one discount."""

    text: str
    quantity: int | None = None
    unit_micros: int | None = None
    amount_minor: int | None = None


@dataclass(frozen=True)
class DocumentLine:
    """One line."""

    description: str
    amount_minor: int
    """Before discount and tax."""
    quantity: int | None = None
    """Not printed when None."""
    unit_micros: int | None = None
    """Millionths of a minor unit for each of the quantity; not printed when None."""
    start: datetime | None = None
    end: datetime | None = None
    """Exclusive: the last day printed is the one before."""
    details: tuple[LineDetail, ...] = ()


@dataclass(frozen=True)
class DocumentTax:
    """One tax over all lines."""

    name: str
    rate_micros: int
    """Millionths: 190,000 is 19 %."""
    base_minor: int
    tax_minor: int
    inclusive: bool = False


@dataclass(frozen=True)
class DocumentTotals:
    """Sums in minor units. Those that are zero are left out, but for subtotal, total and due."""

    subtotal_minor: int
    total_minor: int
    due_minor: int
    discount_minor: int = 0
    credit_minor: int = 0
    paid_minor: int = 0
    refunded_minor: int = 0


@dataclass(frozen=True)
class InvoiceDocument:
    """An invoice or a credit note."""

    kind: Kind
    number: str
    currency: str
    seller: DocumentParty
    buyer: DocumentParty
    issue_time: datetime
    lines: tuple[DocumentLine, ...]
    totals: DocumentTotals
    taxes: tuple[DocumentTax, ...] = ()
    due_time: datetime | None = None
    pay_time: datetime | None = None
    period_start: datetime | None = None
    period_end: datetime | None = None
    """Exclusive."""
    credited_number: str = ""
    reference: str = ""
    """The buyer's own, such as an order's number."""
    notes: tuple[str, ...] = ()
    payment: tuple[str, ...] = ()
    """How to pay, such as the account for transfers."""
    locale: str = "en"
    """A BCP 47 tag; unknown ones count as English."""
    time_zone: str = "UTC"
    """Where the days of issue, due and pay time are counted. Periods are UTC, as billing counts them."""
    brand_color: str = "#2f5bd8"
    logo: bytes = b""
    """PNG, JPEG, WebP or SVG, at most MOST_LOGO_BYTES; printed at most 40 mm wide and 14 mm high."""
    sandbox: bool = False
    """Marks every page: no money moves."""

    def without_logo(self) -> InvoiceDocument:
        return replace(self, logo=b"")
