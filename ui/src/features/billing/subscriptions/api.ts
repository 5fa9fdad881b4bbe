/** Subscriptions in the Redux store. */
import { SubscriptionService } from "@/api/gen/atrium/billing/v1/subscription_service_pb";
import { rpc } from "@/api/rtk";

import { billingApi, MONEY } from "../tags";

const methods = SubscriptionService.method;

export const subscriptionsApi = billingApi.injectEndpoints({
  endpoints: (build) => ({
    listSubscriptions: build.query({ ...rpc(methods.listSubscriptions), providesTags: ["Subscription"] }),
    // What a change costs is true for a moment only.
    previewInvoice: build.query({ ...rpc(methods.previewInvoice), keepUnusedDataFor: 0 }),
    createSubscription: build.mutation({ ...rpc(methods.createSubscription), invalidatesTags: [...MONEY] }),
    changeSubscription: build.mutation({ ...rpc(methods.changeSubscription), invalidatesTags: [...MONEY] }),
    cancelSubscription: build.mutation({ ...rpc(methods.cancelSubscription), invalidatesTags: [...MONEY] }),
    resumeSubscription: build.mutation({ ...rpc(methods.resumeSubscription), invalidatesTags: [...MONEY] }),
    pauseSubscription: build.mutation({ ...rpc(methods.pauseSubscription), invalidatesTags: [...MONEY] }),
  }),
});

export const {
  useListSubscriptionsQuery,
  usePreviewInvoiceQuery,
  useCreateSubscriptionMutation,
  useChangeSubscriptionMutation,
  useCancelSubscriptionMutation,
  useResumeSubscriptionMutation,
  usePauseSubscriptionMutation,
} = subscriptionsApi;
