import { useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { InvoiceLine_Kind, type InvoiceLine } from "@/api/gen/atrium/billing/v1/invoice_pb";
import { Price_Model } from "@/api/gen/atrium/billing/v1/plan_pb";
import { Button } from "@/design/Button/Button";
import { Stack } from "@/design/layout/layout";
import { theme } from "@/design/theme";
import { Text } from "@/design/typography/typography";
import { useFormat } from "@/i18n/Locale";

import { unitPrice } from "../money/minor";
import { PlainTable, type PlainColumn } from "../parts/PlainTable";
import { usePeriod } from "../parts/usePeriod";
import { usePlanName } from "../plans/usePlanName";
import { useMeters } from "../usage/meters";
import { lineKinds } from "../words/words";

const PRORATED: ReadonlySet<InvoiceLine_Kind> = new Set([
  InvoiceLine_Kind.PRORATED_CHARGE,
  InvoiceLine_Kind.PRORATED_CREDIT,
]);

interface LinesTableProps {
  label: string;
  lines: readonly InvoiceLine[];
  currency: string;
  /** What is shown below a line when somebody asks for the usage behind it. Left out: nobody can. */
  usageOf?: (line: InvoiceLine) => ReactNode;
}

/** The lines of an invoice, of one to come, or of a simulated one: what was counted, and how it became an amount. */
export function LinesTable({ label, lines, currency, usageOf }: LinesTableProps): ReactNode {
  const { t } = useTranslation("invoices");
  const billing = useTranslation("billing").t;
  const format = useFormat();
  const period = usePeriod();
  const meters = useMeters();
  const planName = usePlanName();
  const [opened, setOpened] = useState<string>();
  const columns = useMemo<PlainColumn<InvoiceLine>[]>(() => {
    const part = ({ partSeconds, wholeSeconds }: InvoiceLine): string =>
      partSeconds === wholeSeconds || wholeSeconds === 0n
        ? ""
        : t("line.part", { part: format.duration(Number(partSeconds)), whole: format.duration(Number(wholeSeconds)) });
    // Where two plans stand beside each other, one must be able to tell which is which.
    const plan = ({ kind, planId, description }: InvoiceLine): string => {
      const name = PRORATED.has(kind) && planId !== "" ? planName(planId) : "";
      return description.startsWith(`${name}:`) ? "" : name;
    };
    return [
      {
        id: "description",
        header: t("line.description"),
        cell: (line) => (
          <Stack $gap="hair">
            <bdi>{line.description === "" ? billing(`invoiceKind.unknown`) : line.description}</bdi>
            <Text as="span" $size="small" $tone="muted" $weight="regular">
              {[
                plan(line),
                t(`lineKind.${lineKinds.word(line.kind)}`),
                period(line.startTime, line.endTime),
                part(line),
              ]
                .filter((one) => one !== "")
                .join(" · ")}
            </Text>
          </Stack>
        ),
      },
      {
        id: "quantity",
        header: t("line.quantity"),
        align: "end",
        cell: (line) => (
          <Stack $gap="hair" as="span">
            <span>{line.meter === "" ? format.number(line.quantity) : meters.quantity(line.meter, line.quantity)}</span>
            {line.freeQuantity > 0n && (
              <Text as="span" $size="small" $tone="muted">
                {t("line.free", {
                  quantity:
                    line.meter === ""
                      ? format.number(line.freeQuantity)
                      : meters.quantity(line.meter, line.freeQuantity),
                })}
              </Text>
            )}
          </Stack>
        ),
      },
      {
        id: "amount",
        header: t("line.amount"),
        align: "end",
        cell: (line) => (
          <Stack $gap="hair" as="span">
            <span>{format.money(line.amountMinor, currency)}</span>
            {line.discountMinor > 0n && (
              <Text as="span" $size="small" $tone="success">
                {t("line.discount", { amount: format.money(-line.discountMinor, currency) })}
              </Text>
            )}
            {line.minimumApplied && (
              <Text as="span" $size="small" $tone="muted">
                {t("line.minimum")}
              </Text>
            )}
          </Stack>
        ),
      },
    ];
  }, [t, billing, format, period, meters, planName, currency]);
  return (
    <PlainTable
      label={label}
      columns={columns}
      rows={lines}
      rowId={(line) => line.id + line.description + String(line.startTime?.seconds)}
      detail={(line) => {
        const asks = usageOf !== undefined && line.meter !== "" && line.kind === InvoiceLine_Kind.USAGE;
        const tiered = line.tiers.length > 1 || line.model === Price_Model.PACKAGE;
        if (!asks && !tiered) return undefined;
        return (
          <Stack $gap={2}>
            {tiered && <TierShares line={line} currency={currency} />}
            {asks && (
              <div>
                <Button
                  variant="quiet"
                  size="small"
                  aria-expanded={opened === line.id}
                  onPress={() => setOpened(opened === line.id ? undefined : line.id)}
                >
                  {t(opened === line.id ? "line.hideUsage" : "line.showUsage")}
                </Button>
              </div>
            )}
            {asks && opened === line.id && usageOf(line)}
          </Stack>
        );
      }}
    />
  );
}

/** How many units fell into each tier, and what they came to. */
function TierShares({ line, currency }: { line: InvoiceLine; currency: string }): ReactNode {
  const { t } = useTranslation("invoices");
  const format = useFormat();
  return (
    <List>
      {line.tiers.map(({ fromUnit, units, unitMicros, flatMinor, amountMicros }) => (
        <li key={String(fromUnit)}>
          <span>
            {t(line.model === Price_Model.PACKAGE ? "line.packages" : "line.tier", {
              from: format.number(fromUnit),
              units: format.number(units),
              price: unitPrice(format.locale, unitMicros, currency),
            })}
            {flatMinor > 0n && ` + ${format.money(flatMinor, currency)}`}
          </span>
          <span>{unitPrice(format.locale, amountMicros, currency)}</span>
        </li>
      ))}
    </List>
  );
}

const List = styled.ul`
  display: flex;
  flex-direction: column;
  gap: ${theme.space.hair};
  padding-inline-start: ${theme.space[3]};
  border-inline-start: 2px solid ${theme.color.border};
  color: ${theme.color.muted};
  font-size: ${theme.text.size.small};
  font-variant-numeric: tabular-nums;
  & > li {
    display: flex;
    flex-wrap: wrap;
    justify-content: space-between;
    gap: ${theme.space[3]};
  }
`;
