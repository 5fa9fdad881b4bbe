"""Stripe's test cards (https://docs.stripe.com/testing), as far as the fake knows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Card:
    brand: str = "visa"
    last4: str = "4242"
    decline: tuple[str, str] | None = None
    """Code and decline code of every charge."""
    attach: bool = True
    """Whether it can be saved although it declines."""
    asks: bool = False
    """The bank wants the payer to confirm, at set-up and at each charge."""
    processing: bool = False
    """Charges stay `processing` until settled. Stripe's cards do not; other ways to pay do."""
    refund: str = "succeeded"
    refund_ends: str = ""
    disputed: bool = False
    """Charges succeed and are disputed at once, as fraudulent."""


def _declines(decline_code: str, last4: str, code: str = "card_declined") -> Card:
    return Card(last4=last4, decline=(code, decline_code), attach=False)


CARDS: Mapping[str, Card] = {
    "card_visa": Card(),
    "card_mastercard": Card("mastercard", "4444"),
    "card_chargeDeclined": _declines("generic_decline", "0002"),
    "card_visa_chargeDeclined": _declines("generic_decline", "0002"),
    "card_visa_chargeDeclinedInsufficientFunds": _declines("insufficient_funds", "9995"),
    "card_visa_chargeDeclinedLostCard": _declines("lost_card", "9987"),
    "card_visa_chargeDeclinedStolenCard": _declines("stolen_card", "9979"),
    "card_visa_chargeDeclinedVelocityLimitExceeded": _declines("card_velocity_exceeded", "6975"),
    "card_chargeDeclinedExpiredCard": _declines("", "0069", "expired_card"),
    "card_chargeDeclinedIncorrectCvc": _declines("", "0127", "incorrect_cvc"),
    "card_chargeDeclinedProcessingError": _declines("", "0119", "processing_error"),
    "card_chargeDeclinedFraudulent": _declines("fraudulent", "0019"),
    "card_chargeCustomerFail": Card(last4="0341", decline=("card_declined", "generic_decline")),
    "card_authenticationRequired": Card(last4="3184", asks=True),
    "card_refundFail": Card(last4="5126", refund="succeeded", refund_ends="failed"),
    "card_pendingRefund": Card(last4="7726", refund="pending", refund_ends="succeeded"),
    "card_createDispute": Card(last4="0259", disputed=True),
    "card_fake_processing": Card(last4="0077", processing=True),
}
"""By what follows `pm_`. Tokens are the same after `tok_`, without `card_` where Stripe's names have none."""


def card_of_token(token: str) -> Card | None:
    name = token.removeprefix("tok_")
    return CARDS.get(name) or CARDS.get(f"card_{name}")


def card_of_method(method: str) -> Card | None:
    """Stripe's ready-made methods, which belong to nobody."""
    return CARDS.get(method.removeprefix("pm_"))
