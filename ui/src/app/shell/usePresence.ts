import { useEffect, useRef } from "react";
import { useLocation } from "react-router";

import { useSession } from "@/session/SessionProvider";

const LEAST_MS = 30_000;

/**
 * Looks again who is signed in when somebody comes back to the tab, and when they go to another page, though not more
 * often than twice a minute: a session that was ended elsewhere is over here too, before anything is clicked.
 */
export function usePresence(): void {
  const { reload } = useSession();
  const { pathname } = useLocation();
  const looked = useRef(Number.NEGATIVE_INFINITY);
  const look = useRef(() => undefined as void);
  useEffect(() => {
    looked.current = performance.now();
    look.current = () => {
      if (document.visibilityState !== "visible" || performance.now() - looked.current < LEAST_MS) return;
      looked.current = performance.now();
      void reload();
    };
    const listen = (): void => look.current();
    document.addEventListener("visibilitychange", listen);
    return () => document.removeEventListener("visibilitychange", listen);
  }, [reload]);
  const shown = useRef(pathname);
  useEffect(() => {
    if (shown.current === pathname) return;
    shown.current = pathname;
    look.current();
  }, [pathname]);
}
