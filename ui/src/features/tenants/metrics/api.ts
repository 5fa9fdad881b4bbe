import { TenantMetricsService } from "@/api/gen/atrium/tenants/v1/tenant_metrics_service_pb";
import { api, rpc } from "@/api/rtk";

const methods = TenantMetricsService.method;

export const metricsApi = api.enhanceEndpoints({ addTagTypes: ["Tenant"] }).injectEndpoints({
  endpoints: (build) => ({
    getTenantMetrics: build.query({ ...rpc(methods.getTenantMetrics), providesTags: [{ type: "Tenant", id: "LIST" }] }),
    getTenantHealth: build.query({
      ...rpc(methods.getTenantHealth),
      providesTags: (_, __, { tenantId: id = "" }) => [{ type: "Tenant", id }],
    }),
    listTenantActivity: build.query({ ...rpc(methods.listTenantActivity) }),
  }),
});

export const { useGetTenantMetricsQuery, useGetTenantHealthQuery, useListTenantActivityQuery } = metricsApi;
