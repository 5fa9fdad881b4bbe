/** What somebody at a tenant should know of when they come in, the most pressing first. All of it is measured. */
import type { Me } from "@/api/gen/atrium/iam/v1/session_service_pb";
import { Tenant_PaymentStatus, type Tenant } from "@/api/gen/atrium/tenants/v1/tenant_pb";
import type { TenantSettings } from "@/api/gen/atrium/tenants/v1/tenant_settings_service_pb";

import { sumsOf, type Day } from "../metrics/activity";

export type Attention =
  | { kind: "pastDue" }
  | { kind: "failing"; share: number }
  | { kind: "ownFactor" }
  | { kind: "policy" }
  | { kind: "quiet" }
  | { kind: "invite" };

/** From this share of failed calls on, something is wrong with what is sent. */
const MANY_FAIL = 0.05;
/** Fewer calls than this say nothing about a share. */
const FEW_CALLS = 50;
const WEEK_MS = 7 * 86_400_000;

interface Known {
  me: Me;
  tenant: Tenant;
  /** Undefined for those who may not see them. */
  settings: TenantSettings | undefined;
  /** The last days, oldest first. */
  days: readonly Day[];
  mayInvite: boolean;
  mayChangePolicy: boolean;
  now?: number;
}

export function attentionOf({
  me,
  tenant,
  settings,
  days,
  mayInvite,
  mayChangePolicy,
  now = Date.now(),
}: Known): Attention[] {
  const found: Attention[] = [];
  const week = sumsOf(days.slice(-7));
  if (tenant.paymentStatus === Tenant_PaymentStatus.PAST_DUE) found.push({ kind: "pastDue" });
  if (week.calls >= FEW_CALLS && (week.failedShare ?? 0) >= MANY_FAIL)
    found.push({ kind: "failing", share: week.failedShare ?? 0 });
  // Who acts for somebody else is not asked about that person's account.
  if (me.user?.mfaEnabled === false && me.impersonatorId === "") found.push({ kind: "ownFactor" });
  if (mayChangePolicy && settings?.security?.mfaRequired === false) found.push({ kind: "policy" });
  const age = now - Number(tenant.createTime?.seconds ?? 0n) * 1000;
  if (age > WEEK_MS && week.mostUsers === 0) found.push({ kind: "quiet" });
  if (mayInvite && tenant.userCount === 1n) found.push({ kind: "invite" });
  return found;
}
