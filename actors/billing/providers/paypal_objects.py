"""PayPal's objects in the port's words: pure functions over plain dictionaries, as in PayPal's OpenAPI."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

from actors.billing.domain.dispute import Facts as DisputeFacts
from actors.billing.domain.dispute import State as DisputeState
from actors.billing.domain.money import exponent
from actors.billing.domain.payment import State
from actors.billing.domain.payment_method import Confirmation
from actors.billing.domain.refund import State as RefundState
from actors.billing.providers.contract import (
    ChargeRequest,
    EventKind,
    Method,
    Movement,
    MovementKind,
    Outcome,
    ProviderEvent,
    RefundOutcome,
)
from actors.billing.providers.currencies import rescaled
from actors.billing.providers.declines import paypal_decline

_CURRENCIES = "AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF ILS JPY MXN MYR NOK NZD PHP PLN SEK SGD THB TWD USD"
_WHOLE = "HUF JPY TWD"
_DIGITS = {**dict.fromkeys(_CURRENCIES.split(), 2), **dict.fromkeys(_WHOLE.split(), 0)}
"""https://developer.paypal.com/api/rest/reference/currency-codes/; there are no others."""
Data = Mapping[str, Any]


def money(amount_minor: int, currency: str) -> dict[str, str] | None:
    """The amount as PayPal writes it; None for one that PayPal cannot take."""
    digits = _DIGITS.get(currency)
    scaled = None if digits is None else rescaled(amount_minor, exponent(currency), digits)
    if digits is None or scaled is None:
        return None
    return {"currency_code": currency, "value": str(Decimal(scaled).scaleb(-digits).quantize(Decimal(10) ** -digits))}


def minor_of(amount: Data) -> int:
    """PayPal's amount in our minor units."""
    return int(Decimal(amount["value"]).scaleb(exponent(amount["currency_code"])))


def order_words(request: ChargeRequest, amount: Mapping[str, str]) -> dict[str, Any]:
    """The order of a charge. It moves nothing before it is captured, and is the same for the same request."""
    unit: dict[str, Any] = {
        "amount": dict(amount),
        "custom_id": request.idempotency_key,
        # PayPal refuses a second payment of one invoice id where the account is set so.
        "invoice_id": request.idempotency_key,
    }
    if request.description:
        unit["description"] = request.description[:127]
    context = {"user_action": "PAY_NOW", "shipping_preference": "NO_SHIPPING"}
    if request.return_url:
        context |= {"return_url": request.return_url, "cancel_url": request.return_url}
    words: dict[str, Any] = {"intent": "CAPTURE", "purchase_units": [unit]}
    if request.method:
        # The method comes with the capture; the context is for a payer who must confirm after all.
        return {**words, "application_context": context}
    return {**words, "payment_source": {"paypal": {"experience_context": context}}}


def captures_of(order: Data) -> Sequence[Data]:
    return [one for unit in order.get("purchase_units", ()) for one in unit.get("payments", {}).get("captures", ())]


def refunds_of(order: Data) -> Sequence[Data]:
    return [one for unit in order.get("purchase_units", ()) for one in unit.get("payments", {}).get("refunds", ())]


def order_outcome(order: Data) -> Outcome:
    """How an order stands. Its captures say what was paid; without one nothing was."""
    reference, captures = order["id"], captures_of(order)
    if captures:
        return capture_outcome(captures[-1], reference)
    if order["status"] == "VOIDED":
        return Outcome(State.CANCELLED, reference)
    return Outcome(State.REQUIRES_ACTION, reference, confirmation=Confirmation(payer_link(order)))


def capture_outcome(capture: Data, reference: str) -> Outcome:
    status, reason = capture["status"], (capture.get("status_details") or {}).get("reason", "")
    if status in ("COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED"):
        return Outcome(State.SUCCEEDED, reference)
    if status == "PENDING":
        return Outcome(State.PENDING, reference, detail=reason)
    return Outcome(State.FAILED, reference, paypal_decline(reason), detail=reason or status)


def refund_outcome(refund: Data) -> RefundOutcome:
    states = {"COMPLETED": RefundState.SUCCEEDED, "FAILED": RefundState.FAILED, "CANCELLED": RefundState.FAILED}
    state = states.get(refund["status"], RefundState.PENDING)
    return RefundOutcome(state, refund["id"], minor_of(refund["amount"]))


def left_minor(order: Data) -> int:
    """What of the order's captures was not given back yet."""
    paid = sum(
        minor_of(one["amount"]) for one in captures_of(order) if capture_outcome(one, "").state is State.SUCCEEDED
    )
    back = [refund_outcome(one) for one in refunds_of(order)]
    return paid - sum(one.amount_minor for one in back if one.state is not RefundState.FAILED)


def method(token: Data) -> Method:
    """A vaulted payment token."""
    wallet = token.get("payment_source", {}).get("paypal", {})
    email = wallet.get("email_address", "")
    return Method(token["id"], f"PayPal {email}".strip(), brand="PayPal")


def event(body: Data) -> ProviderEvent:
    """An event of the types that payments live by; any other is OTHER."""
    type, subject = body["event_type"], body.get("resource") or {}
    about: dict[str, Any] = {"id": body["id"], "time": time_of(body["create_time"]), "type": type}
    if type == "CHECKOUT.ORDER.APPROVED":
        units = subject.get("purchase_units") or [{}]
        key = units[0].get("custom_id", "")
        return ProviderEvent(kind=EventKind.PAYER_AGREED, reference=subject["id"], idempotency_key=key, **about)
    key = subject.get("custom_id", "")
    if type in _DISPUTES:
        paid = (subject.get("disputed_transactions") or [{}])[0]
        return ProviderEvent(
            kind=EventKind.DISPUTE, dispute=dispute(subject), idempotency_key=str(paid.get("custom") or ""), **about
        )
    if body.get("resource_type") == "refund":
        refund = refund_outcome(subject)
        return ProviderEvent(
            kind=EventKind.REFUND, refund=refund, reference=refund.reference, idempotency_key=key, **about
        )
    if body.get("resource_type") == "capture" and type != "PAYMENT.CAPTURE.REVERSED":
        order = (subject.get("supplementary_data") or {}).get("related_ids", {}).get("order_id", "")
        outcome = capture_outcome(subject, order)
        return ProviderEvent(kind=EventKind.PAYMENT, outcome=outcome, reference=order, idempotency_key=key, **about)
    return ProviderEvent(kind=EventKind.OTHER, reference=str(subject.get("id", "")), **about)


_DISPUTES = frozenset(f"CUSTOMER.DISPUTE.{word}" for word in ("CREATED", "UPDATED", "RESOLVED"))
_TAKEN_BACK = ("T1106", "T1110", "T1111", "T12")
"""Reversals, holds while a dispute is looked into, and chargebacks, with what cancels each."""


def dispute(data: Data) -> DisputeFacts:
    """A dispute of PayPal's Customer Disputes API. What it moved is in the report alone, under the payment's name."""
    outcome = (data.get("dispute_outcome") or {}).get("outcome_code", "")
    state = DisputeState.OPEN
    if data.get("status") == "RESOLVED":
        lost = outcome in ("RESOLVED_BUYER_FAVOUR", "ACCEPTED")
        state = DisputeState.LOST if lost else DisputeState.WON
    due = data.get("seller_response_due_date")
    return DisputeFacts(
        data["dispute_id"],
        state,
        minor_of(data["dispute_amount"]),
        data["dispute_amount"]["currency_code"],
        reason=str(data.get("reason") or ""),
        respond_time=time_of(due) if due else None,
    )


def movement(entry: Data) -> Movement:
    """An entry of the transaction report (event codes T00xx are payments, T11xx give money back)."""
    info = entry["transaction_info"]
    code, amount = info["transaction_event_code"], info["transaction_amount"]
    kind = MovementKind.CHARGE if code.startswith("T00") else MovementKind.OTHER
    kind = MovementKind.REFUND if code.startswith("T11") else kind
    kind = MovementKind.DISPUTE if code.startswith(_TAKEN_BACK) else kind
    order = info.get("paypal_reference_id", "") if info.get("paypal_reference_id_type") == "ODR" else ""
    fee = info.get("fee_amount")
    return Movement(
        id=info["transaction_id"],
        kind=kind,
        reference=order or info["transaction_id"],
        idempotency_key=info.get("custom_field", ""),
        amount_minor=minor_of(amount),
        currency=amount["currency_code"],
        fee_minor=-minor_of(fee) if fee else 0,
        fee_currency=(fee or amount)["currency_code"],
        time=time_of(info["transaction_initiation_date"]),
    )


def next_page(listed: Data) -> str:
    """The token of the next page of a list of disputes, which its link carries; empty after the last."""
    links = (str(one["href"]) for one in listed.get("links", ()) if one["rel"] == "next")
    return next((token for href in links for token in parse_qs(urlsplit(href).query).get("next_page_token", ())), "")


def time_of(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def payer_link(thing: Data) -> str:
    """The page on which the payer agrees; empty when nobody is asked."""
    return next((str(one["href"]) for one in thing.get("links", ()) if one["rel"] in ("payer-action", "approve")), "")
