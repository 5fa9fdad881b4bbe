/** A tenant's days as charts, each on a sheet of its own. */
import { useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { BarChart } from "@/design/charts/BarChart";
import { ChartCard } from "@/design/charts/ChartCard";
import { LineChart } from "@/design/charts/LineChart";
import { useDayPoints } from "@/design/charts/useDayPoints";
import { useFormat } from "@/i18n/Locale";

import type { Day } from "./activity";
import { spansOf, sumOf } from "./spans";
import type { Activity } from "./useActivity";
import { useSpanPoints } from "./useSpanPoints";

interface ChartProps {
  activity: Activity;
}

interface CallsChartProps extends ChartProps {
  title?: string;
  description?: string;
  /** Beside the title. */
  actions?: ReactNode;
}

const NONE: readonly Day[] = [];

/** Calls by day, or by week where there are many, those that failed on those that succeeded. */
export function CallsChart({ activity, title, description, actions }: CallsChartProps): ReactNode {
  const { t } = useTranslation("tenants");
  const days = activity.days ?? NONE;
  const spans = useMemo(() => spansOf(days), [days]);
  const points = useSpanPoints(spans);
  const series = useMemo(
    () => [
      {
        name: t("activity.succeeded"),
        values: spans.map((span) => sumOf(span, ({ calls, failedCalls }) => calls - failedCalls)),
      },
      {
        name: t("activity.failed"),
        values: spans.map((span) => sumOf(span, ({ failedCalls }) => failedCalls)),
        color: "danger" as const,
      },
    ],
    [t, spans],
  );
  const label = title ?? t("activity.calls");
  return (
    <ChartCard
      title={label}
      description={description ?? t(spans.length < days.length ? "activity.callsLeadWeeks" : "activity.callsLead")}
      actions={actions}
      {...useStanding(activity)}
      empty={days.some(({ calls }) => calls > 0) ? undefined : t("activity.none")}
    >
      <BarChart
        stacked
        label={label}
        points={points}
        pointsLabel={t(spans.length < days.length ? "activity.week" : "activity.day")}
        series={series}
      />
    </ChartCard>
  );
}

/** How many different people were there on each day. */
export function UsersChart({ activity }: ChartProps): ReactNode {
  const { t } = useTranslation("tenants");
  const days = activity.days ?? NONE;
  const points = usePoints(days);
  const series = useMemo(
    () => [{ name: t("activity.users"), values: days.map(({ activeUsers }) => activeUsers), color: 2 as const }],
    [t, days],
  );
  return (
    <ChartCard
      title={t("activity.users")}
      description={t("activity.usersLead")}
      {...useStanding(activity)}
      empty={days.some(({ activeUsers }) => activeUsers > 0) ? undefined : t("activity.none")}
    >
      <LineChart label={t("activity.users")} points={points} pointsLabel={t("activity.day")} series={series} />
    </ChartCard>
  );
}

/** What was stored at the end of each day that was measured. */
export function StorageChart({ activity }: ChartProps): ReactNode {
  const { t } = useTranslation("tenants");
  const format = useFormat();
  const days = activity.days ?? NONE;
  const points = usePoints(days);
  const series = useMemo(
    () => [{ name: t("activity.storage"), values: days.map(({ storageBytes }) => storageBytes), color: 4 as const }],
    [t, days],
  );
  return (
    <ChartCard
      title={t("activity.storage")}
      description={t("activity.storageLead")}
      {...useStanding(activity)}
      empty={days.some(({ storageBytes }) => storageBytes !== undefined) ? undefined : t("activity.storageNone")}
    >
      <LineChart
        label={t("activity.storage")}
        points={points}
        pointsLabel={t("activity.day")}
        series={series}
        format={format.bytes}
      />
    </ChartCard>
  );
}

function usePoints(days: readonly Day[]) {
  return useDayPoints(useMemo(() => days.map(({ day }) => day), [days]));
}

/** What stands in a chart's place while there are no days, and why. */
function useStanding({ days, error, refetch }: Activity) {
  const { t } = useTranslation("tenants");
  if (days !== undefined) return {};
  return error === undefined ? { loading: t("activity.loading") } : { failure: error, onRetry: refetch };
}
