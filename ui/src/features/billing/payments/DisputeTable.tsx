import { Scale } from "lucide-react";
import { useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Dispute } from "@/api/gen/atrium/billing/v1/payment_pb";
import { DataTable, type Column } from "@/design/DataTable/DataTable";
import { FilterChoice, Filters } from "@/design/Filters/Filters";
import { Stack } from "@/design/layout/layout";
import { EmptyState } from "@/design/states/states";
import { Code } from "@/design/typography/typography";
import { useFormat } from "@/i18n/Locale";
import { someOf, useListState } from "@/routing/listState";
import { paths } from "@/routing/paths";
import { useSession } from "@/session/SessionProvider";

import { DisputeBadge } from "../parts/badges";
import { tableOf } from "../parts/tableOf";
import { TenantName } from "../parts/TenantName";
import { disputeStates, providers } from "../words/words";
import { useListDisputesQuery } from "./api";
import { DisputeStanding } from "./Disputes";

const PAGE_SIZE = 25;
const params = { state: someOf(disputeStates.all) };

/** Payments that payers want back, newest first; each leads to its invoice. */
export function DisputeTable(): ReactNode {
  const { t } = useTranslation("payments");
  const billing = useTranslation("billing").t;
  const format = useFormat();
  const { realm } = useSession();
  const list = useListState(params);
  const { state } = list.values;
  const query = useListDisputesQuery(
    { states: state.map((word) => disputeStates.of(word)), pageSize: PAGE_SIZE, pageToken: list.page.token },
    { refetchOnMountOrArgChange: 5 },
  );
  const columns = useMemo<Column<Dispute>[]>(
    () => [
      {
        id: "amount",
        header: t("amount"),
        cell: ({ amountMinor, currency }) => format.money(amountMinor, currency),
        rowHeader: true,
        width: 130,
      },
      { id: "tenant", header: billing("tenant"), cell: ({ tenantId }) => <TenantName id={tenantId} /> },
      {
        id: "state",
        header: billing("state"),
        cell: (dispute) => (
          <Stack as="span" $gap="hair">
            <span>
              <DisputeBadge state={dispute.state} />
            </span>
            <DisputeStanding dispute={dispute} />
          </Stack>
        ),
        width: 320,
      },
      {
        id: "reason",
        header: billing("reason"),
        cell: ({ reason }) => reason !== "" && <Code>{reason}</Code>,
        width: 140,
      },
      {
        id: "provider",
        header: t("provider"),
        cell: ({ provider }) => billing(`provider.${providers.word(provider)}`),
        width: 130,
      },
      {
        id: "time",
        header: t("time"),
        cell: ({ createTime }) => createTime && format.dateTime(createTime),
        width: 180,
      },
      {
        id: "reference",
        header: t("reference"),
        cell: ({ providerReference }) => providerReference !== "" && <Code>{providerReference}</Code>,
        width: 220,
        hidden: true,
      },
    ],
    [t, billing, format],
  );
  return (
    <DataTable
      {...tableOf(query, list.page)}
      name="billing.disputes"
      label={t("disputes.title")}
      columns={columns}
      rows={query.data?.disputes}
      rowId={({ id }) => id}
      rowName={({ amountMinor, currency }) => format.money(amountMinor, currency)}
      rowHref={({ invoiceId }) => paths.to(realm, "invoice", { id: invoiceId })}
      filtered={list.filtered}
      onClearFilters={list.clear}
      filters={
        <Filters filtered={list.filtered} onClear={list.clear}>
          <FilterChoice
            label={billing("state")}
            options={disputeStates.all.map((id) => ({ id, label: billing(`disputeState.${id}`) }))}
            value={state}
            onChange={(chosen) => list.set({ state: chosen })}
          />
        </Filters>
      }
      empty={
        <EmptyState icon={<Scale size={20} />} title={t("disputes.empty")}>
          {t("disputes.emptyHint")}
        </EmptyState>
      }
    />
  );
}
