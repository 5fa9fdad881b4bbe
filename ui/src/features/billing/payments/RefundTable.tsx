import { Undo2 } from "lucide-react";
import { useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Refund } from "@/api/gen/atrium/billing/v1/payment_pb";
import { DataTable, type Column } from "@/design/DataTable/DataTable";
import { EmptyState } from "@/design/states/states";
import { useFormat } from "@/i18n/Locale";
import { useListState } from "@/routing/listState";
import { paths } from "@/routing/paths";
import { useSession } from "@/session/SessionProvider";

import { RefundBadge } from "../parts/badges";
import { tableOf } from "../parts/tableOf";
import { TenantName } from "../parts/TenantName";
import { useListRefundsQuery } from "./api";

const PAGE_SIZE = 25;
const params = {};

/** Money that went back, newest first; each leads to its credit note. */
export function RefundTable({ tenantId = "" }: { tenantId?: string }): ReactNode {
  const { t } = useTranslation("payments");
  const billing = useTranslation("billing").t;
  const format = useFormat();
  const { realm } = useSession();
  const list = useListState(params);
  const query = useListRefundsQuery(
    { tenantId, pageSize: PAGE_SIZE, pageToken: list.page.token },
    { refetchOnMountOrArgChange: 5 },
  );
  const columns = useMemo<Column<Refund>[]>(
    () => [
      {
        id: "amount",
        header: t("amount"),
        cell: ({ amountMinor, currency }) => format.money(amountMinor, currency),
        rowHeader: true,
        width: 150,
      },
      ...(tenantId === ""
        ? [{ id: "tenant", header: billing("tenant"), cell: (refund: Refund) => <TenantName id={refund.tenantId} /> }]
        : []),
      { id: "state", header: billing("state"), cell: ({ state }) => <RefundBadge state={state} />, width: 140 },
      { id: "reason", header: billing("reason"), cell: ({ reason }) => <bdi>{reason}</bdi> },
      {
        id: "time",
        header: t("time"),
        cell: ({ createTime }) => createTime && format.dateTime(createTime),
        width: 170,
      },
    ],
    [t, billing, format, tenantId],
  );
  return (
    <DataTable
      {...tableOf(query, list.page)}
      name="billing.refunds"
      label={t("refunds.label")}
      columns={columns}
      rows={query.data?.refunds}
      rowId={({ id }) => id}
      rowName={({ amountMinor, currency }) => format.money(amountMinor, currency)}
      rowHref={({ creditNoteId }) =>
        creditNoteId === "" ? undefined : paths.to(realm, "invoice", { id: creditNoteId })
      }
      empty={<EmptyState icon={<Undo2 size={20} />} title={t("refunds.empty")} />}
    />
  );
}
