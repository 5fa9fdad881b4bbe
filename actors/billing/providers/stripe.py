"""Stripe, as a payment processor: Customers, SetupIntents, PaymentIntents and Refunds. Billing itself is ours.

Every object carries our key as metadata. A charge of unknown outcome is found by listing the customer's intents since
it was recorded and comparing that entry: lists are consistent at once, Stripe's search is not.
"""

from __future__ import annotations

import logging
import math
from collections.abc import AsyncIterator, Awaitable, Mapping
from datetime import datetime, timedelta
from typing import Any

import stripe

from actors.billing.domain.card_number import refuse_card_numbers
from actors.billing.domain.dispute import Facts as DisputeFacts
from actors.billing.domain.invoice import AmountExceeds
from actors.billing.domain.payment import DeclineReason, State
from actors.billing.domain.subscription_state import PaymentMethodNeeded
from actors.billing.providers import stripe_objects
from actors.billing.providers.contract import (
    LARGEST_EVENT_BYTES,
    ChargeRequest,
    Movement,
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
from actors.billing.providers.declines import stripe_decline
from actors.billing.providers.stripe_objects import CLOSED, KEY, Data
from actors.kernel.errors import IdempotencyKeyReused

_SKEW = timedelta(minutes=5)
"""How far Stripe's clock and ours may differ."""
_PAGE = 100
_UNUSABLE = frozenset(
    {
        "amount_too_small",
        "amount_too_large",
        "currency_not_supported",
        "payment_method_currency_mismatch",
        "payment_method_not_available",
        "payment_method_unexpected_state",
    }
)
"""Refusals of a request that are about this payer's way to pay, not about the request's form."""


class _Quiet(logging.Filter):
    """Drops what the SDK says below a warning: it prints request and response bodies, secrets included."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= logging.WARNING


_QUIET = _Quiet()


class StripePayments:
    """The port on Stripe's API.

    `api_base` replaces Stripe's address, for a local server that answers like it. A request is repeated by the SDK
    under the same key up to `retries` times before it counts as unanswered.
    """

    def __init__(
        self,
        *,
        api_key: str,
        webhook_secret: str,
        publishable_key: str = "",
        api_base: str = "",
        timeout_seconds: float = 20.0,
        retries: int = 2,
    ) -> None:
        logging.getLogger("stripe").addFilter(_QUIET)
        sandbox = "_test_" in api_key
        self.traits = Traits(name="stripe", sandbox=sandbox, publishable_key=publishable_key)
        self._webhook_secret = webhook_secret
        self._http: Any = stripe.HTTPXClient(timeout=timeout_seconds)
        self._client = stripe.StripeClient(
            api_key,
            http_client=self._http,
            max_network_retries=retries,
            base_addresses={"api": api_base} if api_base else {},
        )
        self._api: Any = self._client.v1

    async def create_customer(self, idempotency_key: str, *, name: str, email: str) -> str:
        refuse_card_numbers(name=name, email=email)
        words = {"name": name, "email": email, "metadata": {KEY: idempotency_key}}
        made = await self._ask(self._api.customers.create_async(words, _key(idempotency_key, "customer")))
        return str(made["id"])

    async def begin_setup(self, idempotency_key: str, *, customer: str, token: str = "", return_url: str = "") -> Setup:
        refuse_card_numbers(token=token)
        words: dict[str, Any] = {
            "customer": customer,
            "usage": "off_session",
            "payment_method_types": ["card"],
            "metadata": {KEY: idempotency_key},
            "expand": ["payment_method"],
        }
        if token.startswith("pm_"):
            words |= {"payment_method": token, "confirm": True}
        elif token:
            words |= {"payment_method_data": {"type": "card", "card": {"token": token}}, "confirm": True}
        if token and return_url:
            words["return_url"] = return_url
        try:
            made = await self._ask(self._api.setup_intents.create_async(words, _key(idempotency_key, "setup")))
        except stripe.CardError as error:
            failed = _failed_object(error, "setup_intent")
            return Setup(SetupState.FAILED, str(failed.get("id") or ""), decline=_decline(error))
        except stripe.InvalidRequestError as error:
            if error.code != "resource_missing" or customer in str(error.user_message):
                raise _refused(error) from None
            return Setup(SetupState.FAILED, "", decline=DeclineReason.INCORRECT_DETAILS)
        return stripe_objects.setup(made)

    async def look_up_setup(self, reference: str, *, idempotency_key: str) -> Setup:
        words = {"expand": ["payment_method"]}
        return stripe_objects.setup(await self._asked(self._api.setup_intents.retrieve_async(reference, words)))

    async def remove_method(self, method: str) -> None:
        try:
            await self._ask(self._api.payment_methods.detach_async(method))
        except stripe.InvalidRequestError:
            # Never attached, detached before, or gone: what was wanted.
            return

    async def charge(self, request: ChargeRequest) -> Outcome:
        refuse_card_numbers(method=request.method, description=request.description)
        if not request.method:
            raise PaymentMethodNeeded()
        amount = stripe_objects.stripe_amount(request.amount_minor, request.currency)
        if amount is None:
            return Outcome(State.FAILED, decline=DeclineReason.UNSUPPORTED, detail="amount")
        words: dict[str, Any] = {
            "amount": amount,
            "currency": request.currency.lower(),
            "payment_method": request.method,
            "payment_method_types": ["card"],
            "confirm": True,
            "metadata": {KEY: request.idempotency_key},
        }
        words |= {"customer": request.customer} if request.customer else {}
        words |= {"description": request.description} if request.description else {}
        words |= {"return_url": request.return_url} if request.return_url else {}
        words |= {"off_session": True} if request.off_session else {}
        asking = self._api.payment_intents.create_async(words, _key(request.idempotency_key))
        return await self._confirmed(asking, request)

    async def look_up(self, request: ChargeRequest, *, reference: str = "") -> Outcome | None:
        if reference:
            return await self._closed(await self._intent(reference))
        since = math.floor((request.create_time - _SKEW).timestamp())
        words: dict[str, Any] = {"created": {"gte": since}, "limit": _PAGE}
        words |= {"customer": request.customer} if request.customer else {}
        async for intent in self._pages(self._api.payment_intents.list_async, words):
            if stripe_objects.key_of(intent) == request.idempotency_key:
                return await self._closed(intent)
        return None

    async def resume(self, request: ChargeRequest, *, reference: str) -> Outcome:
        intent = await self._intent(reference)
        waiting = intent["status"] == "requires_payment_method"
        if not waiting or not stripe_objects.needs_payer(intent.get("last_payment_error") or {}):
            return await self._closed(intent)
        words: dict[str, Any] = {"payment_method": request.method}
        words |= {"return_url": request.return_url} if request.return_url else {}
        return await self._confirmed(self._api.payment_intents.confirm_async(reference, words), request)

    async def cancel(self, request: ChargeRequest, *, reference: str) -> Outcome:
        words = {"cancellation_reason": "requested_by_customer"}
        try:
            return stripe_objects.charge_outcome(
                await self._ask(self._api.payment_intents.cancel_async(reference, words))
            )
        except stripe.InvalidRequestError as error:
            if error.code != "payment_intent_unexpected_state":
                raise _refused(error) from None
            return stripe_objects.charge_outcome(await self._intent(reference))

    async def refund(self, request: RefundRequest) -> RefundOutcome:
        amount = stripe_objects.stripe_amount(request.amount_minor, request.currency)
        if amount is None:
            raise AmountExceeds(left_minor=request.amount_minor // 10 * 10)
        words = {
            "payment_intent": request.reference,
            "amount": amount,
            "metadata": {KEY: request.idempotency_key},
        }
        try:
            made = await self._ask(self._api.refunds.create_async(words, _key(request.idempotency_key, "refund")))
        except stripe.InvalidRequestError as error:
            if error.code == "charge_disputed":
                raise AmountExceeds(left_minor=0) from None
            if error.code != "charge_already_refunded" and error.param != "amount":
                raise _refused(error) from None
            raise AmountExceeds(left_minor=await self._refundable(request)) from None
        return stripe_objects.refund_outcome(made)

    async def look_up_refund(self, request: RefundRequest, *, reference: str = "") -> RefundOutcome | None:
        if reference:
            return stripe_objects.refund_outcome(await self._asked(self._api.refunds.retrieve_async(reference)))
        words = {"payment_intent": request.reference, "limit": _PAGE}
        async for refund in self._pages(self._api.refunds.list_async, words):
            if stripe_objects.key_of(refund) == request.idempotency_key:
                return stripe_objects.refund_outcome(refund)
        return None

    async def list_disputes(self, reference: str) -> list[DisputeFacts]:
        words = {"payment_intent": reference, "limit": _PAGE}
        found = [stripe_objects.dispute(one) async for one in self._pages(self._api.disputes.list_async, words)]
        return found[::-1]

    async def read_webhook(self, headers: Mapping[str, str], raw_body: bytes) -> ProviderEvent:
        if len(raw_body) > LARGEST_EVENT_BYTES:
            raise SignatureInvalid(provider="stripe", problem="it is too large")
        signature = next((value for name, value in headers.items() if name.lower() == "stripe-signature"), "")
        try:
            found = self._client.construct_event(raw_body, signature, self._webhook_secret)
        except (stripe.SignatureVerificationError, ValueError, TypeError):
            problem = "the signature is missing, wrong or too old"
            raise SignatureInvalid(provider="stripe", problem=problem) from None
        return stripe_objects.event(_plain(found))

    async def list_movements(self, start: datetime, end: datetime) -> AsyncIterator[Movement]:
        created = {"gte": math.ceil(start.timestamp()), "lt": math.ceil(end.timestamp())}
        words = {"created": created, "limit": _PAGE, "expand": ["data.source"]}
        async for entry in self._pages(self._api.balance_transactions.list_async, words):
            yield stripe_objects.movement(entry)

    async def aclose(self) -> None:
        await self._http.close_async()

    async def _confirmed(self, asking: Awaitable[Any], request: ChargeRequest) -> Outcome:
        """The outcome of creating or confirming an intent, whose refusal by a bank comes as an error."""
        try:
            return stripe_objects.charge_outcome(await self._ask(asking))
        except stripe.CardError as error:
            if intent := _failed_object(error, "payment_intent"):
                return stripe_objects.charge_outcome(intent)
            return Outcome(State.FAILED, decline=_decline(error), detail=error.code or "")
        except stripe.InvalidRequestError as error:
            reference, code = str(_failed_object(error, "payment_intent").get("id") or ""), error.code or ""
            if code in _UNUSABLE:
                return Outcome(State.FAILED, reference, _decline(error), code)
            # Stripe has no code for a method that was detached, and the same one for all that is missing.
            if await self._method_is_gone(request):
                return Outcome(State.FAILED, reference, DeclineReason.METHOD_GONE, code)
            raise _refused(error) from None

    async def _method_is_gone(self, request: ChargeRequest) -> bool:
        try:
            method = await self._ask(self._api.payment_methods.retrieve_async(request.method))
        except stripe.InvalidRequestError:
            return True
        return bool(request.customer) and method.get("customer") != request.customer

    async def _closed(self, intent: Data) -> Outcome:
        """The outcome; an intent whose charge failed is cancelled, so that the payer cannot pay it any more."""
        outcome = stripe_objects.charge_outcome(intent)
        if outcome.state is not State.FAILED or intent["status"] != "requires_payment_method":
            return outcome
        try:
            await self._ask(self._api.payment_intents.cancel_async(intent["id"], {"cancellation_reason": CLOSED}))
        except stripe.InvalidRequestError:
            # It moved on in the meantime: what it is now counts.
            return stripe_objects.charge_outcome(await self._intent(intent["id"]))
        return outcome

    async def _intent(self, reference: str) -> Data:
        return await self._asked(self._api.payment_intents.retrieve_async(reference))

    async def _refundable(self, request: RefundRequest) -> int:
        words = {"expand": ["latest_charge"]}
        intent = await self._asked(self._api.payment_intents.retrieve_async(request.reference, words))
        charge = intent.get("latest_charge") or {}
        left = charge.get("amount_captured", 0) - charge.get("amount_refunded", 0)
        return stripe_objects.minor_amount(left, request.currency)

    async def _pages(self, listing: Any, words: Mapping[str, Any]) -> AsyncIterator[Data]:
        after: dict[str, str] = {}
        while True:
            page = await self._asked(listing({**words, **after}))
            for one in page["data"]:
                yield one
            if not page["has_more"]:
                return
            after = {"starting_after": page["data"][-1]["id"]}

    async def _asked(self, asking: Awaitable[Any]) -> Data:
        """An answer to a request that cannot be the payer's fault."""
        try:
            return await self._ask(asking)
        except stripe.InvalidRequestError as error:
            raise _refused(error) from None

    async def _ask(self, asking: Awaitable[Any]) -> Data:
        """The answer as plain data. Errors lose their cause on purpose: it holds bodies and headers."""
        try:
            return _plain(await asking)
        except (stripe.CardError, stripe.InvalidRequestError):
            raise
        except stripe.IdempotencyError:
            raise IdempotencyKeyReused(problem="was used for another request at the provider") from None
        except (stripe.AuthenticationError, stripe.PermissionError) as error:
            raise _refused(error) from None
        except stripe.StripeError:
            raise ProviderUnavailable(provider="stripe") from None


def _key(idempotency_key: str, purpose: str = "charge") -> dict[str, str]:
    """Stripe's keys are one space for all kinds of requests."""
    return {"idempotency_key": f"{idempotency_key}:{purpose}"}


def _plain(found: Any) -> Data:
    plain: dict[str, Any] = found.to_dict()
    return plain


def _failed_object(error: stripe.StripeError, name: str) -> Data:
    found = getattr(error.error, name, None) if error.error is not None else None
    return _plain(found) if found is not None else {}


def _decline(error: stripe.StripeError) -> DeclineReason:
    return stripe_decline(getattr(error.error, "decline_code", None), error.code)


def _refused(error: stripe.StripeError) -> ProviderRefused:
    words = [f"{name} {value}" for name in ("param", "request_id") if (value := getattr(error, name, None))]
    return ProviderRefused(f"stripe: {type(error).__name__} {error.code or ''} {' '.join(words)}".strip())
