"""Stripe's objects in the port's words: pure functions over plain dictionaries, as in Stripe's OpenAPI."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from actors.billing.domain.dispute import Facts as DisputeFacts
from actors.billing.domain.dispute import Moved
from actors.billing.domain.dispute import State as DisputeState
from actors.billing.domain.money import exponent
from actors.billing.domain.payment import DeclineReason, State
from actors.billing.domain.payment_method import Confirmation
from actors.billing.domain.refund import State as RefundState
from actors.billing.providers.contract import (
    EventKind,
    Method,
    Movement,
    MovementKind,
    Outcome,
    ProviderEvent,
    RefundOutcome,
    Setup,
    SetupState,
)
from actors.billing.providers.currencies import rescaled
from actors.billing.providers.declines import stripe_decline

KEY = "atrium_key"
"""The metadata entry that carries our key."""
CLOSED = "abandoned"
"""`cancellation_reason` of an intent that we closed because its charge failed."""
_COUNTED: Mapping[int, str] = {
    0: "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF",
    # Without decimals, yet written with two that must be zero.
    2: "ISK UGX",
    3: "BHD JOD KWD OMR TND",
}
"""https://docs.stripe.com/currencies#zero-decimal and #special-cases; every other currency has two."""
_DIGITS = {currency: digits for digits, currencies in _COUNTED.items() for currency in currencies.split()}
Data = Mapping[str, Any]


def stripe_amount(amount_minor: int, currency: str) -> int | None:
    """The amount as Stripe counts it; None for one that Stripe cannot take (three decimals must end in zero)."""
    digits = _DIGITS.get(currency, 2)
    scaled = rescaled(amount_minor, exponent(currency), digits)
    return None if scaled is None or (digits == 3 and scaled % 10) else scaled


def minor_amount(amount: int, currency: str) -> int:
    """Stripe's amount in our minor units."""
    scaled = rescaled(amount, _DIGITS.get(currency, 2), exponent(currency))
    return amount if scaled is None else scaled


def key_of(data: Data) -> str:
    return str((data.get("metadata") or {}).get(KEY, ""))


def charge_outcome(intent: Data) -> Outcome:
    """How a PaymentIntent stands (https://docs.stripe.com/payments/paymentintents/lifecycle)."""
    reference, status = intent["id"], intent["status"]
    error = intent.get("last_payment_error") or {}
    if status == "succeeded":
        return Outcome(State.SUCCEEDED, reference)
    if status == "requires_action" or (status == "requires_payment_method" and needs_payer(error)):
        return Outcome(State.REQUIRES_ACTION, reference, confirmation=_confirmation(intent))
    if status == "canceled" and intent.get("cancellation_reason") != CLOSED:
        return Outcome(State.CANCELLED, reference)
    if status == "canceled" or (status == "requires_payment_method" and error):
        return declined(reference, error)
    return Outcome(State.PENDING, reference)


def declined(reference: str, error: Data) -> Outcome:
    codes = (error.get("decline_code"), error.get("code"))
    # Stripe clears the error of an intent when it is closed; what closes one without is a payer who did not confirm.
    decline = stripe_decline(*codes) if any(codes) else DeclineReason.NOT_CONFIRMED
    return Outcome(State.FAILED, reference, decline, detail=str(codes[0] or codes[1] or ""))


def needs_payer(error: Data) -> bool:
    """Whether the bank would say yes if the payer were there to confirm."""
    return "authentication_required" in (error.get("code"), error.get("decline_code"))


def setup(intent: Data) -> Setup:
    """How a SetupIntent stands; `payment_method` must be expanded once it has succeeded."""
    reference, status = intent["id"], intent["status"]
    error = intent.get("last_setup_error") or {}
    if status == "succeeded":
        return Setup(SetupState.SUCCEEDED, reference, _method(intent["payment_method"]))
    if status == "canceled" or (status == "requires_payment_method" and error):
        decline = stripe_decline(error.get("decline_code"), error.get("code")) if error else DeclineReason.NOT_CONFIRMED
        return Setup(SetupState.FAILED, reference, decline=decline)
    return Setup(SetupState.REQUIRES_ACTION, reference, confirmation=_confirmation(intent))


def refund_outcome(refund: Data) -> RefundOutcome:
    state = {"succeeded": RefundState.SUCCEEDED, "failed": RefundState.FAILED, "canceled": RefundState.FAILED}
    return RefundOutcome(
        state.get(refund.get("status") or "", RefundState.PENDING),
        refund["id"],
        minor_amount(refund["amount"], refund["currency"].upper()),
        detail=refund.get("failure_reason") or "",
    )


def event(data: Data) -> ProviderEvent:
    """An event of the types that payments live by; any other is OTHER."""
    type, subject = data["type"], data["data"]["object"]
    about: dict[str, Any] = {
        "id": data["id"],
        "time": _time(data["created"]),
        "type": type,
        "reference": str(subject.get("id") or ""),
        "idempotency_key": key_of(subject),
    }
    kind = subject.get("object")
    if kind == "payment_intent" and type.startswith("payment_intent."):
        return ProviderEvent(kind=EventKind.PAYMENT, outcome=charge_outcome(subject), **about)
    if kind == "setup_intent" and type.startswith("setup_intent."):
        return ProviderEvent(kind=EventKind.SETUP, **about)
    if type == "payment_method.automatically_updated":
        return ProviderEvent(kind=EventKind.METHOD, method=_method(subject), **about)
    if kind == "dispute" and type in _DISPUTES:
        return ProviderEvent(kind=EventKind.DISPUTE, dispute=dispute(subject), **about | {"reference": _paid(subject)})
    if kind == "refund":
        return ProviderEvent(kind=EventKind.REFUND, refund=refund_outcome(subject), **about)
    return ProviderEvent(kind=EventKind.OTHER, **about)


_DISPUTES = frozenset(
    f"charge.dispute.{word}" for word in ("created", "updated", "funds_withdrawn", "funds_reinstated", "closed")
)


def dispute(data: Data) -> DisputeFacts:
    """A dispute; one of the states `warning_…` is a question of the bank, for which nothing is taken."""
    state = {"lost": DisputeState.LOST, **dict.fromkeys(("won", "warning_closed", "prevented"), DisputeState.WON)}
    currency, due = data["currency"].upper(), (data.get("evidence_details") or {}).get("due_by")
    return DisputeFacts(
        data["id"],
        state.get(data["status"], DisputeState.OPEN),
        minor_amount(data["amount"], currency),
        currency,
        reason=str(data.get("reason") or ""),
        respond_time=_time(due) if due else None,
        moved=tuple(
            Moved(entry["id"], _of_dispute(entry, data), _time(entry["created"]))
            for entry in data.get("balance_transactions") or ()
        ),
    )


def _of_dispute(entry: Data, dispute: Data) -> int:
    """What an entry of the balance moved of the payment's money: exact, unless another currency is paid out."""
    amount = entry["amount"]
    if entry["currency"] != dispute["currency"]:
        amount = -dispute["amount"] if amount < 0 else dispute["amount"]
    return minor_amount(amount, dispute["currency"].upper())


def _paid(dispute: Data) -> str:
    """The payment that a dispute is about; Stripe may have it expanded."""
    intent = dispute.get("payment_intent") or ""
    return str(intent["id"] if isinstance(intent, Mapping) else intent)


def movement(entry: Data) -> Movement:
    """A balance transaction with its `source` expanded."""
    source = entry.get("source")
    source = source if isinstance(source, Mapping) else {}
    kind = {
        "charge": MovementKind.CHARGE,
        "payment": MovementKind.CHARGE,
        "refund": MovementKind.REFUND,
        "payment_refund": MovementKind.REFUND,
    }.get(entry["type"], MovementKind.OTHER)
    if source.get("object") == "dispute":
        kind = MovementKind.DISPUTE
    # The balance counts in the currency that is paid out; the payer paid in the source's.
    currency, amount = entry["currency"].upper(), entry["amount"]
    if kind is not MovementKind.OTHER and source.get("currency"):
        currency, amount = source["currency"].upper(), source["amount"]
        amount = -amount if kind is MovementKind.REFUND else amount
    reference = source.get("id")
    if kind is not MovementKind.REFUND and kind is not MovementKind.OTHER:
        reference = _paid(source)
    return Movement(
        id=entry["id"],
        kind=kind,
        reference=str(reference or ""),
        idempotency_key=key_of(source),
        amount_minor=_of_dispute(entry, source) if kind is MovementKind.DISPUTE else minor_amount(amount, currency),
        currency=currency,
        fee_minor=minor_amount(entry["fee"], entry["currency"].upper()),
        fee_currency=entry["currency"].upper(),
        time=_time(entry["created"]),
    )


def _confirmation(intent: Data) -> Confirmation:
    redirect = (intent.get("next_action") or {}).get("redirect_to_url") or {}
    return Confirmation(redirect.get("url") or "", intent.get("client_secret") or "")


def _method(method: Data) -> Method:
    card = method.get("card")
    if not card:
        name = str(method["type"]).replace("_", " ").title()
        return Method(method["id"], name, brand=name)
    names = {"amex": "American Express", "jcb": "JCB", "unionpay": "UnionPay"}
    brand = names.get(card["brand"], str(card["brand"]).title())
    label = f"{brand} •••• {card['last4']}"
    return Method(method["id"], label, brand, card["last4"], card["exp_month"], card["exp_year"])


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
