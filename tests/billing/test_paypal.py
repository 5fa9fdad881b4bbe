"""PayPal beyond the contract: tokens, request ids, pages of the payer, the report, whose certificate signed."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from actors.billing.domain.invoice import AmountExceeds
from actors.billing.domain.payment import DeclineReason, State
from actors.billing.providers import paypal_objects, paypal_webhooks
from actors.billing.providers.contract import (
    EventKind,
    ProviderRefused,
    ProviderUnavailable,
    SetupState,
    SignatureInvalid,
)
from actors.billing.providers.declines import paypal_decline
from actors.billing.providers.paypal import PayPalPayments
from actors.kernel.clock import Clock
from tests.billing.fakes.paypal_certificates import Signer, signer
from tests.billing.fakes.paypal_server import CLIENT_ID, CLIENT_SECRET, WEBHOOK_ID, PayPalFake
from tests.billing.stages import PayPalStage


class LateClock(Clock):
    """The real time, and more."""

    ahead = timedelta(0)

    def _millis(self) -> int:
        return super()._millis() + self.ahead // timedelta(milliseconds=1)


@pytest.fixture
async def stage() -> AsyncIterator[PayPalStage]:
    async with PayPalFake().running() as fake:
        found = PayPalStage(fake, LateClock())
        yield found
        await found.close()


@pytest.mark.parametrize(
    ("minor", "currency", "value"),
    [
        (1050, "EUR", "10.50"),
        (5, "USD", "0.05"),
        (500, "JPY", "500"),
        (50000, "HUF", "500"),
        (50050, "HUF", None),
        (50000, "TWD", "500"),
        (1000, "KWD", None),
        (1000, "INR", None),
        (123456789012, "EUR", "1234567890.12"),
    ],
)
def test_amounts_are_what_paypal_writes(minor: int, currency: str, value: str | None) -> None:
    written = paypal_objects.money(minor, currency)
    assert (written and written["value"]) == value
    if written:
        assert paypal_objects.minor_of(written) == minor
        assert Decimal(written["value"]) > 0


def test_issues_that_are_not_known_are_generic() -> None:
    assert paypal_decline("SOMETHING_NEW") is DeclineReason.GENERIC
    assert paypal_decline("PAYER_ACCOUNT_RESTRICTED") is DeclineReason.METHOD_GONE


async def test_one_access_token_serves_until_it_is_refused(stage: PayPalStage) -> None:
    provider, request = await stage.replica(), await stage.charge()
    asked_for = [path for _, path in stage.fake.requests].count("/v1/oauth2/token")
    await asyncio.gather(*(provider.look_up(request) for _ in range(8)))
    assert [path for _, path in stage.fake.requests].count("/v1/oauth2/token") == asked_for + 1
    stage.fake.forget_tokens()
    assert (await provider.charge(request)).state is State.SUCCEEDED


async def test_wrong_credentials_are_a_fault_of_the_installation(stage: PayPalStage) -> None:
    provider = PayPalPayments(
        client_id=CLIENT_ID,
        client_secret="wrongsecret",
        webhook_id=WEBHOOK_ID,
        clock=Clock(),
        api_base=stage.fake.address,
    )
    with pytest.raises(ProviderRefused) as refused:
        await provider.charge(stage.request("", "m"))
    assert "wrongsecret" not in str(refused.value) and CLIENT_SECRET not in str(refused.value)
    await provider.aclose()


@pytest.mark.parametrize("status", [409, 429, 500, 503])
async def test_a_passing_fault_is_asked_again_under_the_same_id(stage: PayPalStage, status: int) -> None:
    request, provider = await stage.charge(), await stage.replica()
    stage.fake.faults.paths, stage.fake.faults.statuses = "/capture", [status]
    assert (await provider.charge(request)).state is State.SUCCEEDED
    assert len(stage.fake.orders) == 1


async def test_a_server_that_is_not_there_is_unavailable() -> None:
    provider = PayPalPayments(
        client_id="a", client_secret="b", webhook_id="c", clock=Clock(), api_base="http://127.0.0.1:1", retries=0
    )
    with pytest.raises(ProviderUnavailable):
        await provider.look_up_setup("X", idempotency_key="pm_1")
    await provider.aclose()


async def test_a_payer_without_a_stored_method_pays_on_paypals_page(stage: PayPalStage) -> None:
    provider, request = await stage.replica(), stage.request("", "", off_session=False)
    outcome = await provider.charge(request)
    assert outcome.state is State.REQUIRES_ACTION and outcome.confirmation is not None
    assert await provider.look_up(request) == outcome
    assert (await provider.resume(request, reference=outcome.reference)).state is State.REQUIRES_ACTION
    await stage.payer(outcome.confirmation, agrees=True)
    events = [await provider.read_webhook(*one) for one in await stage.events()]
    (agreed,) = [one for one in events if one.kind is EventKind.PAYER_AGREED]
    assert (agreed.reference, agreed.idempotency_key) == (outcome.reference, request.idempotency_key)
    found = await provider.look_up(request)
    assert found is not None and found.state is State.REQUIRES_ACTION, "looking up takes nothing"
    done = await provider.resume(request, reference=outcome.reference)
    assert done.state is State.SUCCEEDED


async def test_a_payer_who_agreed_may_still_be_declined(stage: PayPalStage) -> None:
    provider, request = await stage.replica(), stage.request("", "", off_session=False)
    outcome = await provider.charge(request)
    assert outcome.confirmation is not None
    await stage.payer(outcome.confirmation, agrees=True, buyer="declined")
    done = await provider.resume(request, reference=outcome.reference)
    assert (done.state, done.decline) == (State.FAILED, DeclineReason.GENERIC)


async def test_long_after_a_charge_is_found_in_the_report(stage: PayPalStage) -> None:
    clock = stage.clock
    assert isinstance(clock, LateClock)
    provider, request, never = await stage.replica(), await stage.charge(), await stage.charge()
    outcome = await provider.charge(request)
    clock.ahead = timedelta(hours=7)
    orders = len(stage.fake.orders)
    assert await provider.look_up(request) == outcome
    assert await provider.look_up(never) is None
    assert len(stage.fake.orders) == orders, "the order is not made anew"


async def test_the_report_is_read_page_by_page(stage: PayPalStage) -> None:
    provider, request = await stage.replica(), await stage.charge()
    await provider.charge(request)
    entry = stage.fake._report[0]
    stage.fake._report += [json.loads(json.dumps(entry)) for _ in range(1100)]
    start = stage.now() - timedelta(days=80)
    found = [one async for one in provider.list_movements(start, stage.now() + timedelta(minutes=1))]
    assert len(found) == 1101
    assert {one.fee_minor for one in found} == {224}, "3.49 % and 0.49"


async def test_names_that_are_none_of_paypals_do_not_reach_its_paths(stage: PayPalStage) -> None:
    provider = await stage.replica()
    before = stage.asked()
    for name in ("../orders", "a/b", "a?b", "", "é"):
        with pytest.raises(ProviderRefused):
            await provider.remove_method(name)
    assert stage.asked() == before


async def test_a_payment_in_another_currency_is_not_refunded(stage: PayPalStage) -> None:
    provider = await stage.replica()
    paid = await provider.charge(await stage.charge())
    with pytest.raises(ProviderRefused):
        await provider.refund(stage.refund(paid.reference, 100, "USD"))
    with pytest.raises(AmountExceeds):
        await provider.refund(stage.refund(paid.reference, 100, "KWD"))


async def test_a_setup_that_expired_at_paypal_has_failed(stage: PayPalStage) -> None:
    setup = await (await stage.replica()).look_up_setup("GONE", idempotency_key="pm_1")
    assert (setup.state, setup.decline) == (SetupState.FAILED, DeclineReason.NOT_CONFIRMED)


# Whose certificate signed.


async def told(signed_by: Signer, **more: Any) -> tuple[PayPalFake, Any]:
    """What a provider that trusts the usual root makes of an event signed so."""
    async with PayPalFake(signed_by).running() as fake:
        words = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "webhook_id": WEBHOOK_ID}
        roots = [signer().root]
        provider = PayPalPayments(**{**words, "clock": Clock(), "api_base": fake.address, "roots": roots, **more})
        body = b'{"id": "WH-1", "event_type": "X", "create_time": "2026-01-01T00:00:00Z", "resource": {}}'
        try:
            return fake, await provider.read_webhook(fake.signed(body), body)
        except SignatureInvalid as refused:
            return fake, refused
        finally:
            await provider.aclose()


async def test_a_certificate_that_leads_to_a_trusted_root_needs_no_further_question() -> None:
    fake, event = await told(signer())
    assert event.kind is EventKind.OTHER and fake.verified == 0


@pytest.mark.parametrize(
    "signed_by",
    [
        signer("messageverificationcerts.sandbox.paypal.com"),
        signer("evil.example.com"),
        signer(days=1, age=timedelta(days=2)),
        dataclasses.replace(signer(), chain=signer().chain[:1]),
    ],
    ids=["another root", "another name", "expired", "without what leads to the root"],
)
async def test_a_certificate_that_cannot_be_proven_here_is_asked_about(signed_by: Signer) -> None:
    fake, event = await told(signed_by)
    assert fake.verified == 1
    assert event.kind is EventKind.OTHER, "PayPal says that it is its own"


async def test_an_event_that_paypal_does_not_know_either_is_refused() -> None:
    foreign = signer("evil.example.com")

    class Denying(PayPalFake):
        def _verify(self, body: dict[str, Any], path: dict[str, str]) -> dict[str, Any]:
            return {"verification_status": "FAILURE"}

    async with Denying(foreign).running() as fake:
        stage = PayPalStage(fake)
        provider = await stage.replica()
        provider._roots = [signer().root]
        body = stage.unknown_event()
        with pytest.raises(SignatureInvalid, match="not PayPal's"):
            await provider.read_webhook(stage.signed(body), body)
        await stage.close()


async def test_an_event_for_another_webhook_is_refused() -> None:
    _, refused = await told(signer(), webhook_id="WHSOMEBODYELSE")
    assert isinstance(refused, SignatureInvalid)


@pytest.mark.parametrize(
    ("url", "base", "good"),
    [
        ("https://api.paypal.com/v1/notifications/certs/CERT-360caa42", "https://api-m.paypal.com", True),
        ("https://api.sandbox.paypal.com/v1/notifications/certs/CERT-1", "https://api-m.sandbox.paypal.com", True),
        ("http://api.paypal.com/v1/notifications/certs/CERT-1", "https://api-m.paypal.com", False),
        ("https://api.paypal.com.evil.example/v1/notifications/certs/C", "https://api-m.paypal.com", False),
        ("https://evil.example/v1/notifications/certs/CERT-1", "https://api-m.paypal.com", False),
        ("https://api.paypal.com@evil.example/v1/notifications/certs/C", "https://api-m.paypal.com", False),
        ("https://api.paypal.com:8443/v1/notifications/certs/CERT-1", "https://api-m.paypal.com", False),
        ("https://api.paypal.com/v1/oauth2/token", "https://api-m.paypal.com", False),
        ("https://api.paypal.com/v1/notifications/certs/../../x", "https://api-m.paypal.com", False),
        ("http://127.0.0.1:9/v1/notifications/certs/CERT-1", "http://127.0.0.1:9", True),
        ("http://127.0.0.1:8/v1/notifications/certs/CERT-1", "http://127.0.0.1:9", False),
        ("http://[bad", "https://api-m.paypal.com", False),
    ],
)
def test_certificates_come_from_paypal_only(url: str, base: str, good: bool) -> None:
    if good:
        paypal_webhooks.check_certificate_url(url, base)
        return
    with pytest.raises(SignatureInvalid):
        paypal_webhooks.check_certificate_url(url, base)


def test_the_public_roots_are_there() -> None:
    names = [one.subject.rfc4514_string() for one in paypal_webhooks.public_roots()]
    assert any("DigiCert" in name for name in names)
    assert not paypal_webhooks.trusted(signer().chain, paypal_webhooks.public_roots(), datetime.now(UTC))


@pytest.mark.parametrize("seconds", [-5 * 86400, 600])
async def test_a_delivery_of_another_time_is_refused(stage: PayPalStage, seconds: int) -> None:
    body = stage.unknown_event()
    sent = (datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
    with pytest.raises(SignatureInvalid):
        await (await stage.replica()).read_webhook(stage.fake.signed(body, at=sent), body)


async def test_a_certificate_that_is_not_there_is_the_events_fault(stage: PayPalStage) -> None:
    body = stage.unknown_event()
    missing = stage.fake.signed(body, certificate_url=f"{stage.fake.address}/v1/notifications/certs/a/b")
    with pytest.raises(SignatureInvalid):
        await (await stage.replica()).read_webhook(missing, body)


async def test_a_certificate_that_cannot_be_fetched_now_is_not_the_events_fault(stage: PayPalStage) -> None:
    body, provider = stage.unknown_event(), await stage.replica()
    nobody = "http://127.0.0.1:9"
    provider._api_base = nobody
    sent = stage.fake.signed(body, certificate_url=f"{nobody}/v1/notifications/certs/CERT-1")
    with pytest.raises(ProviderUnavailable):
        await provider.read_webhook(sent, body)
