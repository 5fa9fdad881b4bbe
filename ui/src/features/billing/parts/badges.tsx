/** The states of things, in a word and a colour. */
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { BillingAccount } from "@/api/gen/atrium/billing/v1/billing_account_service_pb";
import type { Invoice } from "@/api/gen/atrium/billing/v1/invoice_pb";
import type { Dispute, Payment, PaymentMethod, Refund } from "@/api/gen/atrium/billing/v1/payment_pb";
import type { Plan } from "@/api/gen/atrium/billing/v1/plan_pb";
import type { Subscription } from "@/api/gen/atrium/billing/v1/subscription_pb";
import { StatusBadge, type BadgeTone } from "@/design/Badge/Badge";

import {
  accountStates,
  disputeStates,
  invoiceStates,
  methodStates,
  paymentStates,
  planStates,
  refundStates,
  subscriptionStates,
} from "../words/words";

const TONES: Record<string, BadgeTone> = {
  active: "success",
  archived: "neutral",
  cancelled: "neutral",
  draft: "neutral",
  expired: "warning",
  failed: "danger",
  incomplete: "warning",
  lost: "danger",
  open: "info",
  paid: "success",
  parked: "danger",
  pastDue: "danger",
  paused: "neutral",
  pending: "info",
  published: "success",
  removed: "neutral",
  requiresAction: "warning",
  succeeded: "success",
  suspended: "danger",
  trialing: "info",
  uncollectible: "danger",
  void: "neutral",
  won: "success",
};

interface StateProps {
  word: string;
  live?: boolean;
  children: ReactNode;
}

function State({ word, live = false, children }: StateProps): ReactNode {
  return (
    <StatusBadge tone={TONES[word] ?? "neutral"} live={live}>
      {children}
    </StatusBadge>
  );
}

export function PlanBadge({ state }: Pick<Plan, "state">): ReactNode {
  const { t } = useTranslation("billing");
  const word = planStates.word(state);
  return <State word={word}>{t(`planState.${word}`)}</State>;
}

export function SubscriptionBadge({ state }: Pick<Subscription, "state">): ReactNode {
  const { t } = useTranslation("billing");
  const word = subscriptionStates.word(state);
  return <State word={word}>{t(`subscriptionState.${word}`)}</State>;
}

/** An open invoice whose time is over is called overdue. */
export function InvoiceBadge({
  invoice: { state, dueTime },
}: {
  invoice: Pick<Invoice, "state" | "dueTime">;
}): ReactNode {
  const [now] = useState(() => Date.now());
  const { t } = useTranslation("billing");
  const word = invoiceStates.word(state);
  if (word === "open" && dueTime !== undefined && Number(dueTime.seconds) * 1000 < now)
    return <State word="pastDue">{t("invoiceState.overdue")}</State>;
  return <State word={word}>{t(`invoiceState.${word}`)}</State>;
}

export function PaymentBadge({ state }: Pick<Payment, "state">): ReactNode {
  const { t } = useTranslation("billing");
  const word = paymentStates.word(state);
  return (
    <State word={word} live={word === "pending"}>
      {t(`paymentState.${word}`)}
    </State>
  );
}

export function RefundBadge({ state }: Pick<Refund, "state">): ReactNode {
  const { t } = useTranslation("billing");
  const word = refundStates.word(state);
  return (
    <State word={word} live={word === "pending"}>
      {t(`refundState.${word}`)}
    </State>
  );
}

export function DisputeBadge({ state }: Pick<Dispute, "state">): ReactNode {
  const { t } = useTranslation("billing");
  const word = disputeStates.word(state);
  return <State word={word === "open" ? "incomplete" : word}>{t(`disputeState.${word}`)}</State>;
}

export function MethodBadge({ state }: Pick<PaymentMethod, "state">): ReactNode {
  const { t } = useTranslation("billing");
  const word = methodStates.word(state);
  return <State word={word}>{t(`methodState.${word}`)}</State>;
}

export function AccountBadge({ state }: Pick<BillingAccount, "state">): ReactNode {
  const { t } = useTranslation("billing");
  const word = accountStates.word(state);
  return <State word={word === "open" ? "active" : word}>{t(`accountState.${word}`)}</State>;
}
