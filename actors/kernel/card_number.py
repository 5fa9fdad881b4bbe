"""What looks like a card number is found by it, to keep such numbers out of everything that lasts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

SHORTEST, LONGEST = 13, 19
"""Digits of a card number (ISO/IEC 7812-1)."""
_RUN = re.compile(r"\d(?:[ .\-/_]?\d)+")
_GROUP = re.compile(r"\d+")


def holds_card_number(text: str) -> bool:
    """Whether a text holds 13 to 19 digits that pass the Luhn check.

    Single spaces or `.-/_` may stand between them; other digits may stand before or after such a separator. Digits
    of any script count.
    """
    return any(passes_luhn(digits) for digits in _candidates(unicodedata.normalize("NFKC", text)))


def passes_luhn(digits: str) -> bool:
    """The check digit of ISO/IEC 7812-1: from the right every second digit doubled, the sum ends in 0."""
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if position % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _candidates(text: str) -> Iterator[str]:
    """Whole groups of digits side by side, of a card number's length."""
    for run in _RUN.findall(text):
        groups = _GROUP.findall(run)
        for first in range(len(groups)):
            digits = ""
            for group in groups[first:]:
                digits += group
                if len(digits) > LONGEST:
                    break
                if len(digits) >= SHORTEST:
                    yield digits
