/** Every address of the application. Route objects and links are made of these, never of strings elsewhere. */
import { PLATFORM, type RealmKey } from "@/api/session";

type Query = Readonly<Record<string, string | undefined>>;

/** Where a realm's pages begin: `/master-admin`, or `/t/acme`. */
export function areaPath(realm: RealmKey): string {
  return realm === PLATFORM ? "/master-admin" : `/t/${encodeURIComponent(realm)}`;
}

/** The realm an address belongs to; undefined outside both areas. */
export function realmOf(pathname: string): RealmKey | undefined {
  if (/^\/master-admin(\/|$)/.test(pathname)) return PLATFORM;
  const slug = /^\/t\/([^/]+)/.exec(pathname)?.[1];
  return slug === undefined ? undefined : decodeURIComponent(slug);
}

/** The parts below an area, as route objects name them. Mails link to some: they are the platform's to choose. */
export const segments = {
  // For visitors. Mails link to some of these.
  login: "login",
  forgotPassword: "forgot-password",
  resetPassword: "reset-password",
  acceptInvitation: "accept-invitation",
  // For people who are signed in.
  account: "account",
  activity: "activity",
  apiKeys: "iam/api-keys",
  auditLogs: "iam/audit-logs",
  billing: "billing",
  billingAccounts: "billing/accounts",
  billingDashboard: "dashboards/billing",
  billingDetails: "billing/details",
  choosePlan: "billing/plan",
  coupons: "billing/coupons",
  disputes: "billing/disputes",
  exports: "exports",
  iamDashboard: "dashboards/identity",
  invoice: "billing/invoices/:id",
  invoices: "billing/invoices",
  ledger: "billing/ledger",
  meters: "billing/meters",
  newPlan: "billing/plans/new",
  newRole: "iam/roles/new",
  newTenant: "tenants/new",
  paymentMethods: "billing/payment-methods",
  payments: "billing/payments",
  people: "people",
  permissions: "iam/permissions",
  person: "people/:id",
  plan: "billing/plans/:id",
  planEditor: "billing/plans/:id/edit",
  plans: "billing/plans",
  refunds: "billing/refunds",
  role: "iam/roles/:id",
  roles: "iam/roles",
  settings: "settings",
  subscriptions: "billing/subscriptions",
  taxRates: "billing/tax-rates",
  tenant: "tenants/:id",
  tenantActivity: "tenants/:id/activity",
  tenantAuditLog: "tenants/:id/audit-log",
  tenantBilling: "billing/tenants/:id",
  tenantBillingAccount: "billing/tenants/:id/account",
  tenantBillingInvoices: "billing/tenants/:id/invoices",
  tenantBillingLedger: "billing/tenants/:id/ledger",
  tenantBillingPayments: "billing/tenants/:id/payments",
  tenantBillingPlan: "billing/tenants/:id/plan",
  tenantBillingUsage: "billing/tenants/:id/usage",
  tenantDanger: "tenants/:id/danger",
  tenantExports: "tenants/:id/exports",
  tenantPeople: "tenants/:id/people",
  tenantProvisioning: "tenants/:id/provisioning",
  tenantSettings: "tenants/:id/settings",
  tenantSubscription: "tenants/:id/subscription",
  tenants: "tenants",
  tenantsDashboard: "dashboards/tenants",
  usage: "billing/usage",
  user: "iam/users/:id",
  users: "iam/users",
} as const;
export type Segment = keyof typeof segments;

export const paths = {
  home: "/",
  setup: "/setup",
  signUp: "/signup",
  confirmSignUp: "/signup/confirm",
  /** Where the sandbox asks the payer; Billing gives this address out. */
  sandboxConfirm: "/billing/sandbox/confirm",
  /** Where providers' pages send payers whom nobody told where to go back to. */
  payerReturn: "/billing",
  area: areaPath,
  /** `next` is where to go afterwards. */
  login: (realm: RealmKey, next?: string): string => pathOf(realm, "login", {}, { next }),
  /** Any page of an area: `pathOf(realm, "user", { id })`. */
  to: pathOf,
};

function pathOf(
  realm: RealmKey,
  segment: Segment,
  values: Readonly<Record<string, string>> = {},
  query: Query = {},
): string {
  const path = segments[segment].replace(/:(\w+)/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined || value === "") throw new Error(`${segment} needs ${name}`);
    return encodeURIComponent(value);
  });
  const search = new URLSearchParams(
    Object.entries(query).flatMap(([name, value]) => (value === undefined || value === "" ? [] : [[name, value]])),
  ).toString();
  return `${areaPath(realm)}/${path}${search === "" ? "" : `?${search}`}`;
}

/** Where to go after a sign-in: `next`, if it is a page of the same area and no way to another site. */
export function safeNext(next: string | null, realm: RealmKey): string {
  const home = areaPath(realm);
  if (next === null || !/^\/(?![/\\])/.test(next)) return home;
  const url = new URL(next, "http://here");
  const inside = url.pathname === home || url.pathname.startsWith(`${home}/`);
  return url.origin === "http://here" && inside ? url.pathname + url.search + url.hash : home;
}
