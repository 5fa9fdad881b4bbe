import { useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { IamMetrics } from "@/api/gen/atrium/iam/v1/iam_metrics_service_pb";
import { BarChart } from "@/design/charts/BarChart";
import { ChartCard } from "@/design/charts/ChartCard";
import { LineChart } from "@/design/charts/LineChart";
import { useDayPoints } from "@/design/charts/useDayPoints";
import { Link } from "@/design/Link/Link";
import { useCan } from "@/session/useCan";

import { useScope } from "../scope/ScopeProvider";
import { spansOf, sumsOf } from "./figures";
import { useSpanPoints } from "./useSpanPoints";

/** More bars than this cannot be told apart. */
const MOST_BARS = 90;

export function ActiveUsers({ metrics: { days } }: { metrics: IamMetrics }): ReactNode {
  const { t } = useTranslation("iamMetrics");
  const points = useDayPoints(useMemo(() => days.map(({ day }) => day), [days]));
  const series = useMemo(
    () => [{ name: t("active.title"), values: days.map(({ activeUsers }) => Number(activeUsers)) }],
    [t, days],
  );
  return (
    <ChartCard title={t("active.title")} description={t("active.text")}>
      <LineChart label={t("active.title")} points={points} pointsLabel={t("day")} series={series} />
    </ChartCard>
  );
}

export function SignIns({ metrics: { days } }: { metrics: IamMetrics }): ReactNode {
  const { t } = useTranslation("iamMetrics");
  const { to } = useScope();
  const can = useCan();
  const spans = useMemo(
    () =>
      spansOf(
        days.map(({ day }) => day),
        MOST_BARS,
      ),
    [days],
  );
  const points = useSpanPoints(spans);
  const series = useMemo(
    () => [
      { name: t("signIns.succeeded"), values: sumsOf(spans, days, (day) => day.signIns) },
      { name: t("signIns.failed"), values: sumsOf(spans, days, (day) => day.failedSignIns), color: "danger" as const },
    ],
    [t, spans, days],
  );
  return (
    <ChartCard
      title={t("signIns.title")}
      description={t("signIns.text")}
      actions={
        can("audit.read") && (
          <Link href={to("auditLogs", {}, { action: "iam:session:start", outcome: "refused" })}>
            {t("signIns.log")}
          </Link>
        )
      }
    >
      <BarChart
        stacked
        label={t("signIns.title")}
        points={points}
        pointsLabel={t(spans.length < days.length ? "week" : "day")}
        series={series}
      />
    </ChartCard>
  );
}
