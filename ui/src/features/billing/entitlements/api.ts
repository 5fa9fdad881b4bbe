/** What a tenant may use, in the Redux store. */
import { EntitlementService } from "@/api/gen/atrium/billing/v1/entitlement_service_pb";
import { rpc } from "@/api/rtk";

import { billingApi } from "../tags";

const methods = EntitlementService.method;

export const entitlementsApi = billingApi.injectEndpoints({
  endpoints: (build) => ({
    getEntitlements: build.query({ ...rpc(methods.getEntitlements), providesTags: ["Subscription"] }),
  }),
});

export const { useGetEntitlementsQuery } = entitlementsApi;
