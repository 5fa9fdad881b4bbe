import type { ReactNode } from "react";
import { Outlet } from "react-router";

import { TenantsModule } from "../TenantsModule";
import { usePortalTenant } from "./usePortalTenant";

/** Around every page of a tenant's portal: the Redux store of its session, and an eye on whether it is still open. */
export function PortalModule({ children }: { children?: ReactNode }): ReactNode {
  return (
    <TenantsModule>
      <Watch />
      {children ?? <Outlet />}
    </TenantsModule>
  );
}

/** A tenant that is suspended answers no call any more, and the next one ends the session here: so there is a next. */
function Watch(): null {
  usePortalTenant({ watch: true });
  return null;
}
