"""The books: the tables of all that is money, and what they are asked by."""

from __future__ import annotations

from actors.billing.domain.account import BillingAccount
from actors.billing.domain.billed_period import BilledPeriod
from actors.billing.domain.coupon import Coupon, CouponTaken
from actors.billing.domain.credit import CreditGrant
from actors.billing.domain.dispute import Dispute
from actors.billing.domain.entitlement import Entitlements
from actors.billing.domain.invoice import Invoice
from actors.billing.domain.ledger import LedgerEntry
from actors.billing.domain.line import InvoiceLine
from actors.billing.domain.metrics import Movement
from actors.billing.domain.payment import Payment
from actors.billing.domain.payment_method import PaymentMethod
from actors.billing.domain.proof import LedgerProof
from actors.billing.domain.refund import Refund
from actors.billing.domain.subscription import Subscription
from actors.billing.domain.subscription_state import SubscriptionExists
from actors.billing.domain.tax import TaxRate
from actors.billing.domain.usage import UsageLog
from actors.billing.keeping import InvoiceNumbers, ProviderEventSeen, SandboxEntry
from actors.kernel.store.contract import Collection, Index, Reach

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
