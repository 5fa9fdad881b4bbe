import { useCallback, useEffect, useRef, useState } from "react";

import type { Option } from "../ListBox/options";

/** Finds the options that fit what was typed; an empty query asks for the first ones. */
export type LoadOptions = (query: string, signal: AbortSignal) => Promise<readonly Option[]>;

export interface LoadedOptions {
  options: readonly Option[];
  status: "idle" | "loading" | "done" | "failed";
  /** Looks for them, a moment after the last call. */
  look: (query: string) => void;
}

const PAUSE_MS = 200;

/** Options from the platform: the answer to an older query never replaces that to a newer one. */
export function useOptions(load: LoadOptions | undefined): LoadedOptions {
  const [state, setState] = useState<Pick<LoadedOptions, "options" | "status">>({ options: [], status: "idle" });
  const running = useRef<AbortController>(undefined);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const latest = useRef(load);
  useEffect(() => {
    latest.current = load;
  });
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      running.current?.abort();
    },
    [],
  );
  const look = useCallback((query: string) => {
    if (latest.current === undefined) return;
    clearTimeout(timer.current);
    running.current?.abort();
    const { signal } = (running.current = new AbortController());
    setState((before) => ({ ...before, status: "loading" }));
    timer.current = setTimeout(() => {
      latest.current?.(query, signal).then(
        (options) => !signal.aborted && setState({ options, status: "done" }),
        () => !signal.aborted && setState({ options: [], status: "failed" }),
      );
    }, PAUSE_MS);
  }, []);
  return { ...state, look };
}
