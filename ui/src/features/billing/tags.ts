/** The one RTK Query api with Billing's tags. */
import { api } from "@/api/rtk";

export const billingApi = api.enhanceEndpoints({
  addTagTypes: [
    "Plan",
    "Subscription",
    "Invoice",
    "Payment",
    "PaymentMethod",
    "BillingAccount",
    "Ledger",
    "Coupon",
    "TaxRate",
    "Meter",
    "Usage",
    "Tenant",
  ],
});

/**
 * What may be another thing after money has moved or a subscription has changed: one step writes the subscription, its
 * invoice, the payment and the ledger together, and the tenant shows the plan.
 */
export const MONEY = ["Subscription", "Invoice", "Payment", "BillingAccount", "Ledger", "Usage", "Tenant"] as const;
