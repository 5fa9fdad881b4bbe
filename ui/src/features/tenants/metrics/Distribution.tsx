/** What the tenants of the provider are like: their plans, their states, their health. */
import { useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { TenantMetrics } from "@/api/gen/atrium/tenants/v1/tenant_metrics_service_pb";
import { PLATFORM } from "@/api/session";
import { BarChart } from "@/design/charts/BarChart";
import { BarList } from "@/design/charts/BarList";
import { ChartCard } from "@/design/charts/ChartCard";
import { DonutChart } from "@/design/charts/DonutChart";
import { Link } from "@/design/Link/Link";
import { paths } from "@/routing/paths";
import { useCan } from "@/session/useCan";

import { usePlanName } from "../tenants/usePlanName";
import { STATES, stateOf } from "../tenants/words";
import { countOf, partsOf } from "./growth";

interface ChartProps {
  metrics: TenantMetrics;
}

const MOST_PLANS = 6;
const BAND = 20;

export function Plans({ metrics: { plans } }: ChartProps): ReactNode {
  const { t } = useTranslation("tenants");
  const planName = usePlanName();
  const slices = useMemo(
    () =>
      partsOf(
        plans.map(({ plan, tenants }) => ({ id: plan, value: Number(tenants) })),
        MOST_PLANS,
      ).map(({ id, value }) => ({ id, value, label: id === "" ? t("dashboard.otherPlans") : planName(id) })),
    [plans, planName, t],
  );
  return (
    <ChartCard
      title={t("dashboard.plans")}
      description={t("dashboard.plansLead")}
      empty={slices.length === 0 ? t("dashboard.none") : undefined}
    >
      <DonutChart
        label={t("dashboard.plans")}
        slices={slices}
        unit={t("dashboard.unit", { count: slices.reduce((sum, { value }) => sum + value, 0) })}
      />
    </ChartCard>
  );
}

export function States({ metrics }: ChartProps): ReactNode {
  const { t } = useTranslation("tenants");
  const can = useCan();
  const seesTenants = can("tenants.read");
  const items = STATES.map((id) => {
    const item = { id, label: t(`state.${id}`), value: countOf(metrics, stateOf(id)) };
    return seesTenants ? Object.assign(item, { href: paths.to(PLATFORM, "tenants", {}, { state: id }) }) : item;
  });
  return (
    <ChartCard title={t("dashboard.states")} description={t("dashboard.statesLead")}>
      <BarList label={t("dashboard.states")} items={items} shares />
    </ChartCard>
  );
}

export function Health({ metrics: { health } }: ChartProps): ReactNode {
  const { t } = useTranslation("tenants");
  const can = useCan();
  const points = useMemo(
    () =>
      health.map(({ fromScore: from }) => ({
        id: String(from),
        // The last band takes in the full score.
        label: t("dashboard.band", { from, to: from + BAND >= 100 ? 100 : from + BAND - 1 }),
      })),
    [health, t],
  );
  const series = useMemo(
    () => [{ name: t("dashboard.active"), values: health.map(({ tenants }) => Number(tenants)) }],
    [health, t],
  );
  return (
    <ChartCard
      title={t("dashboard.healthBands")}
      description={t("dashboard.healthLead")}
      actions={
        can("tenants.read") && (
          <Link href={paths.to(PLATFORM, "tenants", {}, { state: "active", order: "health", dir: "up" })}>
            {t("dashboard.worst")}
          </Link>
        )
      }
      empty={health.some(({ tenants }) => tenants > 0n) ? undefined : t("dashboard.none")}
    >
      <BarChart
        label={t("dashboard.healthBands")}
        points={points}
        pointsLabel={t("dashboard.score")}
        series={series}
        height={360}
      />
    </ChartCard>
  );
}
