"""Years of billing: customers who do whatever they like, cards that fail, a provider whose messages come twice, late
and in any order, and a process that dies at any commit. Everything follows from a seed."""

from __future__ import annotations

import contextlib
import heapq
import itertools
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from actors.billing.domain.account import Party, new_account
from actors.billing.domain.invariants import Examined, periods_do_not_overlap
from actors.billing.domain.invoice import Invoice, Kind
from actors.billing.domain.invoice import State as InvoiceState
from actors.billing.domain.ledger import AccountType
from actors.billing.domain.line import InvoiceLine
from actors.billing.domain.money import Money
from actors.billing.domain.payment import Payment
from actors.billing.domain.payment import State as PaymentState
from actors.billing.domain.period import months_after
from actors.billing.domain.subscription import Subscription
from actors.billing.domain.subscription_state import RUNNING, State
from actors.billing.domain.tax import new_tax_rate
from actors.billing.sandbox_books import SandboxDelivery
from actors.kernel.call import system_call
from actors.kernel.errors import AtriumError, Internal, TokenInvalid
from actors.kernel.store.contract import Eq, Order, Write
from actors.kernel.store.memory import MemoryBackend
from tests.billing.making import coupon_of, flat, metered, seat
from tests.billing.selling import Shop, total
from tests.world import World

REFUSALS = frozenset(
    (
        "AMOUNT_DISPUTED",
        "AMOUNT_EXCEEDS",
        "INVOICE_STATE",
        "PAYMENT_METHOD_NEEDED",
        "PAYMENT_METHOD_STATE",
        "PAYMENT_STATE",
        "PROVIDER_UNAVAILABLE",
        "SUBSCRIPTION_EXISTS",
        "SUBSCRIPTION_STATE",
        "COUPON_INVALID",
    )
)
"""What customers are told when what they ask for makes no sense; anything else is a fault."""
CARDS = (
    *["tok_visa"] * 6,
    *("tok_insufficient_funds", "tok_decline_later_3", "tok_slow", "tok_slow_declined", "tok_timeout", "tok_down"),
    *("tok_refund_slow", "tok_refund_fails", "tok_visa_declined"),
    *("tok_disputed", "tok_disputed_won_20", "tok_disputed_asked"),
    *["tok_disputed_lost_30", "tok_disputed_half_9"] * 2,
)


class Killed(RuntimeError):
    """The process is gone, and starts anew."""


class Mortal(MemoryBackend):
    """Books whose process dies now and then: just before a commit, or just after it."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self.chance, self.rate, self.deaths = chance, 0.0, 0

    async def commit(self, writes: Sequence[Write]) -> None:
        dies, after = self.chance.random() < self.rate, self.chance.random() < 0.5
        self.deaths += dies
        if dies and not after:
            raise Killed
        await super().commit(writes)
        if dies:
            raise Killed


@dataclass
class Customer:
    """A tenant, as far as Billing knows it."""

    id: str
    last_day: bool
    """Begins at the end of a month."""
    stuck: bool = False
    """Pays with a provider that does not answer, for a day."""


class Years:
    """A world with customers, and what they do over time."""

    def __init__(self, world: World, books: Mortal, chance: random.Random, customers: int, days: int) -> None:
        self.world, self.books, self.chance = world, books, chance
        self.shop = Shop(world)
        self.start = world.clock.now()
        self.end = self.start + timedelta(days=days)
        self.customers = [Customer(f"ten_{n:04d}", n % 3 == 0) for n in range(customers)]
        self.done: Counter[str] = Counter()
        self._plans: list[tuple[datetime, int, Customer]] = []
        self._order = itertools.count()
        self._keys = itertools.count()
        self._late: list[tuple[Mapping[str, str], bytes]] = []

    async def run(self) -> None:
        """From the first customer to the last day, and on until nothing more comes of it."""
        await self._set_up()
        self.books.rate = 0.01
        for customer in self.customers:
            self._plan(customer, self._first(customer))
        while self._plans and self._plans[0][0] < self.end:
            moment, _, customer = heapq.heappop(self._plans)
            await self.until(moment)
            await self._act(customer)
            days = 1.0 if customer.stuck else self.chance.expovariate(1 / 25)
            self._plan(customer, moment + timedelta(days=days))
        await self.until(self.end)
        self.books.rate = 0.0
        await self.until(self.end + timedelta(days=20))

    # --- time ------------------------------------------------------------------------------------------------------

    async def until(self, moment: datetime) -> None:
        """Lets time pass from one thing that is due to the next."""
        while (due := self._next_due()) is not None and due <= moment:
            await self._at(due)
        await self._at(moment)

    def _next_due(self) -> datetime | None:
        return min((due for _, due in self.world.bus._schedules.values()), default=None)

    async def _at(self, moment: datetime) -> None:
        self.world.clock.advance(max(timedelta(0), moment - self.world.clock.now()))
        while self.world.bus.fire_due():
            await self.settle()
        await self.deliver()
        await self.settle()

    async def settle(self) -> None:
        while True:
            try:
                return await self.world.settle()
            except Killed:
                continue

    async def deliver(self) -> None:
        """The provider's messages: some twice, some later, so that others overtake them."""
        calm = not self.books.rate
        delivery = SandboxDelivery(
            self.shop.selling.paying.providers.get("sandbox"),  # type: ignore[arg-type]
            self.world.service("billing", "WebhookService").webhooks,
        )
        taken = delivery._send

        async def send(headers: Mapping[str, str], body: bytes) -> bool:
            if not calm and self.chance.random() < 0.2:
                return False
            answered = await taken(headers, body)
            if not calm and self.chance.random() < 0.2:
                self._late.append((headers, body))
                self.done["message twice"] += 1
                await taken(headers, body)
            return answered

        delivery._send = send  # type: ignore[method-assign]
        with contextlib.suppress(Killed):
            await delivery.deliver()

    # --- customers -------------------------------------------------------------------------------------------------

    def _plan(self, customer: Customer, moment: datetime) -> None:
        heapq.heappush(self._plans, (moment, next(self._order), customer))

    def _first(self, customer: Customer) -> datetime:
        month = months_after(self.start, self.chance.randrange(3))
        if customer.last_day:
            return months_after(month.replace(day=1), 1) - timedelta(hours=self.chance.randrange(1, 60))
        return month + timedelta(hours=self.chance.randrange(28 * 24), seconds=self.chance.randrange(3600))

    async def _set_up(self) -> None:
        world, shop = self.world, self.shop
        # What comes again and again has nothing to do with what is owed.
        world.bus._schedules = {k: v for k, v in world.bus._schedules.items() if v[0].schedule.startswith("@at")}
        await shop.offer("small", flat(1000), yearly=(flat(10_000),), trial_days=10, trial_without_method=True)
        await shop.offer("large", flat(3000), seat(550), yearly=(flat(30_000), seat(5001)), tier="premium")
        calls = metered("api_calls", free_units=50, minimum_minor=120)
        await shop.offer("metered", flat(2199), calls, yearly=(flat(20_000), metered("api_calls", free_units=600)))
        at = world.clock.now()
        async with shop.unit() as unit:
            unit.tax_rates.put(new_tax_rate(id="tax_vat", display_name="VAT", rate_micros=190_000, country="DE", at=at))
            unit.coupons.put(coupon_of(id="cou_share", code="SHARE", percent_micros=333_333, months=5, at=at))
            once = coupon_of(id="cou_once", code="ONCE", amount_off=Money(700, "EUR"), once=True, at=at)
            unit.coupons.put(once)
        first = itertools.cycle(("tok_visa", "tok_disputed_won_20", "tok_visa", "tok_disputed_lost_30"))
        for customer in self.customers:
            party = Party(name=customer.id, country=self.chance.choice(("DE", "FR", "")))
            async with shop.unit(customer.id) as unit:
                unit.accounts.put(new_account(customer.id, party=party, currency="EUR", at=at))
            await shop.card(customer, next(first))

    async def _sign_in(self) -> None:
        self.world.root = str((await self.world.login("root@example.com")).access_token)

    async def _act(self, customer: Customer) -> None:
        await self._sign_in()
        live = await self._newest(customer)
        if live is None or live.state is State.CANCELLED:
            await self._told("subscribe", self._subscribe(customer))
            return
        things: list[tuple[str, int, Callable[[Customer, Subscription], Awaitable[Any]]]] = [
            ("change", 10, self._change),
            ("use", 10, self._use),
            ("card", 6, self._card),
            ("pay", 6, self._pay),
            ("refund", 3, self._refund),
            ("credit", 2, self._credit),
            ("coupon", 2, self._coupon),
            ("pause", 2, self._pause),
            ("resume", 4, self._resume),
            ("cancel", 2, self._cancel),
            ("void", 1, self._void),
            ("write off", 1, self._write_off),
        ]
        name, _, act = self.chance.choices(things, [weight for _, weight, _ in things])[0]
        if customer.stuck:
            name, act = "card", self._card
        await self._told(name, act(customer, live))
        await self.settle()

    async def _told(self, name: str, act: Awaitable[Any]) -> None:
        try:
            await act
            self.done[name] += 1
        except AtriumError as error:
            if error.reason() not in REFUSALS:
                raise
            self.done[f"{name} refused"] += 1

    async def _call(self, name: str, **fields: Any) -> Any:
        """Says it with a key until there is an answer."""
        key = {"idempotency-key": f"key-{next(self._keys)}"}
        for _ in range(20):
            try:
                return await self.world.call(f"billing.{name}", self.world.root, headers=key, **fields)
            except (Internal, Killed):
                continue
            except TokenInvalid:  # the keys that sign tokens were changed in between
                await self._sign_in()
        raise AssertionError(f"{name} has no answer")

    async def _newest(self, customer: Customer) -> Subscription | None:
        async with self.shop.unit(customer.id) as unit:
            found = await unit.subscriptions.select(order=Order("create_time", descending=True), limit=1)
        return found[0] if found else None

    async def _invoices(self, customer: Customer, state: InvoiceState) -> list[Invoice]:
        async with self.shop.unit(customer.id) as unit:
            return await unit.invoices.select(Eq("state", state.name), Eq("kind", Kind.INVOICE.name))

    async def _subscribe(self, customer: Customer) -> None:
        fields: dict[str, Any] = {
            "plan_id": self.chance.choice(("small", "large", "metered")),
            "interval": self.chance.choice(("INTERVAL_MONTH",) * 4 + ("INTERVAL_YEAR",)),
            "seats": self.chance.randrange(1, 20),
            "skip_trial": self.chance.random() < 0.7,
        }
        if fields["skip_trial"] and self.chance.random() < 0.2:
            fields["anchor_time"] = self.world.clock.now() + timedelta(days=self.chance.randrange(1, 25), hours=30)
        if self.chance.random() < 0.2:
            fields["coupon_code"] = self.chance.choice(("SHARE", "ONCE"))
        await self._call("CreateSubscription", tenant_id=customer.id, **fields)

    async def _change(self, customer: Customer, live: Subscription) -> None:
        fields: dict[str, Any] = {}
        if self.chance.random() < 0.6:
            fields["plan_id"] = self.chance.choice(("small", "large", "metered"))
        if self.chance.random() < 0.3:
            fields["interval"] = self.chance.choice(("INTERVAL_MONTH", "INTERVAL_YEAR"))
        if self.chance.random() < 0.5:
            fields["seats"] = self.chance.randrange(1, 20)
        if self.chance.random() < 0.5:
            fields["effective_at"] = self.chance.choice(("EFFECTIVE_AT_NOW", "EFFECTIVE_AT_PERIOD_END"))
        previewed = await self._call("PreviewInvoice", subscription_id=live.id, **fields)
        changed = await self._call("ChangeSubscription", id=live.id, preview_time=previewed.preview_time, **fields)
        if changed.HasField("invoice"):
            self.done["change charged"] += 1
            assert changed.invoice.totals.total_minor == previewed.totals.total_minor, "as it was previewed"

    async def _use(self, customer: Customer, live: Subscription) -> None:
        if live.state in RUNNING:
            await self.shop.use(customer, "api_calls", self.chance.randrange(1, 400))

    async def _card(self, customer: Customer, live: Subscription) -> None:
        self.books.rate, rate = 0.0, self.books.rate
        token = "tok_visa" if customer.stuck else self.chance.choice(CARDS)
        customer.stuck = token == "tok_down"
        id = await self.shop.card(customer, token)
        self.books.rate = rate
        if live.state is not State.CANCELLED:
            await self._call("ChangeSubscription", id=live.id, payment_method_id=id)

    async def _pay(self, customer: Customer, live: Subscription) -> None:
        for invoice in await self._invoices(customer, InvoiceState.OPEN):
            await self._call("CreatePayment", invoice_id=invoice.id)

    async def _refund(self, customer: Customer, live: Subscription) -> None:
        async with self.shop.unit(customer.id) as unit:
            payments = await unit.payments.select(Eq("state", PaymentState.SUCCEEDED.name))
        if payments:
            payment = self.chance.choice(payments)
            amount = self.chance.choice((0, max(1, payment.amount_minor // 3)))
            await self._call("RefundPayment", id=payment.id, amount_minor=amount, reason="They were not pleased.")

    async def _credit(self, customer: Customer, live: Subscription) -> None:
        amount = {"minor": self.chance.randrange(100, 4000), "currency": "EUR"}
        await self._call("GrantCredit", tenant_id=customer.id, amount=amount, reason="We were down.")

    async def _coupon(self, customer: Customer, live: Subscription) -> None:
        await self._call("ChangeSubscription", id=live.id, coupon_code=self.chance.choice(("SHARE", "ONCE")))

    async def _pause(self, customer: Customer, live: Subscription) -> None:
        await self._call("PauseSubscription", id=live.id)

    async def _resume(self, customer: Customer, live: Subscription) -> None:
        await self._call("ResumeSubscription", id=live.id)

    async def _cancel(self, customer: Customer, live: Subscription) -> None:
        await self._call("CancelSubscription", id=live.id, now=self.chance.random() < 0.5, reason="enough")

    async def _void(self, customer: Customer, live: Subscription) -> None:
        for invoice in (await self._invoices(customer, InvoiceState.OPEN))[:1]:
            await self._call("VoidInvoice", id=invoice.id, reason="It was wrong.")

    async def _write_off(self, customer: Customer, live: Subscription) -> None:
        for invoice in (await self._invoices(customer, InvoiceState.OPEN))[:1]:
            await self._call("WriteOffInvoice", id=invoice.id, reason="They never pay.")

    # --- what must hold --------------------------------------------------------------------------------------------

    async def check(self) -> None:
        """Everything at once, over all that is in the books."""
        shop = self.shop
        await shop.check()
        async with shop.unit() as unit:
            invoices = [one async for one in unit.invoices.scan()]
            lines = [one async for one in unit.lines.scan()]
            entries = [one async for one in unit.ledger.scan()]
            payments = [one async for one in unit.payments.scan()]
            grants = [one async for one in unit.grants.scan()]
            periods = [one async for one in unit.periods.scan()]
            accounts = {one.id: one async for one in unit.accounts.scan()}
        assert not [one.park_reason for one in accounts.values() if one.park_reason], "nothing was parked"
        issued = [one for one in invoices if one.number and not one.settles_invoice]
        voids = [one for one in invoices if one.settles_invoice]
        earned = sum(one.totals.net_minor for one in (*issued, *voids))
        taxed = sum(tax.tax_minor for one in (*issued, *voids) for tax in one.totals.taxes)
        assert total(entries, AccountType.REVENUE) == -earned
        assert total(entries, AccountType.TAX) == -taxed
        assert total(entries, AccountType.GOODWILL) == sum(one.amount.minor for one in grants)
        assert sum(entry.amount_minor for entry in entries) == 0
        await self._check_disputes(payments, total(entries, AccountType.DISPUTED))
        opened = Counter(one.period_key for one in invoices if one.period_key)
        for period in periods:
            if not period.trial:
                assert opened[period.id] == 1, f"{period.id} is opened by {opened[period.id]} invoices"
        for tenant_id, mine in grouped(lines):
            of_tenant = {one.id: one for one in invoices if one.tenant_id == tenant_id}
            for _, found in by_subscription(mine):
                standing = [one for one in found if of_tenant[one.invoice_id].stands]
                first = of_tenant[standing[0].invoice_id] if standing else None
                if first is not None:
                    examined = Examined(first, standing, accounts[tenant_id])
                    assert not list(periods_do_not_overlap(examined)), "no second is charged twice"
        sandbox = shop.selling.paying.providers.get("sandbox")
        far, now = timedelta(days=20_000), self.world.clock.now()
        moved = [one async for one in sandbox.list_movements(now - far, now + far)]
        charged = Counter(one.reference for one in moved if one.kind.name == "CHARGE")
        succeeded = [one for one in payments if one.state is PaymentState.SUCCEEDED]
        assert not [one for one, count in charged.items() if count > 1]
        assert {one.provider_reference for one in succeeded} == set(charged), "what was taken is what is booked"
        proof = await self.world.service("billing", "LedgerService").proving.prove(system_call())
        assert proof.proven and not proof.unasked, proof.differences
        rerating = self.world.service("billing", "InvoiceService").rerating
        async with shop.unit() as unit:
            for invoice in issued:
                if invoice.kind is Kind.INVOICE:
                    verification = (await rerating.rerated(unit, invoice)).verification
                    assert verification.identical, (invoice.id, verification)
                    self.done["invoice computed again"] += 1

    async def _check_disputes(self, payments: Sequence[Payment], held_minor: int) -> None:
        """Each dispute is kept as the provider has it, and nobody has back more than they paid."""
        sandbox = self.shop.selling.paying.providers.get("sandbox")
        async with self.shop.unit() as unit:
            disputes = [one async for one in unit.disputes.scan()]
        assert held_minor == sum(one.held_minor for one in disputes)
        kept = {one.provider_reference: one for one in disputes}
        assert len(kept) == len(disputes), "each is kept once"
        for payment in payments:
            for facts in await sandbox.list_disputes(payment.provider_reference):
                found = kept.pop(facts.reference)
                assert (found.payment_id, found.state, found.moved) == (payment.id, facts.state, facts.moved)
                assert payment.disputed_minor == found.taken_minor
                self.done[f"disputed, {facts.state.name.lower()}"] += 1
            if payment.state is PaymentState.SUCCEEDED:
                back = payment.refunded_minor + payment.disputed_minor - payment.refunded_disputed_minor
                assert 0 <= back <= payment.amount_minor
        assert not kept


def grouped(lines: Sequence[InvoiceLine]) -> Iterator[tuple[str, list[InvoiceLine]]]:
    ordered = sorted(lines, key=lambda one: one.tenant_id)
    for tenant_id, found in itertools.groupby(ordered, key=lambda one: one.tenant_id):
        yield tenant_id, list(found)


def by_subscription(lines: Sequence[InvoiceLine]) -> Iterator[tuple[str, list[InvoiceLine]]]:
    ordered = sorted(lines, key=lambda one: one.subscription_id)
    for id, found in itertools.groupby(ordered, key=lambda one: one.subscription_id):
        if id:
            yield id, list(found)
