import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Subscription_State, type Subscription } from "@/api/gen/atrium/billing/v1/subscription_pb";
import { PLATFORM } from "@/api/session";
import { Notice } from "@/design/Notice/Notice";
import { useFormat } from "@/i18n/Locale";
import { useSession } from "@/session/SessionProvider";

import { usePlanName } from "../plans/usePlanName";

/** What is wrong with a subscription, and what is about to become of it. */
export function SubscriptionNotices({ subscription }: { subscription: Subscription }): ReactNode {
  const { t } = useTranslation("subscriptions");
  const format = useFormat();
  const { realm } = useSession();
  const planName = usePlanName();
  const { state, periodEndTime, trialEndTime, pendingChange, cancelAtPeriodEnd, pauseAtPeriodEnd } = subscription;
  const end = periodEndTime === undefined ? "" : format.date(periodEndTime);
  const who = realm === PLATFORM ? "provider" : "tenant";
  return (
    <>
      {state === Subscription_State.TRIALING && trialEndTime !== undefined && (
        <Notice tone="info">
          {t("state.trial", { time: format.date(trialEndTime), left: format.relative(trialEndTime) })}
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
