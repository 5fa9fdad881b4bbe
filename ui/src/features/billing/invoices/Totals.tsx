import { Fragment, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import type { InvoiceTotals } from "@/api/gen/atrium/billing/v1/invoice_pb";
import { theme } from "@/design/theme";
import { useFormat } from "@/i18n/Locale";

import { share } from "../money/minor";

interface TotalsProps {
  totals: InvoiceTotals;
  /** What has been paid and taken back since is shown too. */
  since?: boolean;
}

/** The sums of an invoice, from the lines to what is to be paid. */
export function Totals({ totals, since = false }: TotalsProps): ReactNode {
  const { t } = useTranslation("invoices");
  const format = useFormat();
  const { currency, subtotalMinor, discountMinor, totalMinor, creditMinor, dueMinor, paidMinor, refundedMinor } =
    totals;
  const rows: { label: string; minor: bigint; strong?: boolean; muted?: boolean }[] = [
    { label: t("totals.subtotal"), minor: subtotalMinor },
    ...(discountMinor === 0n ? [] : [{ label: t("totals.discount"), minor: -discountMinor }]),
    ...totals.taxes.map((tax) => ({
      label: t(tax.inclusive ? "totals.taxInside" : "totals.tax", {
        name: tax.displayName,
        rate: format.percent(share(tax.rateMicros), 2),
      }),
      minor: tax.taxMinor,
      muted: tax.inclusive,
    })),
    { label: t("totals.total"), minor: totalMinor, strong: true },
    ...(creditMinor === 0n
      ? []
      : [{ label: t(creditMinor > 0n ? "totals.creditUsed" : "totals.creditGiven"), minor: -creditMinor }]),
    ...(creditMinor === 0n ? [] : [{ label: t("totals.due"), minor: dueMinor, strong: true }]),
    ...(since && paidMinor !== 0n ? [{ label: t("totals.paid"), minor: -paidMinor }] : []),
    ...(since && refundedMinor !== 0n ? [{ label: t("totals.refunded"), minor: refundedMinor, muted: true }] : []),
  ];
  return (
    <div role="group" aria-label={t("totals.label")}>
      <List>
        {rows.map(({ label, minor, strong = false, muted = false }) => (
          <Fragment key={label}>
            <Name $strong={strong} $muted={muted}>
              {label}
            </Name>
            <Sum $strong={strong} $muted={muted}>
              {format.money(minor, currency)}
            </Sum>
          </Fragment>
        ))}
      </List>
    </div>
  );
}

const List = styled.dl`
  display: grid;
  grid-template-columns: minmax(0, 1fr) auto;
  gap: ${theme.space[1]} ${theme.space[5]};
  inline-size: 100%;
  max-inline-size: 24rem;
  margin-inline-start: auto;
`;

const Name = styled.dt<{ $strong: boolean; $muted: boolean }>`
  color: ${({ $strong }) => ($strong ? theme.color.text : theme.color.muted)};
  font-weight: ${({ $strong }) => ($strong ? theme.text.weight.bold : "inherit")};
  overflow-wrap: anywhere;
`;

const Sum = styled.dd<{ $strong: boolean; $muted: boolean }>`
  text-align: end;
  font-variant-numeric: tabular-nums;
  color: ${({ $muted }) => ($muted ? theme.color.muted : theme.color.text)};
  font-weight: ${({ $strong }) => ($strong ? theme.text.weight.bold : "inherit")};
`;
