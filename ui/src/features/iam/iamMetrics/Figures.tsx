import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { IamMetrics } from "@/api/gen/atrium/iam/v1/iam_metrics_service_pb";
import { StatTile, StatTiles, type Change } from "@/design/StatTile/StatTile";
import { useFormat } from "@/i18n/Locale";

import { changeOf } from "./figures";

/** The numbers that are looked at first. */
export function Figures({ metrics }: { metrics: IamMetrics }): ReactNode {
  const { t } = useTranslation("iamMetrics");
  const format = useFormat();
  const total = format.number(metrics.activeAccounts);
  const of = t("tile.of", { total });
  const signIns = metrics.days.map((day) => Number(day.signIns));
  const failed = metrics.days.map((day) => Number(day.failedSignIns));
  const sum = (values: number[]): number => values.reduce((all, value) => all + value, 0);
  const [succeeded, refused] = [sum(signIns), sum(failed)];
  const tries = succeeded + refused;
  const change = (values: number[], good: "down" | "neither"): Change | undefined => {
    const share = changeOf(values);
    return share === undefined ? undefined : { share, than: t("thanHalf"), good };
  };
  return (
    <StatTiles>
      <StatTile label={t("tile.daily")} value={format.number(metrics.dailyActiveUsers)} hint={of} />
      <StatTile label={t("tile.weekly")} value={format.number(metrics.weeklyActiveUsers)} hint={of} />
      <StatTile label={t("tile.monthly")} value={format.number(metrics.monthlyActiveUsers)} hint={of} />
      <StatTile
        label={t("tile.signIns")}
        value={format.number(succeeded)}
        change={change(signIns, "neither")}
        trend={signIns}
      />
      <StatTile
        label={t("tile.failed")}
        value={format.number(refused)}
        change={change(failed, "down")}
        hint={tries === 0 ? t("tile.noTries") : t("tile.failedShare", { share: format.percent(refused / tries) })}
        trend={failed}
        color="danger"
      />
      <StatTile
        label={t("tile.factor")}
        value={
          metrics.activeAccounts === 0n
            ? "–"
            : format.percent(Number(metrics.usersWithSecondFactor) / Number(metrics.activeAccounts), 0)
        }
        hint={t("tile.factorHint", { count: Number(metrics.usersWithSecondFactor), total })}
      />
    </StatTiles>
  );
}
