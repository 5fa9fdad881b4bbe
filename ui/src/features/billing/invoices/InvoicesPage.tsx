import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { InvoiceService } from "@/api/gen/atrium/billing/v1/invoice_service_pb";
import { Page } from "@/design/layout/layout";
import { NoPermission } from "@/design/states/states";
import { useCan } from "@/session/useCan";

import { InvoiceTable } from "./InvoiceTable";

/** All invoices of the provider. */
export function InvoicesPage(): ReactNode {
  const { t } = useTranslation("invoices");
  const can = useCan();
  return (
    <Page title={t("list.title")}>
      {can(InvoiceService.method.listInvoices) ? <InvoiceTable /> : <NoPermission permission="invoices.read" />}
    </Page>
  );
}
