"""A Stripe to test against: the payment processor's part of its API, over HTTP.

Behaves as https://docs.stripe.com says: parameters it does not know are refused, an `Idempotency-Key` replays its
answer and refuses other words, intents move by their state machines, test cards decline or ask for the payer, money
has balance transactions, events are signed. Its objects are compared with Stripe's own OpenAPI by
`tests/billing/test_stripe_schemas.py`.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode

from aiohttp import web

from tests.billing.fakes.deliveries import Deliveries
from tests.billing.fakes.disputes import stripe_dispute
from tests.billing.fakes.serving import Faults, served
from tests.billing.fakes.stripe_cards import Card, card_of_method, card_of_token
from tests.billing.fakes.stripe_forms import ALLOWED, parsed

API_KEY = "sk_test_fakefakefakefakefakefake"
WEBHOOK_SECRET = "whsec_fakefakefakefakefakefake"
API_VERSION = "2026-08-26.dahlia"
_LEAST = 50
_THREE_DECIMALS = {"bhd", "jod", "kwd", "omr", "tnd"}
_CARD_SHOWN = ("brand", "country", "exp_month", "exp_year", "funding", "last4")
Object = dict[str, Any]


class Refusal(Exception):
    """An error as Stripe words it."""

    def __init__(
        self, status: int, message: str, *, type: str = "invalid_request_error", param: str = "", **more: Any
    ) -> None:
        self.status = status
        self.error = {"type": type, "message": message, **({"param": param} if param else {}), **more}


class StripeFake:
    """One account in test mode. Times are the machine's."""

    def __init__(self) -> None:
        self.faults = Faults()
        self.deliveries = Deliveries(self.signed)
        self.address = ""
        self.requests: list[tuple[str, str, Object]] = []
        self._things: dict[str, dict[str, Object]] = {}
        self._cards: dict[str, Card] = {}
        self._detached: set[str] = set()
        self._keys: dict[str, tuple[str, int, Object | None]] = {}
        self._count = 0

    @contextlib.asynccontextmanager
    async def running(self, port: int = 0) -> AsyncIterator[StripeFake]:
        app = web.Application()
        handlers: dict[str, Callable[..., Object]] = {
            "POST /v1/customers": self._create_customer,
            "GET /v1/customers/{customer}": self._get("customer"),
            "POST /v1/setup_intents": self._create_setup,
            "GET /v1/setup_intents/{intent}": self._get("setup_intent"),
            "GET /v1/payment_methods/{payment_method}": self._get("payment_method"),
            "POST /v1/payment_methods/{payment_method}/detach": self._detach,
            "POST /v1/payment_intents": self._create_intent,
            "GET /v1/payment_intents": self._list("payment_intent", "customer"),
            "GET /v1/payment_intents/{intent}": self._get("payment_intent"),
            "POST /v1/payment_intents/{intent}/confirm": self._confirm_intent,
            "POST /v1/payment_intents/{intent}/cancel": self._cancel_intent,
            "POST /v1/refunds": self._create_refund,
            "GET /v1/refunds": self._list("refund", "payment_intent", "charge"),
            "GET /v1/refunds/{refund}": self._get("refund"),
            "GET /v1/disputes": self._list("dispute", "payment_intent", "charge"),
            "GET /v1/balance_transactions": self._list("balance_transaction", "source", "type", "currency"),
            "GET /v1/events": self._list("event", "type"),
        }
        assert handlers.keys() == ALLOWED.keys()
        for route, handler in handlers.items():
            method, _, path = route.partition(" ")
            app.router.add_route(method, path, self._answering(route, handler))
        app.router.add_get("/_fake/confirm/{intent}", self._confirm_page)
        async with served(app, port) as self.address:
            try:
                yield self
            finally:
                await self.deliveries.close()

    # What tests reach directly.

    def signed(self, body: bytes, *, secret: str = WEBHOOK_SECRET, at: float | None = None) -> dict[str, str]:
        seconds = int(time.time() if at is None else at)
        mac = hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
        return {"Content-Type": "application/json", "Stripe-Signature": f"t={seconds},v1={mac}"}

    def things(self, kind: str) -> list[Object]:
        return list(self._things.get(kind, {}).values())

    def settle(self, intent: str, *, success: bool = True) -> None:
        """Ends a payment that is processing."""
        found = self._things["payment_intent"][intent]
        assert found["status"] == "processing"
        if success:
            self._succeed(found)
        else:
            with contextlib.suppress(Refusal):
                self._fail(found, "card_declined", "insufficient_funds")

    def settle_refund(self, refund: str) -> None:
        """Ends a refund as its card says."""
        found = self._things["refund"][refund]
        found["status"] = self._cards[self._things["charge"][found["charge"]]["payment_method"]].refund_ends
        if found["status"] == "failed":
            found["failure_reason"] = "expired_or_canceled_card"
            charge = self._things["charge"][found["charge"]]
            charge["amount_refunded"] -= found["amount"]
            charge["refunded"] = False
            self._move(found, "refund_failure", found["amount"], 0)
        self._tell("refund.failed" if found["status"] == "failed" else "refund.updated", found)

    def dispute(self, intent: str, amount: int = 0, status: str = "needs_response") -> Object:
        """A payer disputes a payment: `amount` of it, 0 for all. For a question, `warning_…`, nothing is taken."""
        made = self._things["payment_intent"][intent]
        charge = self._things["charge"][made["latest_charge"]]
        due = int(time.time()) + 7 * 24 * 3600
        amount = amount or charge["amount"] - charge["amount_refunded"]
        fields = stripe_dispute(intent, status, amount, due)
        fields |= {"charge": charge["id"], "currency": charge["currency"]}
        dispute = self._new("dispute", "dp", **{key: fields[key] for key in fields.keys() - {"id", "created"}})
        charge["disputed"] = True
        self._tell("charge.dispute.created", dispute)
        if not status.startswith("warning_"):
            dispute["balance_transactions"].append(self._move(dispute, "adjustment", -dispute["amount"], 2000))
            self._tell("charge.dispute.funds_withdrawn", dispute)
        return dispute

    def decide(self, dispute: str, *, won: bool) -> None:
        """Ends a dispute."""
        found = self._things["dispute"][dispute]
        asked = found["status"].startswith("warning_")
        found["status"] = "warning_closed" if asked else "won" if won else "lost"
        self._tell("charge.dispute.closed", found)
        if won and not asked:
            found["balance_transactions"].append(self._move(found, "adjustment", found["amount"], 0))
            self._tell("charge.dispute.funds_reinstated", found)

    # The protocol.

    def _answering(
        self, route: str, handler: Callable[..., Object]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def answer(request: web.Request) -> web.StreamResponse:
            if status := self.faults.status(request.path):
                kind = "rate_limit_error" if status == 429 else "api_error"
                return web.json_response({"error": {"type": kind, "message": "injected"}}, status=status)
            raw = request.query_string if request.method == "GET" else (await request.read()).decode()
            params = parsed(parse_qsl(raw, keep_blank_values=True))
            self.requests.append((request.method, request.path, params))
            try:
                self._check(request, route, params)
                status, body, replayed = await self._once(request, raw, lambda: handler(params, request.match_info))
            except Refusal as refusal:
                status, body, replayed = refusal.status, {"error": refusal.error}, False
            if self.faults.breaks(request.path):
                assert request.transport is not None
                request.transport.abort()
            headers = {"Request-Id": self._id("req"), **({"Idempotent-Replayed": "true"} if replayed else {})}
            return web.json_response(body, status=status, headers=headers)

        return answer

    def _check(self, request: web.Request, route: str, params: Object) -> None:
        if request.headers.get("Authorization") != f"Bearer {API_KEY}":
            raise Refusal(401, "Invalid API Key provided: sk_test_****")
        for name in params:
            if name not in ALLOWED[route]:
                raise Refusal(400, f"Received unknown parameter: {name}", param=name, code="parameter_unknown")

    async def _once(self, request: web.Request, raw: str, do: Callable[[], Object]) -> tuple[int, Object, bool]:
        key = request.headers.get("Idempotency-Key") if request.method == "POST" else None
        if key is None:
            return 200, do(), False
        words = f"{request.path}?{raw}"
        if key in self._keys:
            used_for, status, body = self._keys[key]
            if used_for != words:
                message = (
                    f"Keys for idempotent requests can only be used with the same parameters they were first used "
                    f"with. Try using a key other than '{key}' if you meant to execute a different request."
                )
                raise Refusal(400, message, type="idempotency_error")
            if body is None:
                message = "There is currently another in-progress request using this Idempotency Key."
                raise Refusal(409, message, code="idempotency_key_in_use")
            return status, body, True
        self._keys[key] = (words, 0, None)
        await asyncio.sleep(0.005)
        try:
            status, body = 200, do()
        except Refusal as refusal:
            if refusal.error["type"] != "card_error":
                # Nothing was begun: the key stays free.
                del self._keys[key]
                raise
            status, body = refusal.status, {"error": refusal.error}
        body = json.loads(json.dumps(body))
        self._keys[key] = (words, status, body)
        return status, body, False

    # Things.

    def _id(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}_fake{self._count:020d}"

    def _new(self, kind: str, prefix: str, **fields: Any) -> Object:
        made = {
            "id": self._id(prefix),
            "object": kind,
            "created": int(time.time()),
            **({} if kind in ("refund", "balance_transaction") else {"livemode": False}),
            **fields,
        }
        self._things.setdefault(kind, {})[made["id"]] = made
        return made

    def _tell(self, type: str, thing: Object) -> None:
        event = self._new(
            "event",
            "evt",
            api_version=API_VERSION,
            data={"object": json.loads(json.dumps(thing))},
            pending_webhooks=1,
            request={"id": None, "idempotency_key": None},
            type=type,
        )
        self.deliveries.add(json.dumps(event, indent=2).encode())

    def _find(self, kind: str, id: str, param: str = "", status: int = 404) -> Object:
        found = self._things.get(kind, {}).get(id)
        if found is None:
            raise Refusal(status, f"No such {kind}: '{id}'", param=param or "id", code="resource_missing")
        return found

    def _get(self, kind: str) -> Callable[..., Object]:
        def get(params: Object, path: dict[str, str]) -> Object:
            return self._expanded(self._find(kind, next(iter(path.values()))), params)

        return get

    def _list(self, kind: str, *filters: str) -> Callable[..., Object]:
        def page(params: Object, path: dict[str, str]) -> Object:
            found = [one for one in reversed(self.things(kind)) if self._selected(one, params, filters)]
            if after := params.get("starting_after"):
                self._find(kind, after, "starting_after", 400)
                found = found[[one["id"] for one in found].index(after) + 1 :]
            limit = int(params.get("limit", 10))
            if not 1 <= limit <= 100:
                raise Refusal(400, "Limit must be between 1 and 100", param="limit")
            shown = [self._expanded(one, params, "data.") for one in found[:limit]]
            return {"object": "list", "url": f"/v1/{kind}s", "has_more": len(found) > limit, "data": shown}

        return page

    @staticmethod
    def _selected(one: Object, params: Object, filters: tuple[str, ...]) -> bool:
        created = params.get("created", {})
        bounds = {
            "gte": one["created"].__ge__,
            "gt": one["created"].__gt__,
            "lt": one["created"].__lt__,
            "lte": one["created"].__le__,
        }
        return all(bounds[name](int(value)) for name, value in created.items()) and all(
            one.get(name) == params[name] for name in filters if name in params
        )

    def _expanded(self, thing: Object, params: Object, prefix: str = "") -> Object:
        """A copy with the named references replaced by what they name."""
        made = dict(thing)
        for path in params.get("expand", []):
            name = str(path).removeprefix(prefix)
            if name not in thing:
                message = f"This property cannot be expanded ({path})."
                raise Refusal(400, message, param="expand")
            named = thing[name]
            made[name] = next((things[named] for things in self._things.values() if named in things), named)
        return made

    def _create_customer(self, params: Object, path: dict[str, str]) -> Object:
        made = self._new(
            "customer",
            "cus",
            name=params.get("name"),
            email=params.get("email"),
            description=params.get("description"),
            metadata=params.get("metadata", {}),
            balance=0,
            delinquent=False,
            invoice_settings={
                "custom_fields": None,
                "default_payment_method": None,
                "footer": None,
                "rendering_options": None,
            },
            shipping=None,
        )
        self._tell("customer.created", made)
        return made

    # Methods.

    def _method(self, card: Card, customer: str | None) -> Object:
        made = self._new(
            "payment_method",
            "pm",
            billing_details={"address": None, "email": None, "name": None, "phone": None, "tax_id": None},
            card={
                "brand": card.brand,
                "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
                "country": "US",
                "display_brand": card.brand,
                "exp_month": 12,
                "exp_year": time.gmtime().tm_year + 2,
                "fingerprint": f"fake{card.last4}",
                "funding": "credit",
                "generated_from": None,
                "last4": card.last4,
                "networks": {"available": [card.brand], "preferred": None},
                "three_d_secure_usage": {"supported": True},
                "wallet": None,
            },
            customer=customer,
            metadata={},
            type="card",
        )
        self._cards[made["id"]] = card
        return made

    def _usable_method(self, id: str, customer: str | None) -> Object:
        if card := card_of_method(id):
            return self._method(card, None)
        if id in self._detached:
            message = (
                "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, "
                "shared with a connected account without Customer attachment, or was detached from a Customer. It may "
                "not be used again. To use a PaymentMethod multiple times, you must attach it to a Customer first."
            )
            raise Refusal(400, message)
        found = self._find("payment_method", id, "payment_method", 400)
        if found["customer"] and found["customer"] != customer:
            message = (
                f"The customer does not have a payment method with the ID {id}. The payment method must be attached "
                f"to the customer."
            )
            raise Refusal(400, message, param="payment_method")
        return found

    def _detach(self, params: Object, path: dict[str, str]) -> Object:
        found = self._find("payment_method", path["payment_method"], "payment_method", 404)
        if not found["customer"]:
            message = "The payment method you provided is not attached to a customer so detachment is impossible."
            raise Refusal(400, message)
        found["customer"] = None
        self._detached.add(found["id"])
        self._tell("payment_method.detached", found)
        return found

    def _create_setup(self, params: Object, path: dict[str, str]) -> Object:
        if customer := params.get("customer"):
            self._find("customer", customer, "customer", 400)
        made = self._new(
            "setup_intent",
            "seti",
            application=None,
            cancellation_reason=None,
            client_secret=None,
            customer=customer,
            description=params.get("description"),
            last_setup_error=None,
            latest_attempt=None,
            mandate=None,
            metadata=params.get("metadata", {}),
            next_action=None,
            on_behalf_of=None,
            payment_method=None,
            payment_method_options={},
            payment_method_types=params.get("payment_method_types", ["card"]),
            single_use_mandate=None,
            status="requires_payment_method",
            usage=params.get("usage", "off_session"),
        )
        made["client_secret"] = f"{made['id']}_secret_fake{self._count}"
        self._tell("setup_intent.created", made)
        if params.get("confirm") != "true":
            return self._expanded(made, params)
        method = self._given_method(params, customer)
        card = self._cards[method["id"]]
        if card.decline and not card.attach:
            error = self._card_error(card.decline[0], card.decline[1], method)
            made["last_setup_error"] = error
            self._tell("setup_intent.setup_failed", made)
            raise Refusal(402, **{**error, "setup_intent": dict(made)})
        made["payment_method"] = method["id"]
        if card.asks:
            made |= {"status": "requires_action", "next_action": self._redirect(made, params.get("return_url"))}
            self._tell("setup_intent.requires_action", made)
        else:
            self._set_up(made)
        return self._expanded(made, params)

    def _given_method(self, params: Object, customer: str | None) -> Object:
        if "payment_method" in params:
            return self._usable_method(params["payment_method"], customer)
        data = params.get("payment_method_data", {})
        token = data.get("card", {}).get("token", "")
        card = card_of_token(token)
        if card is None:
            param = "payment_method_data[card][token]"
            raise Refusal(400, f"No such token: '{token}'", param=param, code="resource_missing")
        return self._method(card, None)

    def _set_up(self, made: Object) -> None:
        method = self._things["payment_method"][made["payment_method"]]
        method["customer"] = made["customer"]
        made |= {"status": "succeeded", "next_action": None}
        self._tell("payment_method.attached", method)
        self._tell("setup_intent.succeeded", made)

    # Payments.

    def _create_intent(self, params: Object, path: dict[str, str]) -> Object:
        for name in ("amount", "currency"):
            if name not in params:
                raise Refusal(400, f"Missing required param: {name}.", param=name, code="parameter_missing")
        if not params["amount"].isdecimal() or int(params["amount"]) < 1:
            raise Refusal(400, f"Invalid integer: {params['amount']}", param="amount", code="parameter_invalid_integer")
        amount, currency = int(params["amount"]), params["currency"]
        if not (currency.isalpha() and len(currency) == 3 and currency.islower()):
            raise Refusal(400, f"Invalid currency: {currency}.", param="currency")
        if currency in _THREE_DECIMALS and amount % 10:
            raise Refusal(400, "Amounts of three-decimal currencies must end in 0.", param="amount")
        if amount < _LEAST and currency in ("eur", "usd"):
            message = f"Amount must be at least 50 {currency} cents"
            raise Refusal(400, message, param="amount", code="amount_too_small")
        if amount > 99_999_999:
            raise Refusal(400, "Amount is too large", param="amount", code="amount_too_large")
        if customer := params.get("customer"):
            self._find("customer", customer, "customer", 400)
        for name in ("off_session", "return_url"):
            if name in params and params.get("confirm") != "true":
                message = f"The parameter {name} can only be used when confirm is true."
                raise Refusal(400, message, param=name, code="parameter_invalid")
        method = self._usable_method(params["payment_method"], customer) if "payment_method" in params else None
        made = self._new(
            "payment_intent",
            "pi",
            amount=amount,
            amount_capturable=0,
            amount_received=0,
            application=None,
            application_fee_amount=None,
            automatic_payment_methods=None,
            canceled_at=None,
            cancellation_reason=None,
            capture_method="automatic",
            client_secret=None,
            confirmation_method="automatic",
            currency=currency,
            customer=customer,
            description=params.get("description"),
            last_payment_error=None,
            latest_charge=None,
            metadata=params.get("metadata", {}),
            next_action=None,
            on_behalf_of=None,
            payment_method=method["id"] if method else None,
            payment_method_options={},
            payment_method_types=params.get("payment_method_types", ["card"]),
            processing=None,
            receipt_email=None,
            setup_future_usage=None,
            shipping=None,
            statement_descriptor=None,
            statement_descriptor_suffix=None,
            status="requires_confirmation" if method else "requires_payment_method",
            transfer_data=None,
            transfer_group=None,
        )
        made["client_secret"] = f"{made['id']}_secret_fake{self._count}"
        self._tell("payment_intent.created", made)
        return self._confirmed(made, params) if params.get("confirm") == "true" else self._expanded(made, params)

    def _confirm_intent(self, params: Object, path: dict[str, str]) -> Object:
        made = self._find("payment_intent", path["intent"], "intent")
        if made["status"] not in ("requires_payment_method", "requires_confirmation", "requires_action"):
            raise self._unexpected(made, "confirm")
        if "payment_method" in params:
            made["payment_method"] = self._usable_method(params["payment_method"], made["customer"])["id"]
        return self._confirmed(made, params)

    def _confirmed(self, made: Object, params: Object) -> Object:
        if not made["payment_method"]:
            raise Refusal(400, "You cannot confirm this PaymentIntent because it's missing a payment method.")
        card = self._cards[made["payment_method"]]
        made["last_payment_error"] = None
        if card.asks and params.get("off_session") == "true":
            self._fail(made, "authentication_required", "authentication_required")
        if card.asks:
            made |= {"status": "requires_action", "next_action": self._redirect(made, params.get("return_url"))}
            self._tell("payment_intent.requires_action", made)
        elif card.processing:
            made["status"] = "processing"
            self._tell("payment_intent.processing", made)
        elif card.decline:
            self._fail(made, *card.decline)
        else:
            self._succeed(made)
        return self._expanded(made, params)

    def _cancel_intent(self, params: Object, path: dict[str, str]) -> Object:
        made = self._find("payment_intent", path["intent"], "intent")
        if made["status"] in ("succeeded", "canceled", "processing"):
            raise self._unexpected(made, "cancel")
        reason = params.get("cancellation_reason")
        if reason not in (None, "duplicate", "fraudulent", "requested_by_customer", "abandoned"):
            raise Refusal(400, "Invalid cancellation_reason", param="cancellation_reason")
        made |= {"status": "canceled", "next_action": None, "cancellation_reason": reason}
        made["canceled_at"] = int(time.time())
        self._tell("payment_intent.canceled", made)
        return self._expanded(made, params)

    @staticmethod
    def _unexpected(made: Object, verb: str) -> Refusal:
        message = f"You cannot {verb} this PaymentIntent because it has a status of {made['status']}."
        more = {"code": "payment_intent_unexpected_state", "payment_intent": dict(made)}
        return Refusal(400, message, **more)

    def _charge(self, made: Object, status: str, code: str = "", message: str = "") -> Object:
        paid = status == "succeeded"
        card = self._things["payment_method"][made["payment_method"]]["card"]
        charge = self._new(
            "charge",
            "ch",
            amount=made["amount"],
            amount_captured=made["amount"] if paid else 0,
            amount_refunded=0,
            application=None,
            application_fee=None,
            application_fee_amount=None,
            balance_transaction=None,
            billing_details={"address": None, "email": None, "name": None, "phone": None, "tax_id": None},
            calculated_statement_descriptor="FAKE",
            captured=paid,
            currency=made["currency"],
            customer=made["customer"],
            description=made["description"],
            disputed=False,
            failure_balance_transaction=None,
            failure_code=code or None,
            failure_message=message or None,
            metadata=dict(made["metadata"]),
            on_behalf_of=None,
            paid=paid,
            payment_intent=made["id"],
            payment_method=made["payment_method"],
            payment_method_details={"card": {name: card[name] for name in _CARD_SHOWN}, "type": "card"},
            receipt_email=None,
            receipt_number=None,
            receipt_url=None,
            refunded=False,
            shipping=None,
            source_transfer=None,
            statement_descriptor=None,
            statement_descriptor_suffix=None,
            status=status,
            transfer_data=None,
            transfer_group=None,
        )
        made["latest_charge"] = charge["id"]
        return charge

    def _succeed(self, made: Object) -> None:
        charge = self._charge(made, "succeeded")
        fee = round(made["amount"] * 0.029) + 30
        charge["balance_transaction"] = self._move(charge, "charge", made["amount"], fee)["id"]
        made |= {"status": "succeeded", "next_action": None, "amount_received": made["amount"]}
        self._tell("charge.succeeded", charge)
        self._tell("payment_intent.succeeded", made)
        if self._cards[made["payment_method"]].disputed:
            self.dispute(made["id"])

    def _fail(self, made: Object, code: str, decline_code: str) -> None:
        method = self._things["payment_method"][made["payment_method"]]
        error = self._card_error(code, decline_code, method)
        charge = self._charge(made, "failed", code, error["message"])
        error["charge"] = charge["id"]
        made |= {
            "status": "requires_payment_method",
            "next_action": None,
            "payment_method": None,
            "last_payment_error": {key: value for key, value in error.items() if key != "payment_intent"},
        }
        self._tell("charge.failed", charge)
        self._tell("payment_intent.payment_failed", made)
        raise Refusal(402, **{**error, "payment_intent": dict(made)})

    @staticmethod
    def _card_error(code: str, decline_code: str, method: Object) -> Object:
        message = f"Your card was declined ({decline_code or code})."
        declined = {"decline_code": decline_code} if decline_code else {}
        return {
            "type": "card_error",
            "code": code,
            **declined,
            "message": message,
            "doc_url": "https://docs.stripe.com/error-codes",
            "payment_method": dict(method),
        }

    def _move(self, source: Object, kind: str, amount: int, fee: int) -> Object:
        categories = {
            "charge": "charge",
            "refund": "refund",
            "refund_failure": "refund_failure",
            "adjustment": "dispute",
        }
        details = {"amount": fee, "application": None, "currency": source["currency"], "description": "Stripe fee"}
        return self._new(
            "balance_transaction",
            "txn",
            amount=amount,
            available_on=int(time.time()),
            balance_type="payments",
            currency=source["currency"],
            description=None,
            exchange_rate=None,
            fee=fee,
            fee_details=[{**details, "type": "stripe_fee"}] if fee else [],
            net=amount - fee,
            reporting_category=categories[kind],
            source=source["id"],
            status="available",
            type=kind,
        )

    # The page of a challenge.

    def _redirect(self, made: Object, return_url: str | None) -> Object:
        if not return_url:
            return {"type": "use_stripe_sdk", "use_stripe_sdk": {}}
        url = f"{self.address}/_fake/confirm/{made['id']}"
        return {"type": "redirect_to_url", "redirect_to_url": {"url": url, "return_url": return_url}}

    async def _confirm_page(self, request: web.Request) -> web.StreamResponse:
        id = request.match_info["intent"]
        made = self._things["setup_intent" if id.startswith("seti_") else "payment_intent"][id]
        answer = request.query.get("answer")
        if made["status"] != "requires_action" or answer not in ("complete", "fail"):
            links = "<a href='?answer=complete'>Complete</a> <a href='?answer=fail'>Fail</a>"
            return web.Response(text=f"<h1>3-D Secure</h1>{links}", content_type="text/html")
        return_url = made["next_action"].get("redirect_to_url", {}).get("return_url", "about:blank")
        if id.startswith("seti_"):
            self._answer_setup(made, answer == "complete")
        elif answer == "complete":
            self._succeed(made)
        else:
            with contextlib.suppress(Refusal):
                self._fail(made, "payment_intent_authentication_failure", "")
        words = {"redirect_status": "succeeded" if answer == "complete" else "failed", made["object"]: id}
        joint = "&" if "?" in return_url else "?"
        raise web.HTTPFound(f"{return_url}{joint}{urlencode(words)}")

    def _answer_setup(self, made: Object, complete: bool) -> None:
        if complete:
            return self._set_up(made)
        method = self._things["payment_method"][made["payment_method"]]
        error = self._card_error("setup_intent_authentication_failure", "", method)
        made |= {"status": "requires_payment_method", "next_action": None, "payment_method": None}
        made["last_setup_error"] = error
        self._tell("setup_intent.setup_failed", made)

    # Refunds.

    def _create_refund(self, params: Object, path: dict[str, str]) -> Object:
        if "payment_intent" not in params:
            message = "One of the following params should be provided for this request: payment_intent or charge."
            raise Refusal(400, message, code="parameter_missing")
        made = self._find("payment_intent", params["payment_intent"], "payment_intent", 404)
        if made["status"] != "succeeded":
            message = f"This PaymentIntent ({made['id']}) does not have a successful charge to refund."
            raise Refusal(400, message, param="payment_intent")
        charge = self._things["charge"][made["latest_charge"]]
        left = charge["amount"] - charge["amount_refunded"]
        if any(one["charge"] == charge["id"] and one["balance_transactions"] for one in self.things("dispute")):
            message = f"The charge {charge['id']} has been charged back, and cannot be refunded."
            raise Refusal(400, message, code="charge_disputed")
        if not left:
            message = f"Charge {charge['id']} has already been refunded."
            raise Refusal(400, message, code="charge_already_refunded")
        amount = int(params.get("amount", left))
        if amount > left or amount < 1:
            message = f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})"
            raise Refusal(400, message, param="amount")
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount"]
        refund = self._new(
            "refund",
            "re",
            amount=amount,
            balance_transaction=None,
            charge=charge["id"],
            currency=charge["currency"],
            destination_details={"card": {"reference_status": "pending", "type": "refund"}, "type": "card"},
            metadata=params.get("metadata", {}),
            payment_intent=made["id"],
            reason=params.get("reason"),
            receipt_number=None,
            source_transfer_reversal=None,
            status=self._cards[charge["payment_method"]].refund,
            transfer_reversal=None,
        )
        refund["balance_transaction"] = self._move(refund, "refund", -amount, 0)["id"]
        self._tell("refund.created", refund)
        self._tell("charge.refunded", charge)
        return self._expanded(refund, params)
