/** Payment methods, and the providers that are set up, in the Redux store. */
import { PaymentMethodService } from "@/api/gen/atrium/billing/v1/payment_method_service_pb";
import { rpc } from "@/api/rtk";

import { billingApi } from "../tags";

const methods = PaymentMethodService.method;
const changed = ["PaymentMethod", "BillingAccount", "Subscription"] as const;

export const paymentMethodsApi = billingApi.injectEndpoints({
  endpoints: (build) => ({
    listPaymentProviders: build.query({
      ...rpc(methods.listPaymentProviders),
      // They are the installation's settings: they change with a restart.
      keepUnusedDataFor: 600,
    }),
    listPaymentMethods: build.query({ ...rpc(methods.listPaymentMethods), providesTags: ["PaymentMethod"] }),
    createPaymentMethod: build.mutation({ ...rpc(methods.createPaymentMethod), invalidatesTags: [...changed] }),
    confirmPaymentMethod: build.mutation({ ...rpc(methods.confirmPaymentMethod), invalidatesTags: [...changed] }),
    setDefaultPaymentMethod: build.mutation({ ...rpc(methods.setDefaultPaymentMethod), invalidatesTags: [...changed] }),
    deletePaymentMethod: build.mutation({ ...rpc(methods.deletePaymentMethod), invalidatesTags: [...changed] }),
  }),
});

export const {
  useListPaymentProvidersQuery,
  useListPaymentMethodsQuery,
  useCreatePaymentMethodMutation,
  useConfirmPaymentMethodMutation,
  useSetDefaultPaymentMethodMutation,
  useDeletePaymentMethodMutation,
} = paymentMethodsApi;
