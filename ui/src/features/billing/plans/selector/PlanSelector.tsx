import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { Interval, Plan_State, type Plan } from "@/api/gen/atrium/billing/v1/plan_pb";
import { Subscription_State, type Subscription } from "@/api/gen/atrium/billing/v1/subscription_pb";
import { SubscriptionService, type SubscriptionChange } from "@/api/gen/atrium/billing/v1/subscription_service_pb";
import { Button } from "@/design/Button/Button";
import { Inline, Stack } from "@/design/layout/layout";
import { Notice } from "@/design/Notice/Notice";
import { RadioGroup } from "@/design/RadioGroup/RadioGroup";
import { Select } from "@/design/Select/Select";
import { EmptyState } from "@/design/states/states";
import { Text } from "@/design/typography/typography";
import { useFormat } from "@/i18n/Locale";
import { useCan } from "@/session/useCan";

import { Asked } from "../../parts/Asked";
import { ChangeDialog } from "../../subscriptions/ChangeDialog";
import { intervals } from "../../words/words";
import { useListPlansQuery } from "../api";
import { bookOf, currenciesOf, yearlySaving } from "../prices";
import { usePlanName } from "../usePlanName";
import { byRank } from "./comparison";
import { PlanTable } from "./PlanTable";

interface PlanSelectorProps {
  tenantId: string;
  /** The one that has not ended; left out where there is none. */
  subscription: Subscription | undefined;
  /** A tenant has a trial once. */
  hadTrial: boolean;
  /** The billing account's. */
  currency: string;
  onChanged: (change: SubscriptionChange) => void;
}

/** Compares the plans on offer, and moves a tenant to one of them after an exact look at what that costs. */
export function PlanSelector(props: PlanSelectorProps): ReactNode {
  const { t } = useTranslation("plans");
  const query = useListPlansQuery({ states: [Plan_State.PUBLISHED], pageSize: 100 });
  return (
    <Asked query={query} label={t("selector.loading")} lines={10}>
      {({ plans }) =>
        plans.length === 0 ? (
          <EmptyState title={t("selector.none")}>{t("selector.noneLead")}</EmptyState>
        ) : (
          <Choice {...props} plans={byRank(plans)} />
        )
      }
    </Asked>
  );
}

function Choice({
  plans,
  tenantId,
  subscription,
  hadTrial,
  currency: account,
  onChanged,
}: PlanSelectorProps & { plans: Plan[] }) {
  const { t } = useTranslation("plans");
  const billing = useTranslation("billing").t;
  const format = useFormat();
  const can = useCan();
  const [interval, setInterval] = useState(subscription?.interval ?? Interval.MONTH);
  const currencies = [...new Set(plans.flatMap((plan) => (plan.terms === undefined ? [] : currenciesOf(plan.terms))))];
  const [chosenCurrency, setCurrency] = useState<string>();
  const currency = subscription?.currency ?? chosenCurrency ?? (account === "" ? (currencies[0] ?? "EUR") : account);
  const [chosen, setChosen] = useState<Plan>();
  // Asked for here, so that the names are there when a preview is.
  const planName = usePlanName();
  const saving = Math.max(...plans.map(({ terms }) => (terms && yearlySaving(terms, currency)) ?? 0));
  const method = subscription === undefined ? "createSubscription" : "changeSubscription";
  const denied = can(SubscriptionService.method[method])
    ? undefined
    : billing("denied", { permission: "subscriptions.manage" });
  const present = plans.find(({ id }) => id === subscription?.planId);
  const pending = subscription?.pendingChange;
  const actionFor = (plan: Plan): ReactNode => {
    const isPlan = plan.id === subscription?.planId;
    const isInterval = interval === subscription?.interval;
    const isOld = isPlan && plan.planVersion !== subscription?.planVersion;
    const sold = plan.terms !== undefined && bookOf(plan.terms, currency, interval) !== undefined;
    if (isPlan && isInterval && !isOld)
      return (
        <Text $size="small" $tone="muted" $weight="medium">
          {t("selector.isPresent")}
        </Text>
      );
    const name = plan.terms?.displayName ?? plan.id;
    const words = isPlan
      ? t(isOld && isInterval ? "selector.renew" : interval === Interval.YEAR ? "selector.toYear" : "selector.toMonth")
      : t(
          subscription === undefined || subscription.state === Subscription_State.CANCELLED
            ? plan.terms !== undefined && plan.terms.trialDays > 0 && !hadTrial
              ? "selector.try"
              : "selector.choose"
            : "selector.change",
        );
    return (
      <div>
        <Button
          variant={isPlan ? "secondary" : "primary"}
          size="small"
          disabledReason={denied ?? (sold ? undefined : t("selector.notSold", { currency }))}
          onPress={() => setChosen(plan)}
          aria-label={`${words}: ${name}`}
        >
          {words}
        </Button>
      </div>
    );
  };
  return (
    <Stack>
      <Inline $justify="space-between" $align="end" $gap={4}>
        <Switch>
          <RadioGroup
            label={t("selector.interval")}
            labelHidden
            value={intervals.word(interval)}
            onChange={(word) => setInterval(word === "year" ? Interval.YEAR : Interval.MONTH)}
            options={[
              { id: "month", label: billing("interval.month") },
              {
                id: "year",
                label: billing("interval.year"),
                ...(saving > 0 ? { description: t("selector.saving", { share: format.percent(saving, 0) }) } : {}),
              },
            ]}
          />
        </Switch>
        {subscription === undefined && account === "" && currencies.length > 1 && (
          <Select
            label={t("selector.currency")}
            value={currency}
            onChange={setCurrency}
            options={currencies.map((id) => ({ id, label: id }))}
          />
        )}
      </Inline>
      {subscription !== undefined && present === undefined && <Notice tone="info">{t("selector.notOffered")}</Notice>}
      {pending !== undefined && (
        <Notice tone="info">
          {t("selector.pending", {
            plan: planName(pending.planId),
            time: pending.effectiveTime === undefined ? "" : format.date(pending.effectiveTime),
          })}
        </Notice>
      )}
      <PlanTable
        plans={plans}
        currency={currency}
        interval={interval}
        present={subscription?.planId}
        actionFor={actionFor}
      />
      <Text $size="small" $tone="muted">
        {t("selector.beforeTaxes")}
      </Text>
      {chosen?.terms !== undefined && (
        <ChangeDialog
          tenantId={tenantId}
          subscription={subscription}
          hadTrial={hadTrial}
          plan={chosen}
          interval={interval}
          currency={currency}
          onClose={() => setChosen(undefined)}
          onDone={(change) => {
            setChosen(undefined);
            onChanged(change);
          }}
        />
      )}
    </Stack>
  );
}

/** The two options beside each other. */
const Switch = styled.div`
  & [role="radiogroup"] > div {
    flex-direction: row;
    gap: 1.25rem;
  }
`;
