// @vitest-environment node
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";

import { TenantActivitySchema } from "@/api/gen/atrium/tenants/v1/tenant_metrics_service_pb";

import { daysOf, sumsOf } from "./activity";

const activity = (day: string, calls: bigint, failedCalls = 0n, activeUsers = 0n, storageBytes = 0n) =>
  create(TenantActivitySchema, { day, calls, failedCalls, activeUsers, storageBytes });
const now = new Date("2026-03-02T00:30:00Z");

test("days without traffic are there too, in UTC, over the end of a month", () => {
  const days = daysOf([activity("2026-03-01", 5n), activity("2026-01-01", 9n)], 4, now);
  expect(days.map(({ day, calls }) => [day, calls])).toEqual([
    ["2026-02-27", 0],
    ["2026-02-28", 0],
    ["2026-03-01", 5],
    ["2026-03-02", 0],
  ]);
});

test("sums are of the days shown; storage is the last that was measured", () => {
  const days = daysOf(
    [activity("2026-03-02", 10n, 1n, 4n), activity("2026-03-01", 30n, 3n, 2n, 900n), activity("2026-02-28", 0n)],
    3,
    now,
  );
  expect(sumsOf(days)).toEqual({
    calls: 40,
    failedCalls: 4,
    failedShare: 0.1,
    usersADay: 2,
    mostUsers: 4,
    storageBytes: 900,
  });
});

test("nothing has no share and no storage", () => {
  expect(sumsOf(daysOf([], 2, now))).toMatchObject({ calls: 0, failedShare: undefined, storageBytes: undefined });
  expect(sumsOf([])).toMatchObject({ usersADay: 0, mostUsers: 0 });
});
