import type { MessageInitShape } from "@bufbuild/protobuf";
import { useCallback, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { reportId } from "@/api/errors";
import { Interval, Price_Kind, type PlanTerms, type PlanTermsSchema } from "@/api/gen/atrium/billing/v1/plan_pb";
import type { SimulatePlanResponse } from "@/api/gen/atrium/billing/v1/plan_service_pb";
import { TenantService } from "@/api/gen/atrium/tenants/v1/tenant_service_pb";
import { isFailure } from "@/api/rtk";
import { Button } from "@/design/Button/Button";
import { BarChart } from "@/design/charts/BarChart";
import { ComboBox } from "@/design/ComboBox/ComboBox";
import { Card, Grid, Inline, Stack } from "@/design/layout/layout";
import type { Option } from "@/design/ListBox/options";
import { Notice } from "@/design/Notice/Notice";
import { NumberField } from "@/design/NumberField/NumberField";
import { RadioGroup } from "@/design/RadioGroup/RadioGroup";
import { Select } from "@/design/Select/Select";
import { Heading, Text } from "@/design/typography/typography";
import { digitsOf } from "@/i18n/currency";
import { useErrorText } from "@/i18n/errorText";
import { useFormat } from "@/i18n/Locale";
import { useCan } from "@/session/useCan";
import { useClient } from "@/session/useClient";

import { LinesTable } from "../invoices/LinesTable";
import { decimal, whole } from "../money/minor";
import { PlainTable } from "../parts/PlainTable";
import { useMeters } from "../usage/meters";
import { intervals } from "../words/words";
import { useSimulatePlanMutation } from "./api";
import { Faults } from "./editor/Faults";

type TermsLike = MessageInitShape<typeof PlanTermsSchema> | PlanTerms;

interface SimulatorProps {
  /** The terms to price: those of a form need not be saved. */
  termsNow: () => TermsLike;
}

interface Asked {
  book: number;
  from: "typed" | "tenant";
  seats: bigint;
  usage: Readonly<Record<string, bigint>>;
  tenant: Option | null;
  months: number;
}

/** What terms would have cost: for quantities that are typed, or for what a tenant used in the last months. */
export function Simulator({ termsNow }: SimulatorProps): ReactNode {
  const { t } = useTranslation("plans");
  const billing = useTranslation("billing").t;
  const { errorText } = useErrorText();
  const can = useCan();
  const meters = useMeters();
  const tenants = useClient(TenantService);
  const [simulate, { data, error, isLoading, originalArgs }] = useSimulatePlanMutation();
  const [asked, setAsked] = useState<Asked>({
    book: 0,
    from: "typed",
    seats: 1n,
    usage: {},
    tenant: null,
    months: 3,
  });
  const change = (part: Partial<Asked>): void => setAsked((before) => ({ ...before, ...part }));
  const load = useCallback(
    async (query: string, signal: AbortSignal): Promise<Option[]> =>
      (await tenants.listTenants({ query, pageSize: 20 }, { signal })).tenants.map(({ id, displayName, slug }) => ({
        id,
        label: displayName,
        description: slug,
      })),
    [tenants],
  );
  const terms = termsNow();
  const books = terms.priceBooks ?? [];
  const book = books[asked.book] ?? books[0];
  const prices = book?.prices ?? [];
  const metered = [...new Set(prices.filter(({ kind }) => kind === Price_Kind.METER).map(({ meter = "" }) => meter))];
  const bySeat = prices.some(({ kind }) => kind === Price_Kind.SEAT);
  const mayLook = can(TenantService.method.listTenants);
  const ofTenant = asked.from === "tenant";
  const ask = (): void => {
    const now = termsNow();
    const chosen = now.priceBooks?.[asked.book] ?? now.priceBooks?.[0];
    if (chosen === undefined) return;
    void simulate({
      terms: now,
      currency: chosen.currency ?? "",
      interval: chosen.interval ?? Interval.MONTH,
      seats: bySeat ? asked.seats : 1n,
      ...(ofTenant
        ? { tenantId: asked.tenant?.id ?? "", months: asked.months }
        : { usage: Object.fromEntries(metered.map((meter) => [meter, asked.usage[meter] ?? 0n])) }),
    });
  };
  return (
    <Card aria-labelledby="simulator">
      <Stack $gap={5}>
        <Stack $gap="hair">
          <Heading $size="medium" id="simulator">
            {t("simulator.title")}
          </Heading>
          <Text $size="small" $tone="muted">
            {t("simulator.lead")}
          </Text>
        </Stack>
        <Grid $least="13rem">
          <Select
            label={t("simulator.book")}
            value={book === undefined ? null : String(books.indexOf(book))}
            onChange={(at) => change({ book: Number(at) })}
            options={books.map(({ currency = "", interval = Interval.MONTH }, at) => ({
              id: String(at),
              label: `${currency} · ${billing(`interval.${intervals.word(interval)}`)}`,
            }))}
          />
          {bySeat && (
            <NumberField
              label={t("simulator.seats")}
              value={Number(asked.seats)}
              min={0}
              max={1_000_000}
              onChange={(value) => change({ seats: BigInt(Math.round(value ?? 0)) })}
            />
          )}
        </Grid>
        {mayLook && (
          <RadioGroup
            label={t("simulator.for")}
            value={asked.from}
            onChange={(from) => change({ from: from as Asked["from"] })}
            options={[
              { id: "typed", label: t("simulator.typed") },
              { id: "tenant", label: t("simulator.tenant") },
            ]}
          />
        )}
        <Grid $least="13rem">
          {ofTenant ? (
            <>
              <ComboBox
                label={billing("tenant")}
                load={load}
                value={asked.tenant}
                onChange={(tenant) => change({ tenant })}
              />
              <NumberField
                label={t("simulator.months")}
                value={asked.months}
                min={1}
                max={24}
                onChange={(value) => change({ months: Math.round(value ?? 3) })}
              />
            </>
          ) : (
            metered.map((meter) => (
              <NumberField
                key={meter}
                label={meters.name(meter)}
                value={Number(asked.usage[meter] ?? 0n)}
                min={0}
                {...(meters.inBytes(meter) ? { description: meters.quantity(meter, asked.usage[meter] ?? 0n) } : {})}
                onChange={(value) => change({ usage: { ...asked.usage, [meter]: BigInt(Math.round(value ?? 0)) } })}
              />
            ))
          )}
        </Grid>
        <div>
          <Button
            isPending={isLoading}
            disabledReason={
              book === undefined
                ? t("simulator.noBook")
                : ofTenant && asked.tenant === null
                  ? t("simulator.noTenant")
                  : undefined
            }
            onPress={ask}
          >
            {t("simulator.do")}
          </Button>
        </div>
        {isFailure(error) &&
          (error.violations.length > 0 ? (
            <Faults faults={error.violations.map(({ field, ...rest }) => ({ path: field, ...rest }))} />
          ) : (
            <Notice tone="danger" requestId={reportId(error)}>
              {errorText(error)}
            </Notice>
          ))}
        {data !== undefined && <Bills answer={data} currency={originalArgs?.currency ?? ""} />}
      </Stack>
    </Card>
  );
}

function Bills({ answer: { bills }, currency }: { answer: SimulatePlanResponse; currency: string }): ReactNode {
  const { t } = useTranslation("plans");
  const format = useFormat();
  const [opened, setOpened] = useState<string>();
  const monthName = (month: string): string =>
    new Intl.DateTimeFormat(format.locale, { month: "long", year: "numeric", timeZone: "UTC" }).format(
      new Date(`${month}-01T00:00:00Z`),
    );
  const [only] = bills;
  if (only === undefined) return <Text $tone="muted">{t("simulator.nothing")}</Text>;
  if (bills.length === 1 && only.month === "")
    return (
      <Stack>
        <LinesTable label={t("simulator.lines")} lines={only.lines} currency={currency} />
        <Inline $justify="space-between">
          <Text $weight="bold">{t("simulator.total")}</Text>
          <Text $weight="bold" $numeric>
            {format.money(only.totalMinor, currency)}
          </Text>
        </Inline>
      </Stack>
    );
  const digits = digitsOf(currency);
  const ordered = bills.toSorted((a, b) => a.month.localeCompare(b.month));
  return (
    <Stack>
      <BarChart
        label={t("simulator.byMonth")}
        pointsLabel={t("simulator.month")}
        points={ordered.map(({ month }) => ({ id: month, label: monthName(month), short: month }))}
        series={[{ name: t("simulator.total"), values: ordered.map(({ totalMinor }) => decimal(totalMinor, digits)) }]}
        format={(value) => format.money(whole(value, digits), currency)}
        height={180}
      />
      <PlainTable
        label={t("simulator.byMonth")}
        rows={ordered}
        rowId={({ month }) => month}
        columns={[
          { id: "month", header: t("simulator.month"), cell: ({ month }) => monthName(month) },
          {
            id: "total",
            header: t("simulator.total"),
            align: "end",
            cell: ({ totalMinor }) => format.money(totalMinor, currency),
          },
          {
            id: "lines",
            header: t("simulator.lines"),
            headerHidden: true,
            align: "end",
            cell: ({ month }) => (
              <Button
                size="small"
                variant="quiet"
                aria-expanded={opened === month}
                onPress={() => setOpened(opened === month ? undefined : month)}
              >
                {t("simulator.lines")}
              </Button>
            ),
          },
        ]}
        detail={({ month, lines }) =>
          opened === month ? <LinesTable label={t("simulator.lines")} lines={lines} currency={currency} /> : undefined
        }
      />
    </Stack>
  );
}
