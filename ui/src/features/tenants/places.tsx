import { Activity, Archive, Building2, House, Plus, Settings2 } from "lucide-react";
import { replace } from "react-router";

import { PLATFORM } from "@/api/session";
import type { Places } from "@/routing/module";
import { page } from "@/routing/page";
import { paths, segments } from "@/routing/paths";

const within = page(async () => (await import("./TenantsModule")).TenantsModule);

/** A section of a tenant's page stands below the tenant's address. */
const section = (segment: string): string => segment.replace(`${segments.tenant}/`, "");

export const places: Places = {
  platform: [
    {
      lazy: within,
      children: [
        { path: segments.tenants, lazy: page(async () => (await import("./tenants/TenantListPage")).TenantListPage) },
        {
          path: segments.newTenant,
          handle: { crumb: "tenants:nav.create" },
          lazy: page(async () => (await import("./tenants/TenantCreationPage")).TenantCreationPage),
        },
        {
          // The board of tenants stands with the other boards; this address is the one people guess.
          path: `${segments.tenants}/dashboard`,
          loader: () => replace(paths.to(PLATFORM, "tenantsDashboard")),
        },
        {
          path: segments.tenant,
          lazy: page(async () => (await import("./tenants/TenantLayout")).TenantLayout),
          children: [
            { index: true, lazy: page(async () => (await import("./tenants/OverviewPage")).OverviewPage) },
            {
              path: section(segments.tenantPeople),
              lazy: page(async () => (await import("./tenants/PeoplePage")).PeoplePage),
            },
            {
              path: section(segments.tenantSettings),
              lazy: page(async () => (await import("./settings/TenantSettingsPage")).TenantSettingsPage),
            },
            {
              path: section(segments.tenantSubscription),
              lazy: page(async () => (await import("./tenants/SubscriptionPage")).SubscriptionPage),
            },
            {
              path: section(segments.tenantActivity),
              lazy: page(async () => (await import("./metrics/TenantActivityPage")).TenantActivityPage),
            },
            {
              path: section(segments.tenantProvisioning),
              lazy: page(async () => (await import("./provisioning/TenantProvisioningPage")).TenantProvisioningPage),
            },
            {
              path: section(segments.tenantExports),
              lazy: page(async () => (await import("./exports/TenantExportsPage")).TenantExportsPage),
            },
            {
              path: section(segments.tenantAuditLog),
              lazy: page(async () => (await import("./tenants/AuditLogPage")).AuditLogPage),
            },
            {
              path: section(segments.tenantDanger),
              lazy: page(async () => (await import("./tenants/DangerPage")).DangerPage),
            },
          ],
        },
      ],
    },
  ],
  tenant: [
    {
      lazy: page(async () => (await import("./portal/PortalModule")).PortalModule),
      children: [
        {
          path: segments.activity,
          lazy: page(async () => (await import("./portal/PortalActivityPage")).PortalActivityPage),
        },
        {
          path: segments.settings,
          lazy: page(async () => (await import("./portal/PortalSettingsPage")).PortalSettingsPage),
        },
        {
          path: segments.exports,
          lazy: page(async () => (await import("./portal/PortalExportsPage")).PortalExportsPage),
        },
      ],
    },
  ],
  index: { tenant: page(async () => (await import("./portal/PortalHomePage")).PortalHome) },
  nav: {
    platform: [
      {
        label: "tenants:nav.tenants",
        icon: Building2,
        to: (realm) => paths.to(realm, "tenants"),
        permission: "tenants.read",
        section: "work",
        order: 10,
      },
    ],
    tenant: [
      { label: "portal:nav.home", icon: House, to: (realm) => paths.area(realm), section: "overview", order: 0 },
      {
        label: "portal:nav.activity",
        icon: Activity,
        to: (realm) => paths.to(realm, "activity"),
        section: "overview",
        order: 10,
      },
      {
        label: "portal:nav.settings",
        icon: Settings2,
        to: (realm) => paths.to(realm, "settings"),
        permission: "tenant-settings.read",
        section: "settings",
        order: 10,
      },
      {
        label: "portal:nav.exports",
        icon: Archive,
        to: (realm) => paths.to(realm, "exports"),
        permission: "tenants.export",
        section: "settings",
        order: 20,
      },
    ],
  },
  boards: {
    platform: [
      {
        label: "tenants:nav.dashboard",
        icon: Building2,
        to: (realm) => paths.to(realm, "tenantsDashboard"),
        permission: "tenant-metrics.read",
        path: segments.tenantsDashboard,
        order: 10,
        lazy: page(async () => (await import("./metrics/TenantsBoard")).TenantsBoard),
      },
    ],
    tenant: [],
  },
  actions: {
    platform: [
      {
        label: "tenants:nav.create",
        icon: Plus,
        to: (realm) => paths.to(realm, "newTenant"),
        permission: "tenants.create",
      },
    ],
    tenant: [],
  },
  searches: {
    platform: [
      {
        label: "tenants:nav.found",
        icon: Building2,
        permission: "tenants.read",
        load: async () => (await import("./tenants/findTenants")).findTenants,
      },
    ],
    tenant: [],
  },
};
