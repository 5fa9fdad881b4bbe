import { Grid3x3, KeyRound, ScrollText, ShieldCheck, ShieldPlus, UserPlus, Users } from "lucide-react";
import type { RouteObject } from "react-router";

import type { RealmKey } from "@/api/session";
import type { Action, Board, NavEntry, Places, Search } from "@/routing/module";
import { page } from "@/routing/page";
import { paths, segments, type Segment } from "@/routing/paths";

const roleBuilder = page(async () => (await import("./roles/builder/RoleBuilderPage")).RoleBuilderPage);

/** The pages about people and what they may do. In a tenant's portal users are its people. */
const pages = (users: string, user: string): RouteObject[] => [
  {
    path: segments.account,
    handle: { crumb: "app:account.title" },
    lazy: page(async () => (await import("./account/AccountPage")).AccountPage),
  },
  {
    lazy: page(async () => (await import("./IamLayout")).IamLayout),
    children: [
      { path: users, lazy: page(async () => (await import("./users/UsersPage")).UsersPage) },
      { path: user, lazy: page(async () => (await import("./users/detail/UserPage")).UserPage) },
      { path: segments.roles, lazy: page(async () => (await import("./roles/RolesPage")).RolesPage) },
      { path: segments.newRole, lazy: roleBuilder },
      { path: segments.role, lazy: roleBuilder },
      { path: segments.permissions, lazy: page(async () => (await import("./roles/matrix/MatrixPage")).MatrixPage) },
      { path: segments.auditLogs, lazy: page(async () => (await import("./auditLogs/AuditLogsPage")).AuditLogsPage) },
      { path: segments.apiKeys, lazy: page(async () => (await import("./apiKeys/ApiKeysPage")).ApiKeysPage) },
    ],
  },
];

const to =
  (segment: Segment, query: Record<string, string> = {}) =>
  (realm: RealmKey): string =>
    paths.to(realm, segment, {}, query);

const nav = (users: NavEntry): NavEntry[] => [
  users,
  {
    label: "iam:nav.roles",
    icon: ShieldCheck,
    to: to("roles"),
    permission: "roles.read",
    section: "identity",
    order: 20,
  },
  {
    label: "iam:nav.matrix",
    icon: Grid3x3,
    to: to("permissions"),
    permission: "roles.read",
    section: "identity",
    order: 30,
  },
  {
    label: "iam:nav.apiKeys",
    icon: KeyRound,
    to: to("apiKeys"),
    permission: "api-keys.read",
    section: "identity",
    order: 40,
  },
  {
    label: "iam:nav.auditLogs",
    icon: ScrollText,
    to: to("auditLogs"),
    permission: "audit.read",
    section: "identity",
    order: 50,
  },
];

const people = (label: string, segment: Segment): NavEntry => ({
  label,
  icon: Users,
  to: to(segment),
  permission: "users.read",
  section: "identity",
  order: 10,
});

const actions = (users: Segment): Action[] => [
  { label: "iam:actions.createUser", icon: UserPlus, to: to(users, { add: "yes" }), permission: "users.create" },
  { label: "iam:actions.newRole", icon: ShieldPlus, to: to("newRole"), permission: "roles.create" },
  { label: "iam:actions.newApiKey", icon: KeyRound, to: to("apiKeys", { add: "yes" }), permission: "api-keys.create" },
];

const search = (label: string): Search => ({
  label,
  icon: Users,
  permission: "users.read",
  load: async () => (await import("./users/searchUsers")).searchUsers,
});

const board: Board = {
  label: "iam:nav.board",
  icon: Users,
  to: to("iamDashboard"),
  permission: "iam-metrics.read",
  path: segments.iamDashboard,
  order: 20,
  lazy: page(async () => (await import("./iamMetrics/IamBoard")).IamBoard),
};

export const places: Places = {
  platform: pages(segments.users, segments.user),
  tenant: pages(segments.people, segments.person),
  nav: {
    platform: nav(people("iam:nav.users", "users")),
    tenant: nav(people("iam:nav.people", "people")),
  },
  boards: { platform: [board], tenant: [board] },
  actions: { platform: actions("users"), tenant: actions("people") },
  searches: { platform: [search("iam:search.users")], tenant: [search("iam:search.people")] },
};
