import { BookOpen } from "lucide-react";
import { useCallback, useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { LedgerService, type LedgerEntry } from "@/api/gen/atrium/billing/v1/ledger_service_pb";
import { TaxRateService } from "@/api/gen/atrium/billing/v1/tax_rate_service_pb";
import { PLATFORM } from "@/api/session";
import { DataTable, type Column } from "@/design/DataTable/DataTable";
import { FilterChoice, Filters } from "@/design/Filters/Filters";
import { KeyValueList } from "@/design/KeyValueList/KeyValueList";
import { Card, Stack } from "@/design/layout/layout";
import { EmptyState, NoPermission } from "@/design/states/states";
import { Code, Text } from "@/design/typography/typography";
import { useFormat } from "@/i18n/Locale";
import { oneOf, text, useListState } from "@/routing/listState";
import { paths } from "@/routing/paths";
import { useCan } from "@/session/useCan";

import { useBilled } from "../accounts/billed";
import { tableOf } from "../parts/tableOf";
import { useListTaxRatesQuery } from "../taxRates/api";
import { ledgerAccounts, providers } from "../words/words";
import { useGetLedgerBalanceQuery, useListLedgerEntriesQuery } from "./api";

const PAGE_SIZE = 50;
const params = { account: oneOf(["any", ...ledgerAccounts.all], "any"), source: text() };

/** A tenant's entries in the ledger, newest first, and what they sum to. */
export function LedgerSection(): ReactNode {
  const can = useCan();
  if (!can(LedgerService.method.listLedgerEntries)) return <NoPermission permission="ledger.read" />;
  return <Entries />;
}

function Entries(): ReactNode {
  const { t } = useTranslation("ledger");
  const billing = useTranslation("billing").t;
  const { tenantId } = useBilled();
  const columns = useColumns();
  const list = useListState(params);
  const { account, source } = list.values;
  const query = useListLedgerEntriesQuery(
    {
      tenantId,
      sourceId: source.trim(),
      ...(account === "any" ? {} : { accountType: ledgerAccounts.of(account) }),
      pageSize: PAGE_SIZE,
      pageToken: list.page.token,
    },
    { refetchOnMountOrArgChange: 5 },
  );
  return (
    <Stack>
      <Balance />
      <DataTable
        {...tableOf(query, list.page)}
        name="billing.ledger"
        label={t("label")}
        columns={columns}
        rows={query.data?.entries}
        rowId={({ id }) => id}
        rowName={({ description, id }) => (description === "" ? id : description)}
        rowHref={({ sourceId }) =>
          sourceId.startsWith("inv_") ? paths.to(PLATFORM, "invoice", { id: sourceId }) : undefined
        }
        filtered={list.filtered}
        onClearFilters={list.clear}
        filters={
          <Filters
            search={{
              label: t("search"),
              placeholder: t("searchHint"),
              value: source,
              onChange: (value) => list.set({ source: value.slice(0, 64) }),
            }}
            filtered={list.filtered}
            onClear={list.clear}
          >
            <FilterChoice
              label={t("account")}
              options={ledgerAccounts.all.map((id) => ({ id, label: billing(`ledgerAccount.${id}`) }))}
              value={account === "any" ? [] : [account]}
              onChange={([chosen]) => list.set({ account: chosen ?? "any" })}
              one
            />
          </Filters>
        }
        empty={
          <EmptyState icon={<BookOpen size={20} />} title={t("empty")}>
            {t("emptyHint")}
          </EmptyState>
        }
      />
      <Text $size="small" $tone="muted">
        {t("signs")}
      </Text>
    </Stack>
  );
}

function Balance(): ReactNode {
  const { t } = useTranslation("ledger");
  const format = useFormat();
  const { tenantId } = useBilled();
  const { data } = useGetLedgerBalanceQuery({ tenantId }, { refetchOnMountOrArgChange: 5 });
  if (data === undefined || data.amounts.length === 0) return null;
  return (
    <Card>
      <KeyValueList
        layout="above"
        items={data.amounts.flatMap(({ currency, owedMinor, creditMinor }) => [
          { label: t("owed", { currency }), value: format.money(owedMinor, currency) },
          { label: t("credit", { currency }), value: format.money(creditMinor, currency) },
        ])}
      />
    </Card>
  );
}

function useColumns(): readonly Column<LedgerEntry>[] {
  const { t } = useTranslation("ledger");
  const billing = useTranslation("billing").t;
  const format = useFormat();
  const partName = usePartName();
  return useMemo<Column<LedgerEntry>[]>(
    () => [
      {
        id: "description",
        header: t("description"),
        cell: ({ description, sourceId }) => <bdi>{description === "" ? sourceId : description}</bdi>,
        rowHeader: true,
      },
      {
        id: "account",
        header: t("account"),
        cell: ({ accountType, account }) =>
          [billing(`ledgerAccount.${ledgerAccounts.word(accountType)}`), partName(account)]
            .filter((one) => one !== "")
            .join(" · "),
        width: 200,
      },
      {
        id: "debit",
        header: t("debit"),
        cell: ({ amountMinor, currency }) => amountMinor > 0n && format.money(amountMinor, currency),
        align: "end",
        width: 130,
      },
      {
        id: "credited",
        header: t("credited"),
        cell: ({ amountMinor, currency }) => amountMinor < 0n && format.money(-amountMinor, currency),
        align: "end",
        width: 130,
      },
      { id: "time", header: t("time"), cell: ({ postTime }) => postTime && format.dateTime(postTime), width: 170 },
      {
        id: "transaction",
        header: t("transaction"),
        cell: ({ transactionId }) => <Code>{transactionId}</Code>,
        width: 260,
        hidden: true,
      },
      { id: "source", header: t("source"), cell: ({ sourceId }) => <Code>{sourceId}</Code>, width: 220, hidden: true },
    ],
    [t, billing, format, partName],
  );
}

/** Cash is kept by provider and tax by rate: both are named as everywhere else. */
function usePartName(): (account: string) => string {
  const billing = useTranslation("billing").t;
  const can = useCan();
  const { data } = useListTaxRatesQuery(
    { showArchived: true, pageSize: 500 },
    { skip: !can(TaxRateService.method.listTaxRates) },
  );
  return useCallback(
    (account) => {
      const provider = providers.all.find((word) => word.toUpperCase() === account);
      if (provider !== undefined) return billing(`provider.${provider}`);
      return data?.taxRates.find(({ id }) => id === account)?.displayName ?? account;
    },
    [billing, data],
  );
}
