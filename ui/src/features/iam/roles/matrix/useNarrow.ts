import { useSyncExternalStore } from "react";

import { breakpoints } from "@/design/tokens";

/** Whether the window is as narrow as a phone. */
export function useNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => matchMedia(breakpoints.narrow).matches);
}

function subscribe(changed: () => void): () => void {
  const query = matchMedia(breakpoints.narrow);
  query.addEventListener("change", changed);
  return () => query.removeEventListener("change", changed);
}
