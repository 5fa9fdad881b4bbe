import { useCallback } from "react";

import { toDate, type Moment } from "@/i18n/format";
import { useFormat } from "@/i18n/Locale";

/** A stretch of time by its days; its end is exclusive, so the day before it is the last one. */
export function usePeriod(): (start: Moment | undefined, end: Moment | undefined) => string {
  const format = useFormat();
  return useCallback(
    (start, end) => {
      if (start === undefined) return end === undefined ? "" : format.date(end);
      if (end === undefined) return format.date(start);
      const last = Math.max(toDate(end).getTime() - 1, toDate(start).getTime());
      return `${format.date(start)} – ${format.date(last)}`;
    },
    [format],
  );
}
