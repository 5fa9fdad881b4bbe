// @vitest-environment node
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";

import { Meter_Aggregation } from "@/api/gen/atrium/billing/v1/usage_pb";
import { Usage_MeterUsageSchema } from "@/api/gen/atrium/billing/v1/usage_service_pb";

import { trendOf } from "./trend";

const meter = (aggregation: Meter_Aggregation, forecast = -1n) =>
  create(Usage_MeterUsageSchema, {
    meter: { id: "api_calls", aggregation },
    forecast,
    days: [
      { day: "2026-11-01", quantity: 10n },
      { day: "2026-11-03", quantity: 5n },
    ],
  });
const [from, to, now] = ["2026-11-01", "2026-11-06", "2026-11-03T12:00:00"].map((day) =>
  Date.parse(day.includes("T") ? `${day}Z` : `${day}T00:00:00Z`),
) as [number, number, number];

test("what sums is drawn as it grows, and ahead to the forecast", () => {
  const trend = trendOf(meter(Meter_Aggregation.SUM, 25n), from, to, now);
  expect(trend.days).toEqual(["2026-11-01", "2026-11-02", "2026-11-03", "2026-11-04", "2026-11-05"]);
  expect(trend.used).toEqual([10, 10, 15, undefined, undefined]);
  expect(trend.ahead).toEqual([undefined, undefined, 15, 20, 25]);
});

test("a present value stays until there is another, and without a forecast nothing is drawn ahead", () => {
  const trend = trendOf(meter(Meter_Aggregation.GAUGE), from, to, now);
  expect(trend.used).toEqual([10, 10, 5, undefined, undefined]);
  expect(trend.ahead).toBeUndefined();
});

test("a period that ends within a day has that day", () => {
  const later = Date.parse("2026-11-02T06:00:00Z");
  expect(trendOf(meter(Meter_Aggregation.SUM), from + 3_600_000, later, now).days).toEqual([
    "2026-11-01",
    "2026-11-02",
  ]);
});
