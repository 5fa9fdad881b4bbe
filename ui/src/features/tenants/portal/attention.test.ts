// @vitest-environment node
import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";

import { MeSchema } from "@/api/gen/atrium/iam/v1/session_service_pb";
import { Tenant_PaymentStatus, TenantSchema } from "@/api/gen/atrium/tenants/v1/tenant_pb";
import { TenantSettingsSchema } from "@/api/gen/atrium/tenants/v1/tenant_settings_service_pb";

import type { Day } from "../metrics/activity";
import { attentionOf } from "./attention";

const now = Date.UTC(2026, 5, 30);
const day = (changes: Partial<Day>): Day => ({
  day: "2026-06-30",
  calls: 0,
  failedCalls: 0,
  activeUsers: 1,
  storageBytes: undefined,
  ...changes,
});
const calm = {
  me: create(MeSchema, { user: { id: "usr_1", mfaEnabled: true } }),
  tenant: create(TenantSchema, { userCount: 5n, createTime: timestampFromMs(Date.UTC(2026, 0, 1)) }),
  settings: create(TenantSettingsSchema, { security: { mfaRequired: true } }),
  days: [day({ calls: 1000, failedCalls: 10 })],
  mayInvite: true,
  mayChangePolicy: true,
  now,
};
const kinds = (changes: Partial<typeof calm>) => attentionOf({ ...calm, ...changes }).map(({ kind }) => kind);

test("where all is well nothing is said", () => expect(kinds({})).toEqual([]));

test("the most pressing comes first", () => {
  expect(
    kinds({
      me: create(MeSchema, { user: { id: "usr_1" } }),
      tenant: create(TenantSchema, {
        userCount: 1n,
        paymentStatus: Tenant_PaymentStatus.PAST_DUE,
        createTime: timestampFromMs(Date.UTC(2026, 0, 1)),
      }),
      settings: create(TenantSettingsSchema, { security: {} }),
      days: [day({ calls: 100, failedCalls: 5, activeUsers: 0 })],
    }),
  ).toEqual(["pastDue", "failing", "ownFactor", "policy", "quiet", "invite"]);
});

test("few calls say nothing, and only the last week counts", () => {
  expect(kinds({ days: [day({ calls: 10, failedCalls: 10 })] })).toEqual([]);
  const old = day({ calls: 1000, failedCalls: 900 });
  expect(kinds({ days: [old, ...Array.from({ length: 7 }, () => day({}))] })).toEqual([]);
});

test("a new tenant is not called quiet", () => {
  const tenant = create(TenantSchema, { userCount: 5n, createTime: timestampFromMs(now - 86_400_000) });
  expect(kinds({ tenant, days: [day({ activeUsers: 0 })] })).toEqual([]);
});

test("nobody is told what they cannot change, and who acts for somebody is not asked for a factor", () => {
  expect(
    attentionOf({
      ...calm,
      me: create(MeSchema, { user: { id: "usr_1" }, impersonatorId: "usr_root" }),
      tenant: create(TenantSchema, { userCount: 1n }),
      settings: create(TenantSettingsSchema, { security: {} }),
      mayInvite: false,
      mayChangePolicy: false,
      days: [day({})],
    }),
  ).toEqual([]);
});
