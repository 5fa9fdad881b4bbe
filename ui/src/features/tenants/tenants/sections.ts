import type { Segment } from "@/routing/paths";

interface Section {
  name:
    | "overview"
    | "people"
    | "settings"
    | "subscription"
    | "activity"
    | "provisioning"
    | "exports"
    | "auditLog"
    | "danger";
  segment: Segment;
  /** The permission without which there is nothing to see. */
  needs?: string;
}

/** The sections of a tenant's page, in their order. Those that only offer actions are shown to everybody, with why not. */
export const SECTIONS: readonly Section[] = [
  { name: "overview", segment: "tenant" },
  { name: "people", segment: "tenantPeople", needs: "users.read" },
  { name: "settings", segment: "tenantSettings", needs: "tenant-settings.read" },
  { name: "subscription", segment: "tenantSubscription" },
  { name: "activity", segment: "tenantActivity" },
  { name: "provisioning", segment: "tenantProvisioning" },
  { name: "exports", segment: "tenantExports", needs: "tenants.export" },
  { name: "auditLog", segment: "tenantAuditLog", needs: "audit.read" },
  { name: "danger", segment: "tenantDanger" },
];
