/** Usage and meters in the Redux store. */
import { UsageService } from "@/api/gen/atrium/billing/v1/usage_service_pb";
import { rpc } from "@/api/rtk";

import { billingApi } from "../tags";

const methods = UsageService.method;

export const usageApi = billingApi.injectEndpoints({
  endpoints: (build) => ({
    getUsage: build.query({ ...rpc(methods.getUsage), providesTags: ["Usage"] }),
    listUsageEvents: build.query({ ...rpc(methods.listUsageEvents), providesTags: ["Usage"], keepUnusedDataFor: 0 }),
    listMeters: build.query({ ...rpc(methods.listMeters), providesTags: ["Meter"], keepUnusedDataFor: 600 }),
    updateMeter: build.mutation({ ...rpc(methods.updateMeter), invalidatesTags: ["Meter", "Usage"] }),
  }),
});

export const { useGetUsageQuery, useListUsageEventsQuery, useListMetersQuery, useUpdateMeterMutation } = usageApi;
