/** Payments and refunds in the Redux store. */
import { PaymentService } from "@/api/gen/atrium/billing/v1/payment_service_pb";
import { rpc } from "@/api/rtk";

import { billingApi, MONEY } from "../tags";

const methods = PaymentService.method;

export const paymentsApi = billingApi.injectEndpoints({
  endpoints: (build) => ({
    listPayments: build.query({ ...rpc(methods.listPayments), providesTags: ["Payment"] }),
    listRefunds: build.query({ ...rpc(methods.listRefunds), providesTags: ["Payment"] }),
    listDisputes: build.query({ ...rpc(methods.listDisputes), providesTags: ["Payment"] }),
    createPayment: build.mutation({ ...rpc(methods.createPayment), invalidatesTags: [...MONEY] }),
    confirmPayment: build.mutation({ ...rpc(methods.confirmPayment), invalidatesTags: [...MONEY] }),
    recordTransfer: build.mutation({ ...rpc(methods.recordTransfer), invalidatesTags: [...MONEY] }),
    refundPayment: build.mutation({ ...rpc(methods.refundPayment), invalidatesTags: [...MONEY] }),
  }),
});

export const {
  useListPaymentsQuery,
  useListRefundsQuery,
  useListDisputesQuery,
  useCreatePaymentMutation,
  useConfirmPaymentMutation,
  useRecordTransferMutation,
  useRefundPaymentMutation,
} = paymentsApi;
