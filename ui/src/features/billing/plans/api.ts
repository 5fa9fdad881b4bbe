/** Plans in the Redux store. */
import { PlanService } from "@/api/gen/atrium/billing/v1/plan_service_pb";
import { rpc } from "@/api/rtk";

import { billingApi } from "../tags";

const methods = PlanService.method;
const LIST = { type: "Plan", id: "LIST" } as const;
const both = (id: string) => [{ type: "Plan", id } as const, LIST];

export const plansApi = billingApi.injectEndpoints({
  endpoints: (build) => ({
    listPlans: build.query({ ...rpc(methods.listPlans), providesTags: [LIST] }),
    getPlan: build.query({
      ...rpc(methods.getPlan),
      providesTags: (_, __, { id = "" }) => [{ type: "Plan", id }],
    }),
    listPlanVersions: build.query({
      ...rpc(methods.listPlanVersions),
      providesTags: (_, __, { id = "" }) => [{ type: "Plan", id }],
    }),
    createPlan: build.mutation({ ...rpc(methods.createPlan), invalidatesTags: [LIST] }),
    updatePlan: build.mutation({ ...rpc(methods.updatePlan), invalidatesTags: (_, __, { id = "" }) => both(id) }),
    publishPlan: build.mutation({ ...rpc(methods.publishPlan), invalidatesTags: (_, __, { id = "" }) => both(id) }),
    archivePlan: build.mutation({ ...rpc(methods.archivePlan), invalidatesTags: (_, __, { id = "" }) => both(id) }),
    // It changes nothing: a mutation only because it is asked by a press, not by being shown.
    simulatePlan: build.mutation({ ...rpc(methods.simulatePlan) }),
  }),
});

export const {
  useListPlansQuery,
  useGetPlanQuery,
  useListPlanVersionsQuery,
  useCreatePlanMutation,
  useUpdatePlanMutation,
  usePublishPlanMutation,
  useArchivePlanMutation,
  useSimulatePlanMutation,
} = plansApi;
