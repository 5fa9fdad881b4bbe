import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { PaymentMethodService } from "@/api/gen/atrium/billing/v1/payment_method_service_pb";
import { Subscription_State, type Subscription } from "@/api/gen/atrium/billing/v1/subscription_pb";
import { PLATFORM } from "@/api/session";
import { ButtonLink } from "@/design/Button/Button";
import { Inline } from "@/design/layout/layout";
import { Notice } from "@/design/Notice/Notice";
import { useFormat } from "@/i18n/Locale";
import { paths } from "@/routing/paths";
import { useSession } from "@/session/SessionProvider";
import { useCan } from "@/session/useCan";

import { useBilled } from "../accounts/billed";
import { usePlanName } from "../plans/usePlanName";

/** What is wrong with a subscription, and what is about to become of it. */
export function SubscriptionNotices({ subscription }: { subscription: Subscription }): ReactNode {
  const { t } = useTranslation("subscriptions");
  const format = useFormat();
  const can = useCan();
  const { realm } = useSession();
  const planName = usePlanName();
  const { state, periodEndTime, trialEndTime, pendingChange, cancelAtPeriodEnd, pauseAtPeriodEnd } = subscription;
  const { account } = useBilled();
  const lacksMethod = subscription.paymentMethodId === "" && account?.defaultPaymentMethodId === "";
  const end = periodEndTime === undefined ? "" : format.date(periodEndTime);
  const who = realm === PLATFORM ? "provider" : "tenant";
  return (
    <>
      {state === Subscription_State.TRIALING && trialEndTime !== undefined && (
        <Notice
          tone={lacksMethod ? "warning" : "info"}
          actions={
            lacksMethod &&
            realm !== PLATFORM &&
            can(PaymentMethodService.method.createPaymentMethod) && (
              <Inline>
                <ButtonLink size="small" href={paths.to(realm, "paymentMethods")}>
                  {t("state.trialAddMethod")}
                </ButtonLink>
              </Inline>
            )
          }
        >
          {[
            t("state.trial", { time: format.date(trialEndTime), left: format.relative(trialEndTime) }),
            ...(lacksMethod ? [t(`state.trialNoMethod.${who}`)] : []),
          ].join(" ")}
        </Notice>
      )}
      {state === Subscription_State.INCOMPLETE && <Notice tone="warning">{t(`state.incomplete.${who}`)}</Notice>}
      {state === Subscription_State.PAST_DUE && <Notice tone="danger">{t(`state.pastDue.${who}`)}</Notice>}
      {state === Subscription_State.SUSPENDED && <Notice tone="danger">{t(`state.suspended.${who}`)}</Notice>}
      {state === Subscription_State.PAUSED && <Notice tone="warning">{t("state.paused")}</Notice>}
      {cancelAtPeriodEnd && <Notice tone="warning">{t("state.cancels", { time: end })}</Notice>}
      {pauseAtPeriodEnd && <Notice tone="warning">{t("state.pauses", { time: end })}</Notice>}
      {pendingChange !== undefined && (
        <Notice tone="info">
          {t(pendingChange.seats === subscription.seats ? "state.changes" : "state.changesSeats", {
            plan: planName(pendingChange.planId),
            time: pendingChange.effectiveTime === undefined ? end : format.date(pendingChange.effectiveTime),
            count: Number(pendingChange.seats),
            seats: format.number(pendingChange.seats),
          })}
        </Notice>
      )}
    </>
  );
}
