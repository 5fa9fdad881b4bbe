"""Why a bank or provider said no: every provider's codes in the platform's words, one table each.

A code that is not in its table is GENERIC: new codes come without notice, and a payer is told no reason rather than a
wrong one.
"""

from __future__ import annotations

from collections.abc import Mapping

from actors.billing.domain.payment import DeclineReason

_R = DeclineReason


def _table(words: Mapping[DeclineReason, str]) -> Mapping[str, DeclineReason]:
    return {code: reason for reason, codes in words.items() for code in codes.split()}


_STRIPE = _table(
    {
        _R.INSUFFICIENT_FUNDS: "insufficient_funds",
        _R.EXPIRED: "expired_card",
        _R.INCORRECT_DETAILS: (
            "incorrect_number invalid_number incorrect_cvc invalid_cvc incorrect_zip incorrect_address "
            "invalid_expiry_month invalid_expiry_year incorrect_pin invalid_pin pin_try_exceeded"
        ),
        _R.LOST_OR_STOLEN: "lost_card stolen_card pickup_card restricted_card",
        _R.SUSPECTED_FRAUD: "fraudulent merchant_blacklist security_violation highest_risk_level",
        _R.LIMIT_EXCEEDED: "withdrawal_count_limit_exceeded card_velocity_exceeded amount_too_large",
        _R.NOT_CONFIRMED: (
            "authentication_required authentication_not_handled payment_intent_authentication_failure "
            "setup_intent_authentication_failure offline_pin_required online_or_offline_pin_required approve_with_id"
        ),
        _R.UNSUPPORTED: (
            "currency_not_supported card_not_supported not_permitted invalid_amount service_not_allowed "
            "transaction_not_allowed testmode_decline live_mode_test_card amount_too_small "
            "payment_method_currency_mismatch payment_method_not_available"
        ),
        _R.METHOD_GONE: (
            "invalid_account new_account_information_available stop_payment_order revocation_of_authorization "
            "revocation_of_all_authorizations resource_missing payment_method_unexpected_state"
        ),
    }
)
"""https://docs.stripe.com/declines/codes, and what says the same of https://docs.stripe.com/error-codes."""

_PAYPAL = _table(
    {
        _R.INSUFFICIENT_FUNDS: "TRANSACTION_APPROVED_AWAITING_FUNDING",
        _R.EXPIRED: "CARD_EXPIRED REFERENCED_CARD_EXPIRED TOKEN_EXPIRED",
        _R.INCORRECT_DETAILS: "PAYMENT_SOURCE_INFO_CANNOT_BE_VERIFIED BILLING_ADDRESS_INVALID",
        _R.SUSPECTED_FRAUD: "TRANSACTION_BLOCKED_BY_PAYEE PAYEE_BLOCKED_TRANSACTION COMPLIANCE_VIOLATION",
        _R.LIMIT_EXCEEDED: (
            "TRANSACTION_LIMIT_EXCEEDED TRANSACTION_RECEIVING_LIMIT_EXCEEDED MAX_VALUE_EXCEEDED "
            "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED"
        ),
        _R.NOT_CONFIRMED: "PAYER_ACTION_REQUIRED ORDER_NOT_APPROVED ORDER_EXPIRED CONSENT_NEEDED",
        _R.UNSUPPORTED: (
            "INVALID_CURRENCY_CODE CURRENCY_NOT_SUPPORTED DECIMAL_PRECISION DECIMALS_NOT_SUPPORTED "
            "PAYMENT_SOURCE_CANNOT_BE_USED PAYMENT_SOURCE_NOT_SUPPORTED COUNTRY_NOT_SUPPORTED_BY_PAYMENT_SOURCE "
            "REDIRECT_PAYER_FOR_ALTERNATE_FUNDING CANNOT_BE_ZERO_OR_NEGATIVE"
        ),
        _R.METHOD_GONE: (
            "AGREEMENT_ALREADY_CANCELLED BILLING_AGREEMENT_NOT_FOUND TOKEN_ID_NOT_FOUND INVALID_RESOURCE_ID "
            "MISMATCHED_VAULT_ID_TO_PAYMENT_SOURCE PAYER_ACCOUNT_LOCKED_OR_CLOSED PAYER_ACCOUNT_RESTRICTED"
        ),
        _R.GENERIC: "INSTRUMENT_DECLINED PAYER_CANNOT_PAY TRANSACTION_REFUSED PAYMENT_SOURCE_DECLINED_BY_PROCESSOR",
    }
)
"""Issues of Orders v2 and reasons of captures, https://developer.paypal.com/api/rest/reference/orders/v2/errors/."""


def stripe_decline(*codes: str | None) -> DeclineReason:
    """The reason of the first code that says one; the more exact codes go first."""
    return next((_STRIPE[code] for code in codes if code and code in _STRIPE), DeclineReason.GENERIC)


def paypal_decline(issue: str) -> DeclineReason:
    return _PAYPAL.get(issue, DeclineReason.GENERIC)


def paypal_declines(issue: str) -> bool:
    """Whether the issue says that this payer cannot pay this way, rather than that the request is malformed."""
    return issue in _PAYPAL
