"""Which providers are set up: settings, the registry, card numbers, currencies."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from actors.billing.domain.card_number import CardNumberRefused, refuse_card_numbers
from actors.billing.domain.money import exponent
from actors.billing.domain.payment import DeclineReason
from actors.billing.providers.contract import ProviderMissing
from actors.billing.providers.currencies import rescaled
from actors.billing.providers.registry import Providers, providers_from
from actors.billing.providers.sandbox_state import MemorySandboxState
from actors.billing.providers.settings import ProviderSettings
from actors.kernel.clock import ManualClock
from actors.kernel.settings import SettingsError, load

STRIPE = {"stripe_api_key": SecretStr("sk_test_x"), "stripe_webhook_secret": SecretStr("whsec_x")}
PAYPAL = {"paypal_client_id": "id", "paypal_client_secret": SecretStr("secret"), "paypal_webhook_id": "WH"}


async def names(env: str = "development", **settings: object) -> list[str]:
    found = registry(env, **settings)
    listed = [one.traits.name for one in found]
    await found.aclose()
    return listed


def registry(env: str = "development", **settings: object) -> Providers:
    return providers_from(
        load(ProviderSettings, **settings),
        ManualClock(),
        MemorySandboxState(),
        env=env,  # type: ignore[arg-type]
        public_url="https://atrium.example/",
        sandbox_secret=b"x" * 32,
    )


async def test_without_keys_there_is_the_sandbox_and_transfers() -> None:
    assert await names() == ["sandbox", "manual"]
    found = registry()
    assert found.sandbox is found.get("sandbox") and found.sandbox.traits.sandbox


async def test_keys_set_providers_up_and_the_sandbox_away() -> None:
    assert await names(**STRIPE) == ["stripe", "manual"]
    assert await names(**PAYPAL) == ["paypal", "manual"]
    assert await names(**STRIPE, **PAYPAL) == ["stripe", "paypal", "manual"]
    assert await names(**STRIPE, sandbox=True) == ["stripe", "sandbox", "manual"]
    assert await names(sandbox=False) == ["manual"]


async def test_production_has_no_sandbox() -> None:
    assert await names("production") == ["manual"]
    assert await names("production", **STRIPE) == ["stripe", "manual"]
    with pytest.raises(SettingsError, match="ATRIUM_BILLING_SANDBOX"):
        registry("production", sandbox=True)


async def test_a_provider_that_is_not_set_up_is_missing() -> None:
    found = registry(sandbox=False)
    with pytest.raises(ProviderMissing) as refused:
        found.get("stripe")
    assert refused.value.metadata == {"provider": "stripe"}
    assert found.sandbox is None


async def test_test_keys_and_publishable_keys_are_known() -> None:
    found = registry(**STRIPE, **PAYPAL, stripe_publishable_key="pk_test_x")
    stripe, paypal = found.get("stripe").traits, found.get("paypal").traits
    assert (stripe.sandbox, stripe.publishable_key) == (True, "pk_test_x")
    assert (paypal.sandbox, paypal.publishable_key) == (False, "id")
    await found.aclose()


@pytest.mark.parametrize(
    ("settings", "missing"),
    [
        ({"stripe_api_key": SecretStr("sk")}, "ATRIUM_BILLING_STRIPE_WEBHOOK_SECRET"),
        ({"stripe_webhook_secret": SecretStr("w")}, "ATRIUM_BILLING_STRIPE_API_KEY"),
        ({"paypal_client_id": "id"}, "ATRIUM_BILLING_PAYPAL_CLIENT_SECRET"),
        ({**PAYPAL, "paypal_webhook_id": ""}, "ATRIUM_BILLING_PAYPAL_WEBHOOK_ID"),
        ({"paypal_api_base": "https://x.example/path"}, "ATRIUM_BILLING_PAYPAL_API_BASE"),
        ({"stripe_api_base": "api.stripe.com"}, "ATRIUM_BILLING_STRIPE_API_BASE"),
    ],
)
def test_half_of_a_provider_is_an_error_that_names_the_rest(settings: dict[str, object], missing: str) -> None:
    with pytest.raises(SettingsError, match=missing) as refused:
        load(ProviderSettings, **settings)
    assert "sk" not in str(refused.value).split() and "secret" not in str(refused.value).split()


def test_the_environment_names_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATRIUM_BILLING_STRIPE_API_KEY", "sk_test_env")
    monkeypatch.setenv("ATRIUM_BILLING_STRIPE_WEBHOOK_SECRET", "whsec_env")
    monkeypatch.setenv("ATRIUM_BILLING_SANDBOX", "true")
    found = load(ProviderSettings)
    assert found.stripe_is_set_up and found.sandbox and not found.paypal_is_set_up
    assert "sk_test_env" not in repr(found)


def test_sdks_are_loaded_only_where_they_are_used() -> None:
    program = (
        "import sys; import actors.billing.providers.registry; "
        "sys.exit(any(name in sys.modules for name in ('stripe', 'httpx', 'typst')))"
    )
    assert subprocess.run([sys.executable, "-c", program], timeout=30, check=False).returncode == 0


def test_reasons_are_the_contracts() -> None:
    contract = (Path(__file__).parents[2] / "protos" / "atrium" / "billing" / "v1" / "payment.proto").read_text()
    assert [one.value for one in DeclineReason] == re.findall(r"DECLINE_REASON_(\w+) = [1-9]", contract)


@pytest.mark.parametrize(
    "text",
    [
        "4242424242424242",
        "4242 4242 4242 4242",
        "my card is 4242-4242-4242-4242, thanks",
        "378282246310005",
        "6011 1111 1111 1117",
        "5555555555554444",
        "4222222222222",
        "4242424242424242",
        "tok_4242424242424242",
        "4242.4242.4242.4242",
    ],
)
def test_card_numbers_are_refused(text: str) -> None:
    with pytest.raises(CardNumberRefused) as refused:
        refuse_card_numbers(other="fine", note=text)
    assert refused.value.metadata == {"field": "note"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tok_visa",
        "pm_1MqLiJLkdIwHu7ixUEgbFdYF",
        "4242424242424241",
        "Invoice 2026-000123",
        "+49 30 1234567",
        "1" * 16,
    ],
)
def test_other_texts_are_not(text: str) -> None:
    refuse_card_numbers(text=text)


@given(st.integers(10**14, 10**15 - 1))
def test_any_number_with_its_check_digit_is_refused(number: int) -> None:
    body = "4" + str(number)[1:]
    total = sum(sum(divmod(2 * int(d), 10)) if i % 2 == 0 else int(d) for i, d in enumerate(reversed(body)))
    with pytest.raises(CardNumberRefused):
        refuse_card_numbers(text=body + str(-total % 10))
    refuse_card_numbers(text=body + str((1 - total) % 10))


@given(st.integers(1, 10**12), st.integers(0, 3), st.integers(0, 3))
def test_amounts_are_rescaled_exactly_or_not_at_all(amount: int, digits: int, to: int) -> None:
    scaled = rescaled(amount, digits, to)
    if scaled is None:
        assert to < digits and amount % 10 ** (digits - to)
    else:
        assert scaled * 10**digits == amount * 10**to


def test_minor_units_are_isos() -> None:
    assert [exponent(one) for one in ("EUR", "JPY", "KWD", "HUF", "ISK", "MGA")] == [2, 0, 3, 2, 0, 2]
