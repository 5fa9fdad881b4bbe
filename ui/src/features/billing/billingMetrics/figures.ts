/** The business's figures as charts want them. Amounts become numbers for drawing only. */
import type { BillingMetrics, BillingMetrics_Month } from "@/api/gen/atrium/billing/v1/billing_metrics_service_pb";
import { digitsOf } from "@/i18n/currency";

import { decimal } from "../money/minor";

/** What changed monthly recurring revenue in a month, in the order in which bars stand on each other. */
export const MOVEMENTS = ["newMinor", "expansionMinor", "contractionMinor", "churnedMinor"] as const;
export type Movement = (typeof MOVEMENTS)[number];

/** Units of the currency. */
export function amountsOf(
  months: readonly BillingMetrics_Month[],
  field: Movement | "mrrMinor" | "invoicedMinor" | "paidMinor" | "usageRevenueMinor" | "refundedMinor",
  currency: string,
): number[] {
  const digits = digitsOf(currency);
  return months.map((month) => decimal(month[field], digits));
}

/** The share by which the last value differs from the one before it; undefined where there is none to compare with. */
export function changeOf(values: readonly number[]): number | undefined {
  const [before, last] = [values.at(-2), values.at(-1)];
  if (before === undefined || last === undefined || before === 0) return undefined;
  return (last - before) / before;
}

/** Subscribers lost in a month of those at its beginning, in shares of 1; undefined for the first month. */
export function churnByMonth(months: readonly BillingMetrics_Month[]): (number | undefined)[] {
  return months.map((month, at) => {
    const before = months[at - 1]?.subscribers;
    return before === undefined || before === 0n ? undefined : Number(month.churnedSubscribers) / Number(before);
  });
}

/** The sums over all months. */
export function sumOf(months: readonly BillingMetrics_Month[], field: "refundedMinor" | "invoicedMinor"): bigint {
  return months.reduce((sum, month) => sum + month[field], 0n);
}

/** Changes between plans, the most frequent first. */
export function conversionsOf({ conversions }: Pick<BillingMetrics, "conversions">, upgrade: boolean) {
  return conversions
    .filter((one) => one.upgrade === upgrade)
    .toSorted((a, b) => Number(b.subscriptions - a.subscriptions));
}
