/** The development of a meter in a period, day by day, and where it leads to. */
import { Meter_Aggregation } from "@/api/gen/atrium/billing/v1/usage_pb";
import type { Usage_MeterUsage } from "@/api/gen/atrium/billing/v1/usage_service_pb";

export interface Trend {
  /** Every day of the period, `YYYY-MM-DD`. */
  days: string[];
  /** What was used by the end of each day, for meters that sum; else the day's value. Undefined for days to come. */
  used: (number | undefined)[];
  /** From the last known day to the end of the period, where the platform has a forecast. */
  ahead: (number | undefined)[] | undefined;
}

/** Nobody reads more days than this off a chart; a year's period is shown up to the present. */
const MOST_DAYS = 400;
const DAY_MS = 86_400_000;

/** `from` and `to` in ms since 1970, `to` exclusive. For drawing only: quantities become numbers. */
export function trendOf(meter: Usage_MeterUsage, from: number, to: number, now: number): Trend {
  const days = daysOf(from, to);
  const today = dayOf(now);
  const known = new Map(meter.days.map(({ day, quantity }) => [day, Number(quantity)]));
  const sums = meter.meter?.aggregation === Meter_Aggregation.SUM;
  let sum = 0;
  let last: number | undefined;
  const used = days.map((day) => {
    if (day > today) return undefined;
    const value = known.get(day);
    if (sums) return (sum += value ?? 0);
    last = value ?? last;
    return last;
  });
  const at = used.findLastIndex((value) => value !== undefined);
  const end = days.length - 1;
  if (meter.forecast < 0n || at < 0 || at >= end) return { days, used, ahead: undefined };
  const [begin, goal] = [used[at] ?? 0, Number(meter.forecast)];
  const ahead = days.map((_, index) => (index < at ? undefined : begin + ((goal - begin) * (index - at)) / (end - at)));
  return { days, used, ahead };
}

function daysOf(from: number, to: number): string[] {
  const first = Math.floor(from / DAY_MS) * DAY_MS;
  const count = Math.min(Math.max(Math.ceil((to - first) / DAY_MS), 1), MOST_DAYS);
  return Array.from({ length: count }, (_, at) => dayOf(first + at * DAY_MS));
}

function dayOf(moment: number): string {
  return new Date(moment).toISOString().slice(0, 10);
}
