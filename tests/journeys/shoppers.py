"""Load on Billing with a memory: callers who buy, pay, get back and use, and know what was acknowledged to them."""

from __future__ import annotations

import itertools
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Self

import httpx

from tests.journeys.platform import Platform, ok, reason

EDGE_SECONDS = 15.0
"""After which the edge gives every call an answer."""
SLACK_SECONDS = 2.0
PATIENCE_SECONDS = 60.0
RETRYABLE = {(503, "DEPENDENCY_UNAVAILABLE"), (409, "CONTENDED")}
"""What callers may be told while the books are down; anything else is a fault."""
EVENTS = 5
METER = "exports"


@dataclass(frozen=True)
class Shopper:
    """A tenant with a card that pays and one that is declined; its trial has ended."""

    tenant_id: str
    card: str
    declined_card: str

    @classmethod
    def made(cls, client: httpx.Client, tenant_id: str) -> Self:
        (trial,) = ok(client.get("/api/v1/billing/subscriptions", params={"tenant_id": tenant_id}))["subscriptions"]
        ok(client.post(f"/api/v1/billing/subscriptions/{trial['id']}/cancel", json={"now": True}))
        cards = []
        for token in ("tok_visa", "tok_visa_declined"):
            body = {"tenantId": tenant_id, "provider": "PROVIDER_SANDBOX", "providerToken": token}
            cards.append(str(ok(client.post("/api/v1/billing/payment-methods", json=body))["id"]))
        return cls(tenant_id, *cards)


@dataclass
class Acknowledged:
    """What callers were told is there: ids, and for money how much."""

    subscriptions: set[str] = field(default_factory=set)
    invoices: set[str] = field(default_factory=set)
    payments: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Id → state and amount."""
    refunds: dict[str, int] = field(default_factory=dict)
    grants: dict[str, int] = field(default_factory=dict)
    events: dict[str, int] = field(default_factory=dict)
    """What the sender called each event → its quantity."""

    def __str__(self) -> str:
        return ", ".join(f"{len(found)} {name}" for name, found in vars(self).items())


class Shoppers:
    """Threads that say everything with an idempotency key, and again with the same until it is answered.

    Each shopper begins a subscription, pays it (at once, or with another card after a decline), buys seats, has a
    part refunded, ends it and gives its credit back, over and over. Others grant the same tenants credit, and record
    usage of one tenant more, whose subscription stays. Nobody stops in the middle: after the block all is answered.
    """

    def __init__(self, platform: Platform, admin: str, shoppers: list[Shopper], user_of_meter: str) -> None:
        self.platform, self.admin = platform, admin
        self.shoppers, self.user_of_meter = shoppers, user_of_meter
        self.known = Acknowledged()
        self.answered: list[float] = []
        """When each change of the books was acknowledged."""
        self.refused: list[tuple[float, int, str]] = []
        self.wrong: list[str] = []
        self.longest = 0.0
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(len(shoppers) + 2)
        self._working: list[Future[None]] = []

    def __enter__(self) -> Self:
        work: list[Callable[[httpx.Client, int], None]] = [self._shopping(one) for one in self.shoppers]
        self._working = [self._threads.submit(self._until_stopped, one) for one in (*work, self._grant, self._use)]
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._threads.shutdown()

    def check(self) -> None:
        """Raises what went wrong for a caller."""
        for one in self._working:
            one.result()
        assert not self.wrong, self.wrong[:5]
        assert self.longest < EDGE_SECONDS + SLACK_SECONDS, f"a call hung for {self.longest:.1f} s"

    def refusals(self, since: float) -> Counter[str]:
        """How often callers were refused since a moment, and with which words."""
        return Counter(f"{status} {why}" for when, status, why in self.refused if when >= since)

    # --- what they do ---

    def _until_stopped(self, turn: Callable[[httpx.Client, int], None]) -> None:
        with self.platform.client(self.admin) as client:
            client.timeout = httpx.Timeout(EDGE_SECONDS + SLACK_SECONDS)
            for number in itertools.count():
                if self._stop.is_set() or self.wrong:
                    return
                turn(client, number)

    def _shopping(self, shopper: Shopper) -> Callable[[httpx.Client, int], None]:
        tenant = {"tenantId": shopper.tenant_id}

        def turn(client: httpx.Client, number: int) -> None:
            later = number % 2 == 1
            body = {"planId": "premium", "interval": "INTERVAL_MONTH", "seats": "3", "skipTrial": True}
            card = shopper.declined_card if later else shopper.card
            begun = self._say(client, "/subscriptions", {**tenant, **body, "paymentMethodId": card})
            subscription = str(begun["subscription"]["id"])
            self._note(begun)
            if later:
                paid = {"invoiceId": begun["invoice"]["id"], "paymentMethodId": shopper.card}
                payment = self._say(client, "/payments", paid)
                self._note({"payment": payment})
                if payment["state"] != "STATE_SUCCEEDED":
                    self.wrong.append(f"a card that pays has not paid: {payment}")
            more = {"seats": "5", "effectiveAt": "EFFECTIVE_AT_NOW", "paymentMethodId": shopper.card}
            changed = self._say(client, f"/subscriptions/{subscription}/change", more)
            self._note(changed)
            back = {"amountMinor": 100 + number, "reason": "changed their mind"}
            refund = self._say(client, f"/payments/{changed['payment']['id']}/refund", back)
            with self._lock:
                self.known.refunds[refund["id"]] = int(refund["amountMinor"])
            ended = self._say(client, f"/subscriptions/{subscription}/cancel", {"now": True}, key="")
            if ended["state"] != "STATE_CANCELLED":
                self.wrong.append(f"{subscription} was ended and is {ended['state']}")
            account = self._say(client, f"/accounts/{shopper.tenant_id}")
            self._granted(client, shopper.tenant_id, -int(account["creditMinor"]))

        return turn

    def _grant(self, client: httpx.Client, number: int) -> None:
        self._granted(client, self.shoppers[number % len(self.shoppers)].tenant_id, 1 + number % 7)

    def _granted(self, client: httpx.Client, tenant_id: str, minor: int) -> None:
        body = {"tenantId": tenant_id, "amount": {"minor": minor, "currency": "EUR"}, "reason": "for the trouble"}
        grant = self._say(client, "/credits", body)
        with self._lock:
            if grant["id"] in self.known.grants:
                self.wrong.append(f"two grants made {grant['id']}")
            self.known.grants[grant["id"]] = minor

    def _use(self, client: httpx.Client, number: int) -> None:
        events = [{"id": f"{number}-{n}", "meter": METER, "quantity": 1 + n} for n in range(EVENTS)]
        body = {"tenantId": self.user_of_meter, "events": events}
        taken = self._say(client, "/usage", body, key="", books=False)
        if int(taken.get("accepted", 0)) + int(taken.get("duplicates", 0)) != EVENTS:
            self.wrong.append(f"of {EVENTS} events {taken} were taken")
        with self._lock:
            self.known.events |= {str(one["id"]): int(str(one["quantity"])) for one in events}

    def _note(self, change: dict[str, Any]) -> None:
        """What an answer says was made."""
        with self._lock:
            if subscription := change.get("subscription"):
                self.known.subscriptions.add(subscription["id"])
            if invoice := change.get("invoice"):
                self.known.invoices.add(invoice["id"])
            if payment := change.get("payment"):
                self.known.payments[payment["id"]] = (payment["state"], int(payment["amountMinor"]))

    # --- how they say it ---

    def _say(
        self,
        client: httpx.Client,
        path: str,
        body: dict[str, Any] | None = None,
        key: str | None = None,
        books: bool = True,
    ) -> dict[str, Any]:
        """Posts, or without a body gets, until there is an answer; with one key, where the method takes keys."""
        key = uuid.uuid4().hex if key is None and body is not None else key
        headers = {"idempotency-key": key} if key else {}
        give_up = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < give_up:
            began = time.monotonic()
            answer = client.request(
                "GET" if body is None else "POST", f"/api/v1/billing{path}", json=body, headers=headers
            )
            now = time.monotonic()
            self.longest = max(self.longest, now - began)
            if answer.status_code == 200:
                if books:
                    self.answered.append(now)
                found: dict[str, Any] = answer.json()
                return found
            why = (answer.status_code, reason(answer))
            self.refused.append((now, *why))
            if why not in RETRYABLE:
                break
            self._stop.wait(0.05)
        raise AssertionError(f"{path} with the key {key!r}: {answer.status_code} {answer.text}")
