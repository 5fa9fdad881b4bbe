"""What Billing keeps, and how it is asked for: the catalogue and usage in MongoDB, all that is money in the books."""

from __future__ import annotations

from functools import cached_property

from actors.billing.domain.account import BillingAccount
from actors.billing.domain.billed_period import BilledPeriod
from actors.billing.domain.coupon import Coupon, CouponTaken
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
from actors.billing.domain.subscription_state import SubscriptionExists
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
from actors.kernel.store.contract import Collection, Index, Reach
from actors.kernel.store.unit import Records, Unit

# --- MongoDB: what is sold, and what was used ----------------------------------------------------------------------

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

# --- the books -----------------------------------------------------------------------------------------------------

ACCOUNTS = Collection(
    "billing_accounts",
    BillingAccount,
    Reach.PROVIDER,
    indexes=(Index(("state", "id")),),
    kind="billing account",
    purged=False,
)
SUBSCRIPTIONS = Collection(
    "tenant_subscriptions",
    Subscription,
    Reach.PROVIDER,
    indexes=(
        Index(("live_key",), unique=True, error=SubscriptionExists),
        Index(("tenant_id", "create_time", "id")),
        Index(("create_time", "id")),
        Index(("state", "create_time", "id")),
        Index(("plan_id", "create_time", "id")),
        Index(("state", "period_end_time", "id")),
    ),
    kind="subscription",
    purged=False,
)
PERIODS = Collection(
    "billed_periods",
    BilledPeriod,
    Reach.PROVIDER,
    indexes=(Index(("tenant_id", "end_time", "id")), Index(("end_time", "id")), Index(("subscription_id", "number"))),
    kind="billed period",
    purged=False,
)
INVOICES = Collection(
    "invoices",
    Invoice,
    Reach.PROVIDER,
    indexes=(
        Index(("period_key",), unique=True),
        Index(("number",), unique=True),
        Index(("tenant_id", "create_time", "id")),
        Index(("create_time", "id")),
        Index(("state", "create_time", "id")),
        Index(("subscription_id", "create_time", "id")),
        Index(("credited_invoice_id",)),
    ),
    purged=False,
)
LINES = Collection(
    "invoice_lines",
    InvoiceLine,
    Reach.PROVIDER,
    indexes=(
        Index(("invoice_id", "position")),
        Index(("subscription_id", "end_time", "id")),
        Index(("kind", "end_time", "id")),
    ),
    kind="invoice line",
    purged=False,
)
PAYMENTS = Collection(
    "payments",
    Payment,
    Reach.PROVIDER,
    indexes=(
        Index(("open_key",), unique=True),
        Index(("tenant_id", "create_time", "id")),
        Index(("create_time", "id")),
        Index(("invoice_id", "create_time", "id")),
        Index(("provider_reference",)),
        Index(("state", "update_time", "id")),
    ),
    purged=False,
)
REFUNDS = Collection(
    "refunds",
    Refund,
    Reach.PROVIDER,
    indexes=(
        Index(("tenant_id", "create_time", "id")),
        Index(("payment_id", "create_time", "id")),
        Index(("provider_reference",)),
        Index(("state", "create_time", "id")),
    ),
    purged=False,
)
DISPUTES = Collection(
    "disputes",
    Dispute,
    Reach.PROVIDER,
    indexes=(
        Index(("tenant_id", "create_time", "id")),
        Index(("create_time", "id")),
        Index(("payment_id", "create_time", "id")),
        Index(("state", "create_time", "id")),
        Index(("update_time", "id")),
    ),
    purged=False,
)
PAYMENT_METHODS = Collection(
    "payment_methods",
    PaymentMethod,
    Reach.PROVIDER,
    indexes=(Index(("tenant_id", "create_time", "id")), Index(("provider_reference",))),
    kind="payment method",
    purged=False,
)
LEDGER = Collection(
    "ledger_entries",
    LedgerEntry,
    Reach.PROVIDER,
    indexes=(
        Index(("transaction_id", "id")),
        Index(("tenant_id", "post_time", "id")),
        Index(("source_id",)),
        Index(("account_type", "post_time", "id")),
    ),
    kind="ledger entry",
    purged=False,
)
GRANTS = Collection(
    "credit_grants",
    CreditGrant,
    Reach.PROVIDER,
    indexes=(Index(("tenant_id", "create_time", "id")),),
    kind="credit grant",
    purged=False,
)
USAGE_LOGS = Collection(
    "usage_logs",
    UsageLog,
    Reach.PROVIDER,
    indexes=(Index(("subscription_id", "period_number")),),
    kind="usage log",
    purged=False,
)
ENTITLEMENTS = Collection("entitlements", Entitlements, Reach.PROVIDER, kind="entitlements")
MOVEMENTS = Collection(
    "subscription_movements",
    Movement,
    Reach.PROVIDER,
    indexes=(Index(("move_time", "id")), Index(("subscription_id", "move_time"))),
    kind="movement",
    purged=False,
)
COUPONS = Collection(
    "coupons",
    Coupon,
    Reach.PLATFORM,
    indexes=(Index(("code_key",), unique=True, error=CouponTaken), Index(("create_time", "id"))),
    purged=False,
)
TAX_RATES = Collection("tax_rates", TaxRate, Reach.PLATFORM, kind="tax rate", purged=False)
NUMBERS = Collection(
    "invoice_numbers", InvoiceNumbers, Reach.PLATFORM, kind="invoice numbers", exported=False, purged=False
)
PROOFS = Collection("ledger_proofs", LedgerProof, Reach.PLATFORM, kind="proof", exported=False, purged=False)
PROVIDER_EVENTS = Collection(
    "provider_events",
    ProviderEventSeen,
    Reach.PLATFORM,
    expires="expire_time",
    kind="provider event",
    exported=False,
    purged=False,
)
SANDBOX = Collection("sandbox_entries", SandboxEntry, Reach.PLATFORM, exported=False, purged=False)

BOOKS = (
    ACCOUNTS,
    SUBSCRIPTIONS,
    PERIODS,
    INVOICES,
    LINES,
    PAYMENTS,
    REFUNDS,
    DISPUTES,
    PAYMENT_METHODS,
    LEDGER,
    GRANTS,
    USAGE_LOGS,
    ENTITLEMENTS,
    MOVEMENTS,
    COUPONS,
    TAX_RATES,
    NUMBERS,
    PROOFS,
    PROVIDER_EVENTS,
    SANDBOX,
)


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
