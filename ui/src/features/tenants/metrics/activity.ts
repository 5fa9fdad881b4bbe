/** A tenant's days as charts and sums need them: one after the other, oldest first, none left out. */
import type { TenantActivity } from "@/api/gen/atrium/tenants/v1/tenant_metrics_service_pb";

export interface Day {
  /** YYYY-MM-DD, UTC. */
  day: string;
  calls: number;
  failedCalls: number;
  activeUsers: number;
  /** Undefined where it was not measured. */
  storageBytes: number | undefined;
}

/** The last so many days up to and with today. Days of which the platform says nothing had no traffic. */
export function daysOf(activities: readonly TenantActivity[], count: number, now = new Date()): Day[] {
  const known = new Map(activities.map((one) => [one.day, one]));
  const today = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate());
  return Array.from({ length: count }, (_, at) => {
    const day = new Date(today - (count - 1 - at) * 86_400_000).toISOString().slice(0, 10);
    const one = known.get(day);
    const storage = Number(one?.storageBytes ?? 0n);
    return {
      day,
      calls: Number(one?.calls ?? 0n),
      failedCalls: Number(one?.failedCalls ?? 0n),
      activeUsers: Number(one?.activeUsers ?? 0n),
      storageBytes: storage === 0 ? undefined : storage,
    };
  });
}

export interface Sums {
  calls: number;
  failedCalls: number;
  /** Of all calls; undefined without calls. */
  failedShare: number | undefined;
  /** Average over the days. */
  usersADay: number;
  mostUsers: number;
  /** The last measurement; undefined when there was none. */
  storageBytes: number | undefined;
}

export function sumsOf(days: readonly Day[]): Sums {
  const sum = (read: (day: Day) => number): number => days.reduce((total, day) => total + read(day), 0);
  const [calls, failedCalls] = [sum((day) => day.calls), sum((day) => day.failedCalls)];
  return {
    calls,
    failedCalls,
    failedShare: calls === 0 ? undefined : failedCalls / calls,
    usersADay: days.length === 0 ? 0 : sum((day) => day.activeUsers) / days.length,
    mostUsers: Math.max(0, ...days.map((day) => day.activeUsers)),
    storageBytes: days.findLast((day) => day.storageBytes !== undefined)?.storageBytes,
  };
}

/** How much more there is than before, as a share of what was: 0.12 is 12 % more. Undefined where nothing was. */
export function changeOf(before: number | undefined, now: number | undefined): number | undefined {
  return before === undefined || before === 0 || now === undefined ? undefined : now / before - 1;
}
