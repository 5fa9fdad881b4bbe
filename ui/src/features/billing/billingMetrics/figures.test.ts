// @vitest-environment node
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";

import {
  BillingMetrics_MonthSchema,
  BillingMetricsSchema,
} from "@/api/gen/atrium/billing/v1/billing_metrics_service_pb";

import { amountsOf, changeOf, churnByMonth, conversionsOf, sumOf } from "./figures";

const months = [
  { month: "2026-09", mrrMinor: 10_000n, subscribers: 20n, refundedMinor: 5n },
  { month: "2026-10", mrrMinor: 12_500n, subscribers: 22n, churnedSubscribers: 2n, refundedMinor: 7n },
].map((month) => create(BillingMetrics_MonthSchema, month));

test("amounts are units of their currency", () => {
  expect(amountsOf(months, "mrrMinor", "EUR")).toEqual([100, 125]);
  expect(amountsOf(months, "mrrMinor", "JPY")).toEqual([10_000, 12_500]);
  expect(sumOf(months, "refundedMinor")).toBe(12n);
});

test("a change is said only where there is something to compare with", () => {
  expect(changeOf([100, 125])).toBe(0.25);
  expect(changeOf([0, 125])).toBeUndefined();
  expect(changeOf([125])).toBeUndefined();
});

test("churn is of those at a month's beginning", () => expect(churnByMonth(months)).toEqual([undefined, 0.1]));

test("changes between plans are told by direction, the most frequent first", () => {
  const metrics = create(BillingMetricsSchema, {
    conversions: [
      { fromPlanId: "a", toPlanId: "b", subscriptions: 1n, upgrade: true },
      { fromPlanId: "b", toPlanId: "c", subscriptions: 3n, upgrade: true },
      { fromPlanId: "c", toPlanId: "a", subscriptions: 9n, upgrade: false },
    ],
  });
  expect(conversionsOf(metrics, true).map(({ toPlanId }) => toPlanId)).toEqual(["c", "b"]);
  expect(conversionsOf(metrics, false)).toHaveLength(1);
});
