import { CreditCard } from "lucide-react";
import { useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Payment_State, type Payment } from "@/api/gen/atrium/billing/v1/payment_pb";
import { PaymentService } from "@/api/gen/atrium/billing/v1/payment_service_pb";
import { PLATFORM } from "@/api/session";
import { DataTable, type Column } from "@/design/DataTable/DataTable";
import { FilterDates } from "@/design/Filters/FilterDates";
import { FilterChoice, Filters } from "@/design/Filters/Filters";
import { Inline, Stack } from "@/design/layout/layout";
import type { MenuEntry } from "@/design/Menu/entries";
import { EmptyState } from "@/design/states/states";
import { Code, Text } from "@/design/typography/typography";
import { useFormat } from "@/i18n/Locale";
import { someOf, useListState } from "@/routing/listState";
import { paths } from "@/routing/paths";
import { useSession } from "@/session/SessionProvider";
import { useCan } from "@/session/useCan";

import { DisputeBadge, PaymentBadge } from "../parts/badges";
import { dayParam, momentsOf } from "../parts/days";
import { tableOf } from "../parts/tableOf";
import { TenantName } from "../parts/TenantName";
import { paymentStates, providers } from "../words/words";
import { useListPaymentsQuery } from "./api";
import { refundableMinor } from "./refundable";
import { RefundDialog } from "./RefundDialog";
import { useDecline } from "./useDecline";

/** Each row of all tenants asks for its tenant's name. */
const PAGE_SIZE = 25;
const params = { state: someOf(paymentStates.all), from: dayParam, to: dayParam };

interface PaymentTableProps {
  /** Of one tenant; left out: of all. */
  tenantId?: string;
}

/** Attempts to pay invoices, newest first, and what became of them. */
export function PaymentTable({ tenantId = "" }: PaymentTableProps): ReactNode {
  const { t } = useTranslation("payments");
  const billing = useTranslation("billing").t;
  const format = useFormat();
  const can = useCan();
  const { realm } = useSession();
  const columns = useColumns(tenantId === "");
  const [refunded, setRefunded] = useState<Payment>();
  const list = useListState(params);
  const { state, from, to } = list.values;
  const moments = momentsOf(from, to);
  const query = useListPaymentsQuery(
    {
      tenantId,
      states: state.map((word) => paymentStates.of(word)),
      ...(moments.from === undefined ? {} : { createdFrom: moments.from }),
      ...(moments.to === undefined ? {} : { createdTo: moments.to }),
      pageSize: PAGE_SIZE,
      pageToken: list.page.token,
    },
    { refetchOnMountOrArgChange: 5 },
  );
  const invoice = (payment: Payment): string => paths.to(realm, "invoice", { id: payment.invoiceId });
  const actions = (payment: Payment): MenuEntry[] => [
    { id: "invoice", label: t("openInvoice"), href: invoice(payment) },
    {
      id: "refund",
      label: t("refund.ask"),
      disabledReason: can(PaymentService.method.refundPayment)
        ? payment.state !== Payment_State.SUCCEEDED
          ? t("refund.notPaid")
          : refundableMinor(payment) > 0n
            ? undefined
            : t(payment.disputedMinor > 0n ? "refund.disputed" : "refund.allBack")
        : billing("denied", { permission: "payments.refund" }),
      onAction: () => setRefunded(payment),
    },
  ];
  return (
    <>
      <DataTable
        {...tableOf(query, list.page)}
        name={tenantId === "" ? "billing.payments" : "billing.tenantPayments"}
        label={t("label")}
        columns={columns}
        rows={query.data?.payments}
        rowId={({ id }) => id}
        rowName={(payment) => format.money(payment.amountMinor, payment.currency)}
        rowHref={invoice}
        {...(can("payments.refund") ? { rowActions: actions } : {})}
        filtered={list.filtered}
        onClearFilters={list.clear}
        filters={
          <Filters filtered={list.filtered} onClear={list.clear}>
            <FilterChoice
              label={billing("state")}
              options={paymentStates.all.map((id) => ({ id, label: billing(`paymentState.${id}`) }))}
              value={state}
              onChange={(chosen) => list.set({ state: chosen })}
            />
            <FilterDates
              label={t("time")}
              value={{ from: from === "" ? null : from, to: to === "" ? null : to }}
              onChange={(range) => list.set({ from: range.from ?? "", to: range.to ?? "" })}
            />
          </Filters>
        }
        empty={
          <EmptyState icon={<CreditCard size={20} />} title={t("empty")}>
            {t("emptyHint")}
          </EmptyState>
        }
      />
      {refunded !== undefined && <RefundDialog payment={refunded} onClose={() => setRefunded(undefined)} />}
    </>
  );
}

function useColumns(ofAll: boolean): readonly Column<Payment>[] {
  const { t } = useTranslation("payments");
  const billing = useTranslation("billing").t;
  const format = useFormat();
  const { realm } = useSession();
  const { declineText } = useDecline();
  return useMemo<Column<Payment>[]>(
    () => [
      {
        id: "amount",
        header: t("amount"),
        cell: ({ amountMinor, refundedMinor, currency }) => (
          <Stack as="span" $gap="hair">
            <span>{format.money(amountMinor, currency)}</span>
            {refundedMinor > 0n && (
              <Text as="span" $size="small" $tone="muted">
                {t("refundedPart", { amount: format.money(refundedMinor, currency) })}
              </Text>
            )}
          </Stack>
        ),
        rowHeader: true,
        width: 200,
      },
      ...(ofAll
        ? [
            {
              id: "tenant",
              header: billing("tenant"),
              cell: (payment: Payment) => <TenantName id={payment.tenantId} />,
            },
          ]
        : []),
      {
        id: "state",
        header: billing("state"),
        cell: ({ state, disputes: [dispute] }) => (
          <Inline as="span" $gap={1}>
            <PaymentBadge state={state} />
            {realm === PLATFORM && dispute !== undefined && <DisputeBadge state={dispute.state} />}
          </Inline>
        ),
        width: 180,
      },
      {
        id: "why",
        header: t("why"),
        cell: ({ state, declineReason, note }) =>
          state === Payment_State.FAILED ? declineText(declineReason) : <bdi>{note}</bdi>,
      },
      {
        id: "provider",
        header: t("provider"),
        cell: ({ provider }) => billing(`provider.${providers.word(provider)}`),
        width: 140,
      },
      {
        id: "time",
        header: t("time"),
        cell: ({ createTime }) => createTime && format.dateTime(createTime),
        width: 170,
      },
      {
        id: "settled",
        header: t("settled"),
        cell: ({ settleTime }) => settleTime && format.dateTime(settleTime),
        width: 170,
        hidden: true,
      },
      {
        id: "reference",
        header: t("reference"),
        cell: ({ providerReference }) => providerReference !== "" && <Code>{providerReference}</Code>,
        width: 220,
        hidden: true,
      },
    ],
    [t, billing, format, declineText, ofAll, realm],
  );
}
