import { useMemo } from "react";

import { useFormat } from "@/i18n/Locale";

import type { Point } from "./series";

/** Calendar days (`2026-11-25`) as the points of a chart. */
export function useDayPoints(days: readonly string[]): Point[] {
  const format = useFormat();
  return useMemo(
    () => days.map((day) => ({ id: day, label: format.day(day), short: format.day(day, "short") })),
    [days, format],
  );
}
