"""What every payment provider promises (`actors/billing/providers/contract.py`), on each of them."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from actors.billing.domain.card_number import CardNumberRefused
from actors.billing.domain.dispute import State as DisputeState
from actors.billing.domain.invoice import AmountExceeds
from actors.billing.domain.payment import DeclineReason, State
from actors.billing.domain.refund import State as RefundState
from actors.billing.providers.contract import (
    EventKind,
    MovementKind,
    Outcome,
    ProviderUnavailable,
    SetupState,
    SignatureInvalid,
)
from actors.kernel.errors import IdempotencyKeyReused
from tests.billing.stages import RETURN_URL, Stage, read_all, staged

STAGES = ["sandbox", "sandbox-books", "stripe", "paypal", "manual", "stripe-account", "paypal-account"]
CARD = "4242 4242 4242 4242"


@pytest.fixture(params=STAGES)
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    async with staged(request.param) as found:
        yield found


async def charged(stage: Stage, provider: Any, key: str) -> int:
    """How much moved for this key, by the provider's own books."""
    return sum(
        one.amount_minor
        for one in await stage.movements(provider)
        if one.idempotency_key == key and one.kind is MovementKind.CHARGE
    )


async def test_a_charge_succeeds_and_is_found_by_key_and_by_reference(stage: Stage) -> None:
    provider, request = await stage.replica(), await stage.charge()
    outcome = await provider.charge(request)
    assert outcome == Outcome(State.SUCCEEDED, outcome.reference) and outcome.reference
    assert await provider.look_up(request) == outcome
    assert await provider.look_up(request, reference=outcome.reference) == outcome
    (movement,) = [one for one in await stage.movements(provider) if one.idempotency_key == request.idempotency_key]
    assert (movement.kind, movement.reference) == (MovementKind.CHARGE, outcome.reference)
    assert (movement.amount_minor, movement.currency) == (5000, "EUR")
    assert 0 <= movement.fee_minor < 5000


async def test_what_was_never_asked_is_not_found(stage: Stage) -> None:
    provider = await stage.replica()
    assert await provider.look_up(await stage.charge()) is None


@pytest.mark.parametrize("reason", DeclineReason)
async def test_a_decline_says_why_and_moves_nothing(stage: Stage, reason: DeclineReason) -> None:
    provider, request = await stage.replica(), await stage.charge(reason.value)
    outcome = await provider.charge(request)
    assert (outcome.state, outcome.decline, outcome.confirmation) == (State.FAILED, reason, None)
    found = await provider.look_up(request)
    assert found is None or (found.state, found.decline) == (State.FAILED, reason)
    assert await charged(stage, provider, request.idempotency_key) == 0


async def test_a_method_may_decline_later(stage: Stage) -> None:
    customer, method = await stage.method("declining later")
    states = [(await (await stage.replica()).charge(stage.request(customer, method))).state for _ in range(4)]
    assert states == [State.SUCCEEDED, State.SUCCEEDED, State.FAILED, State.FAILED]


@pytest.mark.parametrize("off_session", [True, False])
async def test_a_payer_who_confirms_has_paid(stage: Stage, off_session: bool) -> None:
    provider, request = await stage.replica(), await stage.charge("challenge", off_session=off_session)
    outcome = await provider.charge(request)
    assert outcome.state is State.REQUIRES_ACTION and outcome.confirmation is not None
    assert await charged(stage, provider, request.idempotency_key) == 0
    outcome = await provider.resume(request, reference=outcome.reference)
    assert outcome.state is State.REQUIRES_ACTION and outcome.confirmation is not None
    assert outcome.confirmation.redirect_url
    await stage.payer(outcome.confirmation, agrees=True, buyer="asked")
    done = await provider.resume(request, reference=outcome.reference)
    assert (done.state, done.reference) == (State.SUCCEEDED, outcome.reference)
    assert await provider.look_up(request, reference=outcome.reference) == done
    assert await charged(stage, provider, request.idempotency_key) == 5000


async def test_a_payer_who_refuses_has_not_paid_and_cannot_any_more(stage: Stage) -> None:
    provider, request = await stage.replica(), await stage.charge("challenge", off_session=False)
    outcome = await provider.charge(request)
    assert outcome.confirmation is not None
    await stage.payer(outcome.confirmation, agrees=False)
    refused = await provider.resume(request, reference=outcome.reference)
    if refused.state is State.REQUIRES_ACTION:
        refused = await provider.cancel(request, reference=outcome.reference)
        assert refused.state is State.CANCELLED
    else:
        assert (refused.state, refused.decline) == (State.FAILED, DeclineReason.NOT_CONFIRMED)
        assert await provider.look_up(request, reference=outcome.reference) == refused
    assert await charged(stage, provider, request.idempotency_key) == 0


async def test_a_charge_that_waits_can_be_given_up(stage: Stage) -> None:
    provider, request = await stage.replica(), await stage.charge("challenge", off_session=False)
    outcome = await provider.charge(request)
    for _ in range(2):
        assert (await provider.cancel(request, reference=outcome.reference)).state is State.CANCELLED
    assert await charged(stage, provider, request.idempotency_key) == 0


async def test_a_charge_that_succeeded_cannot_be_given_up(stage: Stage) -> None:
    provider, request = await stage.replica(), await stage.charge()
    outcome = await provider.charge(request)
    assert await provider.cancel(request, reference=outcome.reference) == outcome


@pytest.mark.parametrize(("kind", "end"), [("slow", State.SUCCEEDED), ("slow declined", State.FAILED)])
async def test_a_slow_charge_is_pending_until_it_is_settled(stage: Stage, kind: str, end: State) -> None:
    provider = await stage.replica()
    key = stage.key("pay" if end is State.SUCCEEDED else "bad")
    request = await stage.charge(kind, idempotency_key=key)
    outcome = await provider.charge(request)
    assert outcome.state is State.PENDING
    assert await charged(stage, provider, key) == 0
    await stage.later()
    found = await provider.look_up(request, reference=outcome.reference)
    assert found is not None and found.state is end
    told = [await provider.read_webhook(*delivery) for delivery in await stage.events()]
    ends = [one.outcome for one in told if one.idempotency_key == key and one.outcome and one.outcome.state is end]
    assert ends and ends[-1].reference == outcome.reference
    assert await charged(stage, provider, key) == (5000 if end is State.SUCCEEDED else 0)


async def test_a_key_charges_once_however_often_it_is_asked(stage: Stage) -> None:
    provider, request = await stage.replica(), await stage.charge()
    outcomes = [await provider.charge(request) for _ in range(3)]
    outcomes.append(await (await stage.replica()).charge(request))
    assert len(set(outcomes)) == 1 and outcomes[0].state is State.SUCCEEDED
    assert await charged(stage, provider, request.idempotency_key) == 5000


async def test_replicas_that_ask_at_once_charge_once(stage: Stage) -> None:
    request = await stage.charge()
    replicas = [await stage.replica() for _ in range(2)]
    outcomes = await asyncio.gather(*(replica.charge(request) for replica in replicas * 4))
    assert len(set(outcomes)) == 1 and outcomes[0].state is State.SUCCEEDED
    assert await charged(stage, replicas[0], request.idempotency_key) == 5000


async def test_a_key_with_another_amount_is_refused(stage: Stage) -> None:
    provider, request = await stage.replica(), await stage.charge()
    await provider.charge(request)
    again = stage.request(
        request.customer, request.method, idempotency_key=request.idempotency_key, amount_minor=request.amount_minor + 1
    )
    with pytest.raises(IdempotencyKeyReused):
        await provider.charge(again)
    assert await charged(stage, provider, request.idempotency_key) == 5000


async def test_a_charge_whose_answer_was_lost_is_found(stage: Stage) -> None:
    provider = await stage.replica()
    with stage.losing_answers("charge"):
        request = await stage.charge()
        with pytest.raises(ProviderUnavailable):
            await provider.charge(request)
    found = await (await stage.replica()).look_up(request)
    assert found is not None and found.state is State.SUCCEEDED and found.reference
    assert await charged(stage, provider, request.idempotency_key) == 5000


async def test_a_provider_that_is_down_has_done_nothing(stage: Stage) -> None:
    provider = await stage.replica()
    if stage.name == "sandbox":
        with stage.down():
            request = await stage.charge()
    else:
        request = await stage.charge()
    with stage.down(), pytest.raises(ProviderUnavailable):
        await provider.charge(request)
    assert await provider.look_up(request) is None
    assert await charged(stage, provider, request.idempotency_key) == 0


async def test_refunds_go_up_to_the_amount_and_not_beyond(stage: Stage) -> None:
    provider, request = await stage.replica(), await stage.charge()
    paid = await provider.charge(request)
    first = stage.refund(paid.reference, 2000)
    outcome = await provider.refund(first)
    assert (outcome.state, outcome.amount_minor) == (RefundState.SUCCEEDED, 2000) and outcome.reference
    with pytest.raises(AmountExceeds) as refused:
        await provider.refund(stage.refund(paid.reference, 3001))
    assert refused.value.metadata["left_minor"] == "3000"
    assert await provider.refund(first) == outcome, "asked again, it is given once"
    rest = await provider.refund(stage.refund(paid.reference, 3000))
    assert rest.state is RefundState.SUCCEEDED and rest.reference != outcome.reference
    with pytest.raises(AmountExceeds) as refused:
        await provider.refund(stage.refund(paid.reference, 1))
    assert refused.value.metadata["left_minor"] == "0"
    back = [one for one in await stage.movements(provider) if one.kind is MovementKind.REFUND]
    found = sorted((one.amount_minor, one.idempotency_key) for one in back if one.reference in (outcome.reference,))
    assert found == [(-2000, first.idempotency_key)]
    again = await provider.look_up(request, reference=paid.reference)
    assert again == paid, "a payment that was given back was a payment"


async def test_a_refund_is_found_by_key_and_by_reference(stage: Stage) -> None:
    provider, request = await stage.replica(), await stage.charge()
    paid = await provider.charge(request)
    wanted, other = stage.refund(paid.reference, 100), stage.refund(paid.reference, 200)
    assert await provider.look_up_refund(wanted) is None
    outcome = await provider.refund(wanted)
    await provider.refund(other)
    assert await provider.look_up_refund(wanted) == outcome
    assert await provider.look_up_refund(wanted, reference=outcome.reference) == outcome


async def test_a_refunds_key_with_another_amount_is_refused(stage: Stage) -> None:
    provider, request = await stage.replica(), await stage.charge()
    paid = await provider.charge(request)
    wanted = stage.refund(paid.reference, 100)
    await provider.refund(wanted)
    with pytest.raises(IdempotencyKeyReused):
        await provider.refund(stage.refund(paid.reference, 101, idempotency_key=wanted.idempotency_key))


async def test_replicas_that_refund_at_once_refund_once(stage: Stage) -> None:
    request = await stage.charge()
    replicas = [await stage.replica() for _ in range(2)]
    paid = await replicas[0].charge(request)
    wanted = stage.refund(paid.reference, 4000)
    outcomes = await asyncio.gather(*(replica.refund(wanted) for replica in replicas * 3))
    assert len(set(outcomes)) == 1
    with pytest.raises(AmountExceeds):
        await replicas[0].refund(stage.refund(paid.reference, 1001))


async def test_a_refund_whose_answer_was_lost_is_found(stage: Stage) -> None:
    provider, request = await stage.replica(), await stage.charge()
    paid = await provider.charge(request)
    wanted = stage.refund(paid.reference, 1234)
    with stage.losing_answers("refund"), pytest.raises(ProviderUnavailable):
        await provider.refund(wanted)
    found = await provider.look_up_refund(wanted)
    assert found is not None and (found.state, found.amount_minor) == (RefundState.SUCCEEDED, 1234)
    assert await provider.refund(wanted) == found


@pytest.mark.parametrize(
    ("kind", "end"), [("slow refund", RefundState.SUCCEEDED), ("failing refund", RefundState.FAILED)]
)
async def test_a_refund_may_end_later(stage: Stage, kind: str, end: RefundState) -> None:
    provider, request = await stage.replica(), await stage.charge(kind)
    paid = await provider.charge(request)
    wanted = stage.refund(paid.reference, 5000)
    outcome = await provider.refund(wanted)
    assert outcome.state in (RefundState.PENDING, RefundState.SUCCEEDED)
    await stage.later()
    found = await provider.look_up_refund(wanted)
    assert found is not None and found.state is end
    told = [await provider.read_webhook(*delivery) for delivery in await stage.events()]
    ends = [one.refund for one in told if one.kind is EventKind.REFUND and one.reference == outcome.reference]
    assert ends and ends[-1] is not None and ends[-1].state is end
    if end is RefundState.FAILED:
        assert (await provider.refund(stage.refund(paid.reference, 5000))).reference != outcome.reference


async def test_a_method_is_saved_from_a_token(stage: Stage) -> None:
    provider, customer, key = await stage.replica(), await stage.customer(), stage.key("pm")
    token = getattr(stage, "setup_tokens", {}).get("good") or pytest.skip(f"{stage.name} has no test tokens")
    setup = await provider.begin_setup(key, customer=customer, token=token)
    assert setup.state is SetupState.SUCCEEDED and setup.method is not None and setup.reference
    assert (setup.method.label, setup.method.brand, setup.method.last4) == ("Visa •••• 4242", "Visa", "4242")
    assert 1 <= setup.method.expire_month <= 12 and setup.method.expire_year > 2025
    again = await provider.begin_setup(key, customer=customer, token=token)
    assert again == setup == await provider.look_up_setup(setup.reference, idempotency_key=key)


async def test_a_method_that_cannot_be_saved_says_why(stage: Stage) -> None:
    provider, customer = await stage.replica(), await stage.customer()
    token = getattr(stage, "setup_tokens", {}).get("declined") or pytest.skip(f"{stage.name} has no test tokens")
    setup = await provider.begin_setup(stage.key("pm"), customer=customer, token=token)
    assert (setup.state, setup.decline, setup.method) == (SetupState.FAILED, DeclineReason.GENERIC, None)
    unknown = await provider.begin_setup(stage.key("pm"), customer=customer, token="tok_of_nobody")
    assert (unknown.state, unknown.decline) == (SetupState.FAILED, DeclineReason.INCORRECT_DETAILS)


@pytest.mark.parametrize("agrees", [True, False])
async def test_a_payer_may_have_to_agree_before_a_method_is_saved(stage: Stage, agrees: bool) -> None:
    if stage.name == "manual":
        pytest.skip("bank transfers need no consent")
    provider, customer, key = await stage.replica(), await stage.customer(), stage.key("pm")
    token = getattr(stage, "setup_tokens", {}).get("challenge", "")
    setup = await provider.begin_setup(key, customer=customer, token=token, return_url=RETURN_URL)
    assert setup.state is SetupState.REQUIRES_ACTION and setup.confirmation is not None and setup.method is None
    assert (await provider.look_up_setup(setup.reference, idempotency_key=key)).state is SetupState.REQUIRES_ACTION
    await stage.payer(setup.confirmation, agrees=agrees)
    done = [await provider.look_up_setup(setup.reference, idempotency_key=key) for _ in range(2)]
    if agrees:
        assert done[0] == done[1] and done[0].state is SetupState.SUCCEEDED and done[0].method is not None
    else:
        assert all(one.method is None for one in done)
        assert done[0].state is SetupState.REQUIRES_ACTION or done[0].decline is DeclineReason.NOT_CONFIRMED


async def test_without_a_token_the_payer_is_asked(stage: Stage) -> None:
    if stage.name == "manual":
        pytest.skip("bank transfers need no consent")
    provider, customer = await stage.replica(), await stage.customer()
    setup = await provider.begin_setup(stage.key("pm"), customer=customer, return_url=RETURN_URL)
    assert setup.state is SetupState.REQUIRES_ACTION and setup.confirmation is not None
    assert setup.confirmation.redirect_url or setup.confirmation.client_secret


async def test_a_removed_method_cannot_be_charged(stage: Stage) -> None:
    provider, (customer, method) = await stage.replica(), await stage.method()
    assert (await provider.charge(stage.request(customer, method))).state is State.SUCCEEDED
    for _ in range(2):
        await provider.remove_method(method)
    outcome = await provider.charge(stage.request(customer, method))
    assert (outcome.state, outcome.decline) == (State.FAILED, DeclineReason.METHOD_GONE)


@pytest.mark.parametrize("won", [True, False])
async def test_what_a_dispute_takes_and_returns_is_said_by_the_payment(stage: Stage, won: bool) -> None:
    provider = await stage.replica()
    request, reference = await stage.disputed(provider, won=won)
    (dispute,) = await provider.list_disputes(reference)
    assert (dispute.state, dispute.amount_minor, dispute.currency) == (DisputeState.OPEN, 5000, "EUR")
    assert dispute.reason and dispute.respond_time is not None
    await stage.decided(reference, won=won)
    (dispute,) = await provider.list_disputes(reference)
    assert dispute.state is (DisputeState.WON if won else DisputeState.LOST)
    moved = [one for one in await stage.movements(provider) if one.kind is MovementKind.DISPUTE]
    assert sum(one.amount_minor for one in moved) == (0 if won else -5000)
    assert all(reference == one.reference or request.idempotency_key == one.idempotency_key for one in moved)
    said = {(one.id, one.amount_minor, one.move_time) for one in dispute.moved}
    assert said == {(one.id, one.amount_minor, one.time) for one in moved} or stage.name == "paypal" and not said
    told = [one for one in await read_all(provider, await stage.events()) if one.kind is EventKind.DISPUTE]
    assert len(told) >= 2
    assert all(reference == one.reference or request.idempotency_key == one.idempotency_key for one in told)
    assert {one.dispute.reference for one in told if one.dispute} == {dispute.reference}


async def test_what_a_dispute_has_taken_is_not_refunded_too(stage: Stage) -> None:
    if stage.name == "paypal":
        pytest.skip("at PayPal a refund is how a dispute may end")
    provider = await stage.replica()
    _, reference = await stage.disputed(provider, won=False)
    with pytest.raises(AmountExceeds):
        await provider.refund(stage.refund(reference, 5000))


async def test_an_event_tells_of_a_charge_by_our_key(stage: Stage) -> None:
    provider, request = await stage.replica(), await stage.charge()
    outcome = await provider.charge(request)
    told = [await provider.read_webhook(*delivery) for delivery in await stage.events()]
    about = [one for one in told if one.kind is EventKind.PAYMENT and one.idempotency_key == request.idempotency_key]
    assert about and about[-1].outcome is not None
    assert (about[-1].outcome.state, about[-1].reference) == (State.SUCCEEDED, outcome.reference)
    assert abs(about[-1].time - stage.now()) < timedelta(minutes=1) and about[-1].id and about[-1].type


async def test_an_event_that_comes_twice_has_one_id(stage: Stage) -> None:
    provider = await stage.replica()
    await provider.charge(await stage.charge())
    deliveries = await stage.events()
    first = [(await provider.read_webhook(*one)).id for one in deliveries]
    assert first == [(await (await stage.replica()).read_webhook(*one)).id for one in deliveries]
    assert len(set(first)) == len(first) > 0


async def test_an_event_of_an_unknown_type_is_taken_and_means_nothing(stage: Stage) -> None:
    provider, body = await stage.replica(), stage.unknown_event()
    event = await provider.read_webhook(stage.signed(body), body)
    assert (event.kind, event.outcome, event.refund) == (EventKind.OTHER, None, None)


async def test_an_event_that_is_not_the_providers_is_refused(stage: Stage) -> None:
    provider, body = await stage.replica(), stage.unknown_event()
    good = stage.signed(body)
    upper = {name.upper(): value for name, value in good.items()}
    assert (await provider.read_webhook(upper, body)).kind is EventKind.OTHER, "header names have no case"
    for headers, bad in [
        ({}, body),
        (stage.forged(body), body),
        (good, body + b" "),
        (good, body.replace(b"e", b"a", 1)),
        (good, b""),
        (good, b"\xff\xfe"),
        ({name: "x" for name in good}, body),
        ({name: "" for name in good}, body),
        ({name: "é" for name in good}, body),
    ]:
        with pytest.raises(SignatureInvalid):
            await provider.read_webhook(headers, bad)


async def test_an_old_event_is_refused(stage: Stage) -> None:
    provider, body = await stage.replica(), stage.unknown_event()
    await provider.read_webhook(stage.signed(body, age=timedelta(minutes=4, seconds=30) / 2), body)
    with pytest.raises(SignatureInvalid):
        await provider.read_webhook(stage.signed(body, age=timedelta(minutes=5, seconds=30)), body)


async def test_a_huge_event_is_refused_unread(stage: Stage) -> None:
    provider = await stage.replica()
    body = stage.unknown_event()[:-1] + b',"padding":"' + b"x" * 5_000_000 + b'"}'
    with pytest.raises(SignatureInvalid):
        await provider.read_webhook(stage.signed(body), body)


async def test_transfers_have_no_events(stage: Stage) -> None:
    if stage.name != "manual":
        pytest.skip("has events")
    with pytest.raises(SignatureInvalid):
        await (await stage.replica()).read_webhook({}, b"{}")


async def test_yen_have_no_decimals(stage: Stage) -> None:
    provider, request = await stage.replica(), await stage.charge(amount_minor=4999, currency="JPY")
    paid = await provider.charge(request)
    assert paid.state is State.SUCCEEDED
    (movement,) = [one for one in await stage.movements(provider) if one.idempotency_key == request.idempotency_key]
    assert (movement.amount_minor, movement.currency) == (4999, "JPY")
    assert (await provider.refund(stage.refund(paid.reference, 999, "JPY"))).amount_minor == 999
    assert (await provider.refund(stage.refund(paid.reference, 4000, "JPY"))).amount_minor == 4000


async def test_dinars_have_three_decimals(stage: Stage) -> None:
    provider, request = await stage.replica(), await stage.charge(amount_minor=12340, currency="KWD")
    paid = await provider.charge(request)
    if stage.name.startswith("paypal"):
        assert (paid.state, paid.decline) == (State.FAILED, DeclineReason.UNSUPPORTED)
        return
    assert paid.state is State.SUCCEEDED
    (movement,) = [one for one in await stage.movements(provider) if one.idempotency_key == request.idempotency_key]
    assert (movement.amount_minor, movement.currency) == (12340, "KWD")
    odd = await provider.charge(await stage.charge(amount_minor=12345, currency="KWD"))
    if stage.name.startswith("stripe"):
        assert (odd.state, odd.decline) == (State.FAILED, DeclineReason.UNSUPPORTED), "the third must be a zero"
    else:
        assert odd.state is State.SUCCEEDED


@pytest.mark.parametrize("field", ["token", "method", "description", "name"])
async def test_a_card_number_never_leaves_the_process(stage: Stage, field: str) -> None:
    provider = await stage.replica()
    before = stage.asked()
    with pytest.raises(CardNumberRefused) as refused:
        if field == "token":
            await provider.begin_setup(stage.key("pm"), customer="c", token=CARD.replace(" ", ""))
        elif field == "name":
            if stage.name.startswith(("paypal", "manual")):
                pytest.skip("keeps no customers")
            await provider.create_customer(stage.key("cus"), name=f"Ada {CARD}", email="ada@example.com")
        else:
            words = {"method": "m", "description": "d"} | {field: f"my card {CARD}"}
            if field == "method" and stage.name == "manual":
                pytest.skip("has no methods")
            await provider.charge(stage.request("c", words.pop("method"), **words))
    assert "4242" not in str(refused.value) and refused.value.metadata == {"field": field}
    assert stage.asked() == before


async def test_amounts_are_positive_and_currencies_have_three_letters(stage: Stage) -> None:
    for words in ({"amount_minor": 0}, {"amount_minor": -1}, {"currency": "eur"}, {"currency": "EURO"}):
        with pytest.raises(ValueError):
            stage.request("c", "m", **words)
        with pytest.raises(ValueError):
            stage.refund("r", words.get("amount_minor", 1), words.get("currency", "EUR"))


async def test_a_bank_transfer_waits_for_whoever_records_it(stage: Stage) -> None:
    if stage.name != "manual":
        pytest.skip("charges by itself")
    provider = await stage.replica()
    setup = await provider.begin_setup("pm_1", customer="")
    assert setup.state is SetupState.SUCCEEDED and setup.method is not None and setup.method.label == "Bank transfer"
    request = stage.request("", setup.method.reference)
    assert await provider.charge(request) == await provider.look_up(request) == Outcome(State.PENDING)
    assert (await provider.cancel(request, reference="")).state is State.CANCELLED
    assert (await provider.refund(stage.refund("x", 5))).state is RefundState.PENDING
    assert await stage.movements(provider) == []
    assert not provider.traits.charges


async def test_secrets_are_in_no_log_and_no_error(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    if stage.name == "manual":
        pytest.skip("has no secrets")
    caplog.set_level(logging.DEBUG)
    for name in ("stripe", "httpx", "httpcore", "hpack", "asyncio"):
        caplog.set_level(logging.DEBUG, logger=name)
    provider, found = await stage.replica(), []
    secrets = [*stage.secrets]

    async def tried(asking: Any) -> Any:
        try:
            return await asking
        except Exception as error:
            found.append("".join(traceback.format_exception(error)) + repr(error) + repr(getattr(error, "args", "")))
            while (error := error.__cause__ or error.__context__) is not None:  # type: ignore[assignment]
                found.append(repr(error) + repr(vars(error)))
            return None

    body = stage.unknown_event()
    for kind in ("good", "challenge", DeclineReason.GENERIC.value):
        request = await stage.charge(kind, off_session=False)
        outcome = await tried(provider.charge(request))
        if outcome.confirmation is not None:
            secrets.append(outcome.confirmation.client_secret)
            found.append(repr(outcome))
        await tried(provider.charge(stage.request(request.customer, request.method, amount_minor=1)))
        await tried(provider.look_up(request))
    await tried(provider.look_up(stage.request("c", "m"), reference="nothing_here"))
    await tried(provider.refund(stage.refund("nothing_here", 1)))
    await tried(provider.read_webhook(stage.forged(body), body))
    with stage.down():
        request = await stage.charge() if stage.name == "sandbox" else request
        await tried(provider.charge(request))
    said = "\n".join([*(record.getMessage() + repr(record.args) for record in caplog.records), *found])
    assert said
    for secret in filter(None, [*secrets, *stage.issued()]):
        assert secret not in said
