import type { ReactNode } from "react";

import { TenantService } from "@/api/gen/atrium/tenants/v1/tenant_service_pb";
import { Skeleton } from "@/design/Skeleton/Skeleton";
import { Code } from "@/design/typography/typography";
import { useCan } from "@/session/useCan";

import { useBilledTenantQuery } from "../accounts/api";

/** The name of a tenant whose id is known; the id stands for it where it may not be looked up. */
export function TenantName({ id }: { id: string }): ReactNode {
  const { name, isLoading } = useTenantName(id);
  if (name !== undefined) return <bdi>{name}</bdi>;
  return isLoading ? <Skeleton as="span" $width="8rem" /> : <Code>{id}</Code>;
}

export function useTenantName(id: string): { name: string | undefined; isLoading: boolean } {
  const can = useCan();
  const skip = id === "" || !can(TenantService.method.getTenant);
  const { data, isLoading } = useBilledTenantQuery({ id }, { skip });
  return { name: data?.displayName, isLoading };
}
