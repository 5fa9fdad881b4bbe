import { Layers, Plus } from "lucide-react";
import { useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Interval, Plan_State, type Plan } from "@/api/gen/atrium/billing/v1/plan_pb";
import { PlanService } from "@/api/gen/atrium/billing/v1/plan_service_pb";
import { PLATFORM } from "@/api/session";
import { Badge } from "@/design/Badge/Badge";
import { Button, ButtonLink } from "@/design/Button/Button";
import { DataTable, type Column } from "@/design/DataTable/DataTable";
import { FilterChoice, Filters } from "@/design/Filters/Filters";
import { Inline, Page, Stack } from "@/design/layout/layout";
import { EmptyState, NoPermission } from "@/design/states/states";
import { Code, Text } from "@/design/typography/typography";
import { useFormat } from "@/i18n/Locale";
import { someOf, useListState } from "@/routing/listState";
import { paths } from "@/routing/paths";
import { useCan } from "@/session/useCan";

import { unitPrice } from "../money/minor";
import { PlanBadge } from "../parts/badges";
import { tableOf } from "../parts/tableOf";
import { intervals, planStates } from "../words/words";
import { useListPlansQuery } from "./api";
import { PlansFrame } from "./PlansFrame";
import { bookOf, currenciesOf, flatMicros, isFree, seatPrice } from "./prices";

const PAGE_SIZE = 50;
const params = { state: someOf(planStates.all) };

/** What the provider sells. */
export function PlansPage(): ReactNode {
  const { t } = useTranslation("plans");
  const can = useCan();
  if (!can("plans.read"))
    return (
      <Page title={t("list.title")}>
        <NoPermission permission="plans.read" />
      </Page>
    );
  return (
    <PlansFrame current="plans" title={t("list.title")} description={t("list.lead")} actions={<CreateLink />}>
      <List />
    </PlansFrame>
  );
}

function CreateLink(): ReactNode {
  const { t } = useTranslation("plans");
  const billing = useTranslation("billing").t;
  const can = useCan();
  const icon = <Plus size={16} aria-hidden />;
  return can(PlanService.method.createPlan) ? (
    <ButtonLink variant="primary" icon={icon} href={paths.to(PLATFORM, "newPlan")}>
      {t("list.create")}
    </ButtonLink>
  ) : (
    <Button variant="primary" icon={icon} disabledReason={billing("denied", { permission: "plans.manage" })}>
      {t("list.create")}
    </Button>
  );
}

function List(): ReactNode {
  const { t } = useTranslation("plans");
  const billing = useTranslation("billing").t;
  const columns = useColumns();
  const list = useListState(params);
  const query = useListPlansQuery(
    {
      states: list.values.state.map((word) => planStates.of(word)),
      pageSize: PAGE_SIZE,
      pageToken: list.page.token,
    },
    { refetchOnMountOrArgChange: 5 },
  );
  return (
    <DataTable
      {...tableOf(query, list.page)}
      name="billing.plans"
      label={t("list.title")}
      columns={columns}
      rows={query.data?.plans}
      rowId={({ id }) => id}
      rowName={({ id, terms }) => terms?.displayName ?? id}
      rowHref={({ id }) => paths.to(PLATFORM, "plan", { id })}
      rowMuted={(plan) => plan.state === Plan_State.ARCHIVED}
      filtered={list.filtered}
      onClearFilters={list.clear}
      filters={
        <Filters filtered={list.filtered} onClear={list.clear}>
          <FilterChoice
            label={billing("state")}
            options={planStates.all.map((id) => ({ id, label: billing(`planState.${id}`) }))}
            value={list.values.state}
            onChange={(state) => list.set({ state })}
          />
        </Filters>
      }
      empty={
        <EmptyState icon={<Layers size={20} />} title={t("list.empty")} actions={<CreateLink />}>
          {t("list.emptyHint")}
        </EmptyState>
      }
    />
  );
}

function useColumns(): readonly Column<Plan>[] {
  const { t } = useTranslation("plans");
  const billing = useTranslation("billing").t;
  const format = useFormat();
  return useMemo<Column<Plan>[]>(() => {
    const price = ({ terms }: Plan, interval: Interval): ReactNode => {
      const currency = terms && currenciesOf(terms)[0];
      const book = terms && currency !== undefined ? bookOf(terms, currency, interval) : undefined;
      if (book === undefined) return "–";
      if (isFree(book)) return t("price.nothing");
      const seat = seatPrice(book);
      const flat = unitPrice(format.locale, flatMicros(book), book.currency);
      if (seat === undefined) return flat;
      return (
        <Stack as="span" $gap="hair">
          <span>{flat}</span>
          <Text as="span" $size="small" $tone="muted">
            {t("list.andSeat", { seat: unitPrice(format.locale, seat.tiers[0]?.unitMicros ?? 0n, book.currency) })}
          </Text>
        </Stack>
      );
    };
    return [
      {
        id: "name",
        header: t("list.name"),
        cell: ({ id, terms, nextTerms }) => (
          <Inline as="span">
            <bdi>{terms?.displayName ?? id}</bdi>
            {nextTerms !== undefined && <Badge tone="info">{t("list.next")}</Badge>}
          </Inline>
        ),
        rowHeader: true,
      },
      { id: "id", header: t("list.id"), cell: ({ id }) => <Code>{id}</Code>, width: 160 },
      { id: "state", header: billing("state"), cell: ({ state }) => <PlanBadge state={state} />, width: 140 },
      ...([Interval.MONTH, Interval.YEAR] as const).map((interval) => ({
        id: `price${String(interval)}`,
        header: billing(`interval.${intervals.word(interval)}`),
        cell: (plan: Plan) => price(plan, interval),
        align: "end" as const,
        width: 190,
      })),
      {
        id: "subscriptions",
        header: t("list.subscriptions"),
        cell: ({ subscriptionCount }) => format.number(subscriptionCount),
        align: "end",
        width: 130,
      },
      {
        id: "version",
        header: t("list.version"),
        cell: ({ planVersion }) => format.number(planVersion),
        align: "end",
        width: 90,
      },
      {
        id: "updated",
        header: t("list.updated"),
        cell: ({ updateTime }) => updateTime && format.relative(updateTime),
        width: 140,
        hidden: true,
      },
    ];
  }, [t, billing, format]);
}
