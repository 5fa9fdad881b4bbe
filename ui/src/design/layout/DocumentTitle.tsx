import type { ReactNode } from "react";

const APPLICATION = "Atrium";

/** Names the page in the browser's tab and history. `Page` does it by itself. */
export function DocumentTitle({ children }: { children: string }): ReactNode {
  const title = `${children} – ${APPLICATION}`;
  return <title>{title}</title>;
}
