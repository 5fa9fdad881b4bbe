import { TenantExportService } from "@/api/gen/atrium/tenants/v1/tenant_export_service_pb";
import { api, rpc } from "@/api/rtk";

const methods = TenantExportService.method;

export const exportsApi = api.enhanceEndpoints({ addTagTypes: ["TenantExport"] }).injectEndpoints({
  endpoints: (build) => ({
    exportTenant: build.mutation({ ...rpc(methods.exportTenant) }),
    getTenantExport: build.query({
      ...rpc(methods.getTenantExport),
      providesTags: (_, __, { id = "" }) => [{ type: "TenantExport", id }],
    }),
  }),
});

export const { useExportTenantMutation, useGetTenantExportQuery } = exportsApi;
