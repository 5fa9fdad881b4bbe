"""A PayPal to test against: OAuth, Orders v2, Payments v2, Vault v3, webhooks and the transaction report, over HTTP.

Behaves as https://developer.paypal.com/api/rest/ says: an order must be approved, or given a vaulted method, before it
is captured; request ids replay their answer; refunds never exceed the capture; amounts have the currency's decimals;
events are signed by a certificate. Buyers decline by who they are: see `BUYERS`.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import time
import uuid
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from aiohttp import web
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.billing.fakes.deliveries import Deliveries
from tests.billing.fakes.disputes import paypal_dispute
from tests.billing.fakes.paypal_certificates import Signer, signer
from tests.billing.fakes.serving import Faults, served

CLIENT_ID, CLIENT_SECRET, WEBHOOK_ID = "fakeclient", "fakesecretfakesecret", "WHFAKE0000000001"
_CURRENCIES = "AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF ILS JPY MXN MYR NOK NZD PHP PLN SEK SGD THB TWD USD"
CURRENCIES = set(_CURRENCIES.split())
_PAYER = "FAKEPAYER2345"
WHOLE = {"HUF", "JPY", "TWD"}
BUYERS = {
    "buyer": "",
    "declined": "INSTRUMENT_DECLINED",
    "poor": "PAYER_CANNOT_PAY",
    "limited": "TRANSACTION_LIMIT_EXCEEDED",
    "restricted": "PAYER_ACCOUNT_RESTRICTED",
    "blocked": "COMPLIANCE_VIOLATION",
    "asked": "PAYER_ACTION_REQUIRED",
    "slow": "PENDING",
}
"""What the issue of capturing from a buyer is, by their name; an order of theirs is approved by this name too."""
Object = dict[str, Any]


class Refusal(Exception):
    def __init__(self, status: int, name: str, issue: str = "", description: str = "", **more: Any) -> None:
        self.status = status
        details = [{"issue": issue, "description": description or issue, **more}] if issue else []
        self.body = {"name": name, "message": description or name, "debug_id": _name(13).lower(), "details": details}


class PayPalFake:
    """One merchant's account. Times are the machine's."""

    def __init__(self, signed_by: Signer | None = None) -> None:
        self.faults = Faults()
        self.signer = signed_by or signer()
        self.deliveries = Deliveries(self.signed)
        self.address = ""
        self.requests: list[tuple[str, str]] = []
        self.bodies: list[tuple[str, Object]] = []
        """Every request's and answer's body by `<method> <route>` and `<method> <route> answer`."""
        self.verified = 0
        """How often the verification endpoint was asked."""
        self.orders: dict[str, Object] = {}
        self._tokens: dict[str, float] = {}
        self._captures: dict[str, Object] = {}
        self._refunds: dict[str, Object] = {}
        self._disputes: dict[str, Object] = {}
        self._setups: dict[str, Object] = {}
        self._methods: dict[str, Object] = {}
        self._buyers: dict[str, str] = {}
        self._ids: dict[tuple[str, str], Object | None] = {}
        self._report: list[Object] = []

    @contextlib.asynccontextmanager
    async def running(self, port: int = 0) -> AsyncIterator[PayPalFake]:
        app = web.Application()
        routes: dict[str, Callable[[Object, dict[str, str]], Object]] = {
            "POST /v2/checkout/orders": self._create_order,
            "GET /v2/checkout/orders/{id}": lambda _, path: _found(self.orders, path),
            "POST /v2/checkout/orders/{id}/capture": self._capture_order,
            "GET /v2/payments/captures/{id}": lambda _, path: _found(self._captures, path),
            "POST /v2/payments/captures/{id}/refund": self._refund_capture,
            "GET /v2/payments/refunds/{id}": lambda _, path: _found(self._refunds, path),
            "POST /v3/vault/setup-tokens": self._create_setup,
            "GET /v3/vault/setup-tokens/{id}": lambda _, path: _found(self._setups, path),
            "POST /v3/vault/payment-tokens": self._create_method,
            "DELETE /v3/vault/payment-tokens/{id}": self._delete_method,
            "GET /v1/customer/disputes": self._list_disputes,
            "GET /v1/customer/disputes/{id}": lambda _, path: _found(self._disputes, path),
            "POST /v1/notifications/verify-webhook-signature": self._verify,
            "GET /v1/reporting/transactions": self._transactions,
        }
        for route, handler in routes.items():
            method, _, path = route.partition(" ")
            app.router.add_route(method, path, self._answering(route, handler))
        app.router.add_post("/v1/oauth2/token", self._token)
        app.router.add_get("/v1/notifications/certs/{id}", self._certificate)
        app.router.add_get("/checkoutnow", self._checkout_page)
        app.router.add_get("/agreements/approve", self._approve_setup)
        async with served(app, port) as self.address:
            try:
                yield self
            finally:
                await self.deliveries.close()

    # What tests reach directly.

    def signed(self, body: bytes, *, at: str = "", certificate_url: str = "") -> dict[str, str]:
        id, sent = str(uuid.uuid4()), at or _now()
        words = f"{id}|{sent}|{WEBHOOK_ID}|{zlib.crc32(body)}".encode()
        signature = self.signer.key.sign(words, padding.PKCS1v15(), hashes.SHA256())
        return {
            "Content-Type": "application/json",
            "PAYPAL-TRANSMISSION-ID": id,
            "PAYPAL-TRANSMISSION-TIME": sent,
            "PAYPAL-TRANSMISSION-SIG": base64.b64encode(signature).decode(),
            "PAYPAL-CERT-URL": certificate_url or f"{self.address}/v1/notifications/certs/CERT-1",
            "PAYPAL-AUTH-ALGO": "SHA256withRSA",
        }

    def tokens(self) -> list[str]:
        """The access tokens given out."""
        return list(self._tokens)

    def forget_tokens(self) -> None:
        """Makes every access token invalid."""
        self._tokens.clear()

    def settle(self, order: str) -> None:
        """Completes a capture that is pending."""
        for capture in self.orders[order]["purchase_units"][0]["payments"]["captures"]:
            if capture["status"] == "PENDING":
                capture["status"] = "COMPLETED"
                del capture["status_details"]
                self._enter(capture, "T0006", Decimal(capture["amount"]["value"]))
                self._tell("PAYMENT.CAPTURE.COMPLETED", "capture", capture)

    def dispute(self, order: str) -> str:
        """A buyer disputes an order, whose money is held meanwhile. Returns the dispute's id."""
        (capture,) = self.orders[order]["purchase_units"][0]["payments"]["captures"]
        made = paypal_dispute(f"PP-D-{len(self._disputes) + 1}", capture, _now())
        self._disputes[made["dispute_id"]] = made
        self._take(capture, "T1110", -1)
        self._tell("CUSTOMER.DISPUTE.CREATED", "dispute", made)
        return str(made["dispute_id"])

    def decide(self, dispute: str, *, won: bool) -> None:
        """Ends a dispute: what was held is let go, and given to the buyer who has won."""
        made = self._disputes[dispute]
        capture = self._captures[made["disputed_transactions"][0]["seller_transaction_id"]]
        self._take(capture, "T1111", 1)
        if not won:
            self._take(capture, "T1106", -1)
        code = "RESOLVED_SELLER_FAVOUR" if won else "RESOLVED_BUYER_FAVOUR"
        made |= {"status": "RESOLVED", "dispute_outcome": {"outcome_code": code}, "update_time": _now()}
        self._tell("CUSTOMER.DISPUTE.RESOLVED", "dispute", made)

    def _take(self, capture: Object, code: str, sign: int) -> None:
        self._enter({**capture, "id": _name()}, code, sign * Decimal(capture["amount"]["value"]))

    def _list_disputes(self, query: Object, path: dict[str, str]) -> Object:
        summary = ("dispute_id", "create_time", "update_time", "reason", "status", "dispute_amount")
        found = [
            {name: one[name] for name in summary}
            for one in self._disputes.values()
            if one["disputed_transactions"][0]["seller_transaction_id"] == query.get("disputed_transaction_id")
        ]
        return {"items": found, "links": [_link(f"{self.address}/v1/customer/disputes", "self")]}

    # The protocol.

    def _answering(
        self, route: str, handler: Callable[[Object, dict[str, str]], Object]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def answer(request: web.Request) -> web.StreamResponse:
            self.requests.append((request.method, request.path))
            if status := self.faults.status(request.path):
                return web.json_response({"name": "INTERNAL_SERVER_ERROR", "message": "injected"}, status=status)
            try:
                self._check_token(request)
                body = await self._body(request)
                self.bodies.append((route, body))
                status, found = await self._once(request, lambda: handler(body, dict(request.match_info)))
                self.bodies.append((f"{route} answer", found))
            except Refusal as refusal:
                status, found = refusal.status, refusal.body
            if self.faults.breaks(request.path):
                assert request.transport is not None
                request.transport.abort()
            if status == 204:
                return web.Response(status=204)
            minimal = "representation" not in request.headers.get("Prefer", "") and request.method == "POST"
            if minimal and "purchase_units" in found:
                found = {name: found[name] for name in ("id", "status", "links")}
            return web.json_response(found, status=status)

        return answer

    def _check_token(self, request: web.Request) -> None:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if self._tokens.get(token, 0) < time.time():
            raise Refusal(401, "AUTHENTICATION_FAILURE", "INVALID_TOKEN")

    @staticmethod
    async def _body(request: web.Request) -> Object:
        if request.method != "POST":
            return dict(request.query)
        if request.content_type != "application/json":
            raise Refusal(415, "UNSUPPORTED_MEDIA_TYPE")
        try:
            found = json.loads(await request.read() or b"{}")
        except json.JSONDecodeError:
            raise Refusal(400, "INVALID_REQUEST", "MALFORMED_REQUEST_JSON") from None
        assert isinstance(found, dict)
        return found

    async def _once(self, request: web.Request, do: Callable[[], Object]) -> tuple[int, Object]:
        created = 204 if request.method == "DELETE" else 201 if request.method == "POST" else 200
        id = request.headers.get("PayPal-Request-Id") if request.method == "POST" else None
        if id is None:
            return created, do()
        name = (request.path, id)
        if name in self._ids:
            before = self._ids[name]
            if before is None:
                raise Refusal(409, "RESOURCE_CONFLICT", "PREVIOUS_REQUEST_IN_PROGRESS")
            return 200, before
        self._ids[name] = None
        try:
            await asyncio.sleep(0.005)
            self._ids[name] = done = json.loads(json.dumps(do()))
        except Refusal:
            del self._ids[name]
            raise
        return created, done

    async def _token(self, request: web.Request) -> web.StreamResponse:
        self.requests.append((request.method, request.path))
        if status := self.faults.status(request.path):
            return web.json_response({}, status=status)
        login = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {login}":
            wrong = {"error": "invalid_client", "error_description": "Client Authentication failed"}
            return web.json_response(wrong, status=401)
        if (await request.post()).get("grant_type") != "client_credentials":
            return web.json_response({"error": "unsupported_grant_type"}, status=400)
        token = f"A21AA{uuid.uuid4().hex}"
        self._tokens[token] = time.time() + 32400
        scope = "https://uri.paypal.com/services/payments/payment"
        found = {"scope": scope, "access_token": token, "token_type": "Bearer", "expires_in": 32400, "nonce": _now()}
        return web.json_response(found)

    # Orders.

    def _create_order(self, body: Object, path: dict[str, str]) -> Object:
        _only(body, "intent", "purchase_units", "payment_source", "application_context")
        if body.get("intent") != "CAPTURE":
            raise Refusal(400, "INVALID_REQUEST", "INVALID_PARAMETER_VALUE", field="/intent")
        units = body.get("purchase_units") or []
        if len(units) != 1:
            raise Refusal(400, "INVALID_REQUEST", "MISSING_REQUIRED_PARAMETER", field="/purchase_units")
        _only(units[0], "amount", "custom_id", "invoice_id", "description", "reference_id")
        _check_money(units[0]["amount"])
        wallet = (body.get("payment_source") or {}).get("paypal")
        id = _name()
        link = "payer-action" if wallet is not None else "approve"
        order: Object = {
            "id": id,
            "intent": "CAPTURE",
            "status": "PAYER_ACTION_REQUIRED" if wallet is not None else "CREATED",
            "purchase_units": [{"reference_id": "default", **units[0]}],
            "create_time": _now(),
            "links": [
                _link(f"{self.address}/v2/checkout/orders/{id}", "self"),
                _link(f"{self.address}/checkoutnow?token={id}", link),
            ],
        }
        if wallet is not None:
            _only(wallet, "experience_context")
            order["payment_source"] = {"paypal": {}}
        context = (wallet or {}).get("experience_context") or body.get("application_context") or {}
        self._buyers[f"{id}:context"] = json.dumps(context)
        self.orders[id] = order
        return order

    def _capture_order(self, body: Object, path: dict[str, str]) -> Object:
        _only(body, "payment_source")
        order = _found(self.orders, path)
        if order["status"] == "COMPLETED":
            raise Refusal(422, "UNPROCESSABLE_ENTITY", "ORDER_ALREADY_CAPTURED")
        vaulted = (body.get("payment_source") or {}).get("paypal", {}).get("vault_id")
        if vaulted:
            if vaulted not in self._methods:
                raise Refusal(422, "UNPROCESSABLE_ENTITY", "TOKEN_ID_NOT_FOUND")
            buyer = self._buyers[vaulted]
        elif order["status"] != "APPROVED":
            raise Refusal(422, "UNPROCESSABLE_ENTITY", "ORDER_NOT_APPROVED")
        else:
            buyer = self._buyers[order["id"]]
        issue = BUYERS[buyer]
        asked_before = issue == "PAYER_ACTION_REQUIRED" and order["status"] == "APPROVED"
        if issue and issue != "PENDING" and not asked_before:
            raise Refusal(422, "UNPROCESSABLE_ENTITY", issue)
        unit = order["purchase_units"][0]
        if unit.get("invoice_id") in {one.get("invoice_id") for one in self._captures.values()} - {None}:
            raise Refusal(422, "UNPROCESSABLE_ENTITY", "DUPLICATE_INVOICE_ID")
        capture = self._capture(order, unit, pending=issue == "PENDING")
        unit["payments"] = {"captures": [capture]}
        order |= {"status": "COMPLETED", "update_time": _now()}
        order["payment_source"] = {"paypal": {"email_address": f"{buyer}@example.test"}}
        self._tell(f"PAYMENT.CAPTURE.{capture['status']}", "capture", capture)
        return order

    def _capture(self, order: Object, unit: Object, *, pending: bool) -> Object:
        id, amount = _name(), unit["amount"]
        capture: Object = {
            "id": id,
            "status": "PENDING" if pending else "COMPLETED",
            "amount": amount,
            "final_capture": True,
            "seller_protection": {"status": "NOT_ELIGIBLE"},
            **{name: unit[name] for name in ("custom_id", "invoice_id") if name in unit},
            "supplementary_data": {"related_ids": {"order_id": order["id"]}},
            "create_time": _now(),
            "update_time": _now(),
            "links": [
                _link(f"{self.address}/v2/payments/captures/{id}", "self"),
                _link(f"{self.address}/v2/payments/captures/{id}/refund", "refund", "POST"),
                _link(f"{self.address}/v2/checkout/orders/{order['id']}", "up"),
            ],
        }
        if pending:
            capture["status_details"] = {"reason": "ECHECK"}
        else:
            self._enter(capture, "T0006", Decimal(amount["value"]))
        self._captures[id] = capture
        return capture

    def _refund_capture(self, body: Object, path: dict[str, str]) -> Object:
        _only(body, "amount", "custom_id", "invoice_id", "note_to_payer")
        capture = _found(self._captures, path)
        unit = self.orders[capture["supplementary_data"]["related_ids"]["order_id"]]["purchase_units"][0]
        refunds = unit["payments"].setdefault("refunds", [])
        left = Decimal(capture["amount"]["value"]) - sum(Decimal(one["amount"]["value"]) for one in refunds)
        if left <= 0:
            raise Refusal(422, "UNPROCESSABLE_ENTITY", "CAPTURE_FULLY_REFUNDED")
        amount = body.get("amount") or {**capture["amount"], "value": str(left)}
        _check_money(amount)
        if amount["currency_code"] != capture["amount"]["currency_code"]:
            raise Refusal(422, "UNPROCESSABLE_ENTITY", "REFUND_CAPTURE_CURRENCY_MISMATCH")
        if Decimal(amount["value"]) > left:
            raise Refusal(422, "UNPROCESSABLE_ENTITY", "REFUND_AMOUNT_EXCEEDED")
        id = _name()
        refund: Object = {
            "id": id,
            "status": "COMPLETED",
            "amount": amount,
            **{name: body[name] for name in ("custom_id", "invoice_id", "note_to_payer") if body.get(name)},
            "create_time": _now(),
            "update_time": _now(),
            "links": [
                _link(f"{self.address}/v2/payments/refunds/{id}", "self"),
                _link(f"{self.address}/v2/payments/captures/{capture['id']}", "up"),
            ],
        }
        self._refunds[id] = refund
        refunds.append(refund)
        whole = Decimal(amount["value"]) == left
        capture["status"] = "REFUNDED" if whole else "PARTIALLY_REFUNDED"
        self._enter(refund, "T1107", -Decimal(amount["value"]))
        self._tell("PAYMENT.CAPTURE.REFUNDED", "refund", refund)
        return refund

    # The vault.

    def _create_setup(self, body: Object, path: dict[str, str]) -> Object:
        _only(body, "payment_source", "customer")
        wallet = body.get("payment_source", {}).get("paypal")
        if wallet is None:
            raise Refusal(400, "INVALID_REQUEST", "MISSING_REQUIRED_PARAMETER", field="/payment_source")
        _only(wallet, "usage_type", "experience_context", "description")
        id = _name()
        setup = {
            "id": id,
            "customer": body.get("customer") or {"id": _name(10)},
            "status": "PAYER_ACTION_REQUIRED",
            "payment_source": {"paypal": {}},
            "links": [
                _link(f"{self.address}/v3/vault/setup-tokens/{id}", "self"),
                _link(f"{self.address}/agreements/approve?approval_session_id={id}", "approve"),
            ],
        }
        self._setups[id] = setup
        self._buyers[f"{id}:context"] = json.dumps(wallet.get("experience_context", {}))
        return setup

    def _create_method(self, body: Object, path: dict[str, str]) -> Object:
        token = body.get("payment_source", {}).get("token", {})
        if token.get("type") != "SETUP_TOKEN":
            raise Refusal(400, "INVALID_REQUEST", "INVALID_PARAMETER_VALUE", field="/payment_source/token/type")
        setup = _found(self._setups, {"id": token.get("id", "")})
        if setup["status"] != "APPROVED":
            raise Refusal(422, "UNPROCESSABLE_ENTITY", "SETUP_TOKEN_NOT_APPROVED")
        id, buyer = _name(9).lower(), self._buyers[setup["id"]]
        method = {
            "id": id,
            "customer": setup["customer"],
            "payment_source": {"paypal": {"email_address": f"{buyer}@example.test", "payer_id": _PAYER}},
            "links": [
                _link(f"{self.address}/v3/vault/payment-tokens/{id}", "self"),
                _link(f"{self.address}/v3/vault/payment-tokens/{id}", "delete", "DELETE"),
            ],
        }
        setup["status"] = "VAULTED"
        self._methods[id] = method
        self._buyers[id] = buyer
        self._tell("VAULT.PAYMENT-TOKEN.CREATED", "payment_token", method)
        return method

    def _delete_method(self, body: Object, path: dict[str, str]) -> Object:
        _found(self._methods, path)
        del self._methods[path["id"]]
        return {}

    # The buyer's pages.

    async def _checkout_page(self, request: web.Request) -> web.StreamResponse:
        order = self.orders[request.query["token"]]
        context = json.loads(self._buyers.get(f"{order['id']}:context", "{}"))
        buyer = request.query.get("buyer", "")
        if request.query.get("cancel"):
            raise web.HTTPFound(f"{context.get('cancel_url', 'about:blank')}?token={order['id']}")
        if buyer not in BUYERS or order["status"] == "COMPLETED":
            return _page(f"?token={order['id']}&")
        self._buyers[order["id"]] = buyer
        order["status"] = "APPROVED"
        order["payer"] = {"payer_id": _PAYER, "email_address": f"{buyer}@example.test"}
        self._tell("CHECKOUT.ORDER.APPROVED", "checkout-order", order)
        raise web.HTTPFound(f"{context.get('return_url', 'about:blank')}?token={order['id']}&PayerID={_PAYER}")

    async def _approve_setup(self, request: web.Request) -> web.StreamResponse:
        setup = self._setups[request.query["approval_session_id"]]
        context = json.loads(self._buyers[f"{setup['id']}:context"])
        buyer = request.query.get("buyer", "")
        if request.query.get("cancel"):
            raise web.HTTPFound(context.get("cancel_url", "about:blank"))
        if buyer not in BUYERS:
            return _page(f"?approval_session_id={setup['id']}&")
        self._buyers[setup["id"]] = buyer
        setup["status"] = "APPROVED"
        raise web.HTTPFound(f"{context.get('return_url', 'about:blank')}?approval_token_id={setup['id']}")

    # Events and the report.

    def _tell(self, type: str, resource_type: str, resource: Object) -> None:
        event = {
            "id": f"WH-{_name()}",
            "event_version": "1.0",
            "create_time": _now(),
            "resource_type": resource_type,
            "resource_version": "2.0",
            "event_type": type,
            "summary": type,
            "resource": resource,
            "links": [],
        }
        self.deliveries.add(json.dumps(event).encode())

    async def _certificate(self, request: web.Request) -> web.StreamResponse:
        return web.Response(body=self.signer.pem, content_type="application/x-pem-file")

    def _verify(self, body: Object, path: dict[str, str]) -> Object:
        self.verified += 1
        # PayPal too makes the bytes again from what it was given.
        raw = json.dumps(body["webhook_event"]).encode()
        names = ("transmission_id", "transmission_time", "webhook_id")
        words = "|".join([*(str(body[name]) for name in names), str(zlib.crc32(raw))]).encode()
        key = self.signer.chain[0].public_key()
        assert isinstance(key, rsa.RSAPublicKey)
        try:
            key.verify(base64.b64decode(body["transmission_sig"]), words, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            return {"verification_status": "FAILURE"}
        return {"verification_status": "SUCCESS" if body["webhook_id"] == WEBHOOK_ID else "FAILURE"}

    def _enter(self, thing: Object, code: str, value: Decimal) -> None:
        currency = thing["amount"]["currency_code"]
        digits = Decimal(1) if currency in WHOLE else Decimal("0.01")
        fee = (abs(value) * Decimal("0.0349") + Decimal("0.49")).quantize(digits)
        order = thing.get("supplementary_data", {}).get("related_ids", {}).get("order_id")
        info = {
            "transaction_id": thing["id"],
            "transaction_event_code": code,
            "transaction_initiation_date": _now(),
            "transaction_updated_date": _now(),
            "transaction_amount": {"currency_code": currency, "value": str(value)},
            "transaction_status": "S",
            "custom_field": thing.get("custom_id", ""),
            **({"invoice_id": thing["invoice_id"]} if "invoice_id" in thing else {}),
            **({"paypal_reference_id": order, "paypal_reference_id_type": "ODR"} if order else {}),
            **({"fee_amount": {"currency_code": currency, "value": str(-fee)}} if value > 0 else {}),
        }
        self._report.append({"transaction_info": info})

    def _transactions(self, query: Object, path: dict[str, str]) -> Object:
        start, end = (datetime.fromisoformat(query[name]) for name in ("start_date", "end_date"))
        if (end - start).days > 31:
            raise Refusal(400, "INVALID_REQUEST", "INVALID_PARAMETER_VALUE", "Date range is greater than 31 days")
        size, page = int(query.get("page_size", 100)), int(query.get("page", 1))
        if not 1 <= size <= 500:
            raise Refusal(400, "INVALID_REQUEST", "INVALID_PARAMETER_VALUE", field="page_size")
        found = [
            one
            for one in self._report
            if start <= datetime.fromisoformat(one["transaction_info"]["transaction_initiation_date"]) <= end
        ]
        shown = found[(page - 1) * size : page * size]
        return {
            **({"transaction_details": shown} if shown else {}),
            "account_number": "FAKEACCOUNT01",
            "start_date": query["start_date"],
            "end_date": query["end_date"],
            "last_refreshed_datetime": _now(),
            "page": page,
            "total_items": len(found),
            "total_pages": max(1, -(-len(found) // size)),
            "links": [_link(f"{self.address}/v1/reporting/transactions", "self")],
        }


def _name(length: int = 17) -> str:
    return uuid.uuid4().hex.upper()[:length]


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _link(href: str, rel: str, method: str = "GET") -> Object:
    return {"href": href, "rel": rel, "method": method}


def _page(query: str) -> web.Response:
    links = " ".join(f"<a href='{query}buyer={name}'>Agree as {name}</a>" for name in BUYERS)
    return web.Response(text=f"{links} <a href='{query}cancel=1'>Cancel</a>", content_type="text/html")


def _found(things: dict[str, Object], path: dict[str, str]) -> Object:
    if path["id"] not in things:
        raise Refusal(404, "RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID", "Specified resource ID does not exist.")
    return things[path["id"]]


def _only(body: Object, *names: str) -> None:
    if unknown := body.keys() - set(names):
        raise Refusal(400, "INVALID_REQUEST", "INVALID_PARAMETER_SYNTAX", f"unknown: {sorted(unknown)}")


def _check_money(amount: Object) -> None:
    currency, value = amount["currency_code"], Decimal(amount["value"])
    if currency not in CURRENCIES:
        raise Refusal(422, "UNPROCESSABLE_ENTITY", "INVALID_CURRENCY_CODE")
    if value <= 0:
        raise Refusal(422, "UNPROCESSABLE_ENTITY", "CANNOT_BE_ZERO_OR_NEGATIVE")
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    if -exponent > (0 if currency in WHOLE else 2):
        raise Refusal(422, "UNPROCESSABLE_ENTITY", "DECIMAL_PRECISION")
