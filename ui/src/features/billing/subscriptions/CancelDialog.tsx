import type { ReactNode } from "react";
import { useController } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { answered } from "@/api/answered";
import { Subscription_State, type Subscription } from "@/api/gen/atrium/billing/v1/subscription_pb";
import { RadioGroup } from "@/design/RadioGroup/RadioGroup";
import { toast } from "@/design/Toast/toast";
import { FormTextField } from "@/forms/FormTextField";
import { useRequestForm } from "@/forms/useRequestForm";
import { useFormat } from "@/i18n/Locale";

import { FormDialog } from "../parts/FormDialog";
import { useCancelSubscriptionMutation } from "./api";

interface CancelDialogProps {
  subscription: Subscription;
  /** The plan's, to be typed where the end is at once. */
  name: string;
  onClose: () => void;
}

interface Values {
  when: "end" | "now";
  reason: string;
  typed: string;
}

/** Ends a subscription: when its period ends, or at once with a credit for what is unused. */
export function CancelDialog({ subscription, name, onClose }: CancelDialogProps): ReactNode {
  const { t } = useTranslation("subscriptions");
  const format = useFormat();
  const [cancel] = useCancelSubscriptionMutation();
  const { id, etag, periodEndTime, cancelAtPeriodEnd, state } = subscription;
  // There is no end to wait for where nothing is billed.
  const onlyNow =
    cancelAtPeriodEnd ||
    ![Subscription_State.ACTIVE, Subscription_State.TRIALING, Subscription_State.PAST_DUE].includes(state);
  const end = periodEndTime === undefined ? "" : format.date(periodEndTime);
  const form = useRequestForm<Values>({
    defaultValues: { when: onlyNow ? "now" : "end", reason: "", typed: "" },
    send: ({ when, reason }) => answered(cancel({ id, etag, now: when === "now", reason: reason.trim() })),
    onDone: (_, { when }) => {
      onClose();
      toast({ tone: "success", title: when === "now" ? t("cancel.doneNow") : t("cancel.done", { time: end }) });
    },
  });
  const { field } = useController({ control: form.control, name: "when" });
  const typed = form.form.watch("typed");
  const owed = field.value === "now" && typed.trim() !== name.trim();
  return (
    <FormDialog
      title={t("cancel.title", { plan: name })}
      description={t("cancel.lead")}
      form={form}
      tone="danger"
      submitLabel={t(field.value === "now" ? "cancel.doNow" : "cancel.do")}
      disabledReason={owed ? t("cancel.typeFirst") : undefined}
      onClose={onClose}
    >
      <RadioGroup
        label={t("cancel.when")}
        value={field.value}
        onChange={field.onChange}
        look="cards"
        options={[
          {
            id: "end",
            label: t("cancel.end", { time: end }),
            description: t("cancel.endHint"),
            disabledReason: onlyNow ? t("cancel.noEnd") : undefined,
          },
          { id: "now", label: t("cancel.now"), description: t("cancel.nowHint") },
        ]}
      />
      <FormTextField control={form.control} name="reason" label={t("cancel.reason")} optional maxLength={500} />
      {field.value === "now" && (
        <FormTextField control={form.control} name="typed" label={t("cancel.type", { name })} autoComplete="off" />
      )}
    </FormDialog>
  );
}
