import { Wallet } from "lucide-react";
import { useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import {
  BillingAccount_State,
  BillingAccountService,
  type BillingAccount,
} from "@/api/gen/atrium/billing/v1/billing_account_service_pb";
import { PLATFORM } from "@/api/session";
import { DataTable, type Column } from "@/design/DataTable/DataTable";
import { FilterChoice, Filters } from "@/design/Filters/Filters";
import { Page, Stack } from "@/design/layout/layout";
import { EmptyState, NoPermission } from "@/design/states/states";
import { Text } from "@/design/typography/typography";
import { useFormat } from "@/i18n/Locale";
import { someOf, useListState } from "@/routing/listState";
import { paths } from "@/routing/paths";
import { useCan } from "@/session/useCan";

import { AccountBadge } from "../parts/badges";
import { tableOf } from "../parts/tableOf";
import { TenantName } from "../parts/TenantName";
import { accountStates } from "../words/words";
import { useListBillingAccountsQuery } from "./api";
import { ParkReason } from "./ParkReason";
import { countryName } from "./places";
import { UnparkDialog } from "./UnparkDialog";

const PAGE_SIZE = 50;
const params = { state: someOf(accountStates.all) };

/** Everybody who is billed; those whose billing stands still come first. */
export function AccountsPage(): ReactNode {
  const { t } = useTranslation("accounts");
  const can = useCan();
  return (
    <Page title={t("list.title")} description={t("list.lead")}>
      {can(BillingAccountService.method.listBillingAccounts) ? (
        <Accounts />
      ) : (
        <NoPermission permission="billing-accounts.manage" />
      )}
    </Page>
  );
}

function Accounts(): ReactNode {
  const { t } = useTranslation("accounts");
  const billing = useTranslation("billing").t;
  const columns = useColumns();
  const list = useListState(params);
  const [parked, setParked] = useState<BillingAccount>();
  const query = useListBillingAccountsQuery(
    {
      states: list.values.state.map((word) => accountStates.of(word)),
      pageSize: PAGE_SIZE,
      pageToken: list.page.token,
    },
    { refetchOnMountOrArgChange: 5 },
  );
  const nameOf = ({ party, tenantId }: BillingAccount): string =>
    party === undefined || party.name === "" ? tenantId : party.name;
  return (
    <>
      <DataTable
        {...tableOf(query, list.page)}
        name="billing.accounts"
        label={t("list.title")}
        columns={columns}
        rows={query.data?.accounts}
        rowId={({ tenantId }) => tenantId}
        rowName={nameOf}
        rowHref={({ tenantId }) => paths.to(PLATFORM, "tenantBillingAccount", { id: tenantId })}
        rowActions={(account) => [
          {
            id: "open",
            label: billing("do.open"),
            href: paths.to(PLATFORM, "tenantBilling", { id: account.tenantId }),
          },
          {
            id: "unpark",
            label: t("unpark.do"),
            disabledReason: account.state === BillingAccount_State.PARKED ? undefined : t("list.notParked"),
            onAction: () => setParked(account),
          },
        ]}
        filtered={list.filtered}
        onClearFilters={list.clear}
        filters={
          <Filters filtered={list.filtered} onClear={list.clear}>
            <FilterChoice
              label={billing("state")}
              options={accountStates.all.map((id) => ({ id, label: billing(`accountState.${id}`) }))}
              value={list.values.state}
              onChange={(state) => list.set({ state })}
            />
          </Filters>
        }
        empty={<EmptyState icon={<Wallet size={20} />} title={t("list.empty")} />}
      />
      {parked !== undefined && <UnparkDialog account={parked} onClose={() => setParked(undefined)} />}
    </>
  );
}

function useColumns(): readonly Column<BillingAccount>[] {
  const { t } = useTranslation("accounts");
  const billing = useTranslation("billing").t;
  const format = useFormat();
  return useMemo<Column<BillingAccount>[]>(
    () => [
      {
        id: "name",
        header: t("form.name"),
        cell: ({ party, tenantId }) =>
          party === undefined || party.name === "" ? <TenantName id={tenantId} /> : <bdi>{party.name}</bdi>,
        rowHeader: true,
      },
      {
        id: "state",
        header: billing("state"),
        cell: ({ state, parkReason }) => (
          <Stack as="span" $gap="hair">
            <span>
              <AccountBadge state={state} />
            </span>
            {parkReason !== "" && (
              <Text as="span" $size="small" $tone="danger">
                <ParkReason reason={parkReason} brief />
              </Text>
            )}
          </Stack>
        ),
        width: 240,
      },
      {
        id: "owed",
        header: t("balance.owed"),
        cell: ({ owedMinor, currency }) => format.money(owedMinor, currency),
        align: "end",
        width: 130,
      },
      {
        id: "credit",
        header: t("balance.credit"),
        cell: ({ creditMinor, currency }) => format.money(creditMinor, currency),
        align: "end",
        width: 130,
      },
      {
        id: "country",
        header: t("form.country"),
        cell: ({ party }) => countryName(format.locale, party?.country ?? ""),
        width: 150,
      },
      {
        id: "email",
        header: t("form.email"),
        cell: ({ party }) => <bdi>{party?.email}</bdi>,
        width: 220,
        hidden: true,
      },
    ],
    [t, billing, format],
  );
}
