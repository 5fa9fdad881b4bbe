"""Providers' events through a real Envoy to the real service: the bytes as they came, and never an answer of 5xx."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import orjson
import pytest
import pytest_asyncio

from actors.billing.domain.payment import State
from actors.billing.providers.sandbox_events import SIGNATURE_HEADER, SandboxEvents
from actors.billing.providers.stripe import StripePayments
from actors.kernel.clock import ManualClock
from actors.kernel.host.server import Server
from actors.kernel.mesh.registry import Endpoint
from tests.billing.fakes import stripe_server
from tests.billing.fakes.stripe_server import StripeFake
from tests.billing.market import Market, challenge
from tests.billing.test_webhooks import events
from tests.edge.live import Edge, Keys, client_for, reason_of, running_edge

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]

SANDBOX, STRIPE, PAYPAL = (f"/api/v1/billing/webhooks/{name}" for name in ("sandbox", "stripe", "paypal"))


class Billing:
    """The billing module of a market as a server: what `running_edge` announces to Envoy."""

    def __init__(self, port: int) -> None:
        self.port = port

    def endpoint(self, module: str, slot: int = 0) -> Endpoint:
        return Endpoint(module, slot, "127.0.0.1", self.port, 0, "node", 1, "test", time.time())


@dataclass
class Stand:
    """A market behind an edge, and Stripe's fake."""

    market: Market
    edge: Edge
    stripe: StripeFake
    heard: list[tuple[dict[str, str], bytes]]
    """Headers and bodies as they reached the service."""

    async def post(self, path: str, body: bytes, headers: dict[str, str] | None = None, **more: Any) -> httpx.Response:
        sent = {"content-type": "application/json", **(headers or {})}
        async with client_for(self.edge) as client:
            return await client.post(path, content=body, headers=sent, **more)

    def signed(self, body: bytes, age: timedelta = timedelta(0)) -> dict[str, str]:
        own = self.market.sandbox.events
        clock = ManualClock(self.market.world.clock.now() - age)
        return SandboxEvents(self.market.sandbox._state, clock, own._secret).signed(body)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stand(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stand]:
    async with Market() as market, StripeFake().running() as fake:
        provider = StripePayments(
            api_key=stripe_server.API_KEY,
            webhook_secret=stripe_server.WEBHOOK_SECRET,
            api_base=fake.address,
            timeout_seconds=5,
            retries=0,
        )
        market.paying.providers._found["stripe"] = provider
        heard: list[tuple[dict[str, str], bytes]] = []
        webhooks, real = market.webhooks, market.webhooks.take

        async def take(name: str, headers: Any, body: bytes, call: Any) -> None:
            heard.append((dict(headers), body))
            await real(name, headers, body, call)

        webhooks.take = take  # type: ignore[method-assign]
        host = market.world.hosts["billing"]
        server = Server(host.chain, host.methods())
        billing: Any = Billing(await server.start("127.0.0.1"))
        folder = tmp_path_factory.mktemp("edge")
        async with running_edge(folder, keys=Keys(), servers=[billing], public_per_minute=100_000) as edge:
            yield Stand(market, edge, fake, heard)
        await server.stop()
        await provider.aclose()


async def paying(stand: Stand, token: str) -> tuple[Any, bytes]:
    """A payment, and the sandbox's event about it, if there is one."""
    await stand.market.by_transfer()  # nobody is charged by itself
    payment = await stand.market.pay(await stand.market.to_pay(token))
    told = [one for one in await events(stand.market) if payment.id.encode() in one]
    return payment, told[0] if told else b""


async def state(stand: Stand, payment: Any) -> State:
    async with stand.market.unit() as unit:
        return (await unit.payments.get(payment.id)).state


async def test_the_bytes_of_an_event_reach_the_service_as_they_came(stand: Stand) -> None:
    now = stand.market.world.clock.now().isoformat()
    for body in (
        f'{{ "id":"sbe_a" ,\r\n\t"type" : "weather", "time":"{now}", "n": 1.50, "u":"\\u00fc ü", "x":null}}  '.encode(),
        f'{{"id":"sbe_b","type":"weather","time":"{now}","id":"sbe_c"}}'.encode(),
        orjson.dumps({"id": "sbe_d", "type": "weather", "time": now, "deep": [[[{"answerless": [None]}]]]}),
    ):
        for media in ("application/json", "application/json; charset=utf-8", "text/plain", "image/x", ""):
            headers = {**stand.signed(body), "content-type": media}
            answer = await stand.post(SANDBOX, body, headers)
            assert (answer.status_code, answer.json()) == (200, {}), answer.text
            assert stand.heard[-1][1] == body
            assert stand.heard[-1][0][SIGNATURE_HEADER] == headers[SIGNATURE_HEADER]


async def test_bytes_that_are_no_text_reach_it_too_and_are_refused(stand: Stand) -> None:
    body = bytes(range(256)) * 8
    answer = await stand.post(SANDBOX, body, {"content-type": "application/octet-stream"})
    assert stand.heard[-1][1] == body
    assert answer.status_code == 401 and reason_of(answer) == "SIGNATURE_INVALID"


async def test_an_event_settles_its_payment_once(stand: Stand) -> None:
    payment, body = await paying(stand, "tok_timeout")
    answers = await asyncio.gather(*(stand.post(SANDBOX, body, stand.signed(body)) for _ in range(6)))
    assert [answer.status_code for answer in answers] == [200] * 6
    assert (await stand.post(SANDBOX, body, stand.signed(body))).status_code == 200
    assert await state(stand, payment) is State.SUCCEEDED
    assert len([one for one in await stand.market.moved() if one.idempotency_key == payment.id]) == 1


async def test_the_page_of_the_sandbox_answers_a_challenge(stand: Stand) -> None:
    payment, _ = await paying(stand, "tok_challenge")
    assert payment.state == payment.STATE_REQUIRES_ACTION
    wrong = orjson.dumps({**orjson.loads(challenge(payment.confirmation)), "client_secret": "sbs_no"})
    assert (await stand.post(SANDBOX, wrong)).status_code == 401
    answer = await stand.post(SANDBOX, challenge(payment.confirmation))
    assert (answer.status_code, answer.json()) == (200, {})
    assert await state(stand, payment) is State.SUCCEEDED


async def test_what_is_not_signed_well_is_401(stand: Stand) -> None:
    now = stand.market.world.clock.now().isoformat()
    body = orjson.dumps({"id": "sbe_z", "type": "weather", "time": now})
    good = stand.signed(body)[SIGNATURE_HEADER]
    for signature in ("", "t=1,v1=0", "t=,v1=", "nonsense", good[:-2] + "zz", good.replace("v1=", "v0="), "ü" * 9):
        answer = await stand.post(SANDBOX, body, {SIGNATURE_HEADER: signature.encode()})  # type: ignore[dict-item]
        assert (answer.status_code, reason_of(answer)) == (401, "SIGNATURE_INVALID"), signature
    for age in (timedelta(minutes=6), timedelta(minutes=-6), timedelta(days=900)):
        answer = await stand.post(SANDBOX, body, stand.signed(body, age))
        assert (answer.status_code, reason_of(answer)) == (401, "SIGNATURE_INVALID"), age
    for other in (body + b"\n", b" " + body, b"", body[:-1]):
        answer = await stand.post(SANDBOX, other, {SIGNATURE_HEADER: good})
        assert (answer.status_code, reason_of(answer)) == (401, "SIGNATURE_INVALID")


async def test_stripes_events_come_through_with_their_own_signature(stand: Stand) -> None:
    market = stand.market
    invoice = await market.owe(10_000, settle=True)
    card = await market.method("tok_visa", provider=2, default=False)
    stand.stripe.faults.paths, stand.stripe.faults.unanswered = "/payment_intents", 1
    payment = await market.pay(invoice, payment_method_id=card.id)
    assert await state(stand, payment) is State.PENDING
    told = stand.stripe.deliveries.all()
    for headers, body in (*reversed(told), *told):
        assert (await stand.post(STRIPE, body, headers)).status_code == 200
    assert await state(stand, payment) is State.SUCCEEDED
    headers, body = told[-1]
    for wrong in ({}, stand.stripe.signed(body, secret="whsec_other"), stand.stripe.signed(body, at=time.time() - 900)):
        answer = await stand.post(STRIPE, body, wrong)
        assert (answer.status_code, reason_of(answer)) == (401, "SIGNATURE_INVALID")


async def test_what_is_signed_and_no_event_and_what_nobody_waits_for_is_never_5xx(stand: Stand) -> None:
    for body in (b"[]", b"{}", b"null", b"7", b'{"id":1}', b"{" * 5000):
        answer = await stand.post(SANDBOX, body, stand.signed(body))
        assert answer.status_code == 400 and reason_of(answer) == "MALFORMED", body
    answer = await stand.post(PAYPAL, b"{}")
    assert answer.status_code == 400 and reason_of(answer) == "PROVIDER_MISSING"
    for name in ("manual", "nobody", "%2e%2e", "stripe%00"):
        answer = await stand.post(f"/api/v1/billing/webhooks/{name}", b"{}")
        assert answer.status_code in (400, 404), (name, answer.status_code)
    for path in (f"{SANDBOX}?provider=stripe", f"{SANDBOX}?body=x", f"{SANDBOX}?nothing=1"):
        assert (await stand.post(path, b"{}")).status_code in (400, 401)
    async with client_for(stand.edge) as client:
        assert (await client.get(SANDBOX)).status_code == 405


async def test_a_body_of_five_megabytes_is_refused_before_it_gets_far(stand: Stand) -> None:
    body = b'{"answer":"' + b"x" * (5 << 20) + b'"}'
    before = len(stand.heard)
    answer = await stand.post(SANDBOX, body, stand.signed(body))
    assert answer.status_code == 413 and reason_of(answer)

    async def chunks() -> AsyncIterator[bytes]:
        for at in range(0, len(body), 1 << 16):
            yield body[at : at + (1 << 16)]

    async with client_for(stand.edge) as client:
        with contextlib.suppress(httpx.ReadError, httpx.WriteError):  # hung up on while still sending
            answer = await client.post(SANDBOX, content=chunks(), headers=stand.signed(body))
            assert answer.status_code == 413
    assert len(stand.heard) == before
    nearly = b'{"answer":"' + b"x" * ((1 << 20) - 4096) + b'"}'
    answer = await stand.post(SANDBOX, nearly, stand.signed(nearly))
    assert (answer.status_code, reason_of(answer)) == (401, "SIGNATURE_INVALID") and len(stand.heard) == before + 1


async def test_a_secret_of_a_payer_is_in_no_log_of_the_edge(stand: Stand) -> None:
    payment, _ = await paying(stand, "tok_challenge")
    await stand.post(SANDBOX, challenge(payment.confirmation))
    assert payment.confirmation.client_secret not in stand.edge.log()
    assert payment.confirmation.client_secret not in repr(stand.edge.access_log())
