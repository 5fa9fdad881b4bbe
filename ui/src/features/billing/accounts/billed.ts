/** The tenant whose billing a page is about: in the portal one's own, at the provider the one in the address. */
import { useOutletContext } from "react-router";

import type { BillingAccount } from "@/api/gen/atrium/billing/v1/billing_account_service_pb";
import { BillingAccountService } from "@/api/gen/atrium/billing/v1/billing_account_service_pb";
import { Subscription_State, type Subscription } from "@/api/gen/atrium/billing/v1/subscription_pb";
import { SubscriptionService } from "@/api/gen/atrium/billing/v1/subscription_service_pb";
import { useCan } from "@/session/useCan";

import type { Query } from "../parts/Asked";
import { useListSubscriptionsQuery } from "../subscriptions/api";
import { useGetBillingAccountQuery } from "./api";

export interface Billed {
  tenantId: string;
  /** Undefined where it may not be seen. */
  account: BillingAccount | undefined;
  /** The one that has not ended. */
  subscription: Subscription | undefined;
  /** Those that have ended, newest first. */
  ended: readonly Subscription[];
}

/** Of the layout around the page. */
export function useBilled(): Billed {
  return useOutletContext<Billed>();
}

/** Asks for what every page about a tenant's billing needs. */
export function useBilledQuery(tenantId: string): Query<Billed> {
  const can = useCan();
  const accounts = useGetBillingAccountQuery(
    { tenantId },
    { skip: !can(BillingAccountService.method.getBillingAccount), refetchOnMountOrArgChange: 5 },
  );
  const subscriptions = useListSubscriptionsQuery(
    { tenantId, pageSize: 50 },
    { skip: !can(SubscriptionService.method.listSubscriptions), refetchOnMountOrArgChange: 5 },
  );
  const waiting =
    (accounts.isUninitialized ? false : accounts.data === undefined) ||
    (subscriptions.isUninitialized ? false : subscriptions.data === undefined);
  const all = subscriptions.data?.subscriptions ?? [];
  const live = all.find(({ state }) => state !== Subscription_State.CANCELLED);
  return {
    data: waiting
      ? undefined
      : { tenantId, account: accounts.data, subscription: live, ended: all.filter((one) => one !== live) },
    error: accounts.error ?? subscriptions.error,
    isFetching: accounts.isFetching || subscriptions.isFetching,
    refetch: () => {
      if (!accounts.isUninitialized) void accounts.refetch();
      if (!subscriptions.isUninitialized) void subscriptions.refetch();
    },
  };
}
