/** What the dashboard draws, made of what the platform counted. No I/O, no React. */
import type { IamMetrics_Day, IamMetrics_PermissionUse } from "@/api/gen/atrium/iam/v1/iam_metrics_service_pb";

/** Some days in a row. */
export interface Span {
  /** YYYY-MM-DD, UTC; both are part of it, and are the same for one day. */
  first: string;
  last: string;
}

/** The days, oldest first, one by one or in weeks where there are more than `most`. The first week may be shorter. */
export function spansOf(days: readonly string[], most: number): Span[] {
  const size = days.length > most ? 7 : 1;
  const spans: Span[] = [];
  for (let end = days.length; end > 0; end -= size) {
    const [first, last] = [days[Math.max(0, end - size)], days[end - 1]];
    if (first !== undefined && last !== undefined) spans.unshift({ first, last });
  }
  return spans;
}

/** What was counted in each span. */
export function sumsOf(
  spans: readonly Span[],
  days: readonly IamMetrics_Day[],
  read: (day: IamMetrics_Day) => bigint,
): number[] {
  return spans.map(({ first, last }) =>
    days.reduce((sum, one) => (one.day >= first && one.day <= last ? sum + Number(read(one)) : sum), 0),
  );
}

export interface PermissionRow {
  permission: string;
  /** One for each span. */
  allowed: number[];
  denied: number[];
  allowedInAll: number;
  deniedInAll: number;
}

/** How often each permission was used in each span; those used most first. */
export function permissionRows(uses: readonly IamMetrics_PermissionUse[], spans: readonly Span[]): PermissionRow[] {
  const rows = new Map<string, PermissionRow>();
  for (const { permission, day, allowed, denied } of uses) {
    const at = spans.findIndex(({ first, last }) => day >= first && day <= last);
    if (at < 0) continue;
    const row = rows.get(permission) ?? {
      permission,
      allowed: spans.map(() => 0),
      denied: spans.map(() => 0),
      allowedInAll: 0,
      deniedInAll: 0,
    };
    rows.set(permission, row);
    row.allowed[at] = (row.allowed[at] ?? 0) + Number(allowed);
    row.denied[at] = (row.denied[at] ?? 0) + Number(denied);
    row.allowedInAll += Number(allowed);
    row.deniedInAll += Number(denied);
  }
  return [...rows.values()].toSorted(
    (a, b) =>
      b.allowedInAll + b.deniedInAll - (a.allowedInAll + a.deniedInAll) || (a.permission < b.permission ? -1 : 1),
  );
}

/** How much the second half of the days has more than the first; undefined when there is nothing to compare with. */
export function changeOf(values: readonly number[]): number | undefined {
  const half = Math.floor(values.length / 2);
  const sum = (part: readonly number[]): number => part.reduce((total, value) => total + value, 0);
  const [before, after] = [sum(values.slice(-2 * half, values.length - half)), sum(values.slice(values.length - half))];
  return before === 0 ? undefined : after / before - 1;
}
