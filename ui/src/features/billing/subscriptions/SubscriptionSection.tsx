import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { answered } from "@/api/answered";
import { Interval, type Plan } from "@/api/gen/atrium/billing/v1/plan_pb";
import { Subscription_State, type Subscription } from "@/api/gen/atrium/billing/v1/subscription_pb";
import { SubscriptionService } from "@/api/gen/atrium/billing/v1/subscription_service_pb";
import { PLATFORM } from "@/api/session";
import { Button, ButtonLink } from "@/design/Button/Button";
import { ConfirmDialog } from "@/design/Dialog/ConfirmDialog";
import { KeyValueList } from "@/design/KeyValueList/KeyValueList";
import { Card, Inline, Stack } from "@/design/layout/layout";
import type { MenuEntry } from "@/design/Menu/entries";
import { MenuButton } from "@/design/Menu/MenuButton";
import { Notice } from "@/design/Notice/Notice";
import { EmptyState } from "@/design/states/states";
import { toast } from "@/design/Toast/toast";
import { Heading, Text } from "@/design/typography/typography";
import { useFormat } from "@/i18n/Locale";
import { paths } from "@/routing/paths";
import { useSession } from "@/session/SessionProvider";
import { useCan } from "@/session/useCan";

import { useBilled } from "../accounts/billed";
import { Asked } from "../parts/Asked";
import { SubscriptionBadge } from "../parts/badges";
import { usePeriod } from "../parts/usePeriod";
import { useGetPlanQuery } from "../plans/api";
import { bookOf, seatPrice } from "../plans/prices";
import { usePlanName } from "../plans/usePlanName";
import { intervals } from "../words/words";
import { usePauseSubscriptionMutation, usePreviewInvoiceQuery, useResumeSubscriptionMutation } from "./api";
import { CancelDialog } from "./CancelDialog";
import { ChangeDialog } from "./ChangeDialog";
import { Preview } from "./Preview";
import { useOutcome } from "./useOutcome";

/** The plan a tenant is on, what can be done about it, and what comes next. */
export function SubscriptionSection(): ReactNode {
  const { subscription, ended } = useBilled();
  if (subscription === undefined) return <NoSubscription />;
  return (
    <Stack>
      <States subscription={subscription} />
      <Present subscription={subscription} />
      {bills(subscription) && <NextInvoice subscription={subscription} />}
      {ended.length > 0 && <Ended subscriptions={ended} />}
    </Stack>
  );
}

function NoSubscription(): ReactNode {
  const { t } = useTranslation("subscriptions");
  const { ended } = useBilled();
  const choose = useChoosePath();
  return (
    <Stack>
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
      {ended.length > 0 && <Ended subscriptions={ended} />}
    </Stack>
  );
}

/** Where a plan is chosen for this tenant. */
function useChoosePath(): string {
  const { realm } = useSession();
  const { tenantId } = useBilled();
  return realm === PLATFORM ? paths.to(realm, "tenantBillingPlan", { id: tenantId }) : paths.to(realm, "choosePlan");
}

function States({ subscription }: { subscription: Subscription }): ReactNode {
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
          {t("state.changes", {
            plan: planName(pendingChange.planId),
            time: pendingChange.effectiveTime === undefined ? end : format.date(pendingChange.effectiveTime),
            seats: format.number(pendingChange.seats),
          })}
        </Notice>
      )}
    </>
  );
}

function Present({ subscription }: { subscription: Subscription }): ReactNode {
  const { t } = useTranslation("subscriptions");
  const billing = useTranslation("billing").t;
  const format = useFormat();
  const period = usePeriod();
  const { data: plan } = useGetPlanQuery({ id: subscription.planId });
  const bySeat = plan !== undefined && isBySeat(plan, subscription);
  const { state } = subscription;
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
          <Actions subscription={subscription} plan={plan} bySeat={bySeat} />
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
            { label: t("present.since"), value: subscription.createTime && format.date(subscription.createTime) },
            { label: t("present.currency"), value: subscription.currency },
            { label: t("present.version"), value: format.number(subscription.planVersion) },
          ]}
        />
      </Stack>
    </Card>
  );
}

interface ActionsProps {
  subscription: Subscription;
  plan: Plan | undefined;
  bySeat: boolean;
}

function Actions({ subscription, plan, bySeat }: ActionsProps): ReactNode {
  const { t } = useTranslation("subscriptions");
  const billing = useTranslation("billing").t;
  const format = useFormat();
  const can = useCan();
  const { realm } = useSession();
  const { tenantId } = useBilled();
  const choose = useChoosePath();
  const outcome = useOutcome();
  const [resume, resuming] = useResumeSubscriptionMutation();
  const [pause] = usePauseSubscriptionMutation();
  const [asked, setAsked] = useState<"seats" | "cancel" | "pause" | "resume">();
  const { state, id, etag } = subscription;
  const denied = can(SubscriptionService.method.changeSubscription)
    ? undefined
    : billing("denied", { permission: "subscriptions.manage" });
  const waits = subscription.cancelAtPeriodEnd || subscription.pauseAtPeriodEnd;
  const stopped = state === Subscription_State.PAUSED || state === Subscription_State.SUSPENDED;
  const end = subscription.periodEndTime === undefined ? "" : format.date(subscription.periodEndTime);
  const goOn = async (): Promise<void> => {
    await answered(resume({ id, etag }));
    toast({ tone: "success", title: t("resume.done") });
  };
  const entries: MenuEntry[] = [
    ...(bySeat
      ? [{ id: "seats", label: t("do.seats"), disabledReason: denied, onAction: () => setAsked("seats") }]
      : []),
    ...(realm === PLATFORM && can(SubscriptionService.method.pauseSubscription) && !waits && !stopped
      ? [{ id: "pause", label: t("do.pause"), disabledReason: denied, onAction: () => setAsked("pause") }]
      : []),
    ...(subscription.cancelAtPeriodEnd && realm !== PLATFORM
      ? []
      : [
          {
            id: "cancel",
            label: t("do.cancel"),
            tone: "danger" as const,
            disabledReason: denied,
            onAction: () => setAsked("cancel"),
          },
        ]),
  ];
  return (
    <Inline>
      {waits || stopped ? (
        <Button
          variant="primary"
          disabledReason={denied}
          isPending={resuming.isLoading}
          onPress={() => setAsked("resume")}
        >
          {t(waits ? "do.keep" : "do.resume")}
        </Button>
      ) : null}
      {denied === undefined ? (
        <ButtonLink variant={waits || stopped ? "secondary" : "primary"} href={choose}>
          {t("do.change")}
        </ButtonLink>
      ) : (
        <Button disabledReason={denied}>{t("do.change")}</Button>
      )}
      {entries.length > 0 && (
        <MenuButton label={t("do.more")} entries={entries}>
          {t("do.more")}
        </MenuButton>
      )}
      {asked === "seats" && plan !== undefined && (
        <ChangeDialog
          tenantId={tenantId}
          subscription={subscription}
          plan={plan}
          interval={subscription.interval}
          currency={subscription.currency}
          seatsOnly
          onClose={() => setAsked(undefined)}
          onDone={(change) => {
            setAsked(undefined);
            outcome(change);
          }}
        />
      )}
      {asked === "cancel" && (
        <CancelDialog
          subscription={subscription}
          name={plan?.terms?.displayName ?? subscription.planId}
          onClose={() => setAsked(undefined)}
        />
      )}
      <ConfirmDialog
        isOpen={asked === "pause"}
        onOpenChange={() => setAsked(undefined)}
        title={t("pause.title")}
        confirmLabel={t("pause.do")}
        onConfirm={async () => {
          await answered(pause({ id, etag }));
          toast({ tone: "success", title: t("pause.done", { time: end }) });
        }}
      >
        {t("pause.lead", { time: end })}
      </ConfirmDialog>
      <ConfirmDialog
        isOpen={asked === "resume"}
        onOpenChange={() => setAsked(undefined)}
        title={t(waits ? "resume.keepTitle" : "resume.title")}
        tone="primary"
        confirmLabel={t(waits ? "do.keep" : "do.resume")}
        onConfirm={goOn}
      >
        {t(waits ? "resume.keepLead" : "resume.lead")}
      </ConfirmDialog>
    </Inline>
  );
}

function NextInvoice({ subscription }: { subscription: Subscription }): ReactNode {
  const { t } = useTranslation("subscriptions");
  const format = useFormat();
  const query = usePreviewInvoiceQuery({ subscriptionId: subscription.id });
  const end = subscription.periodEndTime;
  return (
    <Card aria-labelledby="next-invoice">
      <Stack>
        <Stack $gap="hair">
          <Heading $size="medium" id="next-invoice">
            {t("next.title")}
          </Heading>
          <Text $size="small" $tone="muted">
            {t("next.lead", { time: end === undefined ? "" : format.date(end) })}
          </Text>
        </Stack>
        <Asked query={query} label={t("next.loading")}>
          {(preview) => (
            <Preview preview={preview} interval={subscription.pendingChange?.interval ?? subscription.interval} />
          )}
        </Asked>
      </Stack>
    </Card>
  );
}

function Ended({ subscriptions }: { subscriptions: readonly Subscription[] }): ReactNode {
  const { t } = useTranslation("subscriptions");
  const format = useFormat();
  const planName = usePlanName();
  return (
    <Card>
      <Stack $gap={3}>
        <Heading $size="medium">{t("ended.title")}</Heading>
        <KeyValueList
          items={subscriptions.map((one) => ({
            label: planName(one.planId),
            value: [one.createTime && format.date(one.createTime), one.cancelTime && format.date(one.cancelTime)]
              .filter((time) => time !== undefined)
              .join(" – "),
          }))}
        />
      </Stack>
    </Card>
  );
}

/** Whether another invoice comes by itself. */
function bills({ state }: Subscription): boolean {
  return [Subscription_State.ACTIVE, Subscription_State.TRIALING, Subscription_State.PAST_DUE].includes(state);
}

function isBySeat({ terms }: Plan, { currency, interval }: Subscription): boolean {
  const book = terms && (bookOf(terms, currency, interval) ?? bookOf(terms, currency, Interval.MONTH));
  return book !== undefined && seatPrice(book) !== undefined;
}
