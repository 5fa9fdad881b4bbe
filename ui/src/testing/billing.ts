/** A tenant's billing for tests: plans as a new installation has them, one subscription, invoices and payments. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate, type Timestamp } from "@bufbuild/protobuf/wkt";

import type { BillingAccountSchema } from "@/api/gen/atrium/billing/v1/billing_account_service_pb";
import { BillingAccountService, BillingAccount_State } from "@/api/gen/atrium/billing/v1/billing_account_service_pb";
import { EntitlementService } from "@/api/gen/atrium/billing/v1/entitlement_service_pb";
import {
  Invoice_Kind,
  Invoice_Reason,
  Invoice_State,
  InvoiceLine_Kind,
  type InvoiceSchema,
} from "@/api/gen/atrium/billing/v1/invoice_pb";
import { InvoiceService } from "@/api/gen/atrium/billing/v1/invoice_service_pb";
import { PaymentMethodService } from "@/api/gen/atrium/billing/v1/payment_method_service_pb";
import { PaymentMethod_State, Provider, type PaymentMethodSchema } from "@/api/gen/atrium/billing/v1/payment_pb";
import { PaymentService } from "@/api/gen/atrium/billing/v1/payment_service_pb";
import {
  Interval,
  Limit_Beyond,
  Plan_State,
  Price_Kind,
  Price_Model,
  type PlanSchema,
  type PriceBookSchema,
} from "@/api/gen/atrium/billing/v1/plan_pb";
import { PlanService } from "@/api/gen/atrium/billing/v1/plan_service_pb";
import { Subscription_State, type SubscriptionSchema } from "@/api/gen/atrium/billing/v1/subscription_pb";
import { SubscriptionService } from "@/api/gen/atrium/billing/v1/subscription_service_pb";
import { Meter_Aggregation } from "@/api/gen/atrium/billing/v1/usage_pb";
import { UsageService } from "@/api/gen/atrium/billing/v1/usage_service_pb";
import { TenantService } from "@/api/gen/atrium/tenants/v1/tenant_service_pb";

import { TestEdge } from "./edge";

export const at = (iso: string): Timestamp => timestampFromDate(new Date(iso));

const EUROS = 100_000_000n;

function bookOf(interval: Interval, flat: bigint, seat: bigint): MessageInitShape<typeof PriceBookSchema> {
  const times = interval === Interval.YEAR ? 10n : 1n;
  const price = { model: Price_Model.PER_UNIT };
  return {
    currency: "EUR",
    interval,
    prices:
      flat === 0n
        ? []
        : [
            {
              ...price,
              id: "platform",
              displayName: "Platform",
              kind: Price_Kind.FLAT,
              tiers: [{ unitMicros: flat * times * EUROS }],
            },
            {
              ...price,
              id: "seat",
              displayName: "Seats",
              kind: Price_Kind.SEAT,
              tiers: [{ unitMicros: seat * times * EUROS }],
            },
            {
              id: "api_calls",
              displayName: "API calls",
              kind: Price_Kind.METER,
              meter: "api_calls",
              model: Price_Model.GRADUATED,
              freeUnits: 100_000n,
              tiers: [{ upTo: 1_000_000n, unitMicros: 50_000n }, { unitMicros: 25_000n }],
            },
          ],
  };
}

function planOf(
  id: string,
  displayName: string,
  rank: number,
  flat: bigint,
  seat: bigint,
): MessageInitShape<typeof PlanSchema> {
  return {
    id,
    state: Plan_State.PUBLISHED,
    planVersion: 1,
    etag: `e_${id}`,
    subscriptionCount: 3n,
    createTime: at("2026-01-01T00:00:00Z"),
    updateTime: at("2026-02-01T00:00:00Z"),
    terms: {
      displayName,
      description: `${displayName} for teams`,
      rank,
      tier: id,
      trialDays: flat === 0n ? 0 : 14,
      trialWithoutMethod: flat !== 0n,
      limits: [
        { meter: "users", most: 10n * BigInt(rank + 1), beyond: Limit_Beyond.REFUSE },
        { meter: "storage_bytes", most: 50_000_000_000n, beyond: Limit_Beyond.CHARGE },
      ],
      features: flat === 0n ? [] : ["iam.api-keys", ...(rank > 10 ? ["support.sla"] : [])],
      priceBooks: [bookOf(Interval.MONTH, flat, seat), bookOf(Interval.YEAR, flat, seat)],
      ownDatabase: rank > 20,
    },
  };
}

export const PLANS = [
  planOf("free", "Free", 0, 0n, 0n),
  planOf("standard", "Standard", 10, 49n, 9n),
  planOf("premium", "Premium", 20, 199n, 15n),
];

export const SUBSCRIPTION: MessageInitShape<typeof SubscriptionSchema> = {
  id: "sub_1",
  tenantId: "ten_1",
  state: Subscription_State.ACTIVE,
  planId: "standard",
  planVersion: 1,
  interval: Interval.MONTH,
  currency: "EUR",
  seats: 5n,
  periodNumber: 3,
  periodStartTime: at("2026-11-01T00:00:00Z"),
  periodEndTime: at("2026-12-01T00:00:00Z"),
  createTime: at("2026-09-01T00:00:00Z"),
  etag: "e1",
};

export const ACCOUNT: MessageInitShape<typeof BillingAccountSchema> = {
  tenantId: "ten_1",
  state: BillingAccount_State.OPEN,
  currency: "EUR",
  locale: "en-GB",
  party: {
    name: "Acme",
    addressLines: ["1 Main Street", "Springfield"],
    country: "DE",
    taxNumber: "DE123",
    email: "pay@acme.example",
  },
  creditMinor: 1000n,
  owedMinor: 9400n,
  etag: "a1",
};

export const METHOD: MessageInitShape<typeof PaymentMethodSchema> = {
  id: "pm_1",
  tenantId: "ten_1",
  provider: Provider.SANDBOX,
  state: PaymentMethod_State.ACTIVE,
  label: "Visa •••• 4242",
  expireMonth: 12,
  expireYear: 2029,
  default: true,
};

export const LINES = [
  {
    id: "line_1",
    kind: InvoiceLine_Kind.RECURRING,
    description: "Standard: Platform",
    priceId: "platform",
    quantity: 1n,
    startTime: at("2026-11-01T00:00:00Z"),
    endTime: at("2026-12-01T00:00:00Z"),
    partSeconds: 2_592_000n,
    wholeSeconds: 2_592_000n,
    amountMinor: 4900n,
  },
  {
    id: "line_2",
    kind: InvoiceLine_Kind.USAGE,
    description: "API calls",
    meter: "api_calls",
    priceId: "api_calls",
    model: Price_Model.GRADUATED,
    quantity: 1_200_000n,
    freeQuantity: 100_000n,
    startTime: at("2026-10-01T00:00:00Z"),
    endTime: at("2026-11-01T00:00:00Z"),
    amountMinor: 52_500n,
    tiers: [
      { fromUnit: 1n, units: 1_000_000n, unitMicros: 50_000n, amountMicros: 50_000_000_000n },
      { fromUnit: 1_000_001n, units: 100_000n, unitMicros: 25_000n, amountMicros: 2_500_000_000n },
    ],
  },
];

export const TOTALS = {
  currency: "EUR",
  subtotalMinor: 57_400n,
  taxMinor: 10_906n,
  totalMinor: 68_306n,
  creditMinor: 1000n,
  dueMinor: 67_306n,
  taxes: [{ taxRateId: "tax_1", displayName: "VAT DE", rateMicros: 190_000n, baseMinor: 57_400n, taxMinor: 10_906n }],
};

export function invoiceOf(
  id: string,
  more: MessageInitShape<typeof InvoiceSchema> = {},
): MessageInitShape<typeof InvoiceSchema> {
  return {
    id,
    tenantId: "ten_1",
    number: `2026-${id.slice(-6)}`,
    state: Invoice_State.OPEN,
    kind: Invoice_Kind.INVOICE,
    reason: Invoice_Reason.CYCLE,
    currency: "EUR",
    totals: TOTALS,
    lines: LINES,
    buyer: { name: "Acme", addressLines: ["1 Main Street"], country: "DE" },
    issueTime: at("2026-11-01T01:00:00Z"),
    dueTime: at("2999-11-15T00:00:00Z"),
    periodStartTime: at("2026-11-01T00:00:00Z"),
    periodEndTime: at("2026-12-01T00:00:00Z"),
    sandbox: true,
    etag: "i1",
    ...more,
  } as MessageInitShape<typeof InvoiceSchema>;
}

export const METERS = [
  {
    id: "api_calls",
    displayName: "API calls",
    unit: "call",
    aggregation: Meter_Aggregation.SUM,
    builtIn: true,
  },
  {
    id: "storage_bytes",
    displayName: "Storage",
    unit: "byte",
    aggregation: Meter_Aggregation.GAUGE,
    builtIn: true,
  },
  { id: "users", displayName: "Users", unit: "user", aggregation: Meter_Aggregation.GAUGE, builtIn: true },
  { id: "jobs", displayName: "Jobs", unit: "job", aggregation: Meter_Aggregation.SUM },
];

/** An edge with everything above; what a test is about it sets itself. */
export function billingEdge(): TestEdge {
  return new TestEdge(
    PlanService,
    SubscriptionService,
    InvoiceService,
    PaymentService,
    PaymentMethodService,
    BillingAccountService,
    EntitlementService,
    UsageService,
    TenantService,
  )
    .on(PlanService.method.listPlans, () => ({ plans: PLANS }))
    .on(PlanService.method.getPlan, ({ id }) => PLANS.find((plan) => plan.id === id) ?? {})
    .on(SubscriptionService.method.listSubscriptions, () => ({ subscriptions: [SUBSCRIPTION] }))
    .on(SubscriptionService.method.previewInvoice, () => ({
      lines: [LINES[0] ?? {}],
      totals: { currency: "EUR", subtotalMinor: 4900n, totalMinor: 4900n, dueMinor: 4900n },
      previewTime: at("2026-11-26T04:00:00Z"),
      effectiveTime: at("2026-11-26T04:00:00Z"),
      recurringMinor: 9400n,
    }))
    .on(BillingAccountService.method.getBillingAccount, () => ACCOUNT)
    .on(EntitlementService.method.getEntitlements, () => ({
      planId: "standard",
      usable: true,
      limits: PLANS[1]?.terms?.limits ?? [],
      features: ["iam.api-keys"],
    }))
    .on(InvoiceService.method.listInvoices, () => ({ invoices: [invoiceOf("inv_000001")] }))
    .on(InvoiceService.method.getInvoice, ({ id }) => invoiceOf(id))
    .on(PaymentService.method.listPayments, () => ({ payments: [] }))
    .on(PaymentMethodService.method.listPaymentProviders, () => ({
      providers: [{ provider: Provider.SANDBOX, sandbox: true }, { provider: Provider.MANUAL }],
    }))
    .on(PaymentMethodService.method.listPaymentMethods, () => ({ paymentMethods: [METHOD] }))
    .on(UsageService.method.listMeters, () => ({ meters: METERS }))
    .on(UsageService.method.listUsageEvents, () => ({ events: [] }))
    .on(TenantService.method.getTenant, ({ id }) => ({ id, displayName: "Acme & <script>alert(1)</script>" }));
}

/** Somebody of the tenant who may do everything about its billing. */
export const PAYER = {
  user: { id: "usr_1", displayName: "Ada" },
  tenant: { id: "ten_1", slug: "acme", displayName: "Acme" },
  permissions: [
    "subscriptions.read",
    "subscriptions.manage",
    "invoices.read",
    "payments.read",
    "payments.create",
    "payment-methods.read",
    "payment-methods.manage",
    "usage.read",
  ],
};

/** Somebody of the provider who may do everything about billing. */
export const BILLER = {
  user: { id: "usr_root", displayName: "Root" },
  permissions: [
    ...PAYER.permissions,
    "billing-accounts.manage",
    "billing-metrics.read",
    "coupons.manage",
    "credits.grant",
    "invoices.manage",
    "ledger.read",
    "payments.record",
    "payments.refund",
    "plans.manage",
    "plans.read",
    "tax-rates.manage",
    "tenants.read",
  ],
};
