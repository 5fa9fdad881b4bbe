import { FileText } from "lucide-react";
import { useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Invoice_Kind, Invoice_State, type Invoice } from "@/api/gen/atrium/billing/v1/invoice_pb";
import { Badge } from "@/design/Badge/Badge";
import { DataTable, type Column } from "@/design/DataTable/DataTable";
import { FilterDates } from "@/design/Filters/FilterDates";
import { FilterChoice, Filters } from "@/design/Filters/Filters";
import { Inline } from "@/design/layout/layout";
import { EmptyState } from "@/design/states/states";
import { useFormat } from "@/i18n/Locale";
import { someOf, text, useListState } from "@/routing/listState";
import { paths } from "@/routing/paths";
import { useSession } from "@/session/SessionProvider";

import { InvoiceBadge } from "../parts/badges";
import { dayParam, momentsOf } from "../parts/days";
import { tableOf } from "../parts/tableOf";
import { TenantName } from "../parts/TenantName";
import { invoiceKinds, invoiceReasons, invoiceStates } from "../words/words";
import { useListInvoicesQuery } from "./api";

const PAGE_SIZE = 50;
const params = { number: text(), state: someOf(invoiceStates.all), from: dayParam, to: dayParam };

interface InvoiceTableProps {
  /** Of one tenant; left out: of all. */
  tenantId?: string;
}

/** Invoices and credit notes, newest first. */
export function InvoiceTable({ tenantId = "" }: InvoiceTableProps): ReactNode {
  const { t } = useTranslation("invoices");
  const billing = useTranslation("billing").t;
  const { realm } = useSession();
  const columns = useColumns(tenantId === "");
  const list = useListState(params);
  const { number, state, from, to } = list.values;
  const moments = momentsOf(from, to);
  const query = useListInvoicesQuery(
    {
      tenantId,
      number: number.trim(),
      states: state.map((word) => invoiceStates.of(word)),
      ...(moments.from === undefined ? {} : { issuedFrom: moments.from }),
      ...(moments.to === undefined ? {} : { issuedTo: moments.to }),
      pageSize: PAGE_SIZE,
      pageToken: list.page.token,
    },
    { refetchOnMountOrArgChange: 5 },
  );
  return (
    <DataTable
      {...tableOf(query, list.page)}
      name={tenantId === "" ? "billing.invoices" : "billing.tenantInvoices"}
      label={t("list.label")}
      columns={columns}
      rows={query.data?.invoices}
      rowId={({ id }) => id}
      rowName={(invoice) => (invoice.number === "" ? t("list.draft") : invoice.number)}
      rowHref={({ id }) => paths.to(realm, "invoice", { id })}
      rowMuted={(invoice) => invoice.state === Invoice_State.VOID}
      filtered={list.filtered}
      onClearFilters={list.clear}
      filters={
        <Filters
          search={{
            label: t("list.search"),
            placeholder: t("list.searchHint"),
            value: number,
            onChange: (value) => list.set({ number: value.slice(0, 32) }),
          }}
          filtered={list.filtered}
          onClear={list.clear}
        >
          <FilterChoice
            label={billing("state")}
            options={invoiceStates.all.map((id) => ({ id, label: billing(`invoiceState.${id}`) }))}
            value={state}
            onChange={(chosen) => list.set({ state: chosen })}
          />
          <FilterDates
            label={t("list.issued")}
            value={{ from: from === "" ? null : from, to: to === "" ? null : to }}
            onChange={(range) => list.set({ from: range.from ?? "", to: range.to ?? "" })}
          />
        </Filters>
      }
      empty={
        <EmptyState icon={<FileText size={20} />} title={t("list.empty")}>
          {t("list.emptyHint")}
        </EmptyState>
      }
    />
  );
}

function useColumns(ofAll: boolean): readonly Column<Invoice>[] {
  const { t } = useTranslation("invoices");
  const billing = useTranslation("billing").t;
  const format = useFormat();
  return useMemo<Column<Invoice>[]>(
    () => [
      {
        id: "number",
        header: t("list.number"),
        cell: (invoice) => (
          <Inline $gap={2} as="span">
            {invoice.number === "" ? t("list.draft") : invoice.number}
            {invoice.kind === Invoice_Kind.CREDIT_NOTE && (
              <Badge>{billing(`invoiceKind.${invoiceKinds.word(invoice.kind)}`)}</Badge>
            )}
            {invoice.sandbox && <Badge tone="warning">{billing("sandboxBadge")}</Badge>}
          </Inline>
        ),
        rowHeader: true,
        ...(ofAll ? { width: 208 } : {}),
      },
      ...(ofAll
        ? [
            {
              id: "tenant",
              header: billing("tenant"),
              cell: ({ buyer, tenantId }: Invoice) =>
                buyer === undefined || buyer.name === "" ? <TenantName id={tenantId} /> : <bdi>{buyer.name}</bdi>,
            },
          ]
        : []),
      {
        id: "state",
        header: billing("state"),
        cell: (invoice) => <InvoiceBadge invoice={invoice} />,
        width: 116,
      },
      {
        id: "reason",
        header: t("list.reason"),
        cell: ({ reason }) => billing(`invoiceReason.${invoiceReasons.word(reason)}`),
        width: 146,
      },
      {
        id: "issued",
        header: t("list.issued"),
        cell: ({ issueTime }) => issueTime && format.date(issueTime),
        width: 124,
      },
      { id: "due", header: t("list.due"), cell: ({ dueTime }) => dueTime && format.date(dueTime), width: 124 },
      {
        id: "total",
        header: t("list.total"),
        cell: ({ totals, currency }) => format.money(totals?.totalMinor ?? 0n, currency),
        align: "end",
        width: 116,
      },
      {
        id: "open",
        header: t("list.open"),
        cell: (invoice) => openMinor(invoice) > 0n && format.money(openMinor(invoice), invoice.currency),
        align: "end",
        width: 116,
      },
      {
        id: "attempts",
        header: t("list.attempts"),
        cell: ({ attemptCount }) => format.number(attemptCount),
        align: "end",
        width: 100,
        hidden: true,
      },
    ],
    [t, billing, format, ofAll],
  );
}

/** What is still to be paid of an invoice. */
export function openMinor({ state, totals }: Pick<Invoice, "state" | "totals">): bigint {
  if (state !== Invoice_State.OPEN || totals === undefined) return 0n;
  const left = totals.dueMinor - totals.paidMinor;
  return left > 0n ? left : 0n;
}
