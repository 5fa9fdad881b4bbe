// @vitest-environment node
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";

import { AuditLogSchema } from "@/api/gen/atrium/iam/v1/audit_log_pb";

import { ACTIONS } from "./actions";
import { matches, requestOf, startOfDay, type AuditFilter } from "./filter";

const ALL: AuditFilter = { actor: "", action: "", target: "", outcome: "any", from: "", to: "" };
const entry = (seconds: number, more: object = {}) =>
  create(AuditLogSchema, { occurTime: { seconds: BigInt(seconds), nanos: 0 }, actorId: "usr_1", ...more });

test("days begin where the person is, also when clocks change", () => {
  expect(startOfDay("2026-07-01", "Europe/Zurich")?.toISOString()).toBe("2026-06-30T22:00:00.000Z");
  expect(startOfDay("2026-03-29", "Europe/Zurich")?.toISOString()).toBe("2026-03-28T23:00:00.000Z");
  expect(startOfDay("2026-03-30", "Europe/Zurich")?.toISOString()).toBe("2026-03-29T22:00:00.000Z");
  expect(startOfDay("2026-07-01", "America/New_York")?.toISOString()).toBe("2026-07-01T04:00:00.000Z");
  expect(startOfDay("2026-07-01", "Asia/Kolkata")?.toISOString()).toBe("2026-06-30T18:30:00.000Z");
  expect([startOfDay("", "UTC"), startOfDay("2026-13-01", "UTC"), startOfDay("nonsense", "UTC")]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test("the last day is included", () => {
  const request = requestOf({ ...ALL, from: "2026-11-25", to: "2026-11-25" }, "UTC");
  expect([request.startTime?.seconds, request.endTime?.seconds]).toEqual([1795564800n, 1795651200n]);
  expect(requestOf(ALL, "UTC")).not.toHaveProperty("startTime");
});

test("what comes in live is shown when the list would show it", () => {
  const inside = 1795600000;
  expect(matches(entry(inside), ALL, "UTC")).toBe(true);
  expect(matches(entry(inside), { ...ALL, actor: "usr_2" }, "UTC")).toBe(false);
  expect(matches(entry(inside, { outcome: 7 }), { ...ALL, outcome: "succeeded" }, "UTC")).toBe(false);
  expect(matches(entry(inside, { outcome: 7 }), { ...ALL, outcome: "refused" }, "UTC")).toBe(true);
  expect(matches(entry(inside), { ...ALL, from: "2026-11-25", to: "2026-11-25" }, "UTC")).toBe(true);
  expect(matches(entry(inside), { ...ALL, to: "2026-11-24" }, "UTC")).toBe(false);
});

test("the vocabulary is the contract's", () => {
  expect(ACTIONS).toContain("iam:user:create");
  expect(ACTIONS).toContain("tenants:tenant:suspend");
  expect(ACTIONS.every((action) => /^[a-z-]+:[a-z-]+:[a-z-]+$/.test(action))).toBe(true);
});
