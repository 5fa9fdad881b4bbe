"""Where the contract suite plays: each provider with what a test needs to act as the payer and as bad luck.

A stage that cannot play a case skips it and says why.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from actors.billing.domain.payment import DeclineReason
from actors.billing.domain.payment_method import Confirmation
from actors.billing.providers.contract import (
    ChargeRequest,
    Movement,
    PaymentProvider,
    ProviderEvent,
    RefundRequest,
    SetupState,
)
from actors.billing.providers.manual import Manual
from actors.billing.providers.paypal import PayPalPayments
from actors.billing.providers.sandbox import Sandbox
from actors.billing.providers.sandbox_state import MemorySandboxState, SandboxState
from actors.billing.providers.stripe import StripePayments
from actors.billing.sandbox_books import BooksSandboxState
from actors.billing.store import BooksUnit
from actors.kernel.clock import Clock, ManualClock
from actors.kernel.sealing import Sealer
from actors.kernel.store.memory import MemoryBackend
from actors.kernel.store.unit import Store
from tests.billing.fakes import paypal_server, stripe_server
from tests.billing.fakes.deliveries import Signed
from tests.billing.fakes.paypal_server import PayPalFake
from tests.billing.fakes.stripe_server import StripeFake

_numbers = itertools.count(1)
RETURN_URL = "https://atrium.example/billing/return"
R = DeclineReason


class Stage:
    """One provider on stage."""

    name = ""
    secrets: tuple[str, ...] = ()
    """What must never be seen in a log or an error."""

    async def replica(self) -> PaymentProvider:
        raise NotImplementedError

    def now(self) -> datetime:
        return datetime.now(UTC)

    def key(self, prefix: str = "pay") -> str:
        return f"{prefix}_{next(_numbers)}{uuid.uuid4().hex[:10]}"

    async def customer(self) -> str:
        provider = await self.replica()
        return await provider.create_customer(self.key("cus"), name="Ada Lovelace", email="ada@example.com")

    async def method(self, kind: str = "good") -> tuple[str, str]:
        """Customer and a saved method that behaves so."""
        pytest.skip(f"{self.name} has no {kind} method to be tested with")

    async def charge(self, kind: str = "good", amount_minor: int = 5000, currency: str = "EUR", **more: Any) -> Any:
        """A request with a method of this kind."""
        customer, method = await self.method(kind)
        return self.request(customer, method, amount_minor=amount_minor, currency=currency, **more)

    def request(self, customer: str, method: str, **more: Any) -> ChargeRequest:
        words: dict[str, Any] = {
            "idempotency_key": self.key(),
            "amount_minor": 5000,
            "currency": "EUR",
            "create_time": self.now(),
            "customer": customer,
            "method": method,
            "return_url": RETURN_URL,
            "description": "Invoice 2026-000123",
            **more,
        }
        return ChargeRequest(**words)

    def refund(self, reference: str, amount_minor: int, currency: str = "EUR", **more: Any) -> RefundRequest:
        words = {"idempotency_key": self.key("ref"), "reference": reference, **more}
        return RefundRequest(amount_minor=amount_minor, currency=currency, **words)

    async def payer(self, confirmation: Confirmation, *, agrees: bool, buyer: str = "buyer") -> None:
        """The payer goes to the page and answers."""
        pytest.skip(f"nobody can answer {self.name}'s page here")

    def losing_answers(self, path: str) -> contextlib.AbstractContextManager[None]:
        """While the block runs, what is asked at the path happens but is not answered."""
        pytest.skip(f"{self.name} cannot be made to lose answers")

    def down(self) -> contextlib.AbstractContextManager[None]:
        pytest.skip(f"{self.name} cannot be made to fail")

    async def later(self) -> None:
        """Lets what is pending end."""

    async def events(self) -> list[Signed]:
        """What the provider has told so far, each as it is delivered now."""
        pytest.skip(f"{self.name} sends no events here")

    def signed(self, body: bytes, *, age: timedelta = timedelta(0)) -> dict[str, str]:
        pytest.skip(f"{self.name} has no events")

    def forged(self, body: bytes) -> dict[str, str]:
        pytest.skip(f"{self.name} has no events")

    def unknown_event(self) -> bytes:
        pytest.skip(f"{self.name} has no events")

    async def movements(self, provider: PaymentProvider) -> list[Movement]:
        start = self.now() - timedelta(minutes=10)
        return [one async for one in provider.list_movements(start, self.now() + timedelta(minutes=10))]

    async def disputed(self, provider: PaymentProvider, *, won: bool) -> tuple[ChargeRequest, str]:
        """A payment that is disputed by now, and will be won or not; and the provider's name of it."""
        pytest.skip(f"payments of {self.name} are not disputed here")

    async def decided(self, reference: str, *, won: bool) -> None:
        """Lets the payment's dispute end."""

    def asked(self) -> int | None:
        """How many requests the provider got; None where that cannot be known."""
        return None

    def issued(self) -> list[str]:
        """Secrets that the provider gave out meanwhile."""
        return []

    async def close(self) -> None:
        return None


class SandboxStage(Stage):
    name = "sandbox"
    secrets = ("sandbox-secret-sandbox-secret-00",)
    tokens = {
        "good": "tok_visa",
        "challenge": "tok_challenge",
        "slow": "tok_slow",
        "slow declined": "tok_slow_declined",
        "slow refund": "tok_refund_slow",
        "failing refund": "tok_refund_fails",
        "declining later": "tok_decline_later",
        "disputed, won": "tok_disputed_won",
        "disputed, lost": "tok_disputed_lost",
        R.GENERIC.value: "tok_visa_declined",
        R.INSUFFICIENT_FUNDS.value: "tok_insufficient_funds",
        R.EXPIRED.value: "tok_expired",
        R.INCORRECT_DETAILS.value: "tok_incorrect",
        R.LOST_OR_STOLEN.value: "tok_lost",
        R.SUSPECTED_FRAUD.value: "tok_fraud",
        R.LIMIT_EXCEEDED.value: "tok_limit",
        R.UNSUPPORTED.value: "tok_unsupported",
        R.METHOD_GONE.value: "tok_gone",
    }
    setup_tokens = {"good": "tok_visa", "declined": "tok_setup_declined", "challenge": "tok_setup_challenge"}

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.state: SandboxState = MemorySandboxState()
        self.lost = self.is_down = False
        self.heard: list[bytes] = []

    async def replica(self) -> Sandbox:
        page = "https://atrium.example/billing/sandbox/confirm"
        return Sandbox(self.state, self.clock, secret=self.secrets[0].encode(), page=page, env="development")

    def now(self) -> datetime:
        return self.clock.now()

    async def method(self, kind: str = "good") -> tuple[str, str]:
        if kind not in self.tokens:
            return await super().method(kind)
        token = "tok_timeout" if self.lost else "tok_down" if self.is_down else self.tokens[kind]
        customer, provider = await self.customer(), await self.replica()
        setup = await provider.begin_setup(self.key("pm"), customer=customer, token=token)
        assert setup.method is not None
        return customer, setup.method.reference

    async def payer(self, confirmation: Confirmation, *, agrees: bool, buyer: str = "buyer") -> None:
        words = parse_qs(urlsplit(confirmation.redirect_url).fragment)
        assert words["return_url"] == [RETURN_URL]
        answer = {name: words[name][0] for name in ("reference", "client_secret")}
        body = json.dumps({"answer": "accept" if agrees else "refuse", **answer}).encode()
        await (await self.replica()).read_webhook({}, body)

    @contextlib.contextmanager
    def losing_answers(self, path: str) -> Iterator[None]:
        if path != "charge":
            pytest.skip("the sandbox loses the answers of charges only")
        self.lost = True
        yield
        self.lost = False

    @contextlib.contextmanager
    def down(self) -> Iterator[None]:
        self.is_down = True
        yield
        self.is_down = False

    async def later(self) -> None:
        self.clock.advance(timedelta(seconds=6))

    async def disputed(self, provider: PaymentProvider, *, won: bool) -> tuple[ChargeRequest, str]:
        request = await self.charge("disputed, won" if won else "disputed, lost")
        reference = (await provider.charge(request)).reference
        assert await provider.list_disputes(reference) == []
        self.clock.advance(timedelta(seconds=11))
        return request, reference

    async def decided(self, reference: str, *, won: bool) -> None:
        self.clock.advance(timedelta(minutes=1))

    async def events(self) -> list[Signed]:
        async def take(headers: Any, body: bytes) -> bool:
            self.heard.append(body)
            return True

        await (await self.replica()).deliver_due(take)
        return [(self.signed(body), body) for body in self.heard]

    def signed(self, body: bytes, *, age: timedelta = timedelta(0)) -> dict[str, str]:
        clock = ManualClock(self.now() - age)
        page = "https://atrium.example"
        signer = Sandbox(self.state, clock, secret=self.secrets[0].encode(), page=page, env="development")
        return signer.events.signed(body)

    def forged(self, body: bytes) -> dict[str, str]:
        page = "https://atrium.example"
        return Sandbox(self.state, self.clock, secret=b"x" * 32, page=page, env="development").events.signed(body)

    def unknown_event(self) -> bytes:
        return json.dumps({"id": "sbe_1", "type": "weather.changed", "time": self.now().isoformat()}).encode()


class SandboxBooksStage(SandboxStage):
    """With a state that two replicas share in the books, each over a store of its own."""

    def __init__(self) -> None:
        super().__init__()
        backend = MemoryBackend()
        sealer = Sealer(b"s" * 32)
        self.state = BooksSandboxState(Store(backend, "billing", BooksUnit, clock=self.clock, sealer=sealer))


class ManualStage(Stage):
    name = "manual"

    async def replica(self) -> Manual:
        return Manual()

    async def method(self, kind: str = "good") -> tuple[str, str]:
        pytest.skip("nobody is charged for a bank transfer: people pay and somebody records it")


class StripeStage(Stage):
    """Over the fake. `customer` is empty where Stripe's ready-made methods stand in: they belong to nobody."""

    name = "stripe"
    secrets = (stripe_server.API_KEY, stripe_server.WEBHOOK_SECRET)
    saved = {"good": "tok_visa", "declining": "tok_chargeCustomerFail"}
    ready = {
        "challenge": "pm_card_authenticationRequired",
        "slow": "pm_card_fake_processing",
        "slow declined": "pm_card_fake_processing",
        "slow refund": "pm_card_pendingRefund",
        "failing refund": "pm_card_refundFail",
        "disputed": "pm_card_createDispute",
        R.GENERIC.value: "pm_card_visa_chargeDeclined",
        R.INSUFFICIENT_FUNDS.value: "pm_card_visa_chargeDeclinedInsufficientFunds",
        R.EXPIRED.value: "pm_card_chargeDeclinedExpiredCard",
        R.INCORRECT_DETAILS.value: "pm_card_chargeDeclinedIncorrectCvc",
        R.LOST_OR_STOLEN.value: "pm_card_visa_chargeDeclinedStolenCard",
        R.LIMIT_EXCEEDED.value: "pm_card_visa_chargeDeclinedVelocityLimitExceeded",
        R.SUSPECTED_FRAUD.value: "pm_card_chargeDeclinedFraudulent",
    }
    setup_tokens = {
        "good": "tok_visa",
        "declined": "tok_chargeDeclined",
        "challenge": "pm_card_authenticationRequired",
    }

    def __init__(self, fake: StripeFake) -> None:
        self.fake = fake
        self.opened: list[StripePayments] = []

    async def replica(self) -> StripePayments:
        provider = StripePayments(
            api_key=stripe_server.API_KEY,
            webhook_secret=stripe_server.WEBHOOK_SECRET,
            api_base=self.fake.address,
            timeout_seconds=5,
            retries=2,
        )
        self.opened.append(provider)
        return provider

    async def method(self, kind: str = "good") -> tuple[str, str]:
        if kind in self.ready:
            return "", self.ready[kind]
        if kind not in self.saved:
            return await super().method(kind)
        customer, provider = await self.customer(), await self.replica()
        setup = await provider.begin_setup(self.key("pm"), customer=customer, token=self.saved[kind])
        assert setup.state is SetupState.SUCCEEDED and setup.method is not None
        return customer, setup.method.reference

    async def payer(self, confirmation: Confirmation, *, agrees: bool, buyer: str = "buyer") -> None:
        async with (
            aiohttp.ClientSession() as browser,
            browser.get(
                confirmation.redirect_url,
                params={"answer": "complete" if agrees else "fail"},
                allow_redirects=False,
            ) as answer,
        ):
            assert answer.status == 302
            assert answer.headers["Location"].startswith(RETURN_URL)

    @contextlib.contextmanager
    def losing_answers(self, path: str) -> Iterator[None]:
        self.fake.faults.paths = {"charge": "/payment_intents", "refund": "/refunds"}[path]
        self.fake.faults.unanswered = 1000
        yield
        self.fake.faults.unanswered = 0

    @contextlib.contextmanager
    def down(self) -> Iterator[None]:
        self.fake.faults.paths = ""
        self.fake.faults.statuses = [500] * 1000
        yield
        self.fake.faults.statuses = []

    async def later(self) -> None:
        for intent in self.fake.things("payment_intent"):
            if intent["status"] == "processing":
                self.fake.settle(intent["id"], success=intent["metadata"]["atrium_key"][:4] == "pay_")
        for refund in self.fake.things("refund"):
            self.fake.settle_refund(refund["id"])

    async def disputed(self, provider: PaymentProvider, *, won: bool) -> tuple[ChargeRequest, str]:
        request = await self.charge("disputed")
        return request, (await provider.charge(request)).reference

    async def decided(self, reference: str, *, won: bool) -> None:
        (dispute,) = [one for one in self.fake.things("dispute") if one["payment_intent"] == reference]
        self.fake.decide(dispute["id"], won=won)

    async def events(self) -> list[Signed]:
        return self.fake.deliveries.all()

    def signed(self, body: bytes, *, age: timedelta = timedelta(0)) -> dict[str, str]:
        return self.fake.signed(body, at=time.time() - age.total_seconds())

    def forged(self, body: bytes) -> dict[str, str]:
        return self.fake.signed(body, secret="whsec_somebodyelses")

    def unknown_event(self) -> bytes:
        thing = {"id": "cus_1", "object": "weather"}
        event = {"id": "evt_1", "object": "event", "type": "weather.changed", "created": 1, "data": {"object": thing}}
        return json.dumps(event).encode()

    def asked(self) -> int | None:
        return len(self.fake.requests)

    async def close(self) -> None:
        for provider in self.opened:
            await provider.aclose()


class StripeAccountStage(StripeStage):
    """Over a real test account of Stripe's."""

    name = "stripe-account"

    def __init__(self) -> None:
        key = os.environ.get("ATRIUM_TEST_STRIPE_API_KEY", "")
        if not key:
            pytest.skip("ATRIUM_TEST_STRIPE_API_KEY is not set: no real test account of Stripe's to ask")
        if "_test_" not in key:
            pytest.skip("ATRIUM_TEST_STRIPE_API_KEY is not a key of test mode")
        self.api_key, self.secrets = key, (key, "whsec_local")
        self.opened = []

    async def replica(self) -> StripePayments:
        provider = StripePayments(api_key=self.api_key, webhook_secret="whsec_local")
        self.opened.append(provider)
        return provider

    async def method(self, kind: str = "good") -> tuple[str, str]:
        if kind.startswith("slow d") or kind == "slow":
            pytest.skip("Stripe's test cards settle at once")
        return await super().method(kind)

    async def payer(self, confirmation: Confirmation, *, agrees: bool, buyer: str = "buyer") -> None:
        pytest.skip("Stripe's page wants a browser")

    def losing_answers(self, path: str) -> contextlib.AbstractContextManager[None]:
        pytest.skip("Stripe itself cannot be made to lose answers")

    def down(self) -> contextlib.AbstractContextManager[None]:
        pytest.skip("Stripe itself cannot be made to fail")

    async def later(self) -> None:
        pytest.skip("Stripe itself takes its time")

    async def decided(self, reference: str, *, won: bool) -> None:
        pytest.skip("a dispute of a test account ends with evidence, which nobody gives here")

    async def events(self) -> list[Signed]:
        pytest.skip("Stripe cannot reach this machine")

    def signed(self, body: bytes, *, age: timedelta = timedelta(0)) -> dict[str, str]:
        return StripeFake().signed(body, secret="whsec_local", at=time.time() - age.total_seconds())

    def forged(self, body: bytes) -> dict[str, str]:
        return StripeFake().signed(body, secret="whsec_somebodyelses")

    def asked(self) -> int | None:
        return None


class PayPalStage(Stage):
    """Over the fake."""

    name = "paypal"
    secrets = (paypal_server.CLIENT_SECRET,)
    buyers = {
        "good": "buyer",
        "slow": "slow",
        "challenge": "asked",
        R.GENERIC.value: "declined",
        R.LIMIT_EXCEEDED.value: "limited",
        R.METHOD_GONE.value: "restricted",
        R.SUSPECTED_FRAUD.value: "blocked",
    }

    def __init__(self, fake: PayPalFake, clock: Clock | None = None) -> None:
        self.fake, self.clock = fake, clock or Clock()
        self.opened: list[PayPalPayments] = []

    def now(self) -> datetime:
        return self.clock.now()

    async def replica(self) -> PayPalPayments:
        provider = PayPalPayments(
            client_id=paypal_server.CLIENT_ID,
            client_secret=paypal_server.CLIENT_SECRET,
            webhook_id=paypal_server.WEBHOOK_ID,
            clock=self.clock,
            api_base=self.fake.address,
            roots=[self.fake.signer.root],
            timeout_seconds=5,
        )
        self.opened.append(provider)
        return provider

    async def method(self, kind: str = "good") -> tuple[str, str]:
        if kind not in self.buyers:
            return await super().method(kind)
        provider, key = await self.replica(), self.key("pm")
        setup = await provider.begin_setup(key, customer="", return_url=RETURN_URL)
        assert setup.confirmation is not None
        await self.payer(setup.confirmation, agrees=True, buyer=self.buyers[kind])
        setup = await provider.look_up_setup(setup.reference, idempotency_key=key)
        assert setup.method is not None
        return "", setup.method.reference

    async def payer(self, confirmation: Confirmation, *, agrees: bool, buyer: str = "buyer") -> None:
        words = {"buyer": buyer} if agrees else {"cancel": "1"}
        async with (
            aiohttp.ClientSession() as browser,
            browser.get(confirmation.redirect_url, params=words, allow_redirects=False) as answer,
        ):
            assert answer.status == 302
            assert answer.headers["Location"].startswith(RETURN_URL)

    @contextlib.contextmanager
    def losing_answers(self, path: str) -> Iterator[None]:
        self.fake.faults.paths = {"charge": "/capture", "refund": "/refund"}[path]
        self.fake.faults.unanswered = 1000
        yield
        self.fake.faults.unanswered = 0

    @contextlib.contextmanager
    def down(self) -> Iterator[None]:
        self.fake.faults.paths = ""
        self.fake.faults.statuses = [503] * 1000
        yield
        self.fake.faults.statuses = []

    def issued(self) -> list[str]:
        return self.fake.tokens()

    async def later(self) -> None:
        for order in list(self.fake.orders):
            if "payments" in self.fake.orders[order]["purchase_units"][0]:
                self.fake.settle(order)

    async def disputed(self, provider: PaymentProvider, *, won: bool) -> tuple[ChargeRequest, str]:
        request = await self.charge()
        reference = (await provider.charge(request)).reference
        assert await provider.list_disputes(reference) == []
        self.disputes = {reference: self.fake.dispute(reference)}
        return request, reference

    async def decided(self, reference: str, *, won: bool) -> None:
        self.fake.decide(self.disputes[reference], won=won)

    async def events(self) -> list[Signed]:
        return self.fake.deliveries.all()

    def signed(self, body: bytes, *, age: timedelta = timedelta(0)) -> dict[str, str]:
        # PayPal's deliveries last for days; an old one is older than that.
        sent = datetime.now(UTC) - (age * 2000 if age else age)
        return self.fake.signed(body, at=sent.strftime("%Y-%m-%dT%H:%M:%SZ"))

    def forged(self, body: bytes) -> dict[str, str]:
        return {**self.fake.signed(body), "PAYPAL-TRANSMISSION-SIG": self.fake.signed(b"x")["PAYPAL-TRANSMISSION-SIG"]}

    def unknown_event(self) -> bytes:
        event = {"id": "WH-1", "event_type": "WEATHER.CHANGED", "create_time": "2026-01-01T00:00:00Z", "resource": {}}
        return json.dumps(event).encode()

    def asked(self) -> int | None:
        return len(self.fake.requests)

    async def close(self) -> None:
        for provider in self.opened:
            await provider.aclose()


class PayPalAccountStage(Stage):
    """Over a real account of PayPal's sandbox; its payers need a browser, so little can be played."""

    name = "paypal-account"

    def __init__(self) -> None:
        self.id, secret = (os.environ.get(f"ATRIUM_TEST_PAYPAL_CLIENT_{name}", "") for name in ("ID", "SECRET"))
        if not (self.id and secret):
            pytest.skip("ATRIUM_TEST_PAYPAL_CLIENT_ID and _SECRET are not set: no account of PayPal's sandbox")
        self.secrets = (secret,)
        self.opened: list[PayPalPayments] = []

    async def replica(self) -> PayPalPayments:
        provider = PayPalPayments(
            client_id=self.id,
            client_secret=self.secrets[0],
            webhook_id="LOCAL",
            clock=Clock(),
            api_base="https://api-m.sandbox.paypal.com",
        )
        self.opened.append(provider)
        return provider

    async def method(self, kind: str = "good") -> tuple[str, str]:
        pytest.skip("a payer of PayPal's sandbox agrees in a browser")

    async def close(self) -> None:
        for provider in self.opened:
            await provider.aclose()


@contextlib.asynccontextmanager
async def staged(name: str) -> AsyncIterator[Stage]:
    """The stage of this name while the block runs."""
    async with contextlib.AsyncExitStack() as stack:
        stage: Stage
        if name == "stripe":
            stage = StripeStage(await stack.enter_async_context(StripeFake().running()))
        elif name == "paypal":
            stage = PayPalStage(await stack.enter_async_context(PayPalFake().running()))
        else:
            stages = {
                "sandbox": SandboxStage,
                "sandbox-books": SandboxBooksStage,
                "manual": ManualStage,
                "stripe-account": StripeAccountStage,
                "paypal-account": PayPalAccountStage,
            }
            stage = stages[name]()
        stack.push_async_callback(stage.close)
        yield stage


async def read_all(provider: PaymentProvider, deliveries: list[Signed]) -> list[ProviderEvent]:
    return [await provider.read_webhook(headers, body) for headers, body in deliveries]
