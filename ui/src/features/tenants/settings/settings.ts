/** The forms of a tenant's settings: what they hold, and the request that changes only what was changed. */
import type { MessageInitShape } from "@bufbuild/protobuf";

import type {
  TenantSettings,
  UpdateTenantSettingsRequestSchema,
} from "@/api/gen/atrium/tenants/v1/tenant_settings_service_pb";

export interface BrandingValues {
  displayName: string;
  primaryColor: string;
  accentColor: string;
  logo: string;
}

export interface RegionValues {
  locale: string;
  timeZone: string;
}

export interface SecurityValues {
  mfaRequired: boolean;
  /** Hours; 0 for the platform's own limit. */
  sessionHours: number;
  allowedEmailDomains: readonly string[];
}

export type Change = Omit<
  MessageInitShape<typeof UpdateTenantSettingsRequestSchema>,
  "$typeName" | "tenantId" | "etag"
>;

export function brandingOf({ branding }: TenantSettings): BrandingValues {
  return {
    displayName: branding?.displayName ?? "",
    primaryColor: branding?.primaryColor ?? "",
    accentColor: branding?.accentColor ?? "",
    logo: branding?.logo ?? "",
  };
}

export function regionOf({ locale, timeZone }: TenantSettings): RegionValues {
  return { locale, timeZone };
}

export function securityOf({ security }: TenantSettings): SecurityValues {
  return {
    mfaRequired: security?.mfaRequired ?? false,
    sessionHours: security?.sessionHours ?? 0,
    allowedEmailDomains: security?.allowedEmailDomains ?? [],
  };
}

/** The values that differ, as the request names them: what is left out stays as it is. */
export function changeOf<V extends object>(before: V, after: V): Change {
  return Object.fromEntries(
    Object.entries(after)
      .filter(([name, value]) => !same((before as Record<string, unknown>)[name], value))
      .map(([name, value]) => [name, Array.isArray(value) ? { names: value as string[] } : (value as unknown)]),
  );
}

function same(a: unknown, b: unknown): boolean {
  return Array.isArray(a) && Array.isArray(b) ? a.length === b.length && a.every((one, at) => one === b[at]) : a === b;
}

/** A domain as the platform keeps it: without what people copy along with it. */
export function domainOf(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/^(?:https?:\/\/|.*@)/, "")
    .replace(/[/\s].*$/, "");
}

/** Whether it could be a mail domain: labels of letters, digits and hyphens, at least two. The platform has the last word. */
export function isDomain(text: string): boolean {
  return (
    text.length <= 253 && /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(text)
  );
}
