import { setupListeners } from "@reduxjs/toolkit/query";
import { useEffect, type ReactNode } from "react";
import { useDispatch } from "react-redux";
import { Outlet } from "react-router";

import type { Store } from "@/api/rtk";
import { StoreProvider } from "@/api/StoreProvider";
import { useSession } from "@/session/SessionProvider";

/** Around every page of the module for people who are signed in: the Redux store of their session. */
export function TenantsModule({ children }: { children?: ReactNode }): ReactNode {
  const { session } = useSession();
  return (
    <StoreProvider session={session}>
      <Focus />
      {children ?? <Outlet />}
    </StoreProvider>
  );
}

/** Tells the store whether somebody looks: what is asked again and again rests while nobody does. */
function Focus(): null {
  const dispatch = useDispatch<Store["dispatch"]>();
  useEffect(() => setupListeners(dispatch), [dispatch]);
  return null;
}
