"""The books balance after every cause, and say what invoices and payments say."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import strategies as st

from actors.billing.domain.account import BillingAccount, Party
from actors.billing.domain.credit import granted
from actors.billing.domain.credit_note import refund_note, void_note
from actors.billing.domain.invoice import AmountExceeds, Invoice, State
from actors.billing.domain.ledger import (
    AccountType,
    LedgerEntry,
    Transaction,
    balances,
    credit_granted,
    credit_used,
    invoice_issued,
    invoice_voided,
    invoice_written_off,
    payment_succeeded,
    refund_begun,
    refund_failed,
    refund_succeeded,
)
from actors.billing.domain.line import InvoiceLine
from actors.billing.domain.money import Money
from actors.billing.domain.payment import Outcome, Payment, new_payment
from actors.billing.domain.payment import State as PaymentStates
from actors.billing.domain.payment_method import Provider
from actors.billing.domain.proof import MOST_DIFFERENCES, Difference, Sums, proven
from actors.billing.domain.reconciliation import Side, compared
from actors.billing.domain.refund import Refund, new_refund
from actors.billing.domain.refund import State as RefundState
from tests.billing.making import START, account_of, always, quiet
from tests.billing.test_invoice import DUE, drafted, rate
from tests.billing.test_payment import method

BUYER = Party(name="Acme")
VAT = (rate(190_000),)
RECEIVABLE, CREDIT, REVENUE, TAX, CASH, GOODWILL, BAD_DEBT, DISPUTED = AccountType


def legs(transaction: Transaction) -> list[tuple[str, str, int]]:
    return [(entry.account_type.name, entry.account, entry.amount_minor) for entry in transaction.entries]


# --- by hand ---------------------------------------------------------------------------------------------------------


def test_an_invoice_is_owed_earned_and_taxed() -> None:
    invoice = drafted(10_000, rates=VAT)[0].issued("2026-000001", BUYER, START, DUE, 900)
    issue, credit = invoice_issued(invoice, START)
    assert issue.id == "invoice:inv_1:issue" and credit.id == "invoice:inv_1:credit"
    assert legs(issue) == [("RECEIVABLE", "", 11_900), ("REVENUE", "", -10_000), ("TAX", "tax_1", -1_900)]
    assert legs(credit) == [("CREDIT", "", 900), ("RECEIVABLE", "", -900)]
    assert [entry.id for entry in issue.entries] == [f"invoice:inv_1:issue:{n}" for n in (1, 2, 3)]
    assert issue.owed_minor + credit.owed_minor == invoice.outstanding_minor == 11_000
    assert credit.credit_minor == -900


def test_taxes_in_the_price_are_not_earned() -> None:
    invoice = drafted(11_900, rates=(rate(190_000, inclusive=True),))[0].issued("1", BUYER, START, DUE)
    assert legs(invoice_issued(invoice, START)[0])[1:] == [("REVENUE", "", -10_000), ("TAX", "tax_1", -1_900)]


def test_a_negative_invoice_gives_credit() -> None:
    invoice = drafted(-1_000, 200)[0].issued("1", BUYER, START, DUE, 5_000)
    issue, credit = invoice_issued(invoice, START)
    assert legs(issue) == [("RECEIVABLE", "", -800), ("REVENUE", "", 800)]
    assert legs(credit) == [("CREDIT", "", -800), ("RECEIVABLE", "", 800)] and credit.credit_minor == 800


def test_money_that_is_too_much_is_credit_and_money_for_what_was_lost_is_recovered() -> None:
    invoice = quiet(drafted(1_000)[0].issued("1", BUYER, START, DUE))
    payment = new_payment(invoice, method(), id="pay_1", at=START)
    assert legs(payment_succeeded(payment, invoice.paid(1_000, START), START)) == [
        ("CASH", "SANDBOX", 1_000),
        ("RECEIVABLE", "", -1_000),
    ]
    paid = invoice.paid(700, START).invoice
    assert legs(payment_succeeded(payment, paid.paid(1_000, START), START))[1:] == [
        ("RECEIVABLE", "", -300),
        ("CREDIT", "", -700),
    ]
    lost = invoice.written_off("", START)
    assert legs(invoice_written_off(invoice, START)) == [("BAD_DEBT", "", 1_000), ("RECEIVABLE", "", -1_000)]
    assert legs(payment_succeeded(payment, lost.paid(1_000, START), START))[1:] == [("BAD_DEBT", "", -1_000)]


def test_a_void_reverses_what_is_unpaid_and_gives_credit_back() -> None:
    draft, lines = drafted(1_000)
    invoice = draft.issued("1", BUYER, START, DUE, 300).paid(200, START).invoice
    note, _ = void_note(invoice, lines, id="inv_2", at=START)
    void = invoice_voided(invoice, note, START)
    assert legs(void) == [("RECEIVABLE", "", -500), ("REVENUE", "", 800), ("CREDIT", "", -300)]
    assert void.owed_minor == -invoice.outstanding_minor
    assert invoice_issued(note.issued("2", BUYER, START, DUE), START) == (), "it is posted with the void"


def test_a_refund_follows_its_credit_note() -> None:
    draft, lines = drafted(10_000, rates=VAT)
    note, _ = refund_note(draft, lines, 11_900, id="inv_2", at=START)
    (issue,) = invoice_issued(note.issued("2", BUYER, START, DUE), START)
    assert legs(issue) == [("RECEIVABLE", "", -11_900), ("REVENUE", "", 10_000), ("TAX", "tax_1", 1_900)]
    refund = refund_of(11_900, 0)
    assert legs(refund_succeeded(refund, START)) == [("RECEIVABLE", "", 11_900), ("CASH", "STRIPE", -11_900)]
    assert legs(refund_failed(refund, START)) == [("RECEIVABLE", "", 11_900), ("CREDIT", "", -11_900)]
    both = refund_of(600, 400)
    assert legs(refund_begun(both, START)) == [("CREDIT", "", 400), ("RECEIVABLE", "", -400)]
    assert both.outstanding_minor == -400, "credit on its way back is nobody's to use"
    assert legs(refund_succeeded(both, START)) == [("RECEIVABLE", "", 1_000), ("CASH", "STRIPE", -1_000)]
    assert legs(refund_failed(both, START)) == [("RECEIVABLE", "", 1_000), ("CREDIT", "", -1_000)]
    assert both.settled(True, START).outstanding_minor == 0 == both.settled(False, START).outstanding_minor


def test_a_refund_that_fails_before_its_note_has_a_number_gives_its_credit_once() -> None:
    draft, lines = drafted(1_000)
    note = quiet(refund_note(draft, lines, 400, id="inv_2", at=START)[0])
    failed = refund_failed(refund_of(400, 0), START)
    kept = note.kept_as_credit(START)
    assert failed.owed_minor == kept.outstanding_minor == 400 == failed.credit_minor
    later = kept.issued("2", BUYER, START, DUE)
    (issue,) = invoice_issued(later, START)
    assert legs(issue) == [("RECEIVABLE", "", -400), ("REVENUE", "", 400)]
    assert failed.owed_minor + issue.owed_minor == later.outstanding_minor == 0


def refund_of(note: int, credit: int) -> Refund:
    return Refund(
        id="ref_1",
        tenant_id="ten_acme",
        payment_id="pay_1",
        invoice_id="inv_1",
        provider=Provider.STRIPE,
        amount_minor=note + credit,
        note_minor=note,
        credit_minor=credit,
        currency="EUR",
        reason="",
        create_time=START,
    )


def test_credit_is_given_and_taken_back_and_never_more_than_there_is() -> None:
    account = account_of(credit_minor=500)
    grant = granted(account, Money(300, "EUR"), "sorry", id="cre_1", at=START)
    assert grant.balance == Money(800, "EUR")
    assert legs(credit_granted(grant, START)) == [("GOODWILL", "", 300), ("CREDIT", "", -300)]
    back = granted(account, Money(-500, "EUR"), "mistake", id="cre_2", at=START)
    assert back.balance == Money(0, "EUR") and credit_granted(back, START).credit_minor == -500
    with pytest.raises(AmountExceeds) as refused:
        granted(account, Money(-501, "EUR"), "mistake", id="cre_3", at=START)
    assert refused.value.metadata == {"left_minor": "500"}


def test_what_does_not_sum_to_zero_is_no_transaction() -> None:
    entry = invoice_issued(drafted(1_000)[0].issued("1", BUYER, START, DUE), START)[0].entries[0]
    with pytest.raises(ValueError, match="zero"):
        Transaction("x", (entry,))
    with pytest.raises(ValueError, match="currencies"):
        Transaction("x", (entry, entry.but(currency="USD", amount_minor=-entry.amount_minor)))


# --- any sequence of causes ------------------------------------------------------------------------------------------


@dataclass
class Books:
    """A tenant, its documents and its ledger, kept as services keep them: each cause in one unit."""

    account: BillingAccount = field(default_factory=account_of)
    entries: list[LedgerEntry] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    invoices: dict[str, Invoice] = field(default_factory=dict)
    lines: dict[str, tuple[InvoiceLine, ...]] = field(default_factory=dict)
    payments: dict[str, Payment] = field(default_factory=dict)
    refunds: dict[str, Refund] = field(default_factory=dict)
    count: int = 0

    def id(self, prefix: str) -> str:
        self.count += 1
        return f"{prefix}_{self.count}"

    def post(self, *transactions: Transaction) -> None:
        for transaction in transactions:
            assert transaction.id not in self.keys, "a cause is posted once"
            self.keys.add(transaction.id)
            self.entries += transaction.entries
            assert sum(entry.amount_minor for entry in transaction.entries) == 0
            if transaction.entries:
                self.account = self.account.posted("EUR", START, transaction.owed_minor, transaction.credit_minor)

    def some(self, things: dict[str, Any], pick: int) -> Any:
        return list(things.values())[pick % len(things)] if things else None

    def invoice(self, pick: int, amount: int) -> None:
        id = self.id("inv")
        rates = ((), VAT, (rate(77_000, inclusive=True),))[pick % 3]
        draft, self.lines[id] = drafted(amount, -(amount // 3) * (pick % 5), id=id, rates=rates)
        self.invoices[id] = draft

    def issue(self, pick: int, amount: int) -> None:
        drafts = {id: one for id, one in self.invoices.items() if one.state is State.DRAFT}
        if invoice := self.some(drafts, pick):
            issued = quiet(invoice.issued(f"2026-{pick}", BUYER, START, DUE, self.account.credit_minor))
            self.invoices[invoice.id] = issued
            self.post(*invoice_issued(issued, START))

    def payable(self) -> dict[str, Invoice]:
        return {id: one for id, one in self.invoices.items() if one.state is State.OPEN and not one.credited_invoice_id}

    def begin(self, pick: int, amount: int) -> None:
        if invoice := self.some(self.payable(), pick):
            payment = new_payment(invoice, method(), id=self.id("pay"), at=START)
            self.payments[payment.id] = payment.but(amount_minor=min(payment.amount_minor, amount))

    def settle(self, pick: int, amount: int) -> None:
        payment = self.some(self.payments, pick)
        if payment is None:
            return
        outcome = Outcome((PaymentStates.SUCCEEDED, PaymentStates.FAILED, PaymentStates.SUCCEEDED)[amount % 3])
        if not payment.settles(outcome):
            return
        if outcome.state is PaymentStates.SUCCEEDED:
            applied = self.invoices[payment.invoice_id].paid(payment.amount_minor, START)
            self.invoices[payment.invoice_id] = applied.invoice
            self.post(payment_succeeded(payment, applied, START))
            payment = payment.settled(outcome, START, excess_minor=applied.excess_minor)
        else:
            payment = payment.settled(outcome, START)
        self.payments[payment.id] = quiet(payment)

    def void(self, pick: int, amount: int) -> None:
        if invoice := self.some(self.payable(), pick):
            note, _ = void_note(invoice, self.lines[invoice.id], id=self.id("inv"), at=START)
            self.invoices[note.id] = quiet(note)
            self.invoices[invoice.id] = invoice.voided("", START)
            self.post(invoice_voided(invoice, note, START))

    def write_off(self, pick: int, amount: int) -> None:
        if invoice := self.some(self.payable(), pick):
            self.invoices[invoice.id] = invoice.written_off("", START)
            self.post(invoice_written_off(invoice, START))

    def grant(self, pick: int, amount: int) -> None:
        amount %= 3_000
        amount += 1
        sign = -1 if pick % 3 == 0 else 1
        if sign < 0 and amount > self.account.credit_minor:
            return
        grant = granted(self.account, Money(sign * amount, "EUR"), "", id=self.id("cre"), at=START)
        self.post(credit_granted(grant, START))

    def use_credit(self, pick: int, amount: int) -> None:
        invoice = self.some(self.payable(), pick)
        used = min(self.account.credit_minor, amount, invoice.outstanding_minor if invoice else 0)
        if invoice and used > 0:
            self.invoices[invoice.id] = invoice.paid(used, START).invoice
            self.count += 1
            self.post(credit_used(invoice, used, START, source_id=str(self.count)))

    def refund(self, pick: int, amount: int) -> None:
        payment = self.some(self.payments, pick)
        if payment is None or payment.state is not PaymentStates.SUCCEEDED:
            return
        invoice = self.invoices[payment.invoice_id]
        note_id = self.id("inv")
        try:
            refund = new_refund(
                payment,
                invoice,
                amount if pick % 2 else 0,
                "",
                id=self.id("ref"),
                at=START,
                credit_available_minor=self.account.credit_minor,
                credit_note_id=note_id,
            )
        except AmountExceeds:
            return
        if refund.note_minor:
            note, lines = refund_note(invoice, self.lines[invoice.id], refund.note_minor, id=note_id, at=START)
            self.invoices[note_id], self.lines[note_id] = quiet(note), lines
            self.invoices[invoice.id] = invoice.refunded(refund.note_minor, START)
        self.payments[payment.id] = payment.with_refund(refund.amount_minor, refund.credit_minor, START)
        self.refunds[refund.id] = refund
        self.post(refund_begun(refund, START))

    def settle_refund(self, pick: int, amount: int) -> None:
        refund = self.some({id: one for id, one in self.refunds.items() if one.state is RefundState.PENDING}, pick)
        if refund is None:
            return
        done = refund.settled(amount % 3 > 0, START)
        self.refunds[refund.id] = done
        note = self.invoices.get(refund.credit_note_id)
        if done.state is RefundState.SUCCEEDED:
            if note:
                self.invoices[note.id] = note.given_back(refund.note_minor, START)
            self.post(refund_succeeded(done, START))
        else:
            if note:
                self.invoices[note.id] = note.kept_as_credit(START)
            payment = self.payments[refund.payment_id]
            self.payments[payment.id] = payment.without_refund(refund.amount_minor, refund.credit_minor, START)
            self.post(refund_failed(done, START))

    def check(self) -> None:
        outstanding = sum(one.outstanding_minor for one in (*self.invoices.values(), *self.refunds.values()))
        (balance,) = balances(self.entries) or (None,)
        owed, credit = (balance.owed_minor, balance.credit_minor) if balance else (0, 0)
        assert owed == outstanding == self.account.owed_minor
        assert credit == self.account.credit_minor >= 0
        cash = sum(entry.amount_minor for entry in self.entries if entry.account_type is CASH)
        received = sum(one.amount_minor for one in self.payments.values() if one.state is PaymentStates.SUCCEEDED)
        returned = sum(one.amount_minor for one in self.refunds.values() if one.state is RefundState.SUCCEEDED)
        assert cash == received - returned
        for payment in self.payments.values():
            assert 0 <= payment.refunded_minor <= payment.amount_minor


CAUSES = (
    *("invoice", "issue", "begin", "settle") * 4,
    *("refund", "settle_refund") * 3,
    *("void", "write_off", "grant", "use_credit"),
)
causes = st.lists(
    st.tuples(st.sampled_from(CAUSES), st.integers(0, 50), st.integers(1, 100_000)), min_size=20, max_size=60
)


@always(causes, examples=120)
def test_after_any_causes_what_is_owed_is_what_documents_have_outstanding(found: list[tuple[str, int, int]]) -> None:
    books = Books()
    for cause, pick, amount in found:
        getattr(books, cause)(pick, amount)
        books.check()
    key = ("ten_acme", "EUR")
    proof = proven(
        books.entries,
        at=START,
        receivable={key: books.account.owed_minor},
        credit={key: books.account.credit_minor},
    )
    assert proof.proven and proof.differences == ()
    assert proof.entries == len(books.entries)
    assert proof.transactions == len({entry.transaction_id for entry in books.entries})


BUSY = [
    *[("invoice", 0, 10_000), ("issue", 0, 1)] * 3,
    *[("begin", 0, 10_000), ("settle", 0, 3)],
    *[("refund", 1, 4_000), ("issue", 0, 1), ("settle_refund", 0, 1)],
]


def test_the_causes_of_this_test_really_happen() -> None:
    books = Books()
    for cause, pick, amount in BUSY:
        getattr(books, cause)(pick, amount)
    kinds = {":".join(key.split(":")[::2]) for key in books.keys}
    assert kinds >= {"invoice:issue", "payment:succeed", "refund:succeed"}, kinds
    books.check()


# --- the proof -------------------------------------------------------------------------------------------------------


def test_a_proof_lists_what_does_not_agree() -> None:
    books = Books()
    for cause, pick, amount in BUSY:
        getattr(books, cause)(pick, amount)
    key = ("ten_acme", "EUR")
    first = books.entries[0]
    forged = [replace(first, amount_minor=first.amount_minor + 7), *books.entries[1:]]
    owed, credit = books.account.owed_minor, books.account.credit_minor
    proof = proven(
        forged,
        at=START,
        receivable={key: owed, ("ten_globex", "USD"): 5},
        credit={key: credit + 1},
        others=compared([Side("pay_1", "pi_1", 3, "EUR")], []),
    )
    assert not proof.proven
    assert proof.differences == (
        Difference("transaction", first.transaction_id, 0, 7, "EUR"),
        Difference("receivable", "ten_acme", owed, owed + 7, "EUR"),
        Difference("receivable", "ten_globex", 5, 0, "USD"),
        Difference("credit", "ten_acme", credit + 1, credit, "EUR"),
        Difference("provider", "pay_1", 3, 0, "EUR"),
    )


def test_a_proof_lists_the_first_hundred_and_proves_nothing_to_be_right() -> None:
    receivable = {(f"ten_{n:04d}", "EUR"): 1 for n in range(250)}
    proof = proven([], at=START, receivable=receivable, credit={})
    assert not proof.proven and len(proof.differences) == MOST_DIFFERENCES == 100
    assert proven([], at=START, receivable={}, credit={}).proven
    zero = {("ten_a", "EUR"): 0}
    assert proven([], at=START, receivable=zero, credit=zero).proven


def test_entries_may_come_in_any_number_of_parts() -> None:
    books = Books()
    for cause, pick, amount in BUSY:
        getattr(books, cause)(pick, amount)
    ordered = sorted(books.entries, key=lambda entry: (entry.transaction_id, entry.id))
    whole, parts = Sums(), Sums()
    whole.take(ordered)
    for entry in ordered:
        parts.take([entry])
    whole.close()
    parts.close()
    assert vars(whole) == vars(parts) and whole.unbalanced == []
    assert whole.transactions == len({entry.transaction_id for entry in ordered})


def test_both_sides_agree_by_either_name_and_in_parts() -> None:
    ours = [Side("pay_1", "pi_1", 500, "EUR"), Side("ref_1", "re_1", -200, "EUR"), Side("pay_2", "pi_2", 0, "EUR")]
    theirs = [Side("", "pi_1", 300, "EUR"), Side("pay_1", "", 200, "EUR"), Side("ref_1", "re_x", -200, "EUR")]
    assert compared(ours, theirs) == []


def test_what_only_one_side_has_is_a_difference() -> None:
    ours = [Side("pay_1", "pi_1", 500, "EUR"), Side("pay_2", "pi_2", 100, "EUR"), Side("pay_3", "pi_3", 5, "EUR")]
    theirs = [Side("pay_1", "pi_1", 499, "EUR"), Side("", "pi_9", 70, "USD"), Side("pay_3", "pi_3", 5, "USD")]
    assert compared(ours, theirs) == [
        Difference("provider", "pay_1", 500, 499, "EUR"),
        Difference("provider", "pay_2", 100, 0, "EUR"),
        Difference("provider", "pay_3", 5, 0, "EUR"),
        Difference("provider", "pay_3", 0, 5, "USD"),
        Difference("provider", "pi_9", 0, 70, "USD"),
    ]
