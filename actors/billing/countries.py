"""Countries of ISO 3166, by CLDR."""

from __future__ import annotations

from functools import cache

from babel import Locale

from actors.kernel.errors import InvalidFields, Violation

_NO_COUNTRIES = frozenset(("EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"))
"""Codes of two letters that stand for something else."""


def must_be_country(code: str, field: str = "country") -> None:
    """Raises InvalidFields for a code that is no country's. None at all is fine."""
    if code and code not in _countries():
        raise InvalidFields(Violation(field, f"{code} is no country of ISO 3166", "COUNTRY_UNKNOWN"))


@cache
def _countries() -> frozenset[str]:
    return frozenset(str(code) for code in Locale("en").territories if len(str(code)) == 2) - _NO_COUNTRIES
