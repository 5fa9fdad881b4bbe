"""`kill -9` of billing while tenants subscribe, over the edge and the embedded books: each pays once for one thing."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.journeys.platform import Platform, eventually, ok

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]

TENANTS = 5
PATIENCE_SECONDS = 60.0


def with_card(client: httpx.Client, tenant_id: str) -> None:
    """Ends the tenant's trial, and gives it a card of the sandbox."""
    found = ok(client.get("/api/v1/billing/subscriptions", params={"tenant_id": tenant_id}))
    (trial,) = found["subscriptions"]
    assert trial["state"] == "STATE_TRIALING"
    ok(client.post(f"/api/v1/billing/subscriptions/{trial['id']}/cancel", json={"now": True}))
    body = {"tenantId": tenant_id, "provider": "PROVIDER_SANDBOX", "providerToken": "tok_visa", "default": True}
    assert ok(client.post("/api/v1/billing/payment-methods", json=body))["state"] == "STATE_ACTIVE"


def subscribe(client: httpx.Client, tenant_id: str, begin: threading.Barrier) -> dict[str, Any]:
    """Says it with the same key until there is an answer."""
    body = {
        "tenantId": tenant_id,
        "planId": "premium",
        "interval": "INTERVAL_MONTH",
        "seats": "3",
        "skipTrial": True,
    }
    begin.wait()
    give_up = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < give_up:
        try:
            answer = client.post(
                "/api/v1/billing/subscriptions", json=body, headers={"idempotency-key": f"subscribe-{tenant_id}"}
            )
        except httpx.TransportError:
            continue
        if answer.status_code < 500:
            return ok(answer)
        time.sleep(0.05)
    raise AssertionError("billing does not come back")


def test_billing_is_killed_while_tenants_subscribe_and_each_pays_once(killable: Platform) -> None:
    admin = killable.set_up()
    tenants = [killable.create_tenant(admin, f"b-{uuid.uuid4().hex[:8]}") for _ in range(TENANTS)]
    with killable.client(admin) as client:
        for tenant in tenants:
            with_card(client, tenant["id"])
        begin = threading.Barrier(TENANTS + 1)
        with ThreadPoolExecutor(TENANTS) as threads:
            asked = [threads.submit(subscribe, client, tenant["id"], begin) for tenant in tenants]
            found = replicas(killable)
            begin.wait()
            for pause in (0.1, 0.3):
                time.sleep(pause)
                for pid in found:
                    with contextlib.suppress(ProcessLookupError):  # killed the time before
                        os.kill(pid, signal.SIGKILL)
                found = replicas(killable)
            answers = [one.result() for one in asked]
        assert {one["subscription"]["tenantId"] for one in answers} == {one["id"] for one in tenants}
        for tenant in tenants:
            check(client, tenant["id"])
        proof = ok(client.post("/api/v1/billing/ledger/prove", json={}))
        assert proof["proven"], proof


def replicas(platform: Platform) -> list[int]:
    return [int(one["pid"]) for one in platform.status()["modules"].get("billing", ())]


def check(client: httpx.Client, tenant_id: str) -> None:
    mine = {"tenant_id": tenant_id}

    def live() -> list[dict[str, Any]]:
        found = ok(client.get("/api/v1/billing/subscriptions", params=mine))["subscriptions"]
        return [one for one in found if one["state"] != "STATE_CANCELLED"]

    # A payment whose answer was lost is looked up some minutes later; a repetition of the call has asked before.
    (subscription,) = eventually(live, lambda found: [one["state"] for one in found] == ["STATE_ACTIVE"], 30)
    (invoice,) = ok(client.get("/api/v1/billing/invoices", params=mine))["invoices"]
    assert (invoice["state"], invoice["subscriptionId"]) == ("STATE_PAID", subscription["id"])
    (payment,) = ok(client.get("/api/v1/billing/payments", params=mine))["payments"]
    assert payment["state"] == "STATE_SUCCEEDED" and payment["amountMinor"] == invoice["totals"]["totalMinor"]
    tenant = eventually(
        lambda: ok(client.get(f"/api/v1/tenants/{tenant_id}")), lambda found: found["plan"] == "premium", 30
    )
    assert tenant["tier"] == "premium"
    verified = ok(client.get(f"/api/v1/billing/invoices/{invoice['id']}/verify"))
    assert verified["identical"]
