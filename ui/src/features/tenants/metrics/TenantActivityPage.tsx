import type { ReactNode } from "react";

import { PLATFORM } from "@/api/session";
import { paths } from "@/routing/paths";

import { useTenant } from "../tenants/TenantLayout";
import { ActivitySection } from "./ActivitySection";
import { PeopleTile } from "./PeopleTile";

/** The use and activity of the tenant that the master admin looks at. */
export function TenantActivityPage(): ReactNode {
  const tenant = useTenant();
  return (
    <ActivitySection tenantId={tenant.id}>
      <PeopleTile tenant={tenant} href={paths.to(PLATFORM, "tenantPeople", { id: tenant.id })} />
    </ActivitySection>
  );
}
