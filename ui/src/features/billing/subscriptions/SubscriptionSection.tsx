import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { EntitlementService } from "@/api/gen/atrium/billing/v1/entitlement_service_pb";
import { PaymentMethodService } from "@/api/gen/atrium/billing/v1/payment_method_service_pb";
import { Interval, type Plan } from "@/api/gen/atrium/billing/v1/plan_pb";
import type { Subscription } from "@/api/gen/atrium/billing/v1/subscription_pb";
import { ButtonLink } from "@/design/Button/Button";
import { KeyValueList } from "@/design/KeyValueList/KeyValueList";
import { Card, Inline, Stack } from "@/design/layout/layout";
import { EmptyState } from "@/design/states/states";
import { Heading, Text } from "@/design/typography/typography";
import { useFormat } from "@/i18n/Locale";
import { useCan } from "@/session/useCan";

import { useBilled } from "../accounts/billed";
import { Allowance } from "../entitlements/Allowance";
import { OwedInvoices } from "../invoices/OwedInvoices";
import { SubscriptionBadge } from "../parts/badges";
import { PlainTable } from "../parts/PlainTable";
import { usePeriod } from "../parts/usePeriod";
import { useListPaymentMethodsQuery } from "../paymentMethods/api";
import { useGetPlanQuery } from "../plans/api";
import { bookOf, seatPrice } from "../plans/prices";
import { usePlanName } from "../plans/usePlanName";
import { intervals } from "../words/words";
import { bills, NextInvoice } from "./NextInvoice";
import { SubscriptionActions } from "./SubscriptionActions";
import { SubscriptionNotices } from "./SubscriptionNotices";
import { useChoosePath } from "./useChoosePath";

/** The plan a tenant is on, what it may use, what it owes, what can be done about it, and what comes next. */
export function SubscriptionSection(): ReactNode {
  const can = useCan();
  const { tenantId, subscription, ended } = useBilled();
  return (
    <Stack>
      {subscription !== undefined && <SubscriptionNotices subscription={subscription} />}
      <OwedInvoices tenantId={tenantId} />
      {subscription === undefined ? <NoSubscription /> : <Present subscription={subscription} />}
      {subscription !== undefined && can(EntitlementService.method.getEntitlements) && (
        <Allowance tenantId={tenantId} />
      )}
      {subscription !== undefined && bills(subscription) && (
        // What was computed for the subscription as it was before says nothing.
        <NextInvoice key={subscription.etag} subscription={subscription} />
      )}
      {ended.length > 0 && <Ended subscriptions={ended} />}
    </Stack>
  );
}

function NoSubscription(): ReactNode {
  const { t } = useTranslation("subscriptions");
  const choose = useChoosePath();
  return (
    <Card>
      <EmptyState
        title={t("none.title")}
        actions={
          <ButtonLink variant="primary" href={choose}>
            {t("none.choose")}
          </ButtonLink>
        }
      >
        {t("none.lead")}
      </EmptyState>
    </Card>
  );
}

function Present({ subscription }: { subscription: Subscription }): ReactNode {
  const { t } = useTranslation("subscriptions");
  const billing = useTranslation("billing").t;
  const format = useFormat();
  const period = usePeriod();
  const method = useMethodName(subscription);
  const { data: plan } = useGetPlanQuery({ id: subscription.planId });
  const bySeat = plan !== undefined && isBySeat(plan, subscription);
  const { state, couponId, couponEndTime } = subscription;
  return (
    <Card>
      <Stack $gap={5}>
        <Inline $justify="space-between" $align="start" $gap={4}>
          <Stack $gap={1}>
            <Text $size="small" $tone="muted">
              {t("present.plan")}
            </Text>
            <Inline>
              <Heading>
                <bdi>{plan?.terms?.displayName ?? subscription.planId}</bdi>
              </Heading>
              <SubscriptionBadge state={state} />
            </Inline>
          </Stack>
          <SubscriptionActions subscription={subscription} plan={plan} bySeat={bySeat} />
        </Inline>
        <KeyValueList
          layout="above"
          items={[
            { label: t("present.interval"), value: billing(`interval.${intervals.word(subscription.interval)}`) },
            ...(bySeat ? [{ label: t("present.seats"), value: format.number(subscription.seats) }] : []),
            { label: t("present.period"), value: period(subscription.periodStartTime, subscription.periodEndTime) },
            {
              label: t(subscription.cancelAtPeriodEnd ? "present.ends" : "present.renews"),
              value: subscription.periodEndTime && bills(subscription) ? format.date(subscription.periodEndTime) : "",
            },
            ...(method === undefined ? [] : [{ label: t("present.method"), value: method }]),
            ...(couponId === ""
              ? []
              : [
                  {
                    label: t("present.coupon"),
                    value:
                      couponEndTime === undefined
                        ? t("present.couponStays")
                        : t("present.couponUntil", { time: format.date(couponEndTime) }),
                  },
                ]),
            { label: t("present.since"), value: subscription.createTime && format.date(subscription.createTime) },
            { label: t("present.currency"), value: subscription.currency },
            { label: t("present.version"), value: format.number(subscription.planVersion) },
          ]}
        />
      </Stack>
    </Card>
  );
}

/** What the subscription is paid with; undefined until that is known, and for those who may not see it. */
function useMethodName({ tenantId, paymentMethodId }: Subscription): string | undefined {
  const { t } = useTranslation("subscriptions");
  const can = useCan();
  const { account } = useBilled();
  const { data } = useListPaymentMethodsQuery(
    { tenantId },
    { skip: !can(PaymentMethodService.method.listPaymentMethods) },
  );
  if (data === undefined) return undefined;
  const id = paymentMethodId === "" ? account?.defaultPaymentMethodId : paymentMethodId;
  return data.paymentMethods.find((one) => one.id === id)?.label ?? t("present.noMethod");
}

function Ended({ subscriptions }: { subscriptions: readonly Subscription[] }): ReactNode {
  const { t } = useTranslation("subscriptions");
  const format = useFormat();
  const planName = usePlanName();
  return (
    <Card aria-labelledby="ended">
      <Stack $gap={3}>
        <Heading $size="medium" id="ended">
          {t("ended.title")}
        </Heading>
        <PlainTable
          label={t("ended.title")}
          rows={subscriptions}
          rowId={({ id }) => id}
          columns={[
            { id: "plan", header: t("present.plan"), cell: ({ planId }) => <bdi>{planName(planId)}</bdi> },
            {
              id: "since",
              header: t("present.since"),
              cell: ({ createTime }) => createTime && format.date(createTime),
            },
            { id: "ended", header: t("ended.on"), cell: ({ cancelTime }) => cancelTime && format.date(cancelTime) },
            { id: "why", header: t("ended.why"), cell: ({ cancelReason }) => <bdi>{cancelReason}</bdi> },
          ]}
        />
      </Stack>
    </Card>
  );
}

function isBySeat({ terms }: Plan, { currency, interval }: Subscription): boolean {
  const book = terms && (bookOf(terms, currency, interval) ?? bookOf(terms, currency, Interval.MONTH));
  return book !== undefined && seatPrice(book) !== undefined;
}
