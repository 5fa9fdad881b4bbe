"""What Billing keeps in MongoDB: the catalogue and usage; and how that and the books (`tables`) are asked for."""

from __future__ import annotations

from functools import cached_property

from actors.billing.domain.account import BillingAccount
from actors.billing.domain.billed_period import BilledPeriod
from actors.billing.domain.coupon import Coupon
from actors.billing.domain.credit import CreditGrant
from actors.billing.domain.dispute import Dispute
from actors.billing.domain.entitlement import Entitlements
from actors.billing.domain.invoice import Invoice
from actors.billing.domain.ledger import LedgerEntry
from actors.billing.domain.line import InvoiceLine
from actors.billing.domain.meter import Meter
from actors.billing.domain.metrics import Movement
from actors.billing.domain.payment import Payment
from actors.billing.domain.payment_method import PaymentMethod
from actors.billing.domain.plan import Plan, PlanVersion
from actors.billing.domain.proof import LedgerProof
from actors.billing.domain.recipient import Contact
from actors.billing.domain.refund import Refund
from actors.billing.domain.subscription import Subscription
from actors.billing.domain.tax import TaxRate
from actors.billing.domain.usage import UsageEvent, UsageLog
from actors.billing.keeping import (
    BilledTenant,
    InvoiceNumbers,
    ProviderEventSeen,
    SandboxEntry,
    UsageTold,
    UsageTotal,
)
from actors.billing.tables import (
    ACCOUNTS,
    COUPONS,
    DISPUTES,
    ENTITLEMENTS,
    GRANTS,
    INVOICES,
    LEDGER,
    LINES,
    MOVEMENTS,
    NUMBERS,
    PAYMENT_METHODS,
    PAYMENTS,
    PERIODS,
    PROOFS,
    PROVIDER_EVENTS,
    REFUNDS,
    SANDBOX,
    SUBSCRIPTIONS,
    TAX_RATES,
    USAGE_LOGS,
)
from actors.kernel.store.contract import Collection, Index, Reach
from actors.kernel.store.unit import Records, Unit

PLANS = Collection("plans", Plan, Reach.PLATFORM, indexes=(Index(("state", "id")),), purged=False)
PLAN_VERSIONS = Collection(
    "plan_versions",
    PlanVersion,
    Reach.PLATFORM,
    indexes=(Index(("plan_id", "plan_version")),),
    kind="plan version",
    purged=False,
)
METERS = Collection("meters", Meter, Reach.PLATFORM, purged=False)
USAGE_EVENTS = Collection(
    "usage_events",
    UsageEvent,
    Reach.PROVIDER,
    # One index for all lists: each costs as much as the rest of what storing an event does.
    indexes=(Index(("tenant_id", "meter", "occur_time", "id")),),
    expires="expire_time",
    kind="usage event",
    measured=False,
)
USAGE_TOTALS = Collection(
    "usage_totals",
    UsageTotal,
    Reach.PROVIDER,
    indexes=(
        Index(("tenant_id", "day")),
        Index(("tenant_id", "meter", "day")),
        Index(("day",)),
        Index(("count_time", "id")),
    ),
    kind="usage total",
    measured=False,
)
USAGE_TOLD = Collection(
    "usage_told",
    UsageTold,
    Reach.PROVIDER,
    expires="expire_time",
    kind="usage told",
    exported=False,
    measured=False,
)

BILLED_TENANTS = Collection(
    "billed_tenants", BilledTenant, Reach.PROVIDER, kind="tenant", exported=False, measured=False
)
CONTACTS = Collection(
    "billing_contacts",
    Contact,
    Reach.PROVIDER,
    indexes=(Index(("role_ids", "id")), Index(("tenant_id", "gone"))),
    exported=False,
    measured=False,
)

CATALOGUE = (PLANS, PLAN_VERSIONS, METERS)
USAGE = (USAGE_EVENTS, USAGE_TOTALS, USAGE_TOLD)
COLLECTIONS = (*CATALOGUE, *USAGE, BILLED_TENANTS, CONTACTS)


class BillingUnit(Unit):
    """A unit over what MongoDB keeps."""

    @cached_property
    def plans(self) -> Records[Plan]:
        return Records(self, PLANS)

    @cached_property
    def plan_versions(self) -> Records[PlanVersion]:
        return Records(self, PLAN_VERSIONS)

    @cached_property
    def meters(self) -> Records[Meter]:
        return Records(self, METERS)

    @cached_property
    def usage_events(self) -> Records[UsageEvent]:
        return Records(self, USAGE_EVENTS)

    @cached_property
    def usage_totals(self) -> Records[UsageTotal]:
        return Records(self, USAGE_TOTALS)

    @cached_property
    def usage_told(self) -> Records[UsageTold]:
        return Records(self, USAGE_TOLD)

    @cached_property
    def billed_tenants(self) -> Records[BilledTenant]:
        return Records(self, BILLED_TENANTS)

    @cached_property
    def contacts(self) -> Records[Contact]:
        return Records(self, CONTACTS)


class BooksUnit(Unit):
    """A unit over the books."""

    @cached_property
    def accounts(self) -> Records[BillingAccount]:
        return Records(self, ACCOUNTS)

    @cached_property
    def subscriptions(self) -> Records[Subscription]:
        return Records(self, SUBSCRIPTIONS)

    @cached_property
    def periods(self) -> Records[BilledPeriod]:
        return Records(self, PERIODS)

    @cached_property
    def invoices(self) -> Records[Invoice]:
        return Records(self, INVOICES)

    @cached_property
    def lines(self) -> Records[InvoiceLine]:
        return Records(self, LINES)

    @cached_property
    def payments(self) -> Records[Payment]:
        return Records(self, PAYMENTS)

    @cached_property
    def refunds(self) -> Records[Refund]:
        return Records(self, REFUNDS)

    @cached_property
    def disputes(self) -> Records[Dispute]:
        return Records(self, DISPUTES)

    @cached_property
    def payment_methods(self) -> Records[PaymentMethod]:
        return Records(self, PAYMENT_METHODS)

    @cached_property
    def ledger(self) -> Records[LedgerEntry]:
        return Records(self, LEDGER)

    @cached_property
    def grants(self) -> Records[CreditGrant]:
        return Records(self, GRANTS)

    @cached_property
    def usage_logs(self) -> Records[UsageLog]:
        return Records(self, USAGE_LOGS)

    @cached_property
    def entitlements(self) -> Records[Entitlements]:
        return Records(self, ENTITLEMENTS)

    @cached_property
    def movements(self) -> Records[Movement]:
        return Records(self, MOVEMENTS)

    @cached_property
    def coupons(self) -> Records[Coupon]:
        return Records(self, COUPONS)

    @cached_property
    def tax_rates(self) -> Records[TaxRate]:
        return Records(self, TAX_RATES)

    @cached_property
    def numbers(self) -> Records[InvoiceNumbers]:
        return Records(self, NUMBERS)

    @cached_property
    def proofs(self) -> Records[LedgerProof]:
        return Records(self, PROOFS)

    @cached_property
    def provider_events(self) -> Records[ProviderEventSeen]:
        return Records(self, PROVIDER_EVENTS)

    @cached_property
    def sandbox(self) -> Records[SandboxEntry]:
        return Records(self, SANDBOX)
