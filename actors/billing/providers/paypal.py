"""PayPal: Orders v2, Payments v2, Vault v3, webhooks and the transaction report, by plain HTTP.

A charge is two requests: an order is made, which moves nothing, and then captured with the vaulted method. So a charge
whose answer was lost is found without moving anything: the order's request is repeated under its request id, PayPal
gives back the first one, and its captures tell. Later than PayPal remembers request ids, its report is searched.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import httpx
import orjson
from cryptography import x509

from actors.billing.domain.card_number import refuse_card_numbers
from actors.billing.domain.dispute import Facts as DisputeFacts
from actors.billing.domain.invoice import AmountExceeds
from actors.billing.domain.payment import DeclineReason, State
from actors.billing.domain.payment_method import Confirmation
from actors.billing.providers import paypal_objects, paypal_webhooks
from actors.billing.providers.contract import (
    ChargeRequest,
    Movement,
    MovementKind,
    Outcome,
    ProviderEvent,
    ProviderRefused,
    ProviderUnavailable,
    RefundOutcome,
    RefundRequest,
    Setup,
    SetupState,
    SignatureInvalid,
    Traits,
)
from actors.billing.providers.declines import paypal_decline, paypal_declines
from actors.billing.providers.paypal_objects import Data
from actors.kernel.clock import Clock
from actors.kernel.errors import IdempotencyKeyReused

LIVE = "https://api-m.paypal.com"
_LONGEST_REPORT = timedelta(days=31)
_CERTIFICATE_BYTES = 64 * 1024


class _Refusal(Exception):
    """An answer that says no."""

    def __init__(self, status: int, body: Data) -> None:
        details = body.get("details") or [{}]
        self.status, self.name = status, str(body.get("name", ""))
        self.issue = str(details[0].get("issue", "") or self.name)
        self.links: Sequence[Data] = body.get("links") or []
        super().__init__(f"paypal: {status} {self.name} {self.issue} {body.get('debug_id', '')}")


class PayPalPayments:
    """The port on PayPal's API.

    `api_base` is PayPal's live or sandbox address, or a local server's. `roots` are the certificates that may have
    signed webhooks' certificates; default: DigiCert's.
    """

    def __init__(
        self,
        *,
        client_id: str,
        client_secret: str,
        webhook_id: str,
        clock: Clock,
        api_base: str = LIVE,
        roots: Sequence[x509.Certificate] | None = None,
        timeout_seconds: float = 20.0,
        retries: int = 2,
    ) -> None:
        self.traits = Traits(
            name="paypal",
            sandbox=api_base != LIVE,
            # Request ids of orders are kept for 6 hours, of payment tokens for 3.
            key_lifetime=timedelta(hours=2.5),
            reporting_delay=timedelta(hours=3),
            publishable_key=client_id,
        )
        self._api_base, self._webhook_id, self._clock, self._roots = api_base, webhook_id, clock, roots
        self._login = httpx.BasicAuth(client_id, client_secret)
        self._http = httpx.AsyncClient(timeout=httpx.Timeout(timeout_seconds, connect=5.0))
        self._retries = retries
        self._token, self._token_until, self._signing_in = "", 0.0, asyncio.Lock()
        self._certificates: dict[str, Sequence[x509.Certificate]] = {}

    async def create_customer(self, idempotency_key: str, *, name: str, email: str) -> str:
        return ""

    async def begin_setup(self, idempotency_key: str, *, customer: str, token: str = "", return_url: str = "") -> Setup:
        refuse_card_numbers(token=token)
        if token:
            return await self.look_up_setup(token, idempotency_key=idempotency_key)
        context = {"return_url": return_url, "cancel_url": return_url, "shipping_preference": "NO_SHIPPING"}
        words = {"payment_source": {"paypal": {"usage_type": "MERCHANT", "experience_context": context}}}
        made = await self._post("/v3/vault/setup-tokens", f"{idempotency_key}:setup", words)
        return self._asks(made)

    async def look_up_setup(self, reference: str, *, idempotency_key: str) -> Setup:
        try:
            found = await self._ask("GET", f"/v3/vault/setup-tokens/{_segment(reference)}")
            if found["status"] not in ("APPROVED", "VAULTED"):
                return self._asks(found)
            words = {"payment_source": {"token": {"id": reference, "type": "SETUP_TOKEN"}}}
            made = await self._ask("POST", "/v3/vault/payment-tokens", f"{idempotency_key}:method", words)
        except _Refusal as refusal:
            if refusal.status not in (404, 422):
                raise ProviderRefused(str(refusal)) from None
            return Setup(SetupState.FAILED, reference, decline=DeclineReason.NOT_CONFIRMED)
        return Setup(SetupState.SUCCEEDED, reference, paypal_objects.method(made))

    async def remove_method(self, method: str) -> None:
        try:
            await self._ask("DELETE", f"/v3/vault/payment-tokens/{_segment(method)}")
        except _Refusal as refusal:
            if refusal.status != 404:
                raise ProviderRefused(str(refusal)) from None

    async def charge(self, request: ChargeRequest) -> Outcome:
        refuse_card_numbers(method=request.method, description=request.description)
        amount = paypal_objects.money(request.amount_minor, request.currency)
        if amount is None:
            return Outcome(State.FAILED, decline=DeclineReason.UNSUPPORTED, detail="amount")
        order = await self._order(request, amount)
        outcome = paypal_objects.order_outcome(order)
        if outcome.state is not State.REQUIRES_ACTION or not request.method:
            return outcome
        words = {"payment_source": {"paypal": {"vault_id": request.method}}}
        return await self._captured(order, request.idempotency_key, words)

    async def look_up(self, request: ChargeRequest, *, reference: str = "") -> Outcome | None:
        amount = paypal_objects.money(request.amount_minor, request.currency)
        if amount is None:
            return None
        if reference:
            order = await self._get(reference)
        elif self._clock.now() - request.create_time < self.traits.key_lifetime:
            # What is given back again is the order as it was made; how it is now is asked.
            order = await self._get((await self._order(request, amount))["id"])
        elif (reported := await self._reported(request)) is None:
            return None
        else:
            order = reported
        outcome = paypal_objects.order_outcome(order)
        # An order that was only made waits for our capture alone when there is a stored method.
        return None if order["status"] == "CREATED" and request.method else outcome

    async def resume(self, request: ChargeRequest, *, reference: str) -> Outcome:
        order = await self._get(reference)
        outcome = paypal_objects.order_outcome(order)
        if outcome.state is not State.REQUIRES_ACTION or order["status"] != "APPROVED":
            return outcome
        return await self._captured(order, request.idempotency_key, {})

    async def cancel(self, request: ChargeRequest, *, reference: str) -> Outcome:
        outcome = paypal_objects.order_outcome(await self._get(reference))
        # An order cannot be withdrawn, but nothing is taken until we capture it, which nobody will.
        return Outcome(State.CANCELLED, reference) if outcome.state is State.REQUIRES_ACTION else outcome

    async def refund(self, request: RefundRequest) -> RefundOutcome:
        order = await self._get(request.reference)
        captures, amount = (
            paypal_objects.captures_of(order),
            paypal_objects.money(request.amount_minor, request.currency),
        )
        if not captures or amount is None:
            raise AmountExceeds(left_minor=paypal_objects.left_minor(order))
        words = {"amount": amount, "custom_id": request.idempotency_key}
        path = f"/v2/payments/captures/{_segment(captures[-1]['id'])}/refund"
        try:
            made = await self._ask("POST", path, f"{request.idempotency_key}:refund", words)
        except _Refusal as refusal:
            if refusal.issue not in ("REFUND_AMOUNT_EXCEEDED", "CAPTURE_FULLY_REFUNDED"):
                raise ProviderRefused(str(refusal)) from None
            left = paypal_objects.left_minor(await self._get(request.reference))
            raise AmountExceeds(left_minor=left) from None
        outcome = paypal_objects.refund_outcome(made)
        if outcome.amount_minor != request.amount_minor:
            raise IdempotencyKeyReused(problem="was used for another refund")
        return outcome

    async def look_up_refund(self, request: RefundRequest, *, reference: str = "") -> RefundOutcome | None:
        if reference:
            found = await self._asked("GET", f"/v2/payments/refunds/{_segment(reference)}")
            return paypal_objects.refund_outcome(found)
        for refund in paypal_objects.refunds_of(await self._get(request.reference)):
            if refund.get("custom_id") == request.idempotency_key:
                return paypal_objects.refund_outcome(refund)
        return None

    async def list_disputes(self, reference: str) -> list[DisputeFacts]:
        found: list[Data] = []
        for capture in paypal_objects.captures_of(await self._get(reference)):
            page = ""
            while True:
                words = {"disputed_transaction_id": capture["id"], "page_size": "50"}
                words |= {"next_page_token": page} if page else {}
                listed = await self._asked("GET", "/v1/customer/disputes", params=words)
                for one in listed.get("items", ()):
                    # The list has no outcomes.
                    path = f"/v1/customer/disputes/{_segment(one['dispute_id'])}"
                    found.append(await self._asked("GET", path))
                if not (page := paypal_objects.next_page(listed)):
                    break
        return [paypal_objects.dispute(one) for one in sorted(found, key=lambda one: str(one["create_time"]))]

    async def read_webhook(self, headers: Mapping[str, str], raw_body: bytes) -> ProviderEvent:
        now = self._clock.now()
        sent = paypal_webhooks.delivery(headers, raw_body, now)
        paypal_webhooks.check_certificate_url(sent.certificate_url, self._api_base)
        chain = await self._certificate(sent.certificate_url)
        paypal_webhooks.check_signature(sent, self._webhook_id, chain)
        if not paypal_webhooks.trusted(chain, self._roots or paypal_webhooks.public_roots(), now):
            # The chain may be shorter than what leads to a root we know: PayPal itself can say.
            words = sent.words(self._webhook_id)
            answer = await self._asked("POST", "/v1/notifications/verify-webhook-signature", content=words)
            if answer.get("verification_status") != "SUCCESS":
                raise SignatureInvalid(provider="paypal", problem="its certificate is not PayPal's")
        return paypal_objects.event(orjson.loads(raw_body))

    async def list_movements(self, start: datetime, end: datetime) -> AsyncIterator[Movement]:
        since = start
        while since < end:
            until = min(end, since + _LONGEST_REPORT)
            page, pages = 1, 1
            while page <= pages:
                words = {
                    "start_date": since.isoformat(timespec="milliseconds"),
                    "end_date": until.isoformat(timespec="milliseconds"),
                    "fields": "transaction_info",
                    "transaction_status": "S",
                    "page_size": "500",
                    "page": str(page),
                }
                found = await self._asked("GET", "/v1/reporting/transactions", params=words)
                for entry in found.get("transaction_details", ()):
                    movement = paypal_objects.movement(entry)
                    if since <= movement.time < until:
                        yield movement
                page, pages = page + 1, int(found.get("total_pages", 1))
            since = until

    async def aclose(self) -> None:
        await self._http.aclose()

    async def _order(self, request: ChargeRequest, amount: Mapping[str, str]) -> Data:
        """The order of a charge: made, or the one that was made for its key before."""
        words = paypal_objects.order_words(request, amount)
        order = await self._post("/v2/checkout/orders", f"{request.idempotency_key}:order", words)
        order = order if "purchase_units" in order else await self._get(order["id"])
        unit = order["purchase_units"][0]
        if unit["amount"]["currency_code"] != request.currency or (
            paypal_objects.minor_of(unit["amount"]) != request.amount_minor
        ):
            raise IdempotencyKeyReused(problem="was used for another payment")
        return order

    async def _captured(self, order: Data, key: str, words: Data) -> Outcome:
        reference = order["id"]
        try:
            done = await self._ask(
                "POST", f"/v2/checkout/orders/{_segment(reference)}/capture", f"{key}:capture", words
            )
        except _Refusal as refusal:
            if refusal.issue == "ORDER_ALREADY_CAPTURED":
                return paypal_objects.order_outcome(await self._get(reference))
            if refusal.issue == "PAYER_ACTION_REQUIRED":
                link = paypal_objects.payer_link({"links": [*refusal.links, *order.get("links", ())]})
                return Outcome(State.REQUIRES_ACTION, reference, confirmation=Confirmation(link))
            if not paypal_declines(refusal.issue):
                raise ProviderRefused(str(refusal)) from None
            return Outcome(State.FAILED, reference, paypal_decline(refusal.issue), detail=refusal.issue)
        return paypal_objects.order_outcome(done)

    async def _reported(self, request: ChargeRequest) -> Data | None:
        """The order of a charge that PayPal's report tells of."""
        start = request.create_time - timedelta(minutes=5)
        async for movement in self.list_movements(start, request.create_time + _LONGEST_REPORT / 2):
            if movement.kind is MovementKind.CHARGE and movement.idempotency_key == request.idempotency_key:
                capture = await self._asked("GET", f"/v2/payments/captures/{_segment(movement.id)}")
                return await self._get(capture["supplementary_data"]["related_ids"]["order_id"])
        return None

    async def _get(self, order: str) -> Data:
        return await self._asked("GET", f"/v2/checkout/orders/{_segment(order)}")

    async def _post(self, path: str, key: str, words: Data) -> Data:
        return await self._asked("POST", path, key, words)

    async def _asked(self, method: str, path: str, key: str = "", words: Data | None = None, **more: Any) -> Data:
        """An answer to a request that cannot be the payer's fault."""
        try:
            return await self._ask(method, path, key, words, **more)
        except _Refusal as refusal:
            raise ProviderRefused(str(refusal)) from None

    async def _ask(
        self,
        method: str,
        path: str,
        key: str = "",
        words: Data | None = None,
        *,
        content: bytes = b"",
        params: Mapping[str, str] | None = None,
    ) -> Data:
        """PayPal's answer, asked again under the same request id while there is none."""
        body = content or (b"" if words is None else orjson.dumps(words))
        for attempt in range(self._retries + 1):
            if attempt:
                await asyncio.sleep(0.2 * 4 ** (attempt - 1))
            try:
                answer = await self._sent(method, path, key, body, params)
            except httpx.HTTPError:
                continue
            if answer.status_code == 401:
                self._token = ""
                continue
            if answer.status_code in (409, 429) or answer.status_code >= 500:
                continue
            try:
                found: Data = orjson.loads(answer.content) if answer.content else {}
            except orjson.JSONDecodeError:
                continue
            if answer.status_code >= 400:
                raise _Refusal(answer.status_code, found)
            return found
        raise ProviderUnavailable(provider="paypal")

    async def _sent(
        self, method: str, path: str, key: str, body: bytes, params: Mapping[str, str] | None
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {await self._access_token()}", "Prefer": "return=representation"}
        headers |= {"Content-Type": "application/json"} if method == "POST" else {}
        headers |= {"PayPal-Request-Id": key} if key else {}
        return await self._http.request(
            method, self._api_base + path, content=body, headers=headers, params=params or {}
        )

    async def _access_token(self) -> str:
        async with self._signing_in:
            if not self._token or time.monotonic() > self._token_until:
                answer = await self._http.post(
                    self._api_base + "/v1/oauth2/token", auth=self._login, data={"grant_type": "client_credentials"}
                )
                if answer.status_code in (400, 401):
                    raise ProviderRefused("paypal: the client id or secret is wrong")
                answer.raise_for_status()
                try:
                    found = orjson.loads(answer.content)
                    token, seconds = str(found["access_token"]), int(found["expires_in"])
                except (ValueError, KeyError, TypeError):
                    raise ProviderUnavailable(provider="paypal") from None
                self._token, self._token_until = token, time.monotonic() + max(0, seconds - 60)
            return self._token

    async def _certificate(self, url: str) -> Sequence[x509.Certificate]:
        """The chain at a checked address, kept: PayPal never changes what an address holds."""
        if url not in self._certificates:
            try:
                answer = await self._http.get(url)
            except httpx.HTTPError:
                raise ProviderUnavailable(provider="paypal") from None
            if 400 <= answer.status_code < 500:
                # An address that the sender made up.
                raise SignatureInvalid(provider="paypal", problem="its certificate is not there")
            if answer.status_code != 200:
                raise ProviderUnavailable(provider="paypal")
            try:
                chain = x509.load_pem_x509_certificates(answer.content[:_CERTIFICATE_BYTES])
            except ValueError:
                raise SignatureInvalid(provider="paypal", problem="its certificate cannot be read") from None
            if len(self._certificates) >= 20:
                self._certificates.clear()
            self._certificates[url] = chain
        return self._certificates[url]

    @staticmethod
    def _asks(token: Data) -> Setup:
        link = paypal_objects.payer_link(token)
        return Setup(SetupState.REQUIRES_ACTION, token["id"], confirmation=Confirmation(link))


def _segment(name: str) -> str:
    """A name as one part of a path."""
    if not name or not all(character.isalnum() or character in "-_" for character in name) or not name.isascii():
        raise ProviderRefused("paypal: that is no name of PayPal's")
    return name
