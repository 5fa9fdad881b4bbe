import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import type { Point } from "@/design/charts/series";
import { useFormat } from "@/i18n/Locale";

import type { Span } from "./spans";

/** Days or weeks as points of a chart. */
export function useSpanPoints(spans: readonly Span<unknown>[]): Point[] {
  const { t } = useTranslation("tenants");
  const format = useFormat();
  return useMemo(
    () =>
      spans.map(({ first, last }) => ({
        id: first,
        label:
          first === last
            ? format.day(first)
            : t("activity.span", { first: format.day(first, "short"), last: format.day(last) }),
        short: format.day(first, "short"),
      })),
    [spans, format, t],
  );
}
