import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Inline, Stack } from "@/design/layout/layout";
import { Text } from "@/design/typography/typography";
import { useListState } from "@/routing/listState";

import { Halves } from "../Halves";
import { CallsChart, StorageChart, UsersChart } from "./ActivityCharts";
import { ActivityFigures } from "./ActivityFigures";
import { PeriodChoice } from "./PeriodChoice";
import { periodParams } from "./periods";
import { useActivity } from "./useActivity";

interface ActivitySectionProps {
  tenantId: string;
  /** Tiles before those of the period. */
  children?: ReactNode;
}

/** What a tenant did, by day: calls, people, storage. The period stands in the address. */
export function ActivitySection({ tenantId, children }: ActivitySectionProps): ReactNode {
  const { t } = useTranslation("tenants");
  const list = useListState(periodParams);
  const activity = useActivity(tenantId, Number(list.values.days));
  return (
    <Stack>
      <Inline $justify="space-between" $gap={3}>
        <PeriodChoice value={list.values.days} onChange={(days) => list.set({ days })} />
        <Text $size="small" $tone="muted">
          {t("activity.lead")}
        </Text>
      </Inline>
      <ActivityFigures activity={activity}>{children}</ActivityFigures>
      <CallsChart activity={activity} />
      <Halves>
        <UsersChart activity={activity} />
        <StorageChart activity={activity} />
      </Halves>
    </Stack>
  );
}
