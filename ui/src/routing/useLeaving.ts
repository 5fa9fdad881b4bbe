import { useEffect } from "react";
import { useBlocker } from "react-router";

export interface Leaving {
  /** Whether somebody is about to go to another page and has to be asked. */
  isAsking: boolean;
  stay: () => void;
  leave: () => void;
}

/** Stops people from leaving a page that holds something unsaved until they have been asked. */
export function useLeaving(unsaved: boolean): Leaving {
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) => unsaved && currentLocation.pathname !== nextLocation.pathname,
  );
  useEffect(() => {
    if (!unsaved) return;
    // Browsers ask in their own words.
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [unsaved]);
  return {
    isAsking: blocker.state === "blocked",
    stay: () => blocker.reset?.(),
    leave: () => blocker.proceed?.(),
  };
}
