import type { ReactNode } from "react";
import { Outlet } from "react-router";

import { RolesProvider } from "./roles/RolesProvider";
import { ScopeProvider, useScope } from "./scope/ScopeProvider";

/** Around the pages of IAM: whose they are about, and the roles there. */
export function IamLayout(): ReactNode {
  return (
    <ScopeProvider>
      <OfScope />
    </ScopeProvider>
  );
}

function OfScope(): ReactNode {
  const { tenantId } = useScope();
  return (
    <RolesProvider key={tenantId}>
      <Outlet />
    </RolesProvider>
  );
}
