import type { Tenant } from "@/api/gen/atrium/tenants/v1/tenant_pb";
import { useMe } from "@/session/SessionProvider";

import { useGetTenantQuery } from "../tenants/api";

/** How often the tenant is looked at while somebody does: whether it is still open is seen by that within seconds. */
const LOOK_MS = 10_000;

interface PortalTenant {
  tenant: Tenant | undefined;
  error: unknown;
  isFetching: boolean;
  refetch: () => void;
}

/** The tenant whose portal this is. With `watch` it is asked for again and again. */
export function usePortalTenant({ watch = false }: { watch?: boolean } = {}): PortalTenant {
  const id = useMe().tenant?.id ?? "";
  const { data, error, isFetching, refetch } = useGetTenantQuery(
    { id },
    watch ? { pollingInterval: LOOK_MS, skipPollingIfUnfocused: true, refetchOnFocus: true } : {},
  );
  return { tenant: data, error, isFetching, refetch: () => void refetch() };
}
