import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { TenantMetrics, TenantMetrics_ResourceUse } from "@/api/gen/atrium/tenants/v1/tenant_metrics_service_pb";
import { PLATFORM } from "@/api/session";
import { BarList } from "@/design/charts/BarList";
import { ChartCard } from "@/design/charts/ChartCard";
import type { ChartColor } from "@/design/charts/series";
import { Inline } from "@/design/layout/layout";
import { SegmentedControl } from "@/design/SegmentedControl/SegmentedControl";
import { useFormat } from "@/i18n/Locale";
import { paths } from "@/routing/paths";
import { useCan } from "@/session/useCan";

const KINDS = ["calls", "activeDays", "storage"] as const;
type Kind = (typeof KINDS)[number];

const READ: Record<Kind, (use: TenantMetrics_ResourceUse) => bigint> = {
  calls: ({ calls }) => calls,
  activeDays: ({ activeUserDays }) => activeUserDays,
  storage: ({ storageBytes }) => storageBytes,
};
const COLORS: Record<Kind, ChartColor> = { calls: 1, activeDays: 2, storage: 4 };

/** What the busiest tenants use: the ten with most calls, by one of three measures. */
export function ResourceUse({ metrics: { growth, topTenants } }: { metrics: TenantMetrics }): ReactNode {
  const { t } = useTranslation("tenants");
  const format = useFormat();
  const can = useCan();
  const [kind, setKind] = useState<Kind>("calls");
  const items = topTenants
    .map((use) => ({
      id: use.tenantId,
      label: use.displayName,
      value: Number(READ[kind](use)),
      ...(can("tenants.read") ? { href: paths.to(PLATFORM, "tenantActivity", { id: use.tenantId }) } : {}),
    }))
    .toSorted((a, b) => b.value - a.value);
  return (
    <ChartCard
      title={t("dashboard.top")}
      description={t("dashboard.topLead", { count: growth.length })}
      empty={topTenants.length === 0 ? t("dashboard.noUse") : undefined}
    >
      <Inline>
        <SegmentedControl
          label={t("dashboard.measure")}
          options={KINDS.map((id) => ({ id, label: t(`dashboard.${id}`) }))}
          value={kind}
          onChange={setKind}
        />
      </Inline>
      <BarList
        label={t(`dashboard.${kind}`)}
        items={items}
        color={COLORS[kind]}
        {...(kind === "storage" ? { format: format.bytes } : {})}
      />
    </ChartCard>
  );
}
