"""Stripe's way of writing parameters (`a[b]=c`, `list[0]=x`), and which ones each request may have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

_LIST = {"limit", "starting_after", "ending_before", "expand", "created"}
ALLOWED: Mapping[str, set[str]] = {
    "POST /v1/customers": {"name", "email", "metadata", "description", "expand"},
    "GET /v1/customers/{customer}": {"expand"},
    "POST /v1/setup_intents": {
        "confirm",
        "customer",
        "description",
        "expand",
        "metadata",
        "payment_method",
        "payment_method_data",
        "payment_method_types",
        "return_url",
        "usage",
    },
    "GET /v1/setup_intents/{intent}": {"client_secret", "expand"},
    "GET /v1/payment_methods/{payment_method}": {"expand"},
    "POST /v1/payment_methods/{payment_method}/detach": {"expand"},
    "POST /v1/payment_intents": {
        "amount",
        "confirm",
        "currency",
        "customer",
        "description",
        "expand",
        "metadata",
        "off_session",
        "payment_method",
        "payment_method_types",
        "return_url",
        "statement_descriptor_suffix",
    },
    "GET /v1/payment_intents/{intent}": {"client_secret", "expand"},
    "GET /v1/payment_intents": _LIST | {"customer"},
    "POST /v1/payment_intents/{intent}/confirm": {"expand", "off_session", "payment_method", "return_url"},
    "POST /v1/payment_intents/{intent}/cancel": {"cancellation_reason", "expand"},
    "POST /v1/refunds": {"amount", "expand", "metadata", "payment_intent", "reason"},
    "GET /v1/refunds/{refund}": {"expand"},
    "GET /v1/refunds": _LIST | {"payment_intent", "charge"},
    "GET /v1/disputes": _LIST | {"payment_intent", "charge"},
    "GET /v1/balance_transactions": _LIST | {"type", "source", "currency", "payout"},
    "GET /v1/events": _LIST | {"type", "types"},
}


def parsed(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The nested form of flat pairs."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        path = [part for part in re.split(r"[\[\]]+", name) if part]
        spot: Any = found
        for part in path[:-1]:
            spot = spot.setdefault(part, {})
        spot[path[-1]] = value
    return {key: _listed(value) for key, value in found.items()}


def _listed(value: Any) -> Any:
    """`{"0": x, "1": y}` as the list that it stands for."""
    if not isinstance(value, dict):
        return value
    inner = {key: _listed(one) for key, one in value.items()}
    return list(inner.values()) if inner and all(key.isdecimal() for key in inner) else inner
