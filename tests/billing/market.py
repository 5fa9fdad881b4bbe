"""A world in which a tenant owes money: invoices by the rules, issued in the books, without any cycle.

async with Market() as market:
    card = await market.method("tok_visa")
    invoice = await market.owe(10_000)
    payment = await market.pay(invoice)
"""

from __future__ import annotations

import itertools
from collections import Counter
from datetime import timedelta
from typing import Any, Self

from actors.api.billing.v1 import Payment as PaymentMessage
from actors.api.billing.v1 import PaymentMethod as PaymentMethodMessage
from actors.billing.domain.account import Party, new_account
from actors.billing.domain.invoice import Invoice, Reason, new_invoice
from actors.billing.domain.line import InvoiceLine
from actors.billing.domain.line import Kind as LineKind
from actors.billing.domain.money import MICROS
from actors.billing.domain.payment import Payment
from actors.billing.domain.plan import new_plan
from actors.billing.domain.refund import Refund
from actors.billing.domain.subscribing import new_subscription
from actors.billing.domain.subscription import Subscription
from actors.billing.domain.totals import drawn
from actors.billing.paying import Paying
from actors.billing.providers.contract import Movement
from actors.billing.providers.sandbox import Sandbox
from actors.billing.sandbox_books import SandboxDelivery
from actors.billing.standing import live_subscription
from actors.billing.store import BooksUnit
from actors.billing.webhooks import Webhooks
from actors.kernel.call import Call, system_call
from actors.kernel.store.contract import Backend, Eq
from tests.billing.making import flat, order_of, terms_of
from tests.world import World

_numbers = itertools.count(1)
PLAN = "market"


class Market:
    """One tenant, `acme`, that owes and pays. `more` are settings of Billing, `sql` an empty database for its books."""

    def __init__(self, sql: Backend | None = None, **more: Any) -> None:
        self.world = World.furnished(sql=sql, billing=more)
        self.admin, self.root = self.world.acme_admin, self.world.root
        self.tenant_id: str = self.world.acme.id
        self.call: Call = system_call(self.tenant_id)

    async def __aenter__(self) -> Self:
        await self.world.__aenter__()
        async with self.unit() as unit:
            now = self.world.clock.now()
            if await unit.accounts.find(self.tenant_id) is None:
                unit.accounts.put(new_account(self.tenant_id, party=Party(name="Acme"), currency="EUR", at=now))
            live = await live_subscription(unit, self.tenant_id)
            if live is not None:
                await self.paying.owing.subscriptions.keep(unit, live, live.cancelled("the test begins", now), now)
        await self.world.settle()
        return self

    async def __aexit__(self, *raised: object) -> None:
        await self.world.__aexit__(*raised)  # type: ignore[arg-type]

    def unit(self) -> BooksUnit:
        books = self.world.hosts["billing"].books
        assert books is not None
        unit: BooksUnit = books.unit(self.call, aside=True)
        return unit

    @property
    def paying(self) -> Paying:
        found: Paying = self.world.service("billing", "PaymentService").paying
        return found

    @property
    def webhooks(self) -> Webhooks:
        found: Webhooks = self.world.service("billing", "WebhookService").webhooks
        return found

    @property
    def sandbox(self) -> Sandbox:
        found = self.paying.providers.sandbox
        assert found is not None
        return found

    async def deliver(self) -> int:
        """Brings the sandbox's events that are due, as the worker does each second."""
        count = await SandboxDelivery(self.sandbox, self.webhooks).deliver()
        await self.world.settle()
        return count

    # --- what there is ---------------------------------------------------------------------------------------------

    async def method(self, token: str = "tok_visa", **more: Any) -> PaymentMethodMessage:
        """A saved method, the tenant's default."""
        fields = {"provider": 1, "provider_token": token, "default": True, **more}
        method: PaymentMethodMessage = await self.world.call("billing.CreatePaymentMethod", self.admin, **fields)
        return method

    async def by_transfer(self) -> PaymentMethodMessage:
        """The tenant's agreement to pay by transfer."""
        fields: dict[str, Any] = {"tenant_id": self.tenant_id, "provider": 4, "default": True}
        method: PaymentMethodMessage = await self.world.call("billing.CreatePaymentMethod", self.root, **fields)
        return method

    async def owe(self, amount_minor: int, settle: bool = False, **more: Any) -> Invoice:
        """An issued invoice; with `settle`, also what follows by itself has happened."""
        id, now = f"inv_{next(_numbers):06d}", self.world.clock.now()
        line = InvoiceLine(
            id="",
            tenant_id=self.tenant_id,
            kind=LineKind.MANUAL,
            description="Something",
            whole_micros=amount_minor * MICROS,
            currency="EUR",
            amount_minor=amount_minor,
        )
        whole = drawn([line], "EUR")
        fields: dict[str, Any] = {"reason": Reason.MANUAL, "complete": False, **more}
        invoice = new_invoice(id=id, tenant_id=self.tenant_id, totals=whole.totals, at=now, **fields)
        lines = [one.but(id=f"{id}-{n}", invoice_id=id, position=n) for n, one in enumerate(whole.lines, 1)]
        async with self.unit() as unit:
            for one in lines:
                unit.lines.put(one)
            account = await unit.accounts.get(self.tenant_id)
            invoice, account = await self.paying.owing.issuing.issue(unit, invoice, lines, account, now)
            assert account.park_reason == ""
        if settle:
            await self.world.settle()
        return await self.invoice(invoice.id)

    async def to_pay(self, token: str = "tok_visa", amount_minor: int = 10_000) -> Invoice:
        """An invoice that nobody is charged for by itself yet, and a default method that came after it."""
        invoice = await self.owe(amount_minor, settle=True)
        await self.method(token)
        return invoice

    async def subscribed(self, minor: int = 1_000, active: bool = True) -> Subscription:
        """A running subscription, paid with the tenant's default method; its first period was paid elsewhere."""
        now, terms = self.world.clock.now(), terms_of(flat(minor))
        store = self.world.hosts["billing"].store
        async with store.unit(self.call, aside=True) as unit:
            plan, version = new_plan(PLAN, terms, now).published(now)
            unit.plans.insert_absent([plan])
            unit.plan_versions.insert_absent([version])
        async with self.unit() as unit:
            account = await unit.accounts.get(self.tenant_id)
            subscription = new_subscription(
                id=f"sub_{next(_numbers):06d}",
                tenant_id=self.tenant_id,
                order=order_of(terms, plan=PLAN),
                currency="EUR",
                at=now,
                payment_method_id=account.default_payment_method_id,
            )
            subscription = subscription.activated(now) if active else subscription
            subscription = await self.paying.owing.subscriptions.keep(unit, None, subscription, now)
        await self.world.settle()
        return subscription

    async def pay(self, invoice: Invoice, token: str = "", **more: Any) -> PaymentMessage:
        """What a person does with the pay button."""
        headers = more.pop("headers", None)
        payment: PaymentMessage = await self.world.call(
            "billing.CreatePayment", token or self.admin, headers=headers, invoice_id=invoice.id, **more
        )
        return payment

    async def answer(self, confirmation: Any, *, accept: bool = True) -> None:
        """The payer answers on the sandbox's page."""
        await self.hook(challenge(confirmation, accept))

    async def hook(self, body: bytes, headers: dict[str, str] | None = None, provider: str = "sandbox") -> None:
        """A webhook as it comes."""
        more: dict[str, Any] = {
            "provider": provider,
            "body": {"content_type": "application/json", "data": body},
        }
        await self.world.call("billing.HandleWebhook", headers=headers, **more)

    # --- what is then ----------------------------------------------------------------------------------------------

    async def invoice(self, id: str) -> Invoice:
        async with self.unit() as unit:
            return await unit.invoices.get(id)

    async def payments(self, invoice: Invoice) -> list[Payment]:
        async with self.unit() as unit:
            return await unit.payments.select(Eq("invoice_id", invoice.id))

    async def refunds(self) -> list[Refund]:
        async with self.unit() as unit:
            return await unit.refunds.select()

    async def subscription(self, id: str) -> Subscription:
        async with self.unit() as unit:
            return await unit.subscriptions.get(id)

    async def moved(self) -> list[Movement]:
        """The provider's own books."""
        now = self.world.clock.now()
        found = self.sandbox.list_movements(now - timedelta(days=400), now + timedelta(days=1))
        return [one async for one in found]

    async def balances(self) -> dict[str, int]:
        """What the ledger sums to, by account; checked against transactions, documents and the account."""
        async with self.unit() as unit:
            entries = await unit.ledger.select(limit=10_000)
            account = await unit.accounts.get(self.tenant_id)
            invoices, refunds = await unit.invoices.select(), await unit.refunds.select()
        sums, by_transaction = Counter[str](), Counter[str]()
        for entry in entries:
            sums[entry.account_type.name] += entry.amount_minor
            by_transaction[entry.transaction_id] += entry.amount_minor
        assert not any(by_transaction.values()), "every transaction sums to zero"
        outstanding = sum(one.outstanding_minor for one in invoices)
        outstanding += sum(one.outstanding_minor for one in refunds)
        assert sums["RECEIVABLE"] == account.owed_minor == outstanding
        assert -sums["CREDIT"] == account.credit_minor >= 0
        return {name: amount for name, amount in sums.items() if amount}

    def told(self, name: str) -> list[Any]:
        """The announcements of this kind so far, in order."""
        return [one.message() for one in self.world.bus.log if one.type == f"atrium.billing.v1.{name}"]


def challenge(confirmation: Any, accept: bool = True) -> bytes:
    """What the sandbox's page posts: see the README of Billing's providers."""
    from urllib.parse import parse_qs, urlsplit

    import orjson

    words = parse_qs(urlsplit(confirmation.redirect_url).fragment)
    answer = {name: words[name][0] for name in ("reference", "client_secret")}
    return orjson.dumps({"answer": "accept" if accept else "refuse", **answer})
