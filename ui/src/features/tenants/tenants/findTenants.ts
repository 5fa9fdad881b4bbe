import { TenantService } from "@/api/gen/atrium/tenants/v1/tenant_service_pb";
import { createClient } from "@/api/rest";
import { PLATFORM } from "@/api/session";
import type { Find } from "@/routing/module";
import { paths } from "@/routing/paths";

/** So many fit into a list of suggestions. */
const FEW = 6;

/** Tenants whose name, short name or administrator begins with what was typed. */
export const findTenants: Find = async (query, { transport, signal }) => {
  const { tenants } = await createClient(TenantService, transport).listTenants({ query, pageSize: FEW }, { signal });
  return tenants.map(({ id, displayName, slug }) => ({
    id,
    name: displayName,
    detail: slug,
    to: paths.to(PLATFORM, "tenant", { id }),
  }));
};
