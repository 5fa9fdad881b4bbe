import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { TenantMetrics } from "@/api/gen/atrium/tenants/v1/tenant_metrics_service_pb";
import { Tenant_State } from "@/api/gen/atrium/tenants/v1/tenant_pb";
import { PLATFORM } from "@/api/session";
import { StatTile, StatTiles } from "@/design/StatTile/StatTile";
import { useFormat } from "@/i18n/Locale";
import { paths } from "@/routing/paths";
import { useCan } from "@/session/useCan";

import { countBelow, countOf, totalsOf } from "./growth";

/** Below it a score is poor. */
const POOR = 40;

/** The numbers that are looked at first. */
export function BoardFigures({ metrics }: { metrics: TenantMetrics }): ReactNode {
  const { t } = useTranslation("tenants");
  const format = useFormat();
  const can = useCan();
  const { growth } = metrics;
  const count = growth.length;
  const { tenants, change, created, deleted } = totalsOf(growth);
  const active = countOf(metrics, Tenant_State.ACTIVE);
  const poor = countBelow(metrics, POOR);
  const list = (query: Record<string, string>): { href?: string } =>
    can("tenants.read") ? { href: paths.to(PLATFORM, "tenants", {}, query) } : {};
  const inPeriod = t("dashboard.inPeriod", { count });
  return (
    <StatTiles>
      <StatTile
        {...list({})}
        label={t("dashboard.total")}
        value={format.number(tenants)}
        hint={t("dashboard.totalHint")}
        change={change === undefined ? undefined : { share: change, than: t("dashboard.than", { count }), good: "up" }}
        trend={growth.map(({ total }) => Number(total))}
      />
      <StatTile
        {...list({ order: "created" })}
        label={t("dashboard.created")}
        value={format.number(created)}
        hint={inPeriod}
        trend={growth.map((day) => Number(day.created))}
        color="success"
      />
      <StatTile
        {...list({ state: "deleting" })}
        label={t("dashboard.deleted")}
        value={format.number(deleted)}
        hint={inPeriod}
        trend={growth.map((day) => Number(day.deleted))}
        color="danger"
      />
      <StatTile
        {...list({ state: "active" })}
        label={t("dashboard.active")}
        value={format.number(active)}
        hint={tenants === 0 ? undefined : t("dashboard.activeHint", { share: format.percent(active / tenants, 0) })}
      />
      <StatTile
        {...list({ state: "active", order: "health", dir: "up" })}
        label={t("dashboard.attention")}
        value={format.number(poor)}
        hint={t("dashboard.attentionHint")}
      />
    </StatTiles>
  );
}
