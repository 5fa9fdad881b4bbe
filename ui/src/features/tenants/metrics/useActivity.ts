import { useMemo } from "react";

import { daysOf, type Day } from "./activity";
import { useListTenantActivityQuery } from "./api";

export interface Activity {
  /** Oldest first; undefined until they are there. */
  days: readonly Day[] | undefined;
  /** As many days before those; fewer where the longest period that is asked for ends. */
  before: readonly Day[] | undefined;
  error: unknown;
  isFetching: boolean;
  refetch: () => void;
}

/** The longest period that is shown, which one page of the platform holds. */
const ALL = 366;

/** A tenant's last so many days, at most 366. All periods are cut from one answer, so that switching asks nothing. */
export function useActivity(tenantId: string, count: number): Activity {
  const { data, error, isFetching, refetch } = useListTenantActivityQuery({ tenantId, pageSize: ALL });
  const all = useMemo(() => data && daysOf(data.activities, Math.min(2 * count, ALL)), [data, count]);
  return useMemo(
    () => ({
      days: all?.slice(-count),
      before: all?.slice(0, -count),
      error: data === undefined ? error : undefined,
      isFetching,
      refetch: () => void refetch(),
    }),
    [all, count, data, error, isFetching, refetch],
  );
}
