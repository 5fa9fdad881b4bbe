import { Activity } from "lucide-react";
import { useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { UsageEvent } from "@/api/gen/atrium/billing/v1/usage_pb";
import { DataTable, type Column } from "@/design/DataTable/DataTable";
import { FilterChoice, Filters } from "@/design/Filters/Filters";
import { Stack } from "@/design/layout/layout";
import { EmptyState } from "@/design/states/states";
import { Code, Heading } from "@/design/typography/typography";
import { useFormat } from "@/i18n/Locale";
import { text, useListState } from "@/routing/listState";

import { tableOf } from "../parts/tableOf";
import { useListUsageEventsQuery } from "./api";
import { useMeters } from "./meters";

const PAGE_SIZE = 25;
const params = { meter: text() };

/** The events that were counted, newest first. What the platform counts by itself has none. */
export function EventTable({ tenantId }: { tenantId: string }): ReactNode {
  const { t } = useTranslation("usage");
  const format = useFormat();
  const meters = useMeters();
  const list = useListState(params);
  const { meter } = list.values;
  const query = useListUsageEventsQuery({ tenantId, meter, pageSize: PAGE_SIZE, pageToken: list.page.token });
  const columns = useMemo<Column<UsageEvent>[]>(
    () => [
      { id: "meter", header: t("meter"), cell: (event) => meters.name(event.meter), rowHeader: true, width: 180 },
      { id: "subject", header: t("subject"), cell: ({ subject }) => <bdi>{subject}</bdi> },
      {
        id: "quantity",
        header: t("quantity"),
        cell: (event) => meters.quantity(event.meter, event.quantity),
        align: "end",
        width: 130,
      },
      { id: "time", header: t("time"), cell: ({ occurTime }) => occurTime && format.dateTime(occurTime), width: 180 },
      { id: "id", header: t("event"), cell: ({ id }) => <Code>{id}</Code>, width: 240 },
    ],
    [t, format, meters],
  );
  return (
    <Stack $gap={3}>
      <Heading $size="medium">{t("events")}</Heading>
      <DataTable
        {...tableOf(query, list.page)}
        name="billing.events"
        label={t("events")}
        columns={columns}
        rows={query.data?.events}
        rowId={({ id }) => id}
        rowName={(event) => `${meters.name(event.meter)} ${event.id}`}
        filtered={list.filtered}
        onClearFilters={list.clear}
        filters={
          <Filters filtered={list.filtered} onClear={list.clear}>
            <FilterChoice
              label={t("meter")}
              options={meters.all
                .filter((one) => !one.builtIn)
                .map(({ id, displayName }) => ({ id, label: displayName }))}
              value={meter === "" ? [] : [meter]}
              onChange={([chosen = ""]) => list.set({ meter: chosen })}
              one
            />
          </Filters>
        }
        empty={
          <EmptyState icon={<Activity size={20} />} title={t("noEvents")}>
            {t("noEventsHint")}
          </EmptyState>
        }
      />
    </Stack>
  );
}
