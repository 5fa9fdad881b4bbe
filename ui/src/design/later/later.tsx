import { lazy, Suspense, useEffect, type ComponentType, type ReactNode } from "react";

/** A component whose code is fetched when it is first shown. */
export interface Later<P> {
  (props: P): ReactNode;
  /** Fetches it now: when a pointer or the keyboard comes near what would show it. */
  preload: () => void;
}

/**
 * Keeps what only some people open out of the first load: popups, dialogs, charts.
 *
 *     const Popup = later(async () => (await import("./MenuPopup")).MenuPopup);
 *
 * Until it is there, nothing is shown in its place. A fetch that failed is tried again when it is shown.
 */
export function later<P extends object>(load: () => Promise<ComponentType<P>>): Later<P> {
  let fetched: Promise<{ default: ComponentType<P> }> | undefined;
  const fetch = (): Promise<{ default: ComponentType<P> }> => {
    fetched ??= load().then((component) => ({ default: component }));
    fetched.catch(() => (fetched = undefined));
    return fetched;
  };
  const Part = lazy<ComponentType<P>>(fetch) as unknown as ComponentType<P>;
  const Shown = (props: P): ReactNode => (
    <Suspense fallback={null}>
      <Part {...props} />
    </Suspense>
  );
  return Object.assign(Shown, {
    // Whoever shows it later is told of a failure.
    preload: () => void fetch().catch(() => undefined),
  });
}

/** Fetches parts while the browser has nothing better to do, so that the first press opens them at once. */
export function usePreload({ preload }: { preload: () => void }): void {
  useEffect(() => {
    if (typeof requestIdleCallback === "undefined") return undefined;
    const id = requestIdleCallback(preload);
    return () => cancelIdleCallback(id);
  }, [preload]);
}
