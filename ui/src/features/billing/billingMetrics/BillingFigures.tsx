import { useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import {
  BillingMetricsService,
  type BillingMetrics,
  type BillingMetrics_Month,
} from "@/api/gen/atrium/billing/v1/billing_metrics_service_pb";
import { PLATFORM } from "@/api/session";
import { ButtonLink } from "@/design/Button/Button";
import { AreaChart } from "@/design/charts/AreaChart";
import { BarChart } from "@/design/charts/BarChart";
import { BarList } from "@/design/charts/BarList";
import { ChartCard } from "@/design/charts/ChartCard";
import { DonutChart } from "@/design/charts/DonutChart";
import { LineChart } from "@/design/charts/LineChart";
import type { Point } from "@/design/charts/series";
import { FilterChoice, Filters } from "@/design/Filters/Filters";
import { Grid, Inline, Page, Stack } from "@/design/layout/layout";
import { Link } from "@/design/Link/Link";
import { Notice } from "@/design/Notice/Notice";
import { EmptyState, NoPermission } from "@/design/states/states";
import { StatTile, StatTiles } from "@/design/StatTile/StatTile";
import { digitsOf } from "@/i18n/currency";
import { useFormat } from "@/i18n/Locale";
import { oneOf, text, useListState } from "@/routing/listState";
import { paths } from "@/routing/paths";
import { useCan } from "@/session/useCan";

import { decimal, share, whole as units } from "../money/minor";
import { Asked } from "../parts/Asked";
import { useListPlansQuery } from "../plans/api";
import { currenciesOf } from "../plans/prices";
import { usePlanName } from "../plans/usePlanName";
import { useMeters } from "../usage/meters";
import { useGetBillingMetricsQuery } from "./api";
import { amountsOf, changeOf, churnByMonth, conversionsOf, MOVEMENTS, sumOf } from "./figures";

const MONTHS = ["6", "12", "24", "36"] as const;
const params = { months: oneOf(MONTHS, "12"), currency: text() };

/** How the business does: recurring revenue and what moves it, who comes and goes, what is used, and what is paid. */
export function BillingFigures(): ReactNode {
  const { t } = useTranslation("billingMetrics");
  const can = useCan();
  const list = useListState(params);
  const { months, currency } = list.values;
  const may = can(BillingMetricsService.method.getBillingMetrics);
  const query = useGetBillingMetricsQuery(
    { months: Number(months), currency: /^[A-Z]{3}$/.test(currency) ? currency : "" },
    { skip: !may, refetchOnMountOrArgChange: 60 },
  );
  const { data: plans } = useListPlansQuery({ pageSize: 500 }, { skip: !may });
  const currencies = [
    ...new Set([
      ...(query.data === undefined ? [] : [query.data.currency]),
      ...(plans?.plans ?? []).flatMap(({ terms }) => (terms === undefined ? [] : currenciesOf(terms))),
    ]),
  ].filter((one) => one !== "");
  return (
    <Page title={t("title")} description={t("lead")}>
      {!may ? (
        <NoPermission permission="billing-metrics.read" />
      ) : (
        <>
          <Filters filtered={list.filtered} onClear={list.clear}>
            <FilterChoice
              label={t("months")}
              options={MONTHS.map((id) => ({ id, label: t("lastMonths", { count: Number(id) }) }))}
              value={[months]}
              onChange={([chosen]) => list.set({ months: chosen ?? "12" })}
              one
            />
            {currencies.length > 1 && (
              <FilterChoice
                label={t("currency")}
                options={currencies.map((id) => ({ id, label: id }))}
                value={[query.data?.currency ?? currency].filter((one) => one !== "")}
                onChange={([chosen = ""]) => list.set({ currency: chosen })}
                one
              />
            )}
          </Filters>
          <Asked query={query} label={t("loading")} lines={12}>
            {(metrics) => <Figures metrics={metrics} />}
          </Asked>
        </>
      )}
    </Page>
  );
}

function Figures({ metrics }: { metrics: BillingMetrics }): ReactNode {
  const { t } = useTranslation("billingMetrics");
  const format = useFormat();
  const { currency, months } = metrics;
  const money = (minor: bigint): string => format.money(minor, currency);
  const mrr = amountsOf(months, "mrrMinor", currency);
  const churn = churnByMonth(months);
  const change = changeOf(mrr);
  return (
    <Stack $gap={5}>
      {metrics.parkedAccounts > 0n && (
        <Notice
          tone="danger"
          actions={
            <div>
              <ButtonLink size="small" href={paths.to(PLATFORM, "billingAccounts", {}, { state: "parked" })}>
                {t("parkedLink")}
              </ButtonLink>
            </div>
          }
        >
          {t("parked", { count: Number(metrics.parkedAccounts) })}
        </Notice>
      )}
      <Tiles>
        <StatTile
          label={t("mrr")}
          value={money(metrics.mrrMinor)}
          hint={t("mrrHint")}
          trend={mrr}
          {...(change === undefined
            ? {}
            : { change: { share: change, than: t("thanMonthBefore"), good: "up" as const } })}
        />
        <StatTile label={t("arr")} value={money(metrics.arrMinor)} hint={t("arrHint")} />
        <StatTile label={t("average")} value={money(metrics.averageRevenueMinor)} hint={t("averageHint")} />
        <StatTile
          label={t("outstanding")}
          value={money(metrics.outstandingMinor)}
          hint={
            metrics.overdueMinor > 0n
              ? t("outstandingOverdue", { amount: money(metrics.overdueMinor) })
              : t("outstandingHint")
          }
          href={paths.to(PLATFORM, "invoices", {}, { state: "open" })}
        />
        <StatTile
          label={t("churn")}
          value={format.percent(share(metrics.churnMicros), 1)}
          hint={t("churnHint")}
          trend={churn}
          color="danger"
        />
        <StatTile
          label={t("trials")}
          value={format.percent(share(metrics.trialConversionMicros), 1)}
          hint={t("trialsHint")}
        />
        <StatTile
          label={t("subscribers")}
          value={format.number(months.at(-1)?.subscribers ?? 0n)}
          hint={t("subscribersHint")}
          trend={months.map(({ subscribers }) => Number(subscribers))}
          href={paths.to(PLATFORM, "subscriptions")}
        />
        <StatTile
          label={t("paid")}
          value={money(metrics.paidMinor)}
          hint={t("paidHint")}
          trend={amountsOf(months, "paidMinor", currency)}
        />
      </Tiles>
      {months.length > 0 && <Charts metrics={metrics} />}
    </Stack>
  );
}

/** What is earned and owed, and below it what moves it; two in a row on a phone. */
const Tiles = styled(StatTiles)`
  grid-template-columns: repeat(auto-fit, minmax(max(9rem, 100% / 5), 1fr));
`;

function Charts({ metrics }: { metrics: BillingMetrics }): ReactNode {
  const { t } = useTranslation("billingMetrics");
  const format = useFormat();
  const planName = usePlanName();
  const { currency, months } = metrics;
  const points = useMonthPoints(months);
  const whole = useMemo(
    () => new Intl.NumberFormat(format.locale, { style: "currency", currency, maximumFractionDigits: 0 }),
    [format.locale, currency],
  );
  const short = useMemo(
    () => new Intl.NumberFormat(format.locale, { style: "currency", currency, notation: "compact" }),
    [format.locale, currency],
  );
  const digits = digitsOf(currency);
  const money = {
    format: (value: number) => format.money(units(value, digits), currency),
    axisFormat: (value: number) => short.format(value),
  };
  const amount = (minor: bigint): number => decimal(minor, digits);
  return (
    <Grid $least="26rem">
      <ChartCard title={t("revenue.title")} description={t("revenue.lead")}>
        <AreaChart
          label={t("revenue.title")}
          pointsLabel={t("month")}
          points={points}
          series={[{ name: t("mrr"), values: amountsOf(months, "mrrMinor", currency) }]}
          {...money}
        />
      </ChartCard>
      <ChartCard title={t("movements.title")} description={t("movements.lead")}>
        <BarChart
          label={t("movements.title")}
          pointsLabel={t("month")}
          points={points}
          stacked
          series={MOVEMENTS.map((field) => ({
            name: t(`movements.${field}`),
            values: amountsOf(months, field, currency),
            color: (
              { newMinor: 1, expansionMinor: "success", contractionMinor: "warning", churnedMinor: "danger" } as const
            )[field],
          }))}
          {...money}
        />
      </ChartCard>
      <ChartCard title={t("subscriberTrend.title")} description={t("subscriberTrend.lead")}>
        <LineChart
          label={t("subscriberTrend.title")}
          pointsLabel={t("month")}
          points={points}
          series={[{ name: t("subscribers"), values: months.map(({ subscribers }) => Number(subscribers)) }]}
        />
      </ChartCard>
      <ChartCard title={t("churnTrend.title")} description={t("churnTrend.lead")}>
        <LineChart
          label={t("churnTrend.title")}
          pointsLabel={t("month")}
          points={points}
          series={[{ name: t("churn"), values: churnByMonth(months), color: "danger" }]}
          format={(value) => format.percent(value, 1)}
        />
      </ChartCard>
      <ChartCard
        title={t("plans.title")}
        description={t("plans.lead")}
        {...(metrics.plans.length === 0 ? { empty: t("plans.none") } : {})}
      >
        <DonutChart
          label={t("plans.title")}
          unit={t("plans.unit")}
          slices={topSlices(
            metrics.plans.map(({ planId, mrrMinor }) => ({
              id: planId,
              label: planName(planId),
              value: amount(mrrMinor),
            })),
            t("plans.others"),
          )}
          format={(value) => whole.format(value)}
        />
      </ChartCard>
      <ChartCard title={t("conversion.title")} description={t("conversion.lead")}>
        <Conversions metrics={metrics} />
      </ChartCard>
      <ChartCard title={t("payments.title")} description={t("payments.lead")}>
        <Stack>
          <DonutChart
            label={t("payments.title")}
            unit={t("payments.unit")}
            slices={[
              { id: "paid", label: t("payments.paid"), value: amount(metrics.paidMinor), color: "success" },
              {
                id: "open",
                label: t("payments.open"),
                value: amount(metrics.outstandingMinor - metrics.overdueMinor),
                color: "warning",
              },
              { id: "overdue", label: t("payments.overdue"), value: amount(metrics.overdueMinor), color: "danger" },
            ]}
            format={(value) => whole.format(value)}
          />
          <Inline>
            <span>{t("payments.refunded", { amount: format.money(sumOf(months, "refundedMinor"), currency) })}</span>
            <Link href={paths.to(PLATFORM, "invoices", {}, { state: "open" })}>{t("payments.link")}</Link>
          </Inline>
        </Stack>
      </ChartCard>
      <ChartCard title={t("invoiced.title")} description={t("invoiced.lead")}>
        <BarChart
          label={t("invoiced.title")}
          pointsLabel={t("month")}
          points={points}
          series={[
            { name: t("invoiced.invoiced"), values: amountsOf(months, "invoicedMinor", currency), color: 1 },
            { name: t("invoiced.paid"), values: amountsOf(months, "paidMinor", currency), color: "success" },
            { name: t("invoiced.usage"), values: amountsOf(months, "usageRevenueMinor", currency), color: 7 },
          ]}
          {...money}
        />
      </ChartCard>
      <UsageTrends metrics={metrics} points={points} />
    </Grid>
  );
}

function Conversions({ metrics }: { metrics: BillingMetrics }): ReactNode {
  const { t } = useTranslation("billingMetrics");
  const planName = usePlanName();
  const [up, down] = [conversionsOf(metrics, true), conversionsOf(metrics, false)];
  const items = (all: typeof up) =>
    all.map(({ fromPlanId, toPlanId, subscriptions }) => ({
      id: `${fromPlanId}:${toPlanId}`,
      label: t("conversion.fromTo", { from: planName(fromPlanId), to: planName(toPlanId) }),
      value: Number(subscriptions),
    }));
  if (up.length + down.length === 0) return <EmptyState title={t("conversion.none")} />;
  return (
    <Stack $gap={5}>
      {up.length > 0 && (
        <Stack $gap={2}>
          <strong>{t("conversion.up")}</strong>
          <BarList label={t("conversion.up")} items={items(up)} color="success" />
        </Stack>
      )}
      {down.length > 0 && (
        <Stack $gap={2}>
          <strong>{t("conversion.down")}</strong>
          <BarList label={t("conversion.down")} items={items(down)} color="warning" />
        </Stack>
      )}
    </Stack>
  );
}

/** One chart a meter: their units have nothing in common. */
function UsageTrends({ metrics, points }: { metrics: BillingMetrics; points: Point[] }): ReactNode {
  const { t } = useTranslation("billingMetrics");
  const meters = useMeters();
  return metrics.usage
    .filter(({ quantities }) => quantities.some((quantity) => quantity > 0n))
    .map(({ meter, quantities }) => {
      const title = t("usage.title", { meter: meters.name(meter) });
      return (
        <ChartCard key={meter} title={title} description={t("usage.lead")}>
          <LineChart
            label={title}
            pointsLabel={t("month")}
            points={points}
            series={[
              { name: meters.name(meter), values: points.map((_, at) => Number(quantities[at] ?? 0n)), color: 2 },
            ]}
            format={(value) => meters.quantity(meter, BigInt(Math.round(value)))}
          />
        </ChartCard>
      );
    });
}

function useMonthPoints(months: readonly BillingMetrics_Month[]): Point[] {
  const { locale } = useFormat();
  return useMemo(() => {
    const named = (options: Intl.DateTimeFormatOptions) =>
      new Intl.DateTimeFormat(locale, { timeZone: "UTC", ...options });
    const [long, short] = [named({ month: "long", year: "numeric" }), named({ month: "short" })];
    return months.map(({ month }) => {
      const date = new Date(`${month}-01T00:00:00Z`);
      return { id: month, label: long.format(date), short: short.format(date) };
    });
  }, [months, locale]);
}

interface Slice {
  id: string;
  label: string;
  value: number;
}

/** More than six cannot be told apart: the smallest become one. */
function topSlices(slices: readonly Slice[], others: string): Slice[] {
  const sorted = slices.toSorted((a, b) => b.value - a.value);
  if (sorted.length <= 6) return sorted;
  const rest = sorted.slice(5).reduce((sum, { value }) => sum + value, 0);
  return [...sorted.slice(0, 5), { id: "others", label: others, value: rest }];
}
