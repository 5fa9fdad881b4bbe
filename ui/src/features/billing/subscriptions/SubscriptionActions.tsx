import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { answered } from "@/api/answered";
import type { Plan } from "@/api/gen/atrium/billing/v1/plan_pb";
import { Subscription_State, type Subscription } from "@/api/gen/atrium/billing/v1/subscription_pb";
import { SubscriptionService } from "@/api/gen/atrium/billing/v1/subscription_service_pb";
import { PLATFORM } from "@/api/session";
import { Button, ButtonLink } from "@/design/Button/Button";
import { ConfirmDialog } from "@/design/Dialog/ConfirmDialog";
import { Inline } from "@/design/layout/layout";
import type { MenuEntry } from "@/design/Menu/entries";
import { MenuButton } from "@/design/Menu/MenuButton";
import { toast } from "@/design/Toast/toast";
import { useFormat } from "@/i18n/Locale";
import { useSession } from "@/session/SessionProvider";
import { useCan } from "@/session/useCan";

import { useBilled } from "../accounts/billed";
import { usePauseSubscriptionMutation, useResumeSubscriptionMutation } from "./api";
import { CancelDialog } from "./CancelDialog";
import { ChangeDialog } from "./ChangeDialog";
import { useChoosePath } from "./useChoosePath";
import { useOutcome } from "./useOutcome";

interface SubscriptionActionsProps {
  subscription: Subscription;
  plan: Plan | undefined;
  bySeat: boolean;
}

/** What can be done about a subscription. */
export function SubscriptionActions({ subscription, plan, bySeat }: SubscriptionActionsProps): ReactNode {
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
