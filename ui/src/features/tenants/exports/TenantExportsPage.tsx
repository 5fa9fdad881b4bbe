import type { ReactNode } from "react";

import { useTenant } from "../tenants/TenantLayout";
import { holdsData } from "../tenants/words";
import { ExportsSection } from "./ExportsSection";

/** The exports of the tenant that the master admin looks at. */
export function TenantExportsPage(): ReactNode {
  const { id, slug, state } = useTenant();
  return <ExportsSection tenantId={id} slug={slug} holdsData={holdsData(state)} />;
}
