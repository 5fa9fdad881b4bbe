"""What the provider's business comes to, added up from lists by nobody but the test itself."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from tests.journeys.platform import Platform, pages

MONTHS = {"INTERVAL_MONTH": 1, "INTERVAL_YEAR": 12}
MICROS = 1_000_000


@dataclass(frozen=True)
class Books:
    """In minor units of one currency."""

    recurring: int
    """What subscriptions that are paid for bring a month, from the terms each is on."""
    outstanding: int
    """What all tenants owe, from the entries of the ledger."""
    paid: int
    """What has ever come in, from the entries of the ledger."""


def added_up(site: Platform, currency: str) -> Books:
    """From the subscriptions and their plans' versions, and from the ledger of each billing account."""
    with site.client(site.set_up()) as client:
        known: dict[tuple[str, int], dict[str, Any]] = {}
        recurring = 0
        states = ["STATE_ACTIVE", "STATE_PAST_DUE"]
        for one in pages(client, "/api/v1/billing/subscriptions", "subscriptions", states=states):
            if one["currency"] != currency:
                continue
            assert not one["couponId"], "a discount is not taken off here"
            if (one["planId"], one["planVersion"]) not in known:
                versions = pages(client, f"/api/v1/billing/plans/{one['planId']}/versions", "versions")
                known |= {(each["planId"], each["planVersion"]): each["terms"] for each in versions}
            recurring += _monthly(one, known[one["planId"], one["planVersion"]])
        outstanding = paid = 0
        for account in pages(client, "/api/v1/billing/accounts", "accounts"):
            for entry in pages(client, f"/api/v1/billing/ledger/{account['tenantId']}", "entries"):
                amount = int(entry["amountMinor"])
                if entry["currency"] != currency:
                    continue
                if entry["accountType"] == "LEDGER_ACCOUNT_TYPE_RECEIVABLE":
                    outstanding += amount
                elif entry["accountType"] == "LEDGER_ACCOUNT_TYPE_CASH" and amount > 0:
                    paid += amount
    return Books(recurring, outstanding, paid)


def euros(minor: int) -> str:
    """As English readers write them."""
    return f"€{minor // 100:,}.{minor % 100:02}"


def _monthly(subscription: dict[str, Any], terms: dict[str, Any]) -> int:
    interval, currency = subscription["interval"], subscription["currency"]
    [book] = [one for one in terms["priceBooks"] if (one["interval"], one["currency"]) == (interval, currency)]
    micros = 0
    for price in book["prices"]:
        if price["kind"] == "KIND_METER":
            continue
        assert price["model"] == "MODEL_PER_UNIT", price
        units = 1 if price["kind"] == "KIND_FLAT" else max(0, int(subscription["seats"]) - int(price["freeUnits"]))
        micros += max(units * int(price["tiers"][0]["unitMicros"]), int(price["minimumMinor"]) * MICROS)
    return int((Decimal(micros) / (MICROS * MONTHS[interval])).quantize(Decimal(1), ROUND_HALF_EVEN))
