"""A text that looks like a card number is refused; others are let through."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from actors.billing.domain.card_number import CardNumberRefused, refuse_card_numbers
from actors.kernel.card_number import passes_luhn
from tests.billing.making import always

CARDS = (
    "4242424242424242",
    "4000000000009995",
    "378282246310005",
    "6011111111111117",
    "5555 5555 5555 4444",
    "3782-822463-10005",
    "4242 4242-4242 4242",
    "my card is 4242424242424242, thanks",
    "order 12 4242 4242 4242 4242",
    "4222222222222",
    "6304000000000000000",
    "card:4242\u00a04242\u00a04242\u00a04242.",
)
OTHERS = (
    "",
    "tok_visa",
    "pm_1NqX4242",
    "4242424242424241",  # the check digit is wrong
    "424242424242",  # too short
    "42424242424242424242",  # too long
    "2026-03-01 and 2027-04-05",
    "+49 30 1234567",
    "4242  4242  4242  4242",  # two spaces: columns, no number
    "inv_01J0Z3NDEKTSV4RRFFQ69G5FAV",
)


@pytest.mark.parametrize("text", CARDS)
def test_card_numbers_are_refused_however_they_are_written(text: str) -> None:
    with pytest.raises(CardNumberRefused) as refused:
        refuse_card_numbers("harmless", text)
    assert not any(digit in str(refused.value) for digit in "0123456789"), "the number is not repeated"
    assert refused.value.metadata == {}


@pytest.mark.parametrize("text", OTHERS)
def test_other_texts_pass(text: str) -> None:
    refuse_card_numbers(text)


def with_check_digit(digits: str) -> str:
    return next(f"{digits}{check}" for check in range(10) if passes_luhn(f"{digits}{check}"))


@always(
    st.text("0123456789", min_size=12, max_size=18),
    st.lists(st.integers(1, 17), max_size=4),
    st.sampled_from((" ", "-")),
    st.sampled_from(("", "x", "no. ", "(")),
)
def test_any_number_that_passes_the_check_is_refused_with_any_separators(
    digits: str, cuts: list[int], separator: str, before: str
) -> None:
    number = with_check_digit(digits)
    parts, last = [], 0
    for cut in sorted({cut for cut in cuts if cut < len(number)}):
        parts.append(number[last:cut])
        last = cut
    text = before + separator.join([*parts, number[last:]])
    with pytest.raises(CardNumberRefused):
        refuse_card_numbers(text)


@always(st.text("0123456789", min_size=1, max_size=12))
def test_short_numbers_always_pass(digits: str) -> None:
    refuse_card_numbers(digits)
