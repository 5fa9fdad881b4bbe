import { InvoiceService } from "@/api/gen/atrium/billing/v1/invoice_service_pb";
import { createClient } from "@/api/rest";
import type { Find } from "@/routing/module";
import { paths } from "@/routing/paths";

/** So many fit into a list of suggestions. */
const FEW = 6;

/** Invoices whose number begins with what was typed. */
export const findInvoices: Find = async (query, { transport, realm, tenantId, signal }) => {
  // Numbers are digits and hyphens: other words find none, and need no call.
  if (!/^[\w-]{2,32}$/.test(query)) return [];
  const client = createClient(InvoiceService, transport);
  const { invoices } = await client.listInvoices({ number: query, tenantId, pageSize: FEW }, { signal });
  return invoices.map(({ id, number, buyer }) => ({
    id,
    name: number,
    detail: buyer?.name ?? "",
    to: paths.to(realm, "invoice", { id }),
  }));
};
