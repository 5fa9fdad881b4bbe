"""Billing's card: what the host knows of it."""

from __future__ import annotations

from pathlib import Path

from actors.billing.catalogue import Catalogue
from actors.billing.collecting import Collecting
from actors.billing.correspondence import Correspondence
from actors.billing.counting import Counting
from actors.billing.default_plans import publish_default_plans
from actors.billing.disputing import Disputing
from actors.billing.domain.proof import ReconciliationDue
from actors.billing.expiring import Expiring
from actors.billing.following import Following
from actors.billing.issuing import Issuing
from actors.billing.letters import Letters
from actors.billing.limiting import Limiting
from actors.billing.notices import Notices
from actors.billing.overlooked import Overlooked
from actors.billing.papers import Papers
from actors.billing.paying import Paying
from actors.billing.platform_usage import PlatformUsage
from actors.billing.providers.registry import providers_from
from actors.billing.proving import Proving
from actors.billing.reactions import BillingReactions
from actors.billing.refunding import Refunding
from actors.billing.rerating import Rerating
from actors.billing.sandbox_books import BooksSandboxState, SandboxDelivery
from actors.billing.seed import seed
from actors.billing.selling import Selling
from actors.billing.services.billing_account_service import BillingAccountService
from actors.billing.services.billing_metrics_service import BillingMetricsService
from actors.billing.services.discount_service import DiscountService
from actors.billing.services.entitlement_service import EntitlementService
from actors.billing.services.invoice_service import InvoiceService
from actors.billing.services.ledger_service import LedgerService
from actors.billing.services.payment_method_service import PaymentMethodService
from actors.billing.services.payment_service import PaymentService
from actors.billing.services.plan_service import PlanService
from actors.billing.services.subscription_service import SubscriptionService
from actors.billing.services.tax_rate_service import TaxRateService
from actors.billing.services.usage_service import UsageService
from actors.billing.services.webhook_service import WebhookService
from actors.billing.settings import BillingSettings
from actors.billing.store import COLLECTIONS, BillingUnit, BooksUnit
from actors.billing.subscribing import Subscriptions
from actors.billing.tables import BOOKS
from actors.billing.telling import Telling
from actors.billing.tenancy import Tenancy
from actors.billing.vaulting import Vaulting
from actors.billing.webhooks import Webhooks
from actors.kernel.module import Books, Furnished, Module, Room, Worker


def furnish(room: Room) -> Furnished:
    catalogue, limiting = Catalogue(room), Limiting(room)
    subscriptions = Subscriptions(room, catalogue)
    issuing = Issuing(room, subscriptions)
    providers = providers_from(
        room.settings,
        room.clock,
        BooksSandboxState(room.books),
        env=room.platform.env,
        public_url=room.platform.public_url,
        sandbox_secret=room.sealer.key("billing.sandbox"),
    )
    paying = Paying(room, providers, subscriptions)
    vaulting = Vaulting(paying, subscriptions)
    selling = Selling(room, catalogue, subscriptions, issuing, paying)
    papers = Papers(room)
    correspondence = Correspondence(room, papers)
    notices = Notices(room)
    disputing = Disputing(paying, notices)
    refunding = Refunding(paying, disputing)
    webhooks = Webhooks(paying, refunding, disputing, vaulting)
    proving, platform = Proving(room, providers, disputing, notices), PlatformUsage(room)
    workers = [
        Worker("providers", providers.kept_open, leased=False),
        Worker("billing.expiry", Expiring(vaulting, correspondence).run),
        Worker("billing.overlooked", Overlooked(paying).run),
        Worker("billing.sweep", selling.cycle.sweep_regularly),
        limiting.worker(),
        Telling(room).worker(),
    ]
    if providers.sandbox is not None:
        workers.append(Worker("billing.sandbox", SandboxDelivery(providers.sandbox, webhooks).run))

    async def prepare() -> None:
        await publish_default_plans(room.store, room.clock, room.settings.currency)

    return Furnished(
        services=(
            BillingAccountService(room, issuing),
            BillingMetricsService(room),
            DiscountService(room, issuing),
            EntitlementService(room),
            InvoiceService(room, issuing, subscriptions, papers, Rerating(catalogue)),
            LedgerService(room, proving),
            PaymentMethodService(room, vaulting),
            PaymentService(room, paying, refunding, vaulting),
            PlanService(room),
            SubscriptionService(room, selling),
            TaxRateService(room),
            UsageService(room, catalogue, Counting(room)),
            WebhookService(room, webhooks),
        ),
        reactions=BillingReactions(
            Tenancy(room, catalogue, selling),
            selling.cycle,
            issuing,
            Collecting(paying, refunding),
            proving,
            limiting,
            platform,
            Following(room, platform),
            Letters(room, catalogue, correspondence),
        ).all(),
        workers=workers,
        prepare=prepare,
        schedules=(("prove", room.settings.prove_every, ReconciliationDue()),),
    )


MODULE = Module(
    name="billing",
    unit=BillingUnit,
    collections=COLLECTIONS,
    settings=BillingSettings,
    furnish=furnish,
    seed=seed,
    entitles=True,
    books=Books(BooksUnit, BOOKS, Path(__file__).parent / "migrations"),
)
