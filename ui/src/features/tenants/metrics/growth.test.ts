// @vitest-environment node
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";

import {
  TenantMetrics_GrowthSchema,
  TenantMetricsSchema,
  type TenantMetrics_Growth,
} from "@/api/gen/atrium/tenants/v1/tenant_metrics_service_pb";
import { Tenant_State } from "@/api/gen/atrium/tenants/v1/tenant_pb";

import { countBelow, countOf, partsOf, totalsOf } from "./growth";

function days(count: number): TenantMetrics_Growth[] {
  return Array.from({ length: count }, (_, at) =>
    create(TenantMetrics_GrowthSchema, {
      day: new Date(Date.UTC(2026, 0, 1 + at)).toISOString().slice(0, 10),
      created: 2n,
      deleted: at % 2 === 0 ? 1n : 0n,
      total: BigInt(100 + at),
    }),
  );
}

test("the change is against what there was before the first day", () => {
  const [first, second] = days(2);
  if (first === undefined || second === undefined) throw new Error("two days");
  // 99 before: two came and one went on the first day.
  expect(totalsOf([first, { ...second, total: 198n }])).toEqual({ tenants: 198, change: 1, created: 4, deleted: 1 });
  expect(totalsOf([])).toEqual({ tenants: 0, change: undefined, created: 0, deleted: 0 });
});

test("states that are not mentioned have nobody, and a bound counts the bands below it", () => {
  const metrics = create(TenantMetricsSchema, {
    states: [{ state: Tenant_State.ACTIVE, tenants: 7n }],
    health: [0, 20, 40, 60, 80].map((fromScore, at) => ({ fromScore, tenants: BigInt(10 ** at) })),
  });
  expect([countOf(metrics, Tenant_State.ACTIVE), countOf(metrics, Tenant_State.FAILED)]).toEqual([7, 0]);
  expect(countBelow(metrics, 40)).toBe(11);
});

test("the smallest parts are put together where there would be too many", () => {
  const parts = [1, 5, 3, 4, 2].map((value) => ({ id: `plan${String(value)}`, value }));
  expect(partsOf(parts, 5).map(({ value }) => value)).toEqual([5, 4, 3, 2, 1]);
  expect(partsOf(parts, 3)).toEqual([
    { id: "plan5", value: 5 },
    { id: "plan4", value: 4 },
    { id: "", value: 6 },
  ]);
});
