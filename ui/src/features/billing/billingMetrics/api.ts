/** The business's figures in the Redux store. */
import { BillingMetricsService } from "@/api/gen/atrium/billing/v1/billing_metrics_service_pb";
import { rpc } from "@/api/rtk";

import { billingApi } from "../tags";

export const billingMetricsApi = billingApi.injectEndpoints({
  endpoints: (build) => ({
    getBillingMetrics: build.query({ ...rpc(BillingMetricsService.method.getBillingMetrics), keepUnusedDataFor: 60 }),
  }),
});

export const { useGetBillingMetricsQuery } = billingMetricsApi;
