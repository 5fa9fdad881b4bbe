// @vitest-environment node
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";

import { IamMetrics_DaySchema, IamMetrics_PermissionUseSchema } from "@/api/gen/atrium/iam/v1/iam_metrics_service_pb";

import { changeOf, permissionRows, spansOf, sumsOf } from "./figures";

const days = Array.from({ length: 10 }, (_, at) => `2026-11-${String(at + 10)}`);

test("days stay days where there is room, and become weeks that end today where there is not", () => {
  expect(spansOf(days, 10)).toHaveLength(10);
  expect(spansOf(days, 9)).toEqual([
    { first: "2026-11-10", last: "2026-11-12" },
    { first: "2026-11-13", last: "2026-11-19" },
  ]);
  expect(spansOf([], 9)).toEqual([]);
});

test("nothing is lost by summing up weeks", () => {
  const counted = days.map((day, at) => create(IamMetrics_DaySchema, { day, failedSignIns: BigInt(at) }));
  expect(sumsOf(spansOf(days, 9), counted, (day) => day.failedSignIns)).toEqual([3, 42]);
});

test("permissions are ranked by all their uses, refused ones too; days outside are left out", () => {
  const use = (permission: string, day: string, allowed: bigint, denied = 0n) =>
    create(IamMetrics_PermissionUseSchema, { permission, day, allowed, denied });
  const rows = permissionRows(
    [
      use("users.read", "2026-11-10", 5n),
      use("roles.read", "2026-11-10", 1n, 9n),
      use("users.read", "2026-11-19", 2n),
      use("users.read", "2025-01-01", 99n),
      use("audit.read", "2026-11-19", 7n),
    ],
    spansOf(days, 9),
  );
  expect(rows.map(({ permission, allowed, denied }) => [permission, allowed, denied])).toEqual([
    ["roles.read", [1, 0], [9, 0]],
    ["audit.read", [0, 7], [0, 0]],
    ["users.read", [5, 2], [0, 0]],
  ]);
});

test("a change needs something to compare with", () => {
  expect(changeOf([1, 1, 2, 2])).toBe(1);
  expect(changeOf([9, 4, 1])).toBe(-0.75);
  expect(changeOf([0, 0, 5, 5])).toBeUndefined();
  expect(changeOf([])).toBeUndefined();
});
