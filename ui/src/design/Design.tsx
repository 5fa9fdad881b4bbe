import { createContext, use, useEffect, useMemo, useState, useSyncExternalStore, type ReactNode } from "react";
import { ThemeProvider } from "styled-components";

import { GlobalStyle } from "./GlobalStyle";
import { theme } from "./theme";
import { DEFAULT_BRAND, tokensOf, type Mode } from "./tokens";

/** What a person may choose; `system` follows the device. */
export type ModeChoice = Mode | "system";

interface DesignValue {
  /** What is shown. */
  mode: Mode;
  /** What was chosen. */
  choice: ModeChoice;
  /** Kept in this browser. */
  choose: (choice: ModeChoice) => void;
}

const STORED = "atrium.mode";
const DARK = "(prefers-color-scheme: dark)";
const DesignContext = createContext<DesignValue | undefined>(undefined);

interface DesignProps {
  /** A tenant's colour, `#rrggbb`. Default: our own. */
  brand?: string | undefined;
  /** Shows one mode whatever was chosen: for stories and tests. */
  mode?: Mode | undefined;
  children: ReactNode;
}

/** The tokens, the mode, and what is true of every page. Once around everything. */
export function Design({ brand = DEFAULT_BRAND, mode: fixed, children }: DesignProps): ReactNode {
  const [choice, setChoice] = useState<ModeChoice>(stored);
  const systemDark = useSyncExternalStore(subscribeToSystem, () => matchMedia(DARK).matches);
  const mode = fixed ?? (choice === "system" ? (systemDark ? "dark" : "light") : choice);
  const tokens = useMemo(() => tokensOf(mode, brand), [mode, brand]);
  useEffect(() => {
    document.documentElement.dataset["mode"] = mode;
  }, [mode]);
  const value = useMemo<DesignValue>(
    () => ({
      mode,
      choice,
      choose: (next) => {
        if (next === "system") localStorage.removeItem(STORED);
        else localStorage.setItem(STORED, next);
        setChoice(next);
      },
    }),
    [mode, choice],
  );
  return (
    <ThemeProvider theme={tokens}>
      <theme.GlobalStyle />
      <GlobalStyle />
      <DesignContext value={value}>{children}</DesignContext>
    </ThemeProvider>
  );
}

/** The mode, and how to choose another. */
export function useMode(): DesignValue {
  const value = use(DesignContext);
  if (value === undefined) throw new Error("there is no Design around this component");
  return value;
}

function stored(): ModeChoice {
  const value = localStorage.getItem(STORED);
  return value === "light" || value === "dark" ? value : "system";
}

function subscribeToSystem(changed: () => void): () => void {
  const query = matchMedia(DARK);
  query.addEventListener("change", changed);
  return () => query.removeEventListener("change", changed);
}
