import type { ReactNode } from "react";

import { theme } from "../theme";

/** The mark: an arch with an open court. A picture of nothing; the name stands beside it where it is needed. */
export function Logo({ size = 24 }: { size?: number }): ReactNode {
  return (
    <svg aria-hidden width={size} height={size} viewBox="0 0 32 32" fill="none">
      <rect width="32" height="32" rx="7" fill={theme.color.accent} />
      <path d="M7 25V15.5a9 9 0 0 1 18 0V25h-4.2v-9.5a4.8 4.8 0 0 0-9.6 0V25Z" fill={theme.color.onAccent} />
      <circle cx="16" cy="21.5" r="2.6" fill={theme.color.onAccent} opacity={0.72} />
    </svg>
  );
}
