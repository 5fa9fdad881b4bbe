"""Credit pays what is open before it lies about."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st

from actors.billing.domain.credit import put_on
from actors.billing.domain.invoice import Invoice, State
from actors.billing.domain.ledger import credit_used
from tests.billing.making import START, always, quiet
from tests.billing.test_invoice import BUYER, DUE, drafted, issued


def open_since(days: int, amount: int, id: str = "inv_1") -> Invoice:
    draft, _ = drafted(amount, id=id)
    return quiet(draft.issued(f"2026-{days:06d}", BUYER, START + timedelta(days=days), DUE))  # type: ignore[no-any-return]


def test_the_oldest_is_paid_first() -> None:
    newer, older = open_since(5, 1000, "inv_2"), open_since(2, 300)
    whole, part = put_on([newer, older], 700, START)
    assert (whole.invoice.id, whole.applied_minor, whole.invoice.state) == ("inv_1", 300, State.PAID)
    assert (part.invoice.id, part.applied_minor, part.invoice.outstanding_minor) == ("inv_2", 400, 600)
    assert put_on([newer, older], 300, START) == (whole,)
    assert put_on([newer, older], 0, START) == put_on([], 50, START) == ()


def test_nothing_is_put_on_what_is_not_open() -> None:
    closed = (drafted(1000)[0], issued(1000).voided("", START), issued(1000).written_off("", START), issued(-1000))
    assert put_on(closed, 5000, START) == ()


def test_one_source_pays_for_an_invoice_once() -> None:
    (applied,) = put_on([issued(1000)], 400, START)
    one = credit_used(applied.invoice, applied.applied_minor, START, "inv_9")
    other = credit_used(applied.invoice, applied.applied_minor, START, "inv_10")
    assert one.id == "invoice:inv_1:credit:inv_9" != other.id
    assert (one.owed_minor, one.credit_minor) == (-400, -400)


@always(st.lists(st.integers(1, 10_000), max_size=6), st.integers(0, 30_000))
def test_credit_is_used_up_or_nothing_is_open(amounts: list[int], available: int) -> None:
    invoices = [open_since(n, amount, f"inv_{n}") for n, amount in enumerate(amounts)]
    found = put_on(invoices, available, START)
    used = sum(one.applied_minor for one in found)
    assert used == min(available, sum(amounts)) and all(one.excess_minor == 0 for one in found)
    assert len({one.invoice.id for one in found}) == len(found)
