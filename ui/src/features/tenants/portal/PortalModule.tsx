import { setupListeners } from "@reduxjs/toolkit/query";
import { useEffect, type ReactNode } from "react";
import { useDispatch } from "react-redux";
import { Outlet } from "react-router";

import type { Store } from "@/api/rtk";
import { StoreProvider } from "@/api/StoreProvider";
import { useSession } from "@/session/SessionProvider";

import { usePortalTenant } from "./usePortalTenant";

/** Around every page of a tenant's portal: the Redux store of its session, and an eye on whether it is still open. */
export function PortalModule({ children }: { children?: ReactNode }): ReactNode {
  const { session } = useSession();
  return (
    <StoreProvider session={session}>
      <Watch />
      {children ?? <Outlet />}
    </StoreProvider>
  );
}

/** A tenant that is suspended answers no call any more, and the next one ends the session here: so there is a next. */
function Watch(): null {
  const dispatch = useDispatch<Store["dispatch"]>();
  useEffect(() => setupListeners(dispatch), [dispatch]);
  usePortalTenant({ watch: true });
  return null;
}
