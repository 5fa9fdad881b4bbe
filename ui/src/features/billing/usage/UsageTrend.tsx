import { useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Usage, Usage_MeterUsage } from "@/api/gen/atrium/billing/v1/usage_service_pb";
import { LineChart } from "@/design/charts/LineChart";
import { useDayPoints } from "@/design/charts/useDayPoints";
import { toDate } from "@/i18n/format";

import { exceeds } from "./standing";
import { trendOf } from "./trend";

interface UsageTrendProps {
  usage: Usage;
  meter: Usage_MeterUsage;
  name: string;
  read: (quantity: bigint) => string;
}

/** How a meter has grown in the period, where it leads to, and where its limit is. */
export function UsageTrend({
  usage: { periodStartTime, periodEndTime },
  meter,
  name,
  read,
}: UsageTrendProps): ReactNode {
  const { t } = useTranslation("usage");
  const [now] = useState(() => Date.now());
  const trend = useMemo(
    () =>
      periodStartTime === undefined || periodEndTime === undefined
        ? undefined
        : trendOf(meter, toDate(periodStartTime).getTime(), toDate(periodEndTime).getTime(), now),
    [meter, periodStartTime, periodEndTime, now],
  );
  const points = useDayPoints(trend?.days ?? []);
  if (trend === undefined || trend.used.every((value) => value === undefined)) return null;
  const series = [
    { name: t("usedSoFar"), values: trend.used, color: 1 as const },
    ...(trend.ahead === undefined
      ? []
      : [
          {
            name: t("ahead"),
            values: trend.ahead,
            dashed: true,
            color: exceeds(meter) ? ("warning" as const) : (1 as const),
          },
        ]),
  ];
  // A limit far above what is used would press the line to the ground.
  const top = Math.max(...trend.used.map((value) => value ?? 0), Number(meter.forecast));
  const limit =
    meter.most > 0n && Number(meter.most) <= top * 3 ? { label: t("limit"), value: Number(meter.most) } : undefined;
  return (
    <LineChart
      label={t("trend", { name })}
      pointsLabel={t("day")}
      points={points}
      series={series}
      format={(value) => read(BigInt(Math.round(value)))}
      height={160}
      {...(limit === undefined ? {} : { limit })}
    />
  );
}
