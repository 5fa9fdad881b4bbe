import { TenantSettingsService } from "@/api/gen/atrium/tenants/v1/tenant_settings_service_pb";
import { api, rpc } from "@/api/rtk";

const methods = TenantSettingsService.method;

export const settingsApi = api.enhanceEndpoints({ addTagTypes: ["TenantSettings"] }).injectEndpoints({
  endpoints: (build) => ({
    getTenantSettings: build.query({
      ...rpc(methods.getTenantSettings),
      providesTags: (_, __, { tenantId: id = "" }) => [{ type: "TenantSettings", id }],
    }),
    updateTenantSettings: build.mutation({
      ...rpc(methods.updateTenantSettings),
      // The answer is the whole: taken over, so that the form goes on with the new etag at once.
      onQueryStarted: async ({ tenantId = "" }, { dispatch, queryFulfilled }) => {
        const answer = await queryFulfilled.catch(() => undefined);
        if (answer !== undefined)
          dispatch(settingsApi.util.updateQueryData("getTenantSettings", { tenantId }, () => answer.data));
      },
    }),
  }),
});

export const { useGetTenantSettingsQuery, useUpdateTenantSettingsMutation } = settingsApi;
