"""Amounts where a provider counts a currency's minor units otherwise than ISO 4217."""

from __future__ import annotations


def rescaled(amount_minor: int, digits: int, to_digits: int) -> int | None:
    """The amount with another number of decimals; None when that would round it."""
    if to_digits >= digits:
        return amount_minor * int(10 ** (to_digits - digits))
    scaled, rest = divmod(amount_minor, int(10 ** (digits - to_digits)))
    return scaled if rest == 0 else None
