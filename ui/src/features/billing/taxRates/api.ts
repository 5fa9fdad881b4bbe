/** Tax rates in the Redux store. */
import { TaxRateService } from "@/api/gen/atrium/billing/v1/tax_rate_service_pb";
import { rpc } from "@/api/rtk";

import { billingApi } from "../tags";

const methods = TaxRateService.method;

export const taxRatesApi = billingApi.injectEndpoints({
  endpoints: (build) => ({
    listTaxRates: build.query({ ...rpc(methods.listTaxRates), providesTags: ["TaxRate"] }),
    createTaxRate: build.mutation({ ...rpc(methods.createTaxRate), invalidatesTags: ["TaxRate"] }),
    archiveTaxRate: build.mutation({ ...rpc(methods.archiveTaxRate), invalidatesTags: ["TaxRate", "BillingAccount"] }),
  }),
});

export const { useListTaxRatesQuery, useCreateTaxRateMutation, useArchiveTaxRateMutation } = taxRatesApi;
