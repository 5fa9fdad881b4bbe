import type { ReactNode } from "react";
import { Outlet } from "react-router";

import { StoreProvider } from "@/api/StoreProvider";
import { useSession } from "@/session/SessionProvider";

/** Around every page of the module for people who are signed in: the Redux store of their session. */
export function BillingModule(): ReactNode {
  const { session } = useSession();
  return (
    <StoreProvider session={session}>
      <Outlet />
    </StoreProvider>
  );
}
