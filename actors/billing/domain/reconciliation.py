"""Our books beside a provider's: the same payments and refunds, of the same amounts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from actors.billing.domain.proof import Difference


@dataclass(frozen=True)
class Side:
    """Money that moved, as one side has it: positive when it came, negative when it went back.

    `id` is our payment's or refund's, empty when the provider's books do not carry it; `reference` the provider's own.
    """

    id: str
    reference: str
    amount_minor: int
    currency: str

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name in (self.id, self.reference) if name)


def compared(ours: Iterable[Side], theirs: Iterable[Side]) -> list[Difference]:
    """Where the two do not agree: found by either name, in the amount of each currency, also when one side has none.

    What a provider moved in several parts counts as a whole.
    """
    known: dict[str, Side] = {name: one for one in ours for name in one.names}
    expected = {(one.id, one.currency): one.amount_minor for one in known.values()}
    found: dict[tuple[str, str], int] = {}
    for one in theirs:
        match = next((known[name] for name in one.names if name in known), one)
        key = (match.id or match.reference, one.currency)
        found[key] = found.get(key, 0) + one.amount_minor
    return [
        Difference("provider", key[0], expected.get(key, 0), found.get(key, 0), key[1])
        for key in sorted({*expected, *found})
        if expected.get(key, 0) != found.get(key, 0)
    ]
