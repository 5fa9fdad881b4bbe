import type { ReactNode } from "react";

import { Card } from "@/design/layout/layout";

import { useTenant } from "../tenants/TenantLayout";
import { ProvisioningSection } from "./ProvisioningSection";

/** The set-up of the tenant that the master admin looks at. */
export function TenantProvisioningPage(): ReactNode {
  return (
    <Card>
      <ProvisioningSection tenantId={useTenant().id} />
    </Card>
  );
}
