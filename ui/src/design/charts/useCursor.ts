import { useState, type KeyboardEvent, type PointerEvent } from "react";

interface Cursor {
  /** The point that is looked at. */
  at: number | undefined;
  /** For the element that is as wide as the points. */
  props: {
    onPointerMove: (event: PointerEvent<HTMLElement>) => void;
    onPointerDown: (event: PointerEvent<HTMLElement>) => void;
    onPointerLeave: () => void;
    onFocus: () => void;
    onBlur: () => void;
    onKeyDown: (event: KeyboardEvent<HTMLElement>) => void;
  };
}

/**
 * Goes through the points of a chart: where the pointer or finger is, or by the arrow keys, Home, End and Page Up and
 * Down (a tenth). Escape hides what is shown. `indexAt` says which point is at a share of the width, from 0 to 1.
 */
export function useCursor(count: number, indexAt: (share: number) => number): Cursor {
  const [chosen, choose] = useState<number>();
  // There may be fewer points than before.
  const at = chosen === undefined || count === 0 ? undefined : Math.min(chosen, count - 1);
  const look = (event: PointerEvent<HTMLElement>): void => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    if (width > 0) choose(clamp(indexAt((event.clientX - left) / width), count));
  };
  return {
    at,
    props: {
      onPointerMove: look,
      onPointerDown: look,
      onPointerLeave: () => choose(undefined),
      // The newest is what people look for; a pointer that gave the focus has chosen already.
      onFocus: () => choose((before) => before ?? count - 1),
      onBlur: () => choose(undefined),
      onKeyDown: (event) => {
        if (event.key === "Escape") return choose(undefined);
        const step = steps(count)[event.key];
        if (step === undefined || count === 0) return;
        event.preventDefault();
        choose(clamp((at ?? count - 1) + step, count));
      },
    },
  };
}

function steps(count: number): Record<string, number> {
  const page = Math.max(1, Math.round(count / 10));
  return {
    ArrowLeft: -1,
    ArrowDown: -1,
    ArrowRight: 1,
    ArrowUp: 1,
    PageDown: -page,
    PageUp: page,
    Home: -count,
    End: count,
  };
}

function clamp(index: number, count: number): number {
  return Math.min(Math.max(index, 0), Math.max(count - 1, 0));
}
