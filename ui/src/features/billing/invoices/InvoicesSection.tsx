import type { ReactNode } from "react";

import { InvoiceService } from "@/api/gen/atrium/billing/v1/invoice_service_pb";
import { NoPermission } from "@/design/states/states";
import { useCan } from "@/session/useCan";

import { useBilled } from "../accounts/billed";
import { InvoiceTable } from "./InvoiceTable";

/** The invoices of one tenant. */
export function InvoicesSection(): ReactNode {
  const can = useCan();
  const { tenantId } = useBilled();
  if (!can(InvoiceService.method.listInvoices)) return <NoPermission permission="invoices.read" />;
  return <InvoiceTable tenantId={tenantId} />;
}
