/** How a meter stands against its limit. */
import type { Usage_MeterUsage } from "@/api/gen/atrium/billing/v1/usage_service_pb";

/** From here on a limit is called near. */
const NEAR = 0.8;

export type Standing = "unlimited" | "fine" | "near" | "over" | "full";

type Figures = Pick<Usage_MeterUsage, "quantity" | "most" | "overageCharged">;

/** `over` where more is charged, `full` where more is refused. */
export function standingOf({ quantity, most, overageCharged }: Figures): Standing {
  if (most < 0n) return "unlimited";
  if (overageCharged ? quantity > most : quantity >= most) return overageCharged ? "over" : "full";
  return most > 0n && shareOf(quantity, most) >= NEAR ? "near" : "fine";
}

/** The share of the limit that is used; 0 without a limit. */
export function shareOf(quantity: bigint, most: bigint): number {
  if (most < 0n) return 0;
  return most === 0n ? (quantity > 0n ? 1 : 0) : Number((quantity * 10_000n) / most) / 10_000;
}

/** Whether the period's end will find more used than the limit allows; false where nothing can be said. */
export function exceeds({ most, forecast }: Pick<Usage_MeterUsage, "most" | "forecast">): boolean {
  return most >= 0n && forecast > most;
}

/** Those that need a look first, then by name. */
export function byUrgency(meters: readonly Usage_MeterUsage[]): Usage_MeterUsage[] {
  const rank: Record<Standing, number> = { full: 0, over: 1, near: 2, fine: 3, unlimited: 4 };
  return meters.toSorted((a, b) => rank[standingOf(a)] - rank[standingOf(b)]);
}
