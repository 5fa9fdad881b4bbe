import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Interval } from "@/api/gen/atrium/billing/v1/plan_pb";
import type { InvoicePreview } from "@/api/gen/atrium/billing/v1/subscription_service_pb";
import { Stack } from "@/design/layout/layout";
import { Text } from "@/design/typography/typography";
import { useFormat } from "@/i18n/Locale";

import { LinesTable } from "../invoices/LinesTable";
import { Totals } from "../invoices/Totals";
import { intervals } from "../words/words";

interface PreviewProps {
  preview: InvoicePreview;
  interval: Interval;
}

/** What an invoice would be, line by line, and what a period costs from then on. */
export function Preview({
  preview: { lines, totals, effectiveTime, recurringMinor },
  interval,
}: PreviewProps): ReactNode {
  const { t } = useTranslation("subscriptions");
  const billing = useTranslation("billing").t;
  const format = useFormat();
  const currency = totals?.currency ?? "";
  return (
    <Stack>
      {lines.length === 0 || totals === undefined ? (
        <Text $tone="muted">{t("preview.nothing")}</Text>
      ) : (
        <>
          <LinesTable label={t("preview.lines")} lines={lines} currency={currency} />
          <Totals totals={totals} />
        </>
      )}
      {currency !== "" && (
        <Text $size="small" $tone="muted">
          {t("preview.recurring", {
            amount: format.money(recurringMinor, currency),
            per: billing(`perInterval.${intervals.word(interval)}`),
            time: effectiveTime === undefined ? "" : format.date(effectiveTime),
          })}
        </Text>
      )}
    </Stack>
  );
}
