/** What the board draws, made of what the platform counted. No I/O, no React. */
import type { TenantMetrics, TenantMetrics_Growth } from "@/api/gen/atrium/tenants/v1/tenant_metrics_service_pb";
import type { Tenant_State } from "@/api/gen/atrium/tenants/v1/tenant_pb";

import { changeOf } from "./activity";

export interface Totals {
  /** Tenants that are not deleted. */
  tenants: number;
  /** How much more than before the period, as a share; undefined where there were none. */
  change: number | undefined;
  created: number;
  deleted: number;
}

export function totalsOf(growth: readonly TenantMetrics_Growth[]): Totals {
  const [first, last] = [growth[0], growth.at(-1)];
  const before = first === undefined ? 0 : Number(first.total - first.created + first.deleted);
  const tenants = Number(last?.total ?? 0n);
  return {
    tenants,
    change: changeOf(before, tenants),
    created: growth.reduce((sum, one) => sum + Number(one.created), 0),
    deleted: growth.reduce((sum, one) => sum + Number(one.deleted), 0),
  };
}

export function countOf({ states }: Pick<TenantMetrics, "states">, state: Tenant_State): number {
  return Number(states.find((one) => one.state === state)?.tenants ?? 0n);
}

/** How many active tenants have a score below a bound, which is the lower end of a band. */
export function countBelow({ health }: Pick<TenantMetrics, "health">, bound: number): number {
  return health.reduce((sum, { fromScore, tenants }) => (fromScore < bound ? sum + Number(tenants) : sum), 0);
}

export interface Part {
  id: string;
  value: number;
}

/** The largest parts, and the others as one named "" where there are more than `most`. */
export function partsOf(parts: readonly Part[], most: number): Part[] {
  const sorted = parts.toSorted((a, b) => b.value - a.value || (a.id < b.id ? -1 : 1));
  if (sorted.length <= most) return sorted;
  const rest = sorted.slice(most - 1).reduce((sum, { value }) => sum + value, 0);
  return [...sorted.slice(0, most - 1), { id: "", value: rest }];
}
