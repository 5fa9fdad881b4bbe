"""Money: whole minor units of one currency. Nothing here is ever a float."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache

from babel import Locale
from babel.numbers import get_currency_precision, list_currencies, parse_pattern

from actors.kernel.errors import InvalidArgument, InvalidFields, Violation

MICROS = 1_000_000
"""Micros in a minor unit; a price or a rate of one million is 1, or 100 %."""
MOST_MINOR = 10**15
"""No amount is larger, either way; what Money of the contract can carry."""

_ISO_DIGITS = {
    **dict.fromkeys(("AFN", "ALL", "IRR", "KPW", "LAK", "LBP", "MGA", "MMK", "RSD", "SOS", "SYP", "YER"), 2),
    "IQD": 3,
}
"""Where CLDR, which babel reads, has the digits that people write instead of those of ISO 4217."""


class CurrencyMismatch(InvalidArgument):
    message = "amounts in {expected} and {given} cannot be mixed"


@dataclass(frozen=True)
class Money:
    """An exact amount. Raises InvalidFields for a currency that ISO 4217 does not have.

    Arithmetic raises CurrencyMismatch over two currencies, TypeError over anything but integers.
    """

    minor: int
    currency: str

    def __post_init__(self) -> None:
        _must_be_whole(self.minor)
        must_be_currency(self.currency)

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __abs__(self) -> Money:
        return Money(abs(self.minor), self.currency)

    def __mul__(self, times: int) -> Money:
        _must_be_whole(times)
        return Money(self.minor * times, self.currency)

    __rmul__ = __mul__

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._same(other)

    def __bool__(self) -> bool:
        return self.minor != 0

    def allocate(self, weights: Sequence[int]) -> tuple[Money, ...]:
        """Shares in proportion to the weights that sum to the amount; see `allocate`."""
        return tuple(Money(share, self.currency) for share in allocate(self.minor, weights))

    @property
    def decimal(self) -> Decimal:
        """In whole units of the currency, with all its digits: 12.30."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def formatted(self, locale: str = "en") -> str:
        """As people of a locale write it, with the digits of ISO 4217; as in English for a locale nobody knows."""
        digits = exponent(self.currency)
        known = _locale(locale)
        pattern = parse_pattern(known.currency_formats["standard"].pattern)
        pattern.frac_prec = (digits, digits)
        return str(pattern.apply(self.decimal, known, currency=self.currency, currency_digits=False))

    def _same(self, other: Money) -> int:
        if not isinstance(other, Money):
            raise TypeError(f"money and {type(other).__name__} cannot be mixed")
        if other.currency != self.currency:
            raise CurrencyMismatch(expected=self.currency, given=other.currency)
        return other.minor


@cache
def exponent(currency: str) -> int:
    """Digits of the minor unit by ISO 4217: 2 for EUR, 0 for JPY, 3 for KWD. Raises ValueError for no currency."""
    if not is_currency(currency):
        raise ValueError(f"{currency!r} is no currency of ISO 4217")
    return _ISO_DIGITS.get(currency, get_currency_precision(currency))


def is_currency(code: str) -> bool:
    """Whether ISO 4217 has, or had, this code."""
    return code in _currencies()


def must_be_currency(code: str, field: str = "currency") -> None:
    """Raises InvalidFields for a code that ISO 4217 does not have."""
    if not is_currency(code):
        raise InvalidFields(Violation(field, f"{code} is no currency of ISO 4217", "CURRENCY_UNKNOWN"))


@cache
def _currencies() -> frozenset[str]:
    return frozenset(list_currencies())


@cache
def _locale(tag: str) -> Locale:
    parsed: Locale | None = Locale.negotiate([tag.replace("-", "_") or "en", "en"], _locales(), sep="_")
    return parsed or Locale("en")


@cache
def _locales() -> list[str]:
    from babel.localedata import locale_identifiers

    return locale_identifiers()


def round_half_even(micros: int) -> int:
    """Micros to the nearest minor unit; a half goes to the even one (IEEE 754 roundTiesToEven), either side of 0."""
    return divide_half_even(micros, MICROS)


def divide_half_even(numerator: int, denominator: int) -> int:
    """The whole number nearest to the quotient; a half goes to the even one. The denominator is positive."""
    _must_be_whole(numerator)
    _must_be_whole(denominator)
    if denominator <= 0:
        raise ValueError("the denominator must be positive")
    quotient, rest = divmod(numerator, denominator)
    if 2 * rest > denominator or (2 * rest == denominator and quotient % 2):
        return quotient + 1
    return quotient


def allocate(total: int, weights: Sequence[int]) -> tuple[int, ...]:
    """The total in shares proportional to the weights, by largest remainder: they sum to it exactly.

    No share is further than 1 from its exact value; of equal remainders the earlier wins. Weights are not negative;
    all of them 0 share a total of 0 only.
    """
    _must_be_whole(total)
    if any(weight < 0 for weight in weights):
        raise ValueError("weights are not negative")
    whole = sum(weights)
    if whole == 0:
        if total:
            raise ValueError("nobody can take a share")
        return (0,) * len(weights)
    sign = -1 if total < 0 else 1
    return tuple(sign * share for share in apportion(abs(total), [Fraction(abs(total) * w, whole) for w in weights]))


def apportion(total: int, exact: Sequence[Fraction]) -> tuple[int, ...]:
    """Exact shares rounded so that they sum to the total, which is the rounded sum of them, by largest remainder."""
    floors = [share.numerator // share.denominator for share in exact]
    missing = total - sum(floors)
    if not 0 <= missing <= len(exact):
        raise ValueError("the shares do not add up to the total")
    order = sorted(range(len(exact)), key=lambda i: (floors[i] - exact[i], i))
    for i in order[:missing]:
        floors[i] += 1
    return tuple(floors)


def _must_be_whole(value: object) -> None:
    if type(value) is not int:
        raise TypeError(f"money is counted in whole numbers, not in {type(value).__name__}")
