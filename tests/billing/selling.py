"""A world in which plans are sold: short to set up, and whole to look at afterwards."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from actors.billing.bookkeeping import posted
from actors.billing.correspondence import Correspondence
from actors.billing.domain.billed_period import BilledPeriod
from actors.billing.domain.credit import granted
from actors.billing.domain.entitlement import Entitlements
from actors.billing.domain.invoice import Invoice, State
from actors.billing.domain.ledger import AccountType, LedgerEntry, credit_granted
from actors.billing.domain.line import InvoiceLine
from actors.billing.domain.meter import BUILT_IN
from actors.billing.domain.metrics import Movement
from actors.billing.domain.money import Money
from actors.billing.domain.payment import Payment
from actors.billing.domain.payment_method import Facts, Provider, new_payment_method
from actors.billing.domain.period import Interval
from actors.billing.domain.plan import new_plan, version_id
from actors.billing.domain.subscription import Subscription
from actors.billing.domain.terms import Price, PriceBook
from actors.billing.keeping import UsageTotal, total_id
from actors.billing.selling import Selling
from actors.billing.store import BillingUnit, BooksUnit
from actors.billing.subscribing import FREEZE_SECONDS
from actors.kernel.call import system_call
from actors.kernel.store.contract import Eq, Order
from actors.kernel.store.unit import Store
from tests.billing.making import MONTH, YEAR, terms_with
from tests.world import World

CLOSING = timedelta(hours=1, seconds=FREEZE_SECONDS)
"""From a period's end until its usage is charged."""


def corresponding(world: World) -> Correspondence:
    """What writes to tenants in a world."""
    papers = world.service("billing", "InvoiceService").papers
    return Correspondence(papers.room, papers)


class Shop:
    """Plans on offer in a world, and its books."""

    def __init__(self, world: World) -> None:
        self.world = world

    @property
    def store(self) -> Store[BillingUnit]:
        return self.world.hosts["billing"].store

    @property
    def books(self) -> Store[BooksUnit]:
        found = self.world.hosts["billing"].books
        assert found is not None
        return found

    @property
    def selling(self) -> Selling:
        found: Selling = self.world.service("billing", "SubscriptionService").selling
        return found

    def unit(self, tenant_id: str = "") -> BooksUnit:
        return self.books.unit(system_call(tenant_id), aside=True)

    # --- what there is to begin with -------------------------------------------------------------------------------

    async def offer(
        self, id: str, *prices: Price, yearly: tuple[Price, ...] = (), currency: str = "EUR", **terms: Any
    ) -> None:
        """Publishes a plan, or a new version of it, by the month, and by the year if it has such prices."""
        books = (PriceBook(currency, MONTH, prices), *((PriceBook(currency, YEAR, yearly),) if yearly else ()))
        said = terms_with(*books, **{"display_name": id.title(), **terms})
        at = self.world.clock.now()
        async with self.store.unit(system_call(), aside=True) as unit:
            plan = await unit.plans.find(id)
            if plan is None:
                plan, version = new_plan(id, said, at).published(at)
            else:
                plan, version = plan.changed(said, at)
            unit.plans.put(plan)
            assert version is not None and version.id == version_id(id, plan.plan_version)
            unit.plan_versions.put(version)

    async def card(self, tenant: Any, token: str = "tok_visa", default: bool = True) -> str:
        """A payment method of the sandbox that is set up."""
        at, id = self.world.clock.now(), self.world.clock.new_id("pm")
        setup = await self.selling.paying.providers.get("sandbox").begin_setup(id, customer=tenant.id, token=token)
        method = new_payment_method(id=id, tenant_id=tenant.id, provider=Provider.SANDBOX, at=at).but(
            provider_customer=tenant.id
        )
        async with self.unit(tenant.id) as unit:
            unit.payment_methods.put(method.activated(Facts("Visa •••• 4242"), at, setup.reference))
            if default:
                unit.accounts.put((await unit.accounts.get(tenant.id)).with_default_method(id, at))
        return id

    async def credit(self, tenant: Any, minor: int) -> None:
        at, id = self.world.clock.now(), self.world.clock.new_id("cre")
        async with self.unit(tenant.id) as unit:
            account = await unit.accounts.get(tenant.id)
            made = granted(account, Money(minor, account.currency), "sorry", id=id, at=at)
            unit.grants.put(made)
            posted(unit, account, at, credit_granted(made, at))

    async def without(self, tenant: Any) -> None:
        """Ends the trial that the tenant began with."""
        await self.cancel(tenant, now=True)

    async def use(self, tenant: Any, meter: str, quantity: int) -> None:
        """Counts usage in the present period."""
        live = await self.live(tenant)
        kind = next((one.aggregation.name for one in BUILT_IN if one.id == meter), "SUM")
        day = self.world.clock.today()
        name = {"SUM": "quantity", "MAX": "highest", "GAUGE": "present"}[kind]
        total = UsageTotal(
            id=total_id(live.id, live.period_number, meter, day, 0),
            tenant_id=tenant.id,
            subscription_id=live.id,
            period_number=live.period_number,
            meter=meter,
            day=day,
            count_time=self.world.clock.now(),
            events=1,
            **{name: quantity},  # type: ignore[arg-type]
        )
        async with self.store.unit(system_call(tenant.id), aside=True) as unit:
            known = await unit.usage_totals.find(total.id)
            before = getattr(known, name) if known is not None else 0
            unit.usage_totals.put(total.but(version=known.version if known else 0, **{name: before + quantity}))

    # --- what people do --------------------------------------------------------------------------------------------

    async def subscribe(self, tenant: Any, plan: str, interval: Interval = MONTH, **more: Any) -> Any:
        more.setdefault("skip_trial", True)
        return await self.world.call(
            "billing.CreateSubscription",
            self.world.root,
            tenant_id=tenant.id,
            plan_id=plan,
            interval=f"INTERVAL_{interval.name}",
            **more,
        )

    async def change(self, tenant: Any, **more: Any) -> Any:
        live = await self.live(tenant)
        return await self.world.call("billing.ChangeSubscription", self.world.root, id=live.id, **more)

    async def preview(self, tenant: Any, **more: Any) -> Any:
        live = await self.live(tenant)
        return await self.world.call("billing.PreviewInvoice", self.world.root, subscription_id=live.id, **more)

    async def cancel(self, tenant: Any, **more: Any) -> Any:
        live = await self.live(tenant)
        return await self.world.call("billing.CancelSubscription", self.world.root, id=live.id, **more)

    async def until(self, moment: datetime) -> None:
        """Lets time pass; what is due on the way happens in its order, a day at a time."""
        while (left := moment - self.world.clock.now()) > timedelta(0):
            await self.world.later(seconds=min(left, timedelta(days=1)).total_seconds())
        self.world.root = str((await self.world.login("root@example.com")).access_token)

    # --- what is kept ----------------------------------------------------------------------------------------------

    async def live(self, tenant: Any) -> Subscription:
        """The newest subscription."""
        async with self.unit(tenant.id) as unit:
            found = await unit.subscriptions.select(order=Order("create_time", descending=True), limit=1)
        return found[0]

    async def invoices(self, tenant: Any) -> list[Invoice]:
        async with self.unit(tenant.id) as unit:
            return await unit.invoices.select(order=Order("create_time"))

    async def lines(self, invoice: Invoice) -> list[InvoiceLine]:
        async with self.unit(invoice.tenant_id) as unit:
            return await unit.lines.select(Eq("invoice_id", invoice.id), order=Order("position"))

    async def payments(self, tenant: Any) -> list[Payment]:
        async with self.unit(tenant.id) as unit:
            return await unit.payments.select(order=Order("create_time"))

    async def periods(self, tenant: Any) -> list[BilledPeriod]:
        """Of the newest subscription."""
        live = await self.live(tenant)
        async with self.unit(tenant.id) as unit:
            return await unit.periods.select(Eq("subscription_id", live.id), order=Order("number"))

    async def movements(self, tenant: Any) -> list[Movement]:
        async with self.unit(tenant.id) as unit:
            return await unit.movements.select(order=Order("move_time"))

    async def entitlements(self, tenant: Any) -> Entitlements:
        async with self.unit(tenant.id) as unit:
            return await unit.entitlements.get(tenant.id)

    async def account(self, tenant: Any) -> Any:
        async with self.unit(tenant.id) as unit:
            return await unit.accounts.get(tenant.id)

    async def taken_minor(self) -> int:
        """What the sandbox has taken, less what it gave back."""
        sandbox = self.selling.paying.providers.get("sandbox")
        far = timedelta(days=20_000)
        now = self.world.clock.now()
        found = [one async for one in sandbox.list_movements(now - far, now + far)]
        return sum(one.amount_minor for one in found)

    async def check(self) -> None:
        """What must hold of all books at any time."""
        async with self.unit() as unit:
            entries = [one async for one in unit.ledger.scan()]
            invoices = [one async for one in unit.invoices.scan()]
            refunds = [one async for one in unit.refunds.scan()]
            accounts = [one async for one in unit.accounts.scan()]
        sums: Counter[str] = Counter()
        for entry in entries:
            sums[entry.transaction_id] += entry.amount_minor
        assert not [id for id, total in sums.items() if total], "transactions sum to zero"
        for account in accounts:
            mine = [one for one in entries if one.tenant_id == account.id]
            assert account.owed_minor == total(mine, AccountType.RECEIVABLE)
            assert account.credit_minor == -total(mine, AccountType.CREDIT) >= 0
            documents = [*invoices, *refunds]
            assert account.owed_minor == sum(one.outstanding_minor for one in documents if one.tenant_id == account.id)
        by_sandbox = [one for one in entries if one.account == "SANDBOX"]
        assert await self.taken_minor() == total(by_sandbox, AccountType.CASH)
        numbers = sorted(one.number for one in invoices if one.number)
        by_year = Counter(number[:4] for number in numbers)
        assert numbers == [f"{y}-{n:06d}" for y in sorted(by_year) for n in range(1, by_year[y] + 1)], "no gaps"
        assert all(one.number for one in invoices if one.state is not State.DRAFT)
        keys = Counter(one.period_key for one in invoices if one.period_key)
        assert not [key for key, count in keys.items() if count > 1], "one invoice opens a period"


def total(entries: list[LedgerEntry], account_type: AccountType) -> int:
    return sum(entry.amount_minor for entry in entries if entry.account_type is account_type)
