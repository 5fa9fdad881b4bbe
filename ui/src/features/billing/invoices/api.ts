/** Invoices in the Redux store. */
import { InvoiceService } from "@/api/gen/atrium/billing/v1/invoice_service_pb";
import { rpc } from "@/api/rtk";

import { billingApi, MONEY } from "../tags";

const methods = InvoiceService.method;

export const invoicesApi = billingApi.injectEndpoints({
  endpoints: (build) => ({
    listInvoices: build.query({ ...rpc(methods.listInvoices), providesTags: ["Invoice"] }),
    getInvoice: build.query({ ...rpc(methods.getInvoice), providesTags: ["Invoice"] }),
    listInvoiceLineUsage: build.query({ ...rpc(methods.listInvoiceLineUsage) }),
    verifyInvoice: build.mutation({ ...rpc(methods.verifyInvoice) }),
    voidInvoice: build.mutation({ ...rpc(methods.voidInvoice), invalidatesTags: [...MONEY] }),
    writeOffInvoice: build.mutation({ ...rpc(methods.writeOffInvoice), invalidatesTags: [...MONEY] }),
  }),
});

export const {
  useListInvoicesQuery,
  useGetInvoiceQuery,
  useListInvoiceLineUsageQuery,
  useVerifyInvoiceMutation,
  useVoidInvoiceMutation,
  useWriteOffInvoiceMutation,
} = invoicesApi;
