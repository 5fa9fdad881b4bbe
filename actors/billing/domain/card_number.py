"""Card numbers never come here: a text that looks like one is refused before it is kept, sent or logged anywhere."""

from __future__ import annotations

from actors.kernel.card_number import holds_card_number
from actors.kernel.errors import InvalidArgument


class CardNumberRefused(InvalidArgument):
    message = "this looks like a card number; send only what the provider's own fields made of it"


def refuse_card_numbers(*texts: str, **fields: str) -> None:
    """Raises CardNumberRefused when a text holds a card number (`holds_card_number`), naming the field.

    The number itself is not repeated.
    """
    for text in texts:
        if holds_card_number(text):
            raise CardNumberRefused
    for name, text in fields.items():
        if holds_card_number(text):
            raise CardNumberRefused(field=name)
