/** The ledger in the Redux store. */
import { LedgerService } from "@/api/gen/atrium/billing/v1/ledger_service_pb";
import { rpc } from "@/api/rtk";

import { billingApi } from "../tags";

const methods = LedgerService.method;

export const ledgerApi = billingApi.injectEndpoints({
  endpoints: (build) => ({
    listLedgerEntries: build.query({ ...rpc(methods.listLedgerEntries), providesTags: ["Ledger"] }),
    getLedgerBalance: build.query({ ...rpc(methods.getLedgerBalance), providesTags: ["Ledger"] }),
    getLedgerProof: build.query({ ...rpc(methods.getLedgerProof), providesTags: [{ type: "Ledger", id: "PROOF" }] }),
    proveLedger: build.mutation({
      ...rpc(methods.proveLedger),
      invalidatesTags: [{ type: "Ledger", id: "PROOF" }],
    }),
  }),
});

export const { useListLedgerEntriesQuery, useGetLedgerBalanceQuery, useGetLedgerProofQuery, useProveLedgerMutation } =
  ledgerApi;
