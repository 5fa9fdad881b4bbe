import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { StatTile, StatTiles, type Change } from "@/design/StatTile/StatTile";
import { useFormat } from "@/i18n/Locale";

import { changeOf, sumsOf, type Day } from "./activity";
import type { Activity } from "./useActivity";

interface ActivityFiguresProps {
  activity: Activity;
  /** Tiles that stand before these. */
  children?: ReactNode;
}

/** What a tenant did in the period, in four numbers, compared with the same number of days before. */
export function ActivityFigures({ activity: { days, before }, children }: ActivityFiguresProps): ReactNode {
  const { t } = useTranslation("tenants");
  const format = useFormat();
  const count = days?.length ?? 0;
  const sums = days && sumsOf(days);
  // Of half a period nothing can be said.
  const earlier = before !== undefined && before.length === count ? sumsOf(before) : undefined;
  const change = (share: number | undefined, good: Change["good"] = "neither"): Change | undefined =>
    share === undefined ? undefined : { share, than: t("activity.than", { count }), good };
  const trend = (read: (day: Day) => number | undefined) => days?.map((day) => read(day));
  return (
    <StatTiles>
      {children}
      <StatTile
        label={t("activity.calls")}
        value={sums && format.number(sums.calls)}
        hint={t("activity.total", { count })}
        change={change(changeOf(earlier?.calls, sums?.calls))}
        {...trendOf(trend((day) => day.calls))}
      />
      <StatTile
        label={t("activity.failedCalls")}
        value={sums && format.number(sums.failedCalls)}
        hint={
          sums?.failedShare === undefined
            ? t("activity.total", { count })
            : t("activity.share", { share: format.percent(sums.failedShare) })
        }
        change={change(changeOf(earlier?.failedCalls, sums?.failedCalls), "down")}
        color="danger"
        {...trendOf(trend((day) => day.failedCalls))}
      />
      <StatTile
        label={t("activity.users")}
        value={sums && format.number(sums.usersADay, { maximumFractionDigits: 1 })}
        hint={sums && t("activity.perDay", { most: format.number(sums.mostUsers) })}
        change={change(changeOf(earlier?.usersADay, sums?.usersADay))}
        color={2}
        {...trendOf(trend((day) => day.activeUsers))}
      />
      <StatTile
        label={t("activity.storage")}
        value={sums && (sums.storageBytes === undefined ? "–" : format.bytes(sums.storageBytes))}
        hint={sums && t(sums.storageBytes === undefined ? "overview.storageUnknown" : "activity.storageNow")}
        change={change(changeOf(earlier?.storageBytes, sums?.storageBytes))}
        color={4}
        {...trendOf(trend((day) => day.storageBytes))}
      />
    </StatTiles>
  );
}

const trendOf = (trend: readonly (number | undefined)[] | undefined) => (trend === undefined ? {} : { trend });
