/** Coupons and credits in the Redux store. */
import { DiscountService } from "@/api/gen/atrium/billing/v1/discount_service_pb";
import { rpc } from "@/api/rtk";

import { billingApi, MONEY } from "../tags";

const methods = DiscountService.method;

export const discountsApi = billingApi.injectEndpoints({
  endpoints: (build) => ({
    listCoupons: build.query({ ...rpc(methods.listCoupons), providesTags: ["Coupon"] }),
    createCoupon: build.mutation({ ...rpc(methods.createCoupon), invalidatesTags: ["Coupon"] }),
    deleteCoupon: build.mutation({ ...rpc(methods.deleteCoupon), invalidatesTags: ["Coupon"] }),
    grantCredit: build.mutation({ ...rpc(methods.grantCredit), invalidatesTags: [...MONEY] }),
  }),
});

export const { useListCouponsQuery, useCreateCouponMutation, useDeleteCouponMutation, useGrantCreditMutation } =
  discountsApi;
