import { useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { TenantMetrics } from "@/api/gen/atrium/tenants/v1/tenant_metrics_service_pb";
import { BarChart } from "@/design/charts/BarChart";
import { ChartCard } from "@/design/charts/ChartCard";
import { LineChart } from "@/design/charts/LineChart";
import { useDayPoints } from "@/design/charts/useDayPoints";

import { spansOf, sumOf } from "./spans";
import { useSpanPoints } from "./useSpanPoints";

interface ChartProps {
  metrics: TenantMetrics;
}

/** How many tenants there were at the end of each day. */
export function Growth({ metrics: { growth } }: ChartProps): ReactNode {
  const { t } = useTranslation("tenants");
  const points = useDayPoints(useMemo(() => growth.map(({ day }) => day), [growth]));
  const series = useMemo(
    () => [{ name: t("dashboard.total"), values: growth.map(({ total }) => Number(total)) }],
    [t, growth],
  );
  return (
    <ChartCard title={t("dashboard.growth")} description={t("dashboard.growthLead")}>
      <LineChart label={t("dashboard.growth")} points={points} pointsLabel={t("activity.day")} series={series} />
    </ChartCard>
  );
}

/** How many came and went: those that went hang below the line. */
export function ComingAndGoing({ metrics: { growth } }: ChartProps): ReactNode {
  const { t } = useTranslation("tenants");
  const spans = useMemo(() => spansOf(growth), [growth]);
  const points = useSpanPoints(spans);
  const series = useMemo(
    () => [
      {
        name: t("dashboard.created"),
        values: spans.map((span) => sumOf(span, ({ created }) => created)),
        color: "success" as const,
      },
      {
        name: t("dashboard.deleted"),
        values: spans.map((span) => -sumOf(span, ({ deleted }) => deleted)),
        color: "danger" as const,
      },
    ],
    [t, spans],
  );
  return (
    <ChartCard
      title={t("dashboard.newAndGone")}
      description={t(spans.length < growth.length ? "dashboard.newAndGoneWeeks" : "dashboard.newAndGoneDays")}
      empty={growth.some(({ created, deleted }) => created + deleted > 0n) ? undefined : t("dashboard.noChange")}
    >
      <BarChart
        stacked
        label={t("dashboard.newAndGone")}
        points={points}
        pointsLabel={t(spans.length < growth.length ? "activity.week" : "activity.day")}
        series={series}
      />
    </ChartCard>
  );
}
