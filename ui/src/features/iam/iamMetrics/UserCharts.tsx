import { useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { IamMetrics } from "@/api/gen/atrium/iam/v1/iam_metrics_service_pb";
import { Button } from "@/design/Button/Button";
import { BarList } from "@/design/charts/BarList";
import { ChartCard } from "@/design/charts/ChartCard";
import { DonutChart } from "@/design/charts/DonutChart";
import { useCan } from "@/session/useCan";

import { useScope } from "../scope/ScopeProvider";

const MOST_ROLES = 8;
const STATUSES = [
  ["ACTIVE", "active", 1],
  ["INVITED", "invited", 7],
  ["SUSPENDED", "suspended", 3],
] as const;

export function UsersByRole({ metrics: { roles } }: { metrics: IamMetrics }): ReactNode {
  const { t } = useTranslation("iamMetrics");
  const { to } = useScope();
  const can = useCan();
  const [all, setAll] = useState(false);
  const seesUsers = can("users.read");
  const items = useMemo(
    () =>
      roles
        .map(({ roleId, displayName, users }) => ({
          id: roleId,
          label: displayName,
          value: Number(users),
          ...(seesUsers ? { href: to("users", {}, { role: roleId }) } : {}),
        }))
        .toSorted((a, b) => b.value - a.value),
    [roles, seesUsers, to],
  );
  return (
    <ChartCard
      title={t("roles.title")}
      description={t("roles.text")}
      empty={items.length === 0 ? t("roles.none") : undefined}
    >
      <BarList label={t("roles.title")} items={all ? items : items.slice(0, MOST_ROLES)} />
      {items.length > MOST_ROLES && (
        <span>
          <Button size="small" variant="quiet" onPress={() => setAll(!all)}>
            {all ? t("roles.fewer") : t("roles.all", { count: items.length })}
          </Button>
        </span>
      )}
    </ChartCard>
  );
}

export function UsersByStatus({ metrics: { statuses } }: { metrics: IamMetrics }): ReactNode {
  const { t } = useTranslation(["iamMetrics", "users"]);
  const slices = STATUSES.map(([status, word, color]) => ({
    id: word,
    label: t(`users:status.${word}`),
    value: Number(statuses.find((one) => one.status === status)?.users ?? 0n),
    color,
  }));
  return (
    <ChartCard title={t("statuses.title")} description={t("statuses.text")}>
      <DonutChart
        label={t("statuses.title")}
        slices={slices}
        unit={t("statuses.unit", { count: slices.reduce((sum, { value }) => sum + value, 0) })}
      />
    </ChartCard>
  );
}
