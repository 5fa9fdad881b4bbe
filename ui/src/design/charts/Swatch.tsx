import type { ReactNode } from "react";

interface SwatchProps {
  paint: string;
  /** Draws a line with these dashes; a square without it. `none` is a line without gaps. */
  dash?: string | undefined;
}

/** The look of a series, beside its name. */
export function Swatch({ paint, dash }: SwatchProps): ReactNode {
  return (
    <svg width={16} height={10} viewBox="0 0 16 10" aria-hidden>
      {dash === undefined ? (
        <rect x={3} width={10} height={10} rx={2.5} style={{ fill: paint }} />
      ) : (
        <line
          x1={1}
          x2={15}
          y1={5}
          y2={5}
          strokeWidth={2.5}
          strokeDasharray={dash === "none" ? undefined : dash}
          style={{ stroke: paint }}
        />
      )}
    </svg>
  );
}
