import { ProvisioningService } from "@/api/gen/atrium/tenants/v1/provisioning_service_pb";
import { api, rpc } from "@/api/rtk";

import { tenantTags } from "../tenants/api";

const methods = ProvisioningService.method;

export const provisioningApi = api.enhanceEndpoints({ addTagTypes: ["Tenant"] }).injectEndpoints({
  endpoints: (build) => ({
    // No tag: it changes by being watched.
    getProvisioning: build.query({ ...rpc(methods.getProvisioning) }),
    retryProvisioning: build.mutation({
      ...rpc(methods.retryProvisioning),
      invalidatesTags: (_, __, { tenantId = "" }) => tenantTags(tenantId),
      onQueryStarted: async ({ tenantId = "" }, { dispatch, queryFulfilled }) => {
        const answer = await queryFulfilled.catch(() => undefined);
        if (answer !== undefined)
          dispatch(provisioningApi.util.updateQueryData("getProvisioning", { tenantId }, () => answer.data));
      },
    }),
  }),
});

export const { useGetProvisioningQuery, useRetryProvisioningMutation } = provisioningApi;
