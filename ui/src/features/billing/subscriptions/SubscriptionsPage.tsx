import { Repeat } from "lucide-react";
import { useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Subscription_State, type Subscription } from "@/api/gen/atrium/billing/v1/subscription_pb";
import { SubscriptionService } from "@/api/gen/atrium/billing/v1/subscription_service_pb";
import { PLATFORM } from "@/api/session";
import { Badge } from "@/design/Badge/Badge";
import { DataTable, type Column } from "@/design/DataTable/DataTable";
import { FilterChoice, Filters } from "@/design/Filters/Filters";
import { Inline, Page } from "@/design/layout/layout";
import { EmptyState, NoPermission } from "@/design/states/states";
import { useFormat } from "@/i18n/Locale";
import { someOf, text, useListState } from "@/routing/listState";
import { paths } from "@/routing/paths";
import { useCan } from "@/session/useCan";

import { SubscriptionBadge } from "../parts/badges";
import { tableOf } from "../parts/tableOf";
import { TenantName } from "../parts/TenantName";
import { useListPlansQuery } from "../plans/api";
import { usePlanName } from "../plans/usePlanName";
import { intervals, subscriptionStates } from "../words/words";
import { useListSubscriptionsQuery } from "./api";

/** Each row asks for its tenant's name. */
const PAGE_SIZE = 25;
const params = { state: someOf(subscriptionStates.all), plan: text() };

/** All subscriptions of the provider. */
export function SubscriptionsPage(): ReactNode {
  const { t } = useTranslation("subscriptions");
  const can = useCan();
  return (
    <Page title={t("list.title")}>
      {can(SubscriptionService.method.listSubscriptions) ? <List /> : <NoPermission permission="subscriptions.read" />}
    </Page>
  );
}

function List(): ReactNode {
  const { t } = useTranslation("subscriptions");
  const billing = useTranslation("billing").t;
  const columns = useColumns();
  const list = useListState(params);
  const { state, plan } = list.values;
  const query = useListSubscriptionsQuery(
    {
      states: state.map((word) => subscriptionStates.of(word)),
      planId: plan,
      pageSize: PAGE_SIZE,
      pageToken: list.page.token,
    },
    { refetchOnMountOrArgChange: 5 },
  );
  const { data: plans } = useListPlansQuery({ pageSize: 500 });
  const known = plans?.plans ?? [];
  return (
    <DataTable
      {...tableOf(query, list.page)}
      name="billing.subscriptions"
      label={t("list.title")}
      columns={columns}
      rows={query.data?.subscriptions}
      rowId={({ id }) => id}
      rowName={({ tenantId, planId }) => `${tenantId} ${planId}`}
      rowHref={({ tenantId }) => paths.to(PLATFORM, "tenantBilling", { id: tenantId })}
      rowMuted={(one) => one.state === Subscription_State.CANCELLED}
      filtered={list.filtered}
      onClearFilters={list.clear}
      filters={
        <Filters filtered={list.filtered} onClear={list.clear}>
          <FilterChoice
            label={billing("state")}
            options={subscriptionStates.all.map((id) => ({ id, label: billing(`subscriptionState.${id}`) }))}
            value={state}
            onChange={(chosen) => list.set({ state: chosen })}
          />
          <FilterChoice
            label={t("list.plan")}
            options={[
              ...known.map(({ id, terms }) => ({ id, label: terms?.displayName ?? id })),
              ...(plan === "" || known.some(({ id }) => id === plan) ? [] : [{ id: plan, label: plan }]),
            ]}
            value={plan === "" ? [] : [plan]}
            onChange={([chosen = ""]) => list.set({ plan: chosen })}
            one
          />
        </Filters>
      }
      empty={
        <EmptyState icon={<Repeat size={20} />} title={t("list.empty")}>
          {t("list.emptyHint")}
        </EmptyState>
      }
    />
  );
}

function useColumns(): readonly Column<Subscription>[] {
  const { t } = useTranslation("subscriptions");
  const billing = useTranslation("billing").t;
  const format = useFormat();
  const planName = usePlanName();
  return useMemo<Column<Subscription>[]>(
    () => [
      {
        id: "tenant",
        header: billing("tenant"),
        cell: ({ tenantId }) => <TenantName id={tenantId} />,
        rowHeader: true,
      },
      {
        id: "state",
        header: billing("state"),
        cell: ({ state, cancelAtPeriodEnd, pendingChange }) => (
          <Inline as="span" $gap={1}>
            <SubscriptionBadge state={state} />
            {cancelAtPeriodEnd && <Badge tone="warning">{t("list.ends")}</Badge>}
            {pendingChange !== undefined && <Badge tone="info">{t("list.changes")}</Badge>}
          </Inline>
        ),
        width: 190,
      },
      { id: "plan", header: t("list.plan"), cell: ({ planId }) => <bdi>{planName(planId)}</bdi>, width: 150 },
      {
        id: "interval",
        header: t("present.interval"),
        cell: ({ interval }) => billing(`interval.${intervals.word(interval)}`),
        width: 110,
      },
      { id: "seats", header: t("present.seats"), cell: ({ seats }) => format.number(seats), align: "end", width: 90 },
      {
        id: "renews",
        header: t("list.renews"),
        cell: ({ periodEndTime, state }) =>
          state !== Subscription_State.CANCELLED && periodEndTime && format.date(periodEndTime),
        width: 140,
      },
      {
        id: "since",
        header: t("present.since"),
        cell: ({ createTime }) => createTime && format.date(createTime),
        width: 130,
        hidden: true,
      },
      { id: "currency", header: t("present.currency"), cell: ({ currency }) => currency, width: 100, hidden: true },
    ],
    [t, billing, format, planName],
  );
}
