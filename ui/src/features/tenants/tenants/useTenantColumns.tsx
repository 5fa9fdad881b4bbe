import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import type { Tenant } from "@/api/gen/atrium/tenants/v1/tenant_pb";
import type { Column } from "@/design/DataTable/DataTable";
import { Code } from "@/design/typography/typography";
import { useFormat } from "@/i18n/Locale";

import { HealthMeter, PaymentBadge, StateBadge } from "./badges";
import { usePlanName } from "./usePlanName";
import { isolationWord } from "./words";

/** What can be seen of a tenant in the list. Those the platform sorts by are named like the order. */
export function useTenantColumns(): readonly Column<Tenant>[] {
  const { t } = useTranslation("tenants");
  const format = useFormat();
  const planName = usePlanName();
  return useMemo<Column<Tenant>[]>(
    () => [
      {
        id: "name",
        header: t("list.column.name"),
        cell: ({ displayName }) => <bdi>{displayName}</bdi>,
        sortable: true,
        rowHeader: true,
      },
      { id: "slug", header: t("list.column.slug"), cell: ({ slug }) => slug, width: 150 },
      { id: "state", header: t("list.column.state"), cell: ({ state }) => <StateBadge state={state} />, width: 116 },
      { id: "plan", header: t("list.column.plan"), cell: ({ plan }) => planName(plan), width: 104 },
      {
        id: "health",
        header: t("list.column.health"),
        cell: ({ healthScore }) => <HealthMeter score={healthScore} />,
        sortable: true,
        width: 120,
      },
      {
        id: "payment",
        header: t("list.column.payment"),
        cell: ({ paymentStatus }) => <PaymentBadge paymentStatus={paymentStatus} />,
        width: 120,
      },
      {
        id: "users",
        header: t("list.column.users"),
        cell: ({ userCount }) => format.number(userCount),
        align: "end",
        width: 90,
      },
      {
        id: "created",
        header: t("list.column.created"),
        cell: ({ createTime }) => createTime && format.date(createTime),
        sortable: true,
        width: 120,
      },
      {
        id: "isolation",
        header: t("list.column.isolation"),
        cell: ({ isolation }) => t(`isolation.${isolationWord(isolation)}`),
        hidden: true,
        width: 160,
      },
      {
        id: "admin",
        header: t("list.column.admin"),
        cell: ({ adminEmail }) => <bdi>{adminEmail}</bdi>,
        hidden: true,
        width: 220,
      },
      {
        id: "updated",
        header: t("list.column.updated"),
        cell: ({ updateTime }) => updateTime && format.relative(updateTime),
        hidden: true,
        width: 130,
      },
      { id: "id", header: t("overview.id"), cell: ({ id }) => <Code>{id}</Code>, hidden: true, width: 300 },
    ],
    [t, format, planName],
  );
}
