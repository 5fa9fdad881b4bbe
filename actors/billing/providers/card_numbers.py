"""Card numbers never pass: whoever pastes one where a token belongs is stopped before it is stored or sent."""

from __future__ import annotations

import re
import unicodedata

from actors.billing.providers.contract import CardNumberRefused

_CANDIDATE = re.compile(r"(?<![0-9])[2-6](?:[ .\-/_]?[0-9]){12,18}(?![0-9])")
"""13 to 19 digits that begin as the networks' ranges do (ISO/IEC 7812), maybe written in groups."""


def refuse_card_numbers(**fields: str) -> None:
    """Raises CardNumberRefused naming the first field that holds a card number; the number itself is not repeated."""
    for name, value in fields.items():
        for found in _CANDIDATE.finditer(unicodedata.normalize("NFKC", value)):
            digits = [int(character) for character in found.group() if character.isdecimal()]
            if _luhn(digits):
                raise CardNumberRefused(field=name)


def _luhn(digits: list[int]) -> bool:
    """The check digit of ISO/IEC 7812-1, annex B."""
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
