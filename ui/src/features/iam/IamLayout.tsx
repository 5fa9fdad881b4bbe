import type { ReactNode } from "react";
import { Outlet } from "react-router";

import { PlanProvider } from "./plan/PlanProvider";
import { RolesProvider } from "./roles/RolesProvider";
import { ScopeProvider, useScope } from "./scope/ScopeProvider";

/** Around the pages of IAM: whose they are about, and the roles there. */
export function IamLayout(): ReactNode {
  return (
    <IamScope>
      <Outlet />
    </IamScope>
  );
}

/** The same around a page that stands elsewhere. */
export function IamScope({ children }: { children: ReactNode }): ReactNode {
  return (
    <ScopeProvider>
      <PlanProvider>
        <OfScope>{children}</OfScope>
      </PlanProvider>
    </ScopeProvider>
  );
}

function OfScope({ children }: { children: ReactNode }): ReactNode {
  const { tenantId } = useScope();
  return <RolesProvider key={tenantId}>{children}</RolesProvider>;
}
