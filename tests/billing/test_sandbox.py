"""The sandbox beyond the contract: durable at every step, its events, its challenges, its tokens."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from actors.billing.domain.invoice import AmountExceeds
from actors.billing.domain.payment import DeclineReason, State
from actors.billing.domain.refund import State as RefundState
from actors.billing.domain.subscription_state import PaymentMethodNeeded
from actors.billing.providers.contract import (
    ChargeRequest,
    EventKind,
    Outcome,
    ProviderMissing,
    ProviderRefused,
    RefundRequest,
    SetupState,
    SignatureInvalid,
)
from actors.billing.providers.sandbox import Sandbox
from actors.billing.providers.sandbox_state import MemorySandboxState, SandboxState
from actors.billing.providers.sandbox_tokens import TOKENS, behaviour
from actors.kernel.clock import ManualClock
from actors.kernel.errors import IdempotencyKeyReused

SECRET = b"a secret of thirty-two bytes ...."


class Killed(Exception):
    """The process ended here."""


class MortalState(MemorySandboxState):
    """Ends the process before the so-manyth write, or after it."""

    writes = 0
    last = -1
    after = False

    async def write(self, key: str, data: Mapping[str, Any] | None, revision: int) -> bool:
        self.writes += 1
        if self.writes == self.last and not self.after:
            raise Killed
        done = await super().write(key, data, revision)
        if self.writes == self.last:
            raise Killed
        return done


def sandbox(state: SandboxState, clock: ManualClock) -> Sandbox:
    return Sandbox(state, clock, secret=SECRET, page="https://x.example/confirm", env="development")


def asked(clock: ManualClock, method: str, key: str = "pay_1", amount: int = 700) -> ChargeRequest:
    return ChargeRequest(key, amount, "EUR", clock.now(), customer="sbc", method=method)


async def method_of(provider: Sandbox, token: str) -> str:
    setup = await provider.begin_setup(f"pm_{token}", customer="sbc", token=token)
    assert setup.method is not None
    return setup.method.reference


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("token", ["tok_visa", "tok_decline_later_1", "tok_slow", "tok_challenge", "tok_visa_declined"])
async def test_a_process_killed_at_any_write_loses_and_doubles_nothing(token: str, after: bool) -> None:
    killed = 0
    for last in range(1, 20):
        state, clock, told = MortalState(), ManualClock(), []

        async def take(headers: Mapping[str, str], body: bytes, told: list[Any] = told) -> bool:
            told.append(json.loads(body))
            return True

        async def life(state: MortalState = state, clock: ManualClock = clock, take: Any = take) -> Outcome:
            provider = sandbox(state, clock)
            method = await method_of(provider, token)
            request = asked(clock, method)
            outcome = await provider.charge(request)
            if outcome.confirmation is not None:
                outcome = await provider.answer(outcome.reference, outcome.confirmation.client_secret, accept=True)
            clock.advance(timedelta(seconds=6))
            outcome = await provider.look_up(request) or outcome
            if outcome.state is State.SUCCEEDED:
                refund = RefundRequest("ref_1", outcome.reference, 500, "EUR")
                assert (await provider.refund(refund)).state is RefundState.SUCCEEDED
            await provider.deliver_due(take)
            return outcome

        state.last, state.after = last, after
        try:
            outcome = await life()
        except Killed:
            killed += 1
            outcome = await life()
        await sandbox(state, clock).deliver_due(take)
        moved = sandbox(state, clock).list_movements(clock.now() - timedelta(days=1), clock.now() + timedelta(days=1))
        amounts = [one.amount_minor async for one in moved]
        success = token != "tok_visa_declined"
        assert outcome.state is (State.SUCCEEDED if success else State.FAILED)
        assert amounts == ([700, -500] if success else [])
        final = f"payment.{outcome.state.value.lower()}"
        assert final in {one["type"] for one in told}
        assert len({one["id"] for one in told if one["type"] == final}) == 1
        assert await state.list("event:") == []
    assert killed >= 4


async def test_events_that_are_refused_come_again_and_end_at_last() -> None:
    state, clock, tries = MemorySandboxState(), ManualClock(), 0
    provider = sandbox(state, clock)
    await provider.charge(asked(clock, await method_of(provider, "tok_visa")))

    async def refuse(headers: Mapping[str, str], body: bytes) -> bool:
        nonlocal tries
        tries += 1
        if tries == 2:
            raise ConnectionRefusedError
        return False

    assert await provider.deliver_due(refuse) == 0
    assert await provider.deliver_due(refuse) == 0
    assert tries == 1, "it waits before it tries again"
    for _ in range(20):
        clock.advance(timedelta(hours=2))
        await provider.deliver_due(refuse)
    assert tries == 12
    assert await state.list("event:") == []


async def test_an_event_of_a_charge_that_never_was_is_dropped() -> None:
    state, clock = MortalState(), ManualClock()
    provider = sandbox(state, clock)
    method = await method_of(provider, "tok_visa")
    state.last = state.writes + 2
    with pytest.raises(Killed):
        await provider.charge(asked(clock, method))

    async def take(headers: Mapping[str, str], body: bytes) -> bool:
        raise AssertionError("there is nothing to tell")

    await provider.deliver_due(take)
    assert len(await state.list("event:")) == 1
    clock.advance(timedelta(minutes=11))
    await provider.deliver_due(take)
    assert await state.list("event:") == []


async def test_a_delivered_event_can_be_read_and_says_how_things_stand() -> None:
    state, clock, told = MemorySandboxState(), ManualClock(), []
    provider = sandbox(state, clock)
    outcome = await provider.charge(asked(clock, await method_of(provider, "tok_slow_declined")))

    async def take(headers: Mapping[str, str], body: bytes) -> bool:
        told.append(await provider.read_webhook(headers, body))
        return True

    assert await provider.deliver_due(take) == 0, "not before it is due"
    clock.advance(timedelta(seconds=5))
    assert await provider.deliver_due(take) == 1
    (event,) = told
    assert (event.kind, event.type, event.idempotency_key) == (EventKind.PAYMENT, "payment.failed", "pay_1")
    assert event.outcome == Outcome(State.FAILED, outcome.reference, DeclineReason.INSUFFICIENT_FUNDS)


async def test_only_the_page_can_answer_a_challenge_and_the_first_answer_counts() -> None:
    clock = ManualClock()
    provider = sandbox(MemorySandboxState(), clock)
    outcome = await provider.charge(asked(clock, await method_of(provider, "tok_challenge")))
    assert outcome.confirmation is not None
    secret = outcome.confirmation.client_secret
    for wrong in ({"client_secret": "sbs_" + "0" * 40}, {"reference": "sbp_" + "0" * 24}):
        body = {"answer": "accept", "reference": outcome.reference, "client_secret": secret, **wrong}
        with pytest.raises(SignatureInvalid):
            await provider.read_webhook({}, json.dumps(body).encode())
    for body in (b'{"answer"', b'["answer"]', b'{"answer": "accept"}'):
        with pytest.raises(SignatureInvalid):
            await provider.read_webhook({}, body)
    for answer in ("refuse", "accept"):
        body = {"answer": answer, "reference": outcome.reference, "client_secret": secret}
        event = await provider.read_webhook({}, json.dumps(body).encode())
        assert (event.kind, event.idempotency_key) == (EventKind.PAYMENT, "pay_1")
        assert event.outcome == Outcome(State.FAILED, outcome.reference, DeclineReason.NOT_CONFIRMED)


async def test_a_setup_that_asks_is_answered_the_same_way() -> None:
    provider = sandbox(MemorySandboxState(), ManualClock())
    setup = await provider.begin_setup("pm_1", customer="sbc", token="tok_setup_challenge", return_url="/back")
    assert setup.confirmation is not None
    body = {"answer": "accept", "reference": setup.reference, "client_secret": setup.confirmation.client_secret}
    event = await provider.read_webhook({}, json.dumps(body).encode())
    assert (event.kind, event.reference) == (EventKind.SETUP, setup.reference)
    assert (await provider.look_up_setup(setup.reference, idempotency_key="pm_1")).state is SetupState.SUCCEEDED


async def test_it_is_refused_in_production() -> None:
    with pytest.raises(ProviderMissing):
        Sandbox(MemorySandboxState(), ManualClock(), secret=SECRET, page="", env="production")


async def test_keys_and_names_that_do_not_fit_are_refused() -> None:
    clock = ManualClock()
    provider = sandbox(MemorySandboxState(), clock)
    method = await method_of(provider, "tok_visa")
    with pytest.raises(IdempotencyKeyReused):
        await provider.begin_setup("pm_tok_visa", customer="sbc", token="tok_mastercard")
    with pytest.raises(PaymentMethodNeeded):
        await provider.charge(asked(clock, ""))
    paid = await provider.charge(asked(clock, method))
    with pytest.raises(AmountExceeds):
        await provider.refund(RefundRequest("ref_1", paid.reference, 100, "USD"))
    with pytest.raises(ProviderRefused):
        await provider.refund(RefundRequest("ref_1", "sbp_nothing", 100, "EUR"))
    others = ChargeRequest("pay_2", 5, "EUR", clock.now(), customer="somebody else", method=method)
    assert (await provider.charge(others)).decline is DeclineReason.METHOD_GONE
    gone = await provider.look_up_setup("sbm_nothing", idempotency_key="")
    assert (gone.state, gone.decline) == (SetupState.FAILED, DeclineReason.METHOD_GONE)


async def test_movements_lie_in_their_window_in_order() -> None:
    clock = ManualClock()
    provider = sandbox(MemorySandboxState(), clock)
    method, start = await method_of(provider, "tok_visa"), clock.now()
    for number in range(250):
        await provider.charge(asked(clock, method, f"pay_{number}", number + 1))
        clock.advance(timedelta(seconds=1))
    window = (start + timedelta(seconds=10), start + timedelta(seconds=20))
    assert [one.amount_minor async for one in provider.list_movements(*window)] == list(range(11, 21))
    assert len([one async for one in provider.list_movements(start, clock.now())]) == 250


def test_every_token_says_what_it_does() -> None:
    assert {"tok_visa", "tok_visa_declined", "tok_insufficient_funds", "tok_expired", "tok_challenge"} <= TOKENS.keys()
    assert {"tok_decline_later", "tok_slow", "tok_timeout"} <= TOKENS.keys()
    assert len({(one.says, one.brand) for one in TOKENS.values()}) == len(TOKENS)
    seven = behaviour("tok_decline_later_7")
    assert seven is not None and seven.successes == 7
    assert behaviour("tok_decline_later_x") is None and behaviour("4242") is None
