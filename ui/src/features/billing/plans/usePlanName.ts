import { useCallback } from "react";

import { useListPlansQuery } from "./api";

/** Names plans by their ids; an id stands for itself until the names are there, and where the plan is not shown. */
export function usePlanName(): (id: string) => string {
  const { data } = useListPlansQuery({ pageSize: 500 });
  return useCallback((id) => data?.plans.find((plan) => plan.id === id)?.terms?.displayName ?? id, [data]);
}
