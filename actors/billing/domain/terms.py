"""What one version of a plan says: prices, limits, features; and whether that makes sense."""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from actors.billing.domain.money import is_currency
from actors.billing.domain.period import Interval
from actors.kernel.errors import InvalidArgument, Violation


class TermsInvalid(InvalidArgument):
    message = "the terms contradict themselves: {fields}"

    def __init__(self, *violations: Violation) -> None:
        super().__init__(violations=violations, fields="; ".join(f"{v.field}: {v.description}" for v in violations))


class PriceMissing(InvalidArgument):
    message = "the plan is not sold in {currency} by the {interval}"


class Kind(enum.Enum):
    """FLAT and SEAT are charged when a period begins, METER when it has ended."""

    FLAT = "FLAT"
    SEAT = "SEAT"
    METER = "METER"


class Model(enum.Enum):
    PER_UNIT = "PER_UNIT"
    GRADUATED = "GRADUATED"
    VOLUME = "VOLUME"
    PACKAGE = "PACKAGE"


class Beyond(enum.Enum):
    REFUSE = "REFUSE"
    CHARGE = "CHARGE"


@dataclass(frozen=True)
class Tier:
    """`up_to` is the last unit of it, 0 for no end; `unit_micros` for each unit or package, `flat_minor` once."""

    up_to: int = 0
    unit_micros: int = 0
    flat_minor: int = 0


@dataclass(frozen=True, kw_only=True)
class Price:
    id: str
    display_name: str
    kind: Kind
    meter: str = ""
    model: Model = Model.PER_UNIT
    tiers: tuple[Tier, ...]
    package_units: int = 0
    free_units: int = 0
    minimum_minor: int = 0

    @property
    def costs(self) -> bool:
        """Whether any quantity costs anything."""
        return self.minimum_minor > 0 or any(tier.unit_micros or tier.flat_minor for tier in self.tiers)


@dataclass(frozen=True)
class PriceBook:
    """The prices in one currency, for one interval."""

    currency: str
    interval: Interval
    prices: tuple[Price, ...] = ()

    @property
    def in_advance(self) -> tuple[Price, ...]:
        return tuple(price for price in self.prices if price.kind is not Kind.METER)

    @property
    def metered(self) -> tuple[Price, ...]:
        return tuple(price for price in self.prices if price.kind is Kind.METER)

    @property
    def costs(self) -> bool:
        """Whether a subscriber can ever owe anything."""
        return any(price.costs for price in self.prices)

    @property
    def by_seat(self) -> bool:
        return any(price.kind is Kind.SEAT for price in self.prices)

    def price(self, id: str) -> Price | None:
        return next((price for price in self.prices if price.id == id), None)

    def price_of(self, meter: str) -> Price | None:
        return next((price for price in self.metered if price.meter == meter), None)


@dataclass(frozen=True)
class Limit:
    """The most of a meter: within a period for one that counts, else at any time."""

    meter: str
    most: int
    beyond: Beyond


@dataclass(frozen=True, kw_only=True)
class Terms:
    """PlanTerms of the contract. Immutable once a version with them is in effect."""

    display_name: str
    description: str = ""
    trial_days: int = 0
    trial_without_method: bool = False
    tier: str
    limits: tuple[Limit, ...] = ()
    features: tuple[str, ...] = ()
    price_books: tuple[PriceBook, ...]
    own_database: bool = False
    rank: int = 0

    def book(self, currency: str, interval: Interval) -> PriceBook:
        """Raises PriceMissing when the plan is not sold so."""
        for book in self.price_books:
            if (book.currency, book.interval) == (currency, interval):
                return book
        raise PriceMissing(currency=currency, interval=interval.name)

    def described(self, price: Price) -> str:
        """How a line names the price: `Standard: Seats`. Its own name alone where that begins with the plan's."""
        plan, name = self.display_name, price.display_name
        named = name[: len(plan)].casefold() == plan.casefold() and not name[len(plan) : len(plan) + 1].isalnum()
        return name if named else f"{plan}: {name}"

    def limit(self, meter: str) -> Limit | None:
        """None for a meter without a limit."""
        return next((limit for limit in self.limits if limit.meter == meter), None)

    @property
    def sold_meters(self) -> frozenset[str]:
        """Meters that have a price in any book."""
        return frozenset(price.meter for book in self.price_books for price in book.metered)


def check_terms(terms: Terms, meters: Collection[str], path: str = "terms") -> None:
    """Raises TermsInvalid with everything that contradicts itself, each by its path in the request."""
    if found := tuple(_violations(terms, meters, path)):
        raise TermsInvalid(*found)


def _violations(terms: Terms, meters: Collection[str], path: str) -> Iterator[Violation]:
    if terms.trial_without_method and not terms.trial_days:
        yield Violation(f"{path}.trial_without_method", "there is no trial", "TRIAL_MISSING")
    seen: set[str] = set()
    for i, limit in enumerate(terms.limits):
        at = f"{path}.limits[{i}]"
        if limit.meter not in meters:
            yield Violation(f"{at}.meter", f"there is no meter {limit.meter}", "METER_UNKNOWN")
        if limit.meter in seen:
            yield Violation(f"{at}.meter", f"{limit.meter} has a limit already", "LIMIT_TWICE")
        seen.add(limit.meter)
        if limit.most < 0:
            yield Violation(f"{at}.most", "a limit is not negative", "NEGATIVE")
    if len(set(terms.features)) < len(terms.features):
        yield Violation(f"{path}.features", "a feature is named twice", "FEATURE_TWICE")
    if not terms.price_books:
        yield Violation(f"{path}.price_books", "the plan is not sold at all", "BOOK_MISSING")
    books: set[tuple[str, Interval]] = set()
    things: dict[str, tuple[Kind, str]] = {}
    for i, book in enumerate(terms.price_books):
        at = f"{path}.price_books[{i}]"
        if not is_currency(book.currency):
            yield Violation(f"{at}.currency", f"{book.currency} is no currency of ISO 4217", "CURRENCY_UNKNOWN")
        if (book.currency, book.interval) in books:
            text = f"there is a book in {book.currency} by the {book.interval.name} already"
            yield Violation(at, text, "BOOK_TWICE")
        books.add((book.currency, book.interval))
        yield from _book_violations(book, meters, at, things)


def _book_violations(
    book: PriceBook, meters: Collection[str], path: str, things: dict[str, tuple[Kind, str]]
) -> Iterator[Violation]:
    ids: set[str] = set()
    metered: set[str] = set()
    for i, price in enumerate(book.prices):
        at = f"{path}.prices[{i}]"
        if price.id in ids:
            yield Violation(f"{at}.id", f"{price.id} is in this book already", "PRICE_TWICE")
        ids.add(price.id)
        if things.setdefault(price.id, (price.kind, price.meter)) != (price.kind, price.meter):
            yield Violation(f"{at}.id", f"{price.id} is the price of something else in another book", "PRICE_DIFFERS")
        if price.kind is Kind.METER:
            if price.meter not in meters:
                yield Violation(f"{at}.meter", f"there is no meter {price.meter}", "METER_UNKNOWN")
            elif price.meter in metered:
                yield Violation(f"{at}.meter", f"{price.meter} has a price in this book already", "METER_TWICE")
            metered.add(price.meter)
        elif price.meter:
            yield Violation(f"{at}.meter", f"a {price.kind.name} price has no meter", "METER_UNUSED")
        yield from _price_violations(price, at)


def _price_violations(price: Price, path: str) -> Iterator[Violation]:
    if price.kind is Kind.FLAT:
        if price.model is not Model.PER_UNIT:
            yield Violation(f"{path}.model", "a FLAT price is PER_UNIT: there is one unit", "MODEL_UNFIT")
        if price.free_units:
            yield Violation(f"{path}.free_units", "a FLAT price has one unit, which is not free", "FREE_UNFIT")
        if price.minimum_minor:
            yield Violation(f"{path}.minimum_minor", "a FLAT price is its own minimum", "MINIMUM_UNFIT")
    if price.model is Model.PACKAGE and price.package_units < 1:
        yield Violation(f"{path}.package_units", "say how many units are in a package", "PACKAGE_EMPTY")
    if price.model is not Model.PACKAGE and price.package_units:
        yield Violation(f"{path}.package_units", f"a {price.model.name} price has no packages", "PACKAGE_UNFIT")
    for name in ("free_units", "minimum_minor", "package_units"):
        if getattr(price, name) < 0:
            yield Violation(f"{path}.{name}", "this is not negative", "NEGATIVE")
    yield from _tier_violations(price, path)


def _tier_violations(price: Price, path: str) -> Iterator[Violation]:
    if not price.tiers:
        yield Violation(f"{path}.tiers", "a price needs a tier", "TIER_MISSING")
        return
    if price.model in (Model.PER_UNIT, Model.PACKAGE) and len(price.tiers) > 1:
        yield Violation(f"{path}.tiers", f"a {price.model.name} price has one tier", "TIER_TOO_MANY")
    last = len(price.tiers) - 1
    reached = 0
    for i, tier in enumerate(price.tiers):
        at = f"{path}.tiers[{i}]"
        if tier.unit_micros < 0:
            yield Violation(f"{at}.unit_micros", "a price is not negative", "NEGATIVE")
        if tier.flat_minor < 0:
            yield Violation(f"{at}.flat_minor", "a price is not negative", "NEGATIVE")
        if i == last and tier.up_to:
            yield Violation(f"{at}.up_to", "the last tier has no end: 0", "TIER_CLOSED")
        if i < last and tier.up_to <= reached:
            text = f"tiers rise: this one ends at {tier.up_to}, the one before at {reached}"
            yield Violation(f"{at}.up_to", text if tier.up_to else "only the last tier has no end", "TIER_ORDER")
        reached = max(reached, tier.up_to)
