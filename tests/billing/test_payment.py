"""Payments settle once, however often and in whatever order outcomes come."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import strategies as st

from actors.billing.domain.charges import Credited
from actors.billing.domain.invoice import AmountExceeds, InvoiceState
from actors.billing.domain.payment import (
    OPEN,
    DeclineReason,
    Outcome,
    Payment,
    PaymentState,
    State,
    new_payment,
    new_transfer,
)
from actors.billing.domain.payment_method import (
    Confirmation,
    Facts,
    PaymentMethod,
    PaymentMethodInUse,
    PaymentMethodState,
    Provider,
    new_payment_method,
)
from actors.billing.domain.payment_method import State as MethodState
from actors.billing.domain.refund import State as RefundState
from actors.billing.domain.refund import new_refund
from actors.kernel.errors import InvalidFields
from tests.billing.making import START, always, moment, quiet, told
from tests.billing.test_invoice import drafted, issued

LATER = moment("2026-03-05")
FACTS = Facts("Visa •••• 4242", "visa", "4242", 12, 2027)


def method(state: MethodState = MethodState.ACTIVE) -> PaymentMethod:
    made = new_payment_method(id="pm_1", tenant_id="ten_acme", provider=Provider.SANDBOX, at=START)
    return made.but(state=state)


def pending() -> Payment:
    return new_payment(issued(1000), method(), id="pay_1", at=START)


SUCCEEDED = Outcome(State.SUCCEEDED, provider_reference="ref_1")
FAILED = Outcome(State.FAILED, DeclineReason.INSUFFICIENT_FUNDS)
ACTION = Outcome(State.REQUIRES_ACTION, confirmation=Confirmation(redirect_url="https://bank.example/3ds"))
CANCELLED, PENDING = Outcome(State.CANCELLED), Outcome(State.PENDING)


def test_a_payment_asks_for_all_that_is_outstanding_and_is_the_only_one() -> None:
    payment = new_payment(issued(1000, credit=200).paid(100, START).invoice, method(), id="pay_1", at=START)
    assert (payment.amount_minor, payment.open_key, payment.state) == (700, "inv_1", State.PENDING)
    assert payment.provider is Provider.SANDBOX and payment.unknown


def test_only_an_open_invoice_is_paid_and_only_with_a_method_that_is_ready() -> None:
    for invoice in (drafted(1000)[0], issued(1000).voided("", START)):
        with pytest.raises(InvoiceState):
            new_payment(invoice, method(), id="pay_1", at=START)
    for state in set(MethodState) - {MethodState.ACTIVE}:
        with pytest.raises(PaymentMethodState) as refused:
            new_payment(issued(1000), method(state), id="pay_1", at=START)
        assert refused.value.metadata["state"] == state.name


def test_a_success_is_announced_and_frees_the_invoice_for_nothing_else() -> None:
    paid = pending().settled(SUCCEEDED, LATER, account_current=True)
    assert (paid.state, paid.open_key, paid.settle_time, paid.provider_reference) == (
        *(State.SUCCEEDED, None, LATER, "ref_1"),
    )
    (event,) = paid.announcements
    assert vars(event) == {
        "tenant_id": "ten_acme",
        "payment_id": "pay_1",
        "invoice_id": "inv_1",
        "amount_minor": 1000,
        "currency": "EUR",
        "account_current": True,
    }


def test_a_failure_says_why_and_whether_it_was_the_last() -> None:
    failed = pending().but(attempt=5).settled(FAILED, LATER, last=True)
    (event,) = failed.announcements
    assert (vars(event)["decline_reason"], vars(event)["attempt"], vars(event)["last"]) == (
        "INSUFFICIENT_FUNDS",
        5,
        True,
    )
    assert failed.open_key is None and failed.decline_reason is DeclineReason.INSUFFICIENT_FUNDS
    assert pending().settled(Outcome(State.FAILED), LATER).decline_reason is DeclineReason.GENERIC


def test_a_success_that_comes_after_a_failure_counts() -> None:
    late = quiet(pending().settled(FAILED, START)).settled(SUCCEEDED, LATER)
    assert (late.state, late.decline_reason, late.settle_time) == (State.SUCCEEDED, None, LATER)
    assert told(late) == ["PaymentSucceeded"]
    assert quiet(late).settled(FAILED, LATER).state is State.SUCCEEDED


def test_a_payer_confirms_and_the_page_is_forgotten() -> None:
    waiting = pending().settled(ACTION, START)
    assert waiting.state is State.REQUIRES_ACTION and waiting.open_key == "inv_1" and waiting.confirmation
    assert waiting.settled(PENDING, START) is waiting and waiting.settled(ACTION, START) is waiting
    other = Outcome(State.REQUIRES_ACTION, confirmation=Confirmation(redirect_url="https://bank.example/again"))
    assert waiting.settled(other, START).confirmation == other.confirmation
    assert waiting.settled(SUCCEEDED, LATER).confirmation is None


def test_a_reference_is_kept_before_the_outcome_is_known() -> None:
    named = pending().settled(Outcome(State.PENDING, provider_reference="ref_7"), START)
    assert (named.state, named.provider_reference, told(named)) == (State.PENDING, "ref_7", [])
    assert named.settled(FAILED, LATER).provider_reference == "ref_7"


outcomes = st.lists(st.sampled_from((SUCCEEDED, FAILED, ACTION, CANCELLED, PENDING)), max_size=10)


@always(outcomes, examples=300)
def test_settling_is_idempotent_under_every_interleaving(found: list[Outcome]) -> None:
    payment, announced = pending(), Counter[str]()
    for outcome in found:
        news = payment.settles(outcome)
        after = payment.settled(outcome, LATER)
        assert (after is payment) == (not news)
        assert quiet(after).settled(outcome, LATER) == quiet(after), "a duplicate changes nothing"
        announced.update(told(after))
        payment = quiet(after)
        assert (payment.open_key is None) == (payment.state not in OPEN)
    states = [outcome.state for outcome in found]
    assert (payment.state is State.SUCCEEDED) == (State.SUCCEEDED in states)
    assert announced["PaymentSucceeded"] == (State.SUCCEEDED in states)
    assert announced["PaymentFailed"] <= 1
    if State.SUCCEEDED not in states:
        final = [state for state in states if state in (State.FAILED, State.CANCELLED)]
        assert payment.state is (final[0] if final else payment.state)
        assert bool(final) == (not payment.unknown)


@pytest.mark.parametrize("state", State, ids=lambda state: state.name)
def test_exactly_these_outcomes_are_news(state: State) -> None:
    before = pending().but(state=state)
    news = {outcome.state for outcome in (SUCCEEDED, FAILED, ACTION, CANCELLED, PENDING) if before.settles(outcome)}
    unknown = {State.SUCCEEDED, State.FAILED, State.CANCELLED, State.REQUIRES_ACTION}
    expected: dict[State, set[State]] = {
        State.PENDING: unknown,
        State.REQUIRES_ACTION: unknown,  # another page to confirm on
        State.SUCCEEDED: set(),
        State.FAILED: {State.SUCCEEDED},
        State.CANCELLED: {State.SUCCEEDED},
    }
    assert news == expected[state]


def test_a_transfer_pays_what_came_and_no_more_than_is_owed() -> None:
    payment, applied = new_transfer(issued(1000), 400, id="pay_1", at=LATER, pay_time=START, note="Ref 7")
    assert (payment.state, payment.provider, payment.settle_time) == (State.SUCCEEDED, Provider.MANUAL, START)
    assert applied.invoice.outstanding_minor == 600 and told(payment) == ["PaymentSucceeded"]
    with pytest.raises(AmountExceeds) as refused:
        new_transfer(applied.invoice, 601, id="pay_2", at=LATER)
    assert refused.value.metadata == {"left_minor": "600"}
    with pytest.raises(InvalidFields):
        new_transfer(issued(1000), 1, id="pay_2", at=START, pay_time=LATER)
    with pytest.raises(InvoiceState):
        new_transfer(issued(1000, credit=1000), 1, id="pay_2", at=LATER)


# --- refunds ---------------------------------------------------------------------------------------------------------


def succeeded(excess: int = 0) -> Payment:
    return quiet(pending().settled(SUCCEEDED, LATER, excess_minor=excess))  # type: ignore[no-any-return]


def refunds(payment: Payment, amount: int = 0, **more: Any) -> Any:
    invoice = more.pop("invoice", issued(1000).paid(1000 - payment.excess_minor, START).invoice)
    return new_refund(payment, invoice, amount, "goodwill", id="ref_1", at=LATER, credit_note_id="inv_2", **more)


def test_a_refund_is_of_all_that_is_left_or_a_part() -> None:
    assert refunds(succeeded()).amount_minor == 1000 == refunds(succeeded()).note_minor
    part = refunds(succeeded(), 300)
    assert (part.amount_minor, part.credit_note_id, part.state) == (300, "inv_2", RefundState.PENDING)
    after = succeeded().with_refund(300, 0, LATER)
    assert after.refundable_minor == 700
    invoice = issued(1000).paid(1000, START).invoice.refunded(300, LATER)
    assert refunds(after, invoice=invoice).amount_minor == 700
    with pytest.raises(AmountExceeds) as refused:
        refunds(after, 701, invoice=invoice)
    assert refused.value.metadata == {"left_minor": "700"}
    assert after.without_refund(300, 0, LATER).refundable_minor == 1000


def test_credit_goes_back_first_and_nothing_twice() -> None:
    """Of 1000 paid, 400 were credited by a change. As far as the tenant has them still, they are what is refunded."""
    taken = Credited(400, 400)
    whole = refunds(succeeded(), credited=taken, credit_available_minor=400)
    assert (whole.amount_minor, whole.credit_minor, whole.note_minor) == (1000, 400, 600)
    spent = refunds(succeeded(), credited=taken, credit_available_minor=0)
    assert (spent.amount_minor, spent.credit_minor, spent.note_minor) == (600, 0, 600)
    some = refunds(succeeded(), 500, credited=taken, credit_available_minor=150)
    assert (some.amount_minor, some.credit_minor, some.note_minor) == (500, 150, 350)
    with pytest.raises(AmountExceeds) as refused:
        refunds(succeeded(), 751, credited=taken, credit_available_minor=150)
    assert refused.value.metadata == {"left_minor": "750"}
    after = succeeded().with_refund(400, 400, LATER)
    rest = refunds(after, credited=taken, credit_available_minor=400)
    assert (rest.amount_minor, rest.credit_minor, rest.note_minor) == (600, 0, 600)


def test_nothing_is_given_back_that_never_came() -> None:
    for payment in (pending(), pending().settled(FAILED, START), pending().settled(CANCELLED, START)):
        with pytest.raises(PaymentState) as refused:
            refunds(payment)
        assert refused.value.metadata["state"] == payment.state.name
    with pytest.raises(AmountExceeds):
        refunds(succeeded(), invoice=issued(1000).paid(1000, START).invoice.refunded(1000, LATER))


def test_what_a_payment_left_over_goes_back_first_if_it_is_still_there() -> None:
    """600 were needed, 400 became credit."""
    invoice = issued(600).paid(600, START).invoice
    both = refunds(succeeded(excess=400), invoice=invoice, credit_available_minor=400)
    assert (both.amount_minor, both.credit_minor, both.note_minor) == (1000, 400, 600)
    spent = refunds(succeeded(excess=400), invoice=invoice, credit_available_minor=150)
    assert (spent.amount_minor, spent.credit_minor, spent.note_minor) == (750, 150, 600)
    only = refunds(succeeded(excess=400), 100, invoice=invoice, credit_available_minor=400)
    assert (only.credit_minor, only.note_minor, only.credit_note_id) == (100, 0, "")


def test_a_refund_has_one_outcome() -> None:
    refund = refunds(succeeded(), 300)
    done = refund.settled(True, LATER, "re_1")
    assert (done.state, done.settle_time, done.provider_reference) == (RefundState.SUCCEEDED, LATER, "re_1")
    assert done.settled(False, LATER) is done
    failed = refund.settled(False, LATER)
    assert failed.state is RefundState.FAILED and failed.settled(True, LATER) is failed


# --- methods ---------------------------------------------------------------------------------------------------------


def test_a_method_is_set_up_by_the_payer_and_then_ready() -> None:
    begun = method(MethodState.PENDING).with_setup(Confirmation(client_secret="s"), "cus_1", "seti_1", START)
    assert begun.setup is not None
    ready = begun.activated(FACTS, START, "pm_ref")
    assert (ready.state, ready.setup, ready.label, ready.provider_reference) == (
        *(MethodState.ACTIVE, None, "Visa •••• 4242", "pm_ref"),
    )
    assert ready.activated(FACTS, LATER) is ready
    ready.must_be_ready()


def test_a_card_expires_with_its_month_and_is_renewed() -> None:
    ready = method().activated(FACTS, START)
    assert not ready.expired_at(moment("2027-12-31T23:59:59")) and ready.expired_at(moment("2028-01-01"))
    gone = ready.expired(LATER)
    assert gone.state is MethodState.EXPIRED and gone.expired(LATER) is gone
    renewed = gone.activated(Facts("Visa •••• 4242", "visa", "4242", 1, 2031), LATER)
    assert renewed.state is MethodState.ACTIVE
    assert method(MethodState.PENDING).activated(Facts("x", "x", "4242", 2, 2026), START).state is MethodState.EXPIRED
    assert not method().expired_at(moment("2099-01-01")), "a wallet has no last month"


def test_a_method_that_is_needed_stays_and_one_that_is_removed_is_gone() -> None:
    with pytest.raises(PaymentMethodInUse):
        method().removed(LATER, in_use=True)
    gone = method().removed(LATER, in_use=False)
    assert gone.state is MethodState.REMOVED and gone.removed(LATER, in_use=True) is gone
    assert gone.activated(FACTS, LATER) is gone and gone.expired(LATER) is gone


def test_what_a_bank_refused_for_good_is_not_asked_again() -> None:
    good = {reason.name for reason in DeclineReason if not reason.worth_retrying}
    assert good == {
        *("EXPIRED", "INCORRECT_DETAILS", "LOST_OR_STOLEN", "SUSPECTED_FRAUD", "UNSUPPORTED", "METHOD_GONE"),
    }


def test_a_refund_that_failed_leaves_credit_that_can_go_back_another_time() -> None:
    """600 were needed, 400 left over. A refund of 700 takes the 400 first; it fails, and all of it is credit."""
    invoice = issued(600).paid(600, START).invoice
    paid = succeeded(excess=400)
    refund = refunds(paid, 700, invoice=invoice, credit_available_minor=400)
    assert (refund.credit_minor, refund.note_minor) == (400, 300)
    under_way = paid.with_refund(700, 400, LATER)
    noted = invoice.refunded(300, LATER)
    rest = refunds(under_way, invoice=noted, credit_available_minor=400)
    assert (rest.credit_minor, rest.note_minor) == (0, 300), "what is under way is not given twice"
    failed = under_way.without_refund(700, 400, LATER)
    assert (failed.refunded_minor, failed.refunded_excess_minor, failed.excess_minor) == (0, 0, 700)
    again = refunds(failed, invoice=noted, credit_available_minor=700)
    assert (again.amount_minor, again.credit_minor, again.note_minor) == (1000, 700, 300)
