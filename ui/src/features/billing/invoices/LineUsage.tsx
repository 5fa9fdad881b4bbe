import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { InvoiceLine } from "@/api/gen/atrium/billing/v1/invoice_pb";
import { Button } from "@/design/Button/Button";
import { Inline, Stack } from "@/design/layout/layout";
import { Code, Text } from "@/design/typography/typography";
import { useFormat } from "@/i18n/Locale";

import { Asked } from "../parts/Asked";
import { PlainTable } from "../parts/PlainTable";
import { useMeters } from "../usage/meters";
import { useListInvoiceLineUsageQuery } from "./api";

const PAGE_SIZE = 20;

interface LineUsageProps {
  invoiceId: string;
  line: InvoiceLine;
}

/** The events that a line was computed from, oldest first. */
export function LineUsage({ invoiceId, line }: LineUsageProps): ReactNode {
  const { t } = useTranslation("invoices");
  const format = useFormat();
  const meters = useMeters();
  const [tokens, setTokens] = useState<readonly string[]>([""]);
  const query = useListInvoiceLineUsageQuery({
    id: invoiceId,
    lineId: line.id,
    pageSize: PAGE_SIZE,
    pageToken: tokens.at(-1) ?? "",
  });
  return (
    <Asked query={query} label={t("usage.loading")} lines={3}>
      {({ events, nextPageToken }) =>
        events.length === 0 && tokens.length === 1 ? (
          <Text $size="small" $tone="muted">
            {t("usage.empty")}
          </Text>
        ) : (
          <Stack $gap={2}>
            <PlainTable
              label={t("usage.label", { line: line.description })}
              rows={events}
              rowId={({ id }) => id}
              columns={[
                {
                  id: "time",
                  header: t("usage.time"),
                  cell: ({ occurTime }) => occurTime && format.dateTime(occurTime),
                },
                { id: "subject", header: t("usage.subject"), cell: ({ subject }) => <bdi>{subject}</bdi> },
                { id: "id", header: t("usage.id"), cell: ({ id }) => <Code>{id}</Code> },
                {
                  id: "quantity",
                  header: t("line.quantity"),
                  align: "end",
                  cell: ({ meter, quantity }) => meters.quantity(meter, quantity),
                },
              ]}
            />
            {(tokens.length > 1 || nextPageToken !== "") && (
              <Inline>
                <Button size="small" isDisabled={tokens.length === 1} onPress={() => setTokens(tokens.slice(0, -1))}>
                  {t("usage.previous")}
                </Button>
                <Button
                  size="small"
                  isDisabled={nextPageToken === ""}
                  onPress={() => setTokens([...tokens, nextPageToken])}
                >
                  {t("usage.next")}
                </Button>
              </Inline>
            )}
          </Stack>
        )
      }
    </Asked>
  );
}
