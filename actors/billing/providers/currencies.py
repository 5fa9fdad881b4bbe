"""Minor units of currencies: ours (ISO 4217), and where a provider counts otherwise."""

from __future__ import annotations

from collections.abc import Mapping

_ISO: Mapping[int, str] = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
}
_DIGITS = {currency: digits for digits, currencies in _ISO.items() for currency in currencies.split()}


def minor_digits(currency: str) -> int:
    """Decimals of the currency's minor unit in ISO 4217: 2 for EUR, 0 for JPY, 3 for KWD."""
    return _DIGITS.get(currency, 2)


def rescaled(amount_minor: int, digits: int, to_digits: int) -> int | None:
    """The amount with another number of decimals; None when that would round it."""
    if to_digits >= digits:
        return amount_minor * int(10 ** (to_digits - digits))
    scaled, rest = divmod(amount_minor, int(10 ** (digits - to_digits)))
    return scaled if rest == 0 else None
