"""Invoices and credit notes: issued once, paid exactly, taken back to the last coin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import strategies as st

from actors.billing.domain.account import Party
from actors.billing.domain.charges import numbered
from actors.billing.domain.credit_note import credited, refund_note, void_note
from actors.billing.domain.invoice import (
    AmountExceeds,
    Invoice,
    InvoiceGenerated,
    InvoicePaymentDue,
    InvoiceState,
    Kind,
    Reason,
    State,
    invoice_number,
    new_invoice,
)
from actors.billing.domain.line import InvoiceLine
from actors.billing.domain.line import Kind as LineKind
from actors.billing.domain.tax import TaxRate, new_tax_rate
from actors.billing.domain.totals import drawn
from tests.billing.making import MICROS, START, always, moment, quiet, told

BUYER = Party(name="Acme GmbH", country="DE")
DUE = moment("2026-03-15")


def rate(micros: int, inclusive: bool = False, id: str = "tax_1") -> TaxRate:
    return new_tax_rate(id=id, display_name="VAT", rate_micros=micros, at=START, inclusive=inclusive)


def drafted(*amounts: int, rates: tuple[TaxRate, ...] = (), **more: Any) -> tuple[Invoice, tuple[InvoiceLine, ...]]:
    lines = [
        InvoiceLine(
            id="",
            kind=LineKind.RECURRING if amount >= 0 else LineKind.PRORATED_CREDIT,
            description=f"Line {n}",
            whole_micros=amount * MICROS,
            currency="EUR",
            amount_minor=amount,
            start_time=START,
            end_time=moment("2026-04-01"),
        )
        for n, amount in enumerate(amounts)
    ]
    whole = drawn(lines, "EUR", rates=rates)
    fields = {
        "id": "inv_1",
        "tenant_id": "ten_acme",
        "reason": Reason.CYCLE,
        "totals": whole.totals,
        "at": START,
        **more,
    }
    return quiet(new_invoice(**fields)), numbered(whole.lines, fields["id"])


def issued(*amounts: int, credit: int = 0, **more: Any) -> Invoice:
    return quiet(drafted(*amounts, **more)[0].issued("2026-000001", BUYER, START, DUE, credit))  # type: ignore[no-any-return]


def test_an_invoice_gets_its_number_buyer_and_credit_when_it_is_issued() -> None:
    draft, _ = drafted(1000, 500, subscription_id="sub_1")
    assert draft.outstanding_minor == 0, "nobody owes a draft"
    invoice = draft.issued("2026-000007", BUYER, START, DUE, 300)
    assert (invoice.state, invoice.number, invoice.buyer) == (State.OPEN, "2026-000007", BUYER)
    assert (invoice.totals.credit_minor, invoice.totals.due_minor, invoice.outstanding_minor) == (300, 1200, 1200)
    generated, due = invoice.announcements
    assert generated == InvoiceGenerated(
        tenant_id="ten_acme",
        invoice_id="inv_1",
        number="2026-000007",
        total_minor=1500,
        due_minor=1200,
        currency="EUR",
        subscription_id="sub_1",
    )
    assert due == InvoicePaymentDue(tenant_id="ten_acme", invoice_id="inv_1", attempt=1)
    assert invoice.issued("2026-000008", BUYER, START, DUE) is invoice, "it has one number"


def test_what_asks_for_nothing_is_paid_at_once() -> None:
    for found in (issued(1000, credit=5000), issued(-700, 200)):
        assert found.state is State.PAID and found.outstanding_minor == 0 and found.pay_time == START
    assert told(drafted(1000)[0].issued("1", BUYER, START, DUE, 1000)) == ["InvoiceGenerated"]
    assert issued(-700, 200).totals.credit_minor == -500


def test_numbers_count_for_a_year() -> None:
    assert invoice_number(2026, 123) == "2026-000123"
    assert invoice_number(2027, 1_234_567) == "2027-1234567"


def test_payments_pay_it_in_parts_and_what_is_too_much_is_left_over() -> None:
    first = issued(1000).paid(400, START)
    assert (first.applied_minor, first.excess_minor, first.invoice.state) == (400, 0, State.OPEN)
    assert first.invoice.outstanding_minor == 600
    second = first.invoice.paid(700, DUE)
    assert (second.applied_minor, second.excess_minor, second.invoice.state) == (600, 100, State.PAID)
    assert second.invoice.pay_time == DUE
    third = second.invoice.paid(50, DUE)
    assert (third.applied_minor, third.excess_minor) == (0, 50) and third.invoice is second.invoice


def test_what_was_written_off_can_be_recovered() -> None:
    lost = issued(1000).paid(400, START).invoice.written_off("bankrupt", DUE)
    assert (lost.state, lost.outstanding_minor) == (State.UNCOLLECTIBLE, 0)
    part = lost.paid(200, DUE)
    assert (part.recovered_minor, part.applied_minor, part.invoice.state) == (200, 0, State.UNCOLLECTIBLE)
    rest = part.invoice.paid(500, DUE)
    assert (rest.recovered_minor, rest.excess_minor, rest.invoice.state) == (400, 100, State.PAID)


def test_an_attempt_that_failed_is_remembered_while_it_matters() -> None:
    tried = issued(1000).attempted(1, "EXPIRED", DUE, START)
    assert (tried.attempt_count, tried.last_decline_reason, tried.next_attempt_time) == (1, "EXPIRED", DUE)
    assert tried.attempted(1, "EXPIRED", None, START).attempt_count == 1
    paid = tried.paid(1000, DUE).invoice
    assert (paid.last_decline_reason, paid.next_attempt_time) == ("", None)
    assert paid.attempted(2, "EXPIRED", DUE, DUE) is paid


VERBS: dict[str, Callable[[Invoice], Any]] = {
    "issue": lambda one: one.issued("2026-000009", BUYER, START, DUE),
    "pay": lambda one: one.paid(1000, START).invoice,
    "void": lambda one: one.voided("a mistake", START),
    "write off": lambda one: one.written_off("lost", START),
    "complete": lambda one: one.completed(one.totals, None, START),
    "try": lambda one: one.attempted(1, "GENERIC", DUE, START),
}
SAME, NO, STAYS = "the same record", "refused", "another record in this state"
MOVES: dict[str, tuple[object, ...]] = {
    #            DRAFT       OPEN                 PAID  VOID  UNCOLLECTIBLE
    "issue": (State.OPEN, SAME, SAME, SAME, SAME),
    "pay": (NO, State.PAID, SAME, SAME, State.PAID),
    "void": (NO, State.VOID, NO, SAME, NO),
    "write off": (NO, State.UNCOLLECTIBLE, NO, NO, SAME),
    "complete": (STAYS, NO, NO, NO, NO),
    "try": (SAME, STAYS, SAME, SAME, SAME),
}


@pytest.mark.parametrize("state", State, ids=lambda state: state.name)
@pytest.mark.parametrize("verb", MOVES)
def test_exactly_these_moves_are_possible(verb: str, state: State) -> None:
    before = {
        State.DRAFT: lambda: drafted(1000)[0],
        State.OPEN: lambda: issued(1000),
        State.PAID: lambda: issued(1000).paid(1000, START).invoice,
        State.VOID: lambda: issued(1000).voided("", START),
        State.UNCOLLECTIBLE: lambda: issued(1000).written_off("", START),
    }[state]()
    expected = MOVES[verb][list(State).index(state)]
    if expected is NO:
        with pytest.raises(InvoiceState) as refused:
            VERBS[verb](before)
        assert refused.value.metadata["state"] == state.name
        return
    after = VERBS[verb](before)
    assert (after is before) == (expected is SAME)
    assert after.state is (expected if isinstance(expected, State) else state)


# --- credit notes ----------------------------------------------------------------------------------------------------


def test_a_credit_note_over_everything_takes_back_every_line() -> None:
    invoice, lines = drafted(1000, 555, rates=(rate(190_000),))
    note, back = refund_note(invoice, lines, 1850, id="inv_2", at=START)
    assert (note.kind, note.reason, note.credited_invoice_id) == (Kind.CREDIT_NOTE, Reason.REFUND, "inv_1")
    assert [(one.amount_minor, one.tax_minor, one.credited_line_id) for one in back] == [
        (-1000, -190, "inv_1-1"),
        (-555, -105, "inv_1-2"),
    ]
    assert (note.totals.total_minor, note.totals.due_minor, note.totals.tax_minor) == (-1850, -1850, -295)
    assert note.totals.taxes[0].base_minor == -1555 and told(note) == ["InvoiceDrafted"]


def test_a_credit_note_over_a_part_has_its_share_of_the_taxes() -> None:
    invoice, lines = drafted(10_000, rates=(rate(190_000),))
    note, (line,) = refund_note(invoice, lines, 5_000, id="inv_2", at=START)
    assert (line.amount_minor, line.tax_minor, line.kind) == (-4_202, -798, LineKind.MANUAL)  # 798.32
    assert note.totals.total_minor == -5_000 == line.total_minor
    contained, lines = drafted(11_900, rates=(rate(190_000, inclusive=True),))
    note, (line,) = refund_note(contained, lines, 1_190, id="inv_2", at=START)
    assert (line.amount_minor, line.tax_minor, note.totals.net_minor) == (-1_190, 0, -1_000)


@always(
    st.lists(st.integers(1, 100_000), min_size=1, max_size=4),
    st.lists(st.tuples(st.integers(0, 300_000), st.booleans()), max_size=3),
    st.lists(st.integers(1, 200_000), max_size=6),
)
def test_notes_over_parts_take_back_exactly_what_was_charged(
    amounts: list[int], taxes: list[tuple[int, bool]], parts: list[int]
) -> None:
    rates = tuple(rate(micros, inclusive, f"tax_{n}") for n, (micros, inclusive) in enumerate(taxes))
    invoice, lines = drafted(*amounts, rates=rates)
    notes = []
    total = invoice.totals.total_minor
    for part in (*parts, total):
        gross = min(part, total - invoice.totals.refunded_minor)
        if gross:
            notes.append(credited(invoice, lines, gross))
            invoice = invoice.refunded(gross, START)
    assert sum(note.totals.total_minor for note in notes) == -total
    assert sum(note.totals.net_minor for note in notes) == -invoice.totals.net_minor
    for n, tax in enumerate(invoice.totals.taxes):
        assert sum(note.totals.taxes[n].tax_minor for note in notes) == -tax.tax_minor
    for note in notes:
        assert note.totals.total_minor == sum(line.total_minor for line in note.lines)
    with pytest.raises(AmountExceeds) as refused:
        refund_note(invoice, lines, 1, id="inv_9", at=START)
    assert refused.value.metadata == {"left_minor": "0"}


def test_a_void_takes_back_what_is_unpaid_and_what_credit_paid() -> None:
    draft, lines = drafted(1000)
    invoice = draft.issued("2026-000001", BUYER, START, DUE, 300).paid(200, START).invoice
    note, _ = void_note(invoice, lines, id="inv_2", at=START)
    assert note.totals.total_minor == -800 and note.settles_invoice and note.outstanding_minor == 0
    void = invoice.voided("a mistake", START)
    assert (void.outstanding_minor, void.totals.refunded_minor, void.note) == (0, 800, "a mistake")
    numbered_note = note.issued("2026-000002", BUYER, START, DUE)
    assert numbered_note.state is State.PAID and told(numbered_note)[-1] == "InvoiceGenerated"


def test_a_credit_note_is_open_until_its_refund_is_through() -> None:
    invoice, lines = drafted(1000)
    note = quiet(refund_note(invoice, lines, 400, id="inv_2", at=START)[0])
    open_note = note.issued("2026-000002", BUYER, START, DUE)
    assert (open_note.state, open_note.outstanding_minor) == (State.OPEN, -400)
    done = open_note.given_back(400, DUE)
    assert (done.state, done.outstanding_minor, done.pay_time) == (State.PAID, 0, DUE)
    early = note.given_back(400, START)
    assert (early.state, early.outstanding_minor) == (State.DRAFT, 400), "the money is gone, the note not issued"
    assert early.issued("2026-000002", BUYER, START, DUE).state is State.PAID
    kept = open_note.kept_as_credit(DUE)
    assert (kept.state, kept.outstanding_minor, kept.totals.credit_minor) == (State.PAID, 0, -400)
    kept_draft = note.kept_as_credit(START)
    assert kept_draft.outstanding_minor == 400
    later = kept_draft.issued("2026-000002", BUYER, START, DUE)
    assert (later.state, later.outstanding_minor) == (State.PAID, 0)
    for verb in ("pay", "void", "write off"):
        with pytest.raises(InvoiceState):
            VERBS[verb](open_note)
    with pytest.raises(InvoiceState):
        open_note.must_be_payable()


def test_what_is_wholly_void_or_refunded_does_not_stand() -> None:
    paid = issued(1000).paid(1000, START).invoice
    in_part = issued(1000).paid(400, START).invoice.voided("", START)
    standing = (drafted(1000)[0], issued(1000), paid, paid.refunded(999, START), issued(-1000), issued(0), in_part)
    assert all(one.stands for one in standing)
    assert not any(one.stands for one in (issued(1000).voided("", START), paid.refunded(1000, START)))


def test_what_is_not_paid_for_in_the_end_is_kept_in_proportion() -> None:
    paid = issued(1000).paid(1000, START).invoice
    assert paid.kept_micros == MICROS
    assert paid.refunded(250, START).kept_micros == 750_000
    assert paid.refunded(250, START).refunded(250, START).kept_micros == 500_000
    assert paid.refunded(333, START).refunded(334, START).kept_micros == 333_000
    assert issued(1000).paid(400, START).invoice.voided("", START).kept_micros == 400_000
    lost = issued(1000).paid(400, START).invoice.written_off("", START)
    assert lost.kept_micros == 400_000 and lost.stands
    assert lost.paid(300, START).invoice.kept_micros == 700_000, "it was paid after all"
    assert lost.paid(600, START).invoice.kept_micros == MICROS


def test_a_refund_is_of_what_was_charged_and_not_credited_before() -> None:
    """Of 1500 charged 500 were credited by a later invoice: 250 are a quarter of the rest."""
    invoice = issued(1500).paid(1500, START).invoice
    assert invoice.refunded(250, START, credited_minor=500).kept_micros == 750_000
    assert invoice.refunded(1000, START, credited_minor=500).kept_micros == 0
    change = issued(1500, -500).paid(1000, START).invoice
    assert (change.totals.total_minor, change.totals.charged_minor) == (1000, 1500)
    assert change.refunded(750, START).kept_micros == 500_000, "of what it charges, not of what it comes to"


def test_only_an_open_invoice_has_a_note_that_voids_it() -> None:
    draft, lines = drafted(1000)
    for one in (draft, issued(1000).paid(1000, START).invoice, issued(1000).voided("", START)):
        with pytest.raises(InvoiceState) as refused:
            void_note(one, lines, id="inv_2", at=START)
        assert refused.value.metadata["state"] == one.state.name
