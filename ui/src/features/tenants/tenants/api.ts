/** Tenants in the Redux store. A tenant's tag stands for all that is said of it; `LIST` for every list of tenants. */
import { TenantService } from "@/api/gen/atrium/tenants/v1/tenant_service_pb";
import { api, rpc } from "@/api/rtk";

const methods = TenantService.method;
const LIST = { type: "Tenant", id: "LIST" } as const;

/** The tags of one tenant and of the lists it may be in. */
export const tenantTags = (id: string) => [{ type: "Tenant", id } as const, LIST];

export const tenantsApi = api.enhanceEndpoints({ addTagTypes: ["Tenant", "TenantPlan"] }).injectEndpoints({
  endpoints: (build) => ({
    listTenants: build.query({
      ...rpc(methods.listTenants),
      providesTags: (answer) => [LIST, ...(answer?.tenants ?? []).map(({ id }) => ({ type: "Tenant", id }) as const)],
    }),
    getTenant: build.query({
      ...rpc(methods.getTenant),
      providesTags: (_, __, { id = "" }) => [{ type: "Tenant", id }],
    }),
    listTenantPlans: build.query({
      ...rpc(methods.listTenantPlans),
      providesTags: ["TenantPlan"],
      // They are the installation's settings: they change with a restart.
      keepUnusedDataFor: 600,
    }),
    createTenant: build.mutation({ ...rpc(methods.createTenant), invalidatesTags: [LIST] }),
    updateTenant: build.mutation({
      ...rpc(methods.updateTenant),
      invalidatesTags: (_, __, { id = "" }) => tenantTags(id),
    }),
    deleteTenant: build.mutation({
      ...rpc(methods.deleteTenant),
      invalidatesTags: (_, __, { id = "" }) => tenantTags(id),
    }),
    suspendTenant: build.mutation({
      ...rpc(methods.suspendTenant),
      invalidatesTags: (_, __, { id = "" }) => tenantTags(id),
    }),
    restoreTenant: build.mutation({
      ...rpc(methods.restoreTenant),
      invalidatesTags: (_, __, { id = "" }) => tenantTags(id),
    }),
    impersonateTenant: build.mutation({ ...rpc(methods.impersonateTenant) }),
  }),
});

export const {
  useListTenantsQuery,
  useGetTenantQuery,
  useListTenantPlansQuery,
  useCreateTenantMutation,
  useUpdateTenantMutation,
  useDeleteTenantMutation,
  useSuspendTenantMutation,
  useRestoreTenantMutation,
  useImpersonateTenantMutation,
} = tenantsApi;
