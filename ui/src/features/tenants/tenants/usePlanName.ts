import { useCallback } from "react";

import { TenantService } from "@/api/gen/atrium/tenants/v1/tenant_service_pb";
import { useCan } from "@/session/useCan";

import { useListTenantPlansQuery } from "./api";

/** Names plans by their ids; an id stands for itself until the names are there, and where the plan is not offered. */
export function usePlanName(): (id: string) => string {
  const can = useCan();
  const { data } = useListTenantPlansQuery({}, { skip: !can(TenantService.method.listTenantPlans) });
  return useCallback((id) => data?.plans.find((one) => one.id === id)?.displayName ?? id, [data]);
}
