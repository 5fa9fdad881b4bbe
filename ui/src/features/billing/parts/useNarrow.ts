import { useSyncExternalStore } from "react";

import { breakpoints } from "@/design/tokens";

/** Whether the window is as narrow as a phone: for content that is another one there, not only laid out otherwise. */
export function useNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => matchMedia(breakpoints.narrow).matches);
}

function subscribe(onChange: () => void): () => void {
  const query = matchMedia(breakpoints.narrow);
  query.addEventListener("change", onChange);
  return () => query.removeEventListener("change", onChange);
}
