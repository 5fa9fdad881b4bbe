/** Billing accounts, and the names of the tenants they are of, in the Redux store. */
import { BillingAccountService } from "@/api/gen/atrium/billing/v1/billing_account_service_pb";
import { TenantService } from "@/api/gen/atrium/tenants/v1/tenant_service_pb";
import { rpc } from "@/api/rtk";

import { billingApi, MONEY } from "../tags";

const methods = BillingAccountService.method;

export const accountsApi = billingApi.injectEndpoints({
  endpoints: (build) => ({
    listBillingAccounts: build.query({ ...rpc(methods.listBillingAccounts), providesTags: ["BillingAccount"] }),
    getBillingAccount: build.query({ ...rpc(methods.getBillingAccount), providesTags: ["BillingAccount"] }),
    updateBillingAccount: build.mutation({
      ...rpc(methods.updateBillingAccount),
      invalidatesTags: ["BillingAccount", "Subscription"],
    }),
    unparkBillingAccount: build.mutation({ ...rpc(methods.unparkBillingAccount), invalidatesTags: [...MONEY] }),
    // Lists of Billing know tenants by id only.
    billedTenant: build.query({
      ...rpc(TenantService.method.getTenant),
      providesTags: (_, __, { id = "" }) => [{ type: "Tenant", id }],
      keepUnusedDataFor: 600,
    }),
  }),
});

export const {
  useListBillingAccountsQuery,
  useGetBillingAccountQuery,
  useUpdateBillingAccountMutation,
  useUnparkBillingAccountMutation,
  useBilledTenantQuery,
} = accountsApi;
