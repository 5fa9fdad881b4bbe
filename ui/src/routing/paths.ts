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
  exports: "exports",
  iamDashboard: "dashboards/identity",
  newRole: "iam/roles/new",
  newTenant: "tenants/new",
  people: "people",
  permissions: "iam/permissions",
  person: "people/:id",
  role: "iam/roles/:id",
  roles: "iam/roles",
  settings: "settings",
  tenant: "tenants/:id",
  tenantActivity: "tenants/:id/activity",
  tenantAuditLog: "tenants/:id/audit-log",
  tenantDanger: "tenants/:id/danger",
  tenantExports: "tenants/:id/exports",
  tenantPeople: "tenants/:id/people",
  tenantProvisioning: "tenants/:id/provisioning",
  tenantSettings: "tenants/:id/settings",
  tenantSubscription: "tenants/:id/subscription",
  tenants: "tenants",
  tenantsDashboard: "dashboards/tenants",
  user: "iam/users/:id",
  users: "iam/users",
} as const;
export type Segment = keyof typeof segments;

export const paths = {
  home: "/",
  setup: "/setup",
  signUp: "/signup",
  confirmSignUp: "/signup/confirm",
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
