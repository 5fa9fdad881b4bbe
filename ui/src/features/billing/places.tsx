import {
  BookOpen,
  CreditCard,
  FileText,
  Gauge,
  Landmark,
  Layers,
  Plus,
  ReceiptText,
  Repeat,
  TicketPercent,
  Wallet,
} from "lucide-react";

import type { Places } from "@/routing/module";
import { page } from "@/routing/page";
import { paths, segments } from "@/routing/paths";

const within = page(async () => (await import("./BillingModule")).BillingModule);

/** A section of a tenant's billing stands below its address. */
const section = (segment: string): string => segment.replace(`${segments.tenantBilling}/`, "");
const usage = page(async () => (await import("./usage/UsageSection")).UsageSection);
const invoices = page(async () => (await import("./invoices/InvoicesSection")).InvoicesSection);
const account = page(async () => (await import("./accounts/AccountSection")).AccountSection);
const subscription = page(async () => (await import("./subscriptions/SubscriptionSection")).SubscriptionSection);
const invoice = page(async () => (await import("./invoices/InvoicePage")).InvoicePage);
const planChoice = page(async () => (await import("./subscriptions/PlanChoicePage")).PlanChoicePage);

export const places: Places = {
  platform: [
    {
      lazy: within,
      children: [
        { path: segments.plans, lazy: page(async () => (await import("./plans/PlansPage")).PlansPage) },
        {
          path: segments.newPlan,
          handle: { crumb: "billing:nav.createPlan" },
          lazy: page(async () => (await import("./plans/editor/PlanEditorPage")).NewPlanPage),
        },
        { path: segments.plan, lazy: page(async () => (await import("./plans/PlanPage")).PlanPage) },
        {
          path: segments.planEditor,
          lazy: page(async () => (await import("./plans/editor/PlanEditorPage")).PlanEditorPage),
        },
        {
          path: segments.meters,
          handle: { crumb: "billing:nav.meters" },
          lazy: page(async () => (await import("./usage/MetersPage")).MetersPage),
        },
        {
          path: segments.subscriptions,
          lazy: page(async () => (await import("./subscriptions/SubscriptionsPage")).SubscriptionsPage),
        },
        { path: segments.invoices, lazy: page(async () => (await import("./invoices/InvoicesPage")).InvoicesPage) },
        { path: segments.invoice, lazy: invoice },
        { path: segments.payments, lazy: page(async () => (await import("./payments/PaymentsPage")).PaymentsPage) },
        {
          path: segments.refunds,
          handle: { crumb: "billing:nav.refunds" },
          lazy: page(async () => (await import("./payments/PaymentsPage")).RefundsPage),
        },
        {
          path: segments.disputes,
          handle: { crumb: "billing:nav.disputes" },
          lazy: page(async () => (await import("./payments/PaymentsPage")).DisputesPage),
        },
        {
          path: segments.billingAccounts,
          lazy: page(async () => (await import("./accounts/AccountsPage")).AccountsPage),
        },
        { path: segments.coupons, lazy: page(async () => (await import("./discounts/CouponsPage")).CouponsPage) },
        { path: segments.taxRates, lazy: page(async () => (await import("./taxRates/TaxRatesPage")).TaxRatesPage) },
        { path: segments.ledger, lazy: page(async () => (await import("./ledger/LedgerProofPage")).LedgerProofPage) },
        { path: segments.tenantBillingPlan, lazy: planChoice },
        {
          path: segments.tenantBilling,
          lazy: page(async () => (await import("./accounts/TenantBillingLayout")).TenantBillingLayout),
          children: [
            { index: true, lazy: subscription },
            { path: section(segments.tenantBillingUsage), lazy: usage },
            { path: section(segments.tenantBillingInvoices), lazy: invoices },
            {
              path: section(segments.tenantBillingPayments),
              lazy: page(async () => (await import("./payments/PaymentsSection")).PaymentsSection),
            },
            {
              path: section(segments.tenantBillingLedger),
              lazy: page(async () => (await import("./ledger/LedgerSection")).LedgerSection),
            },
            { path: section(segments.tenantBillingAccount), lazy: account },
          ],
        },
      ],
    },
  ],
  tenant: [
    {
      lazy: within,
      children: [
        {
          lazy: page(async () => (await import("./portal/PortalBillingLayout")).PortalBillingLayout),
          children: [
            { path: segments.billing, lazy: subscription },
            { path: segments.invoices, handle: { crumb: "billing:nav.invoices" }, lazy: invoices },
            {
              path: segments.paymentMethods,
              handle: { crumb: "billing:nav.paymentMethods" },
              lazy: page(async () => (await import("./paymentMethods/MethodsSection")).MethodsSection),
            },
            { path: segments.billingDetails, handle: { crumb: "billing:nav.details" }, lazy: account },
          ],
        },
        { path: segments.invoice, lazy: invoice },
        { path: segments.choosePlan, handle: { crumb: "billing:nav.plan" }, lazy: planChoice },
        {
          path: segments.usage,
          lazy: page(async () => (await import("./usage/PortalUsagePage")).PortalUsagePage),
        },
      ],
    },
  ],
  nav: {
    platform: [
      {
        label: "billing:nav.subscriptions",
        icon: Repeat,
        to: (realm) => paths.to(realm, "subscriptions"),
        permission: "subscriptions.read",
        section: "billing",
        order: 10,
      },
      {
        label: "billing:nav.invoices",
        icon: FileText,
        to: (realm) => paths.to(realm, "invoices"),
        permission: "invoices.read",
        section: "billing",
        order: 20,
      },
      {
        label: "billing:nav.payments",
        icon: CreditCard,
        to: (realm) => paths.to(realm, "payments"),
        permission: "payments.read",
        section: "billing",
        order: 30,
      },
      {
        label: "billing:nav.accounts",
        icon: Wallet,
        to: (realm) => paths.to(realm, "billingAccounts"),
        permission: "billing-accounts.manage",
        section: "billing",
        order: 40,
      },
      {
        label: "billing:nav.ledger",
        icon: BookOpen,
        to: (realm) => paths.to(realm, "ledger"),
        permission: "ledger.read",
        section: "billing",
        order: 50,
      },
      {
        label: "billing:nav.plans",
        icon: Layers,
        to: (realm) => paths.to(realm, "plans"),
        permission: "plans.read",
        section: "billing",
        order: 60,
      },
      {
        label: "billing:nav.coupons",
        icon: TicketPercent,
        to: (realm) => paths.to(realm, "coupons"),
        permission: "coupons.manage",
        section: "billing",
        order: 70,
      },
      {
        label: "billing:nav.taxRates",
        icon: Landmark,
        to: (realm) => paths.to(realm, "taxRates"),
        permission: "tax-rates.manage",
        section: "billing",
        order: 80,
      },
    ],
    tenant: [
      {
        label: "billing:nav.overview",
        icon: ReceiptText,
        to: (realm) => paths.to(realm, "billing"),
        permission: "subscriptions.read",
        section: "billing",
        order: 10,
      },
      {
        label: "billing:nav.usage",
        icon: Gauge,
        to: (realm) => paths.to(realm, "usage"),
        permission: "usage.read",
        section: "billing",
        order: 20,
      },
    ],
  },
  boards: {
    platform: [
      {
        label: "billing:nav.dashboard",
        icon: ReceiptText,
        to: (realm) => paths.to(realm, "billingDashboard"),
        permission: "billing-metrics.read",
        path: segments.billingDashboard,
        order: 20,
        lazy: page(async () => (await import("./billingMetrics/BillingBoard")).BillingBoard),
      },
    ],
    tenant: [],
  },
  actions: {
    platform: [
      {
        label: "billing:nav.createPlan",
        icon: Plus,
        to: (realm) => paths.to(realm, "newPlan"),
        permission: "plans.manage",
      },
    ],
    tenant: [
      {
        label: "billing:nav.choosePlan",
        icon: Layers,
        to: (realm) => paths.to(realm, "choosePlan"),
        permission: "subscriptions.manage",
      },
    ],
  },
  searches: {
    platform: [
      {
        label: "billing:nav.found",
        icon: FileText,
        permission: "invoices.read",
        load: async () => (await import("./invoices/findInvoices")).findInvoices,
      },
    ],
    tenant: [
      {
        label: "billing:nav.found",
        icon: FileText,
        permission: "invoices.read",
        load: async () => (await import("./invoices/findInvoices")).findInvoices,
      },
    ],
  },
};
