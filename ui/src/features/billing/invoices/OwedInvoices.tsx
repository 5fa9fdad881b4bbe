import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Invoice_State, type Invoice } from "@/api/gen/atrium/billing/v1/invoice_pb";
import { InvoiceService } from "@/api/gen/atrium/billing/v1/invoice_service_pb";
import { PLATFORM } from "@/api/session";
import { ButtonLink } from "@/design/Button/Button";
import { Card, Stack } from "@/design/layout/layout";
import { Link } from "@/design/Link/Link";
import { Heading, Text } from "@/design/typography/typography";
import { useFormat } from "@/i18n/Locale";
import { paths } from "@/routing/paths";
import { useSession } from "@/session/SessionProvider";
import { useCan } from "@/session/useCan";

import { InvoiceBadge } from "../parts/badges";
import { PlainTable } from "../parts/PlainTable";
import { useDecline } from "../payments/useDecline";
import { useListInvoicesQuery } from "./api";
import { openMinor } from "./InvoiceTable";

/** More than anybody owes; the list of invoices has the rest. */
const MOST = 20;

/** The invoices that a tenant has not paid, with why and when payment is tried again. Nothing where there are none. */
export function OwedInvoices({ tenantId }: { tenantId: string }): ReactNode {
  const { t } = useTranslation("invoices");
  const billing = useTranslation("billing").t;
  const format = useFormat();
  const can = useCan();
  const { realm } = useSession();
  const { namedText } = useDecline();
  const { data } = useListInvoicesQuery(
    { tenantId, states: [Invoice_State.OPEN], pageSize: MOST },
    { skip: !can(InvoiceService.method.listInvoices), refetchOnMountOrArgChange: 5 },
  );
  const owed = (data?.invoices ?? []).filter((invoice) => openMinor(invoice) > 0n);
  if (owed.length === 0) return null;
  const page = ({ id }: Invoice): string => paths.to(realm, "invoice", { id });
  const why = ({ lastDeclineReason, attemptCount, nextAttemptTime }: Invoice): string =>
    [
      namedText(lastDeclineReason),
      attemptCount > 0 ? t("owed.tried", { count: attemptCount }) : "",
      nextAttemptTime === undefined ? "" : t("detail.nextAttempt", { time: format.dateTime(nextAttemptTime) }),
    ]
      .filter((one) => one !== "")
      .join(" ");
  return (
    <Card aria-labelledby="owed">
      <Stack $gap={3}>
        <Heading $size="medium" id="owed">
          {t("owed.title")}
        </Heading>
        <PlainTable
          label={t("owed.title")}
          rows={owed}
          rowId={({ id }) => id}
          columns={[
            {
              id: "number",
              header: t("list.number"),
              cell: (invoice) => (
                <Stack $gap="hair">
                  <Link href={page(invoice)}>{invoice.number}</Link>
                  <Text as="span" $size="small" $tone="muted" $weight="regular">
                    {why(invoice)}
                  </Text>
                </Stack>
              ),
            },
            { id: "state", header: billing("state"), cell: (invoice) => <InvoiceBadge invoice={invoice} /> },
            {
              id: "due",
              header: t("list.due"),
              nowrap: true,
              cell: ({ dueTime }) => dueTime && format.date(dueTime),
            },
            {
              id: "open",
              header: t("list.open"),
              align: "end",
              nowrap: true,
              cell: (invoice) => format.money(openMinor(invoice), invoice.currency),
            },
            ...(realm !== PLATFORM && can("payments.create")
              ? [
                  {
                    id: "pay",
                    header: t("do.pay"),
                    headerHidden: true,
                    align: "end" as const,
                    cell: (invoice: Invoice) => (
                      <ButtonLink
                        size="small"
                        variant="primary"
                        href={page(invoice)}
                        aria-label={t("owed.pay", { number: invoice.number })}
                      >
                        {t("do.pay")}
                      </ButtonLink>
                    ),
                  },
                ]
              : []),
          ]}
        />
      </Stack>
    </Card>
  );
}
