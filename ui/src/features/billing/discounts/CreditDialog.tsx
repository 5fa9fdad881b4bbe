import { useState, type ReactNode } from "react";
import { useController } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { answered } from "@/api/answered";
import type { BillingAccount } from "@/api/gen/atrium/billing/v1/billing_account_service_pb";
import { DiscountService, type CreditGrant } from "@/api/gen/atrium/billing/v1/discount_service_pb";
import { Submission } from "@/api/idempotency";
import { RadioGroup } from "@/design/RadioGroup/RadioGroup";
import { toast } from "@/design/Toast/toast";
import { FormTextField } from "@/forms/FormTextField";
import { rules } from "@/forms/rules";
import { useRequestForm } from "@/forms/useRequestForm";
import { useFormat } from "@/i18n/Locale";

import { FormMoney } from "../fields/FormMoney";
import { FormDialog } from "../parts/FormDialog";
import { useGrantCreditMutation } from "./api";

interface CreditDialogProps {
  account: BillingAccount;
  onClose: () => void;
}

interface Values {
  direction: "give" | "take";
  amount: bigint;
  reason: string;
}

const checked = rules(
  async () => (await import("@/api/rules/atrium/billing/v1/discount_service_pb")).GrantCreditRequestSchema,
  ({ reason }: Values) => ({ tenantId: "ten", amount: { minor: 1n, currency: "EUR" }, reason }),
);

/** Gives a tenant credit that invoices use before anything is charged, or takes some back. */
export function CreditDialog({ account, onClose }: CreditDialogProps): ReactNode {
  const { t } = useTranslation("discounts");
  const billing = useTranslation("billing").t;
  const format = useFormat();
  const [grant] = useGrantCreditMutation();
  const [submission] = useState(() => new Submission());
  const { tenantId, currency, creditMinor } = account;
  const form = useRequestForm<Values, CreditGrant>({
    defaultValues: { direction: "give", amount: 0n, reason: "" },
    rules: checked,
    send: ({ direction, amount, reason }) =>
      submission.run(
        DiscountService.method.grantCredit,
        { tenantId, amount: { minor: direction === "give" ? amount : -amount, currency }, reason },
        (request, options) => answered(grant({ ...request, ...options })),
      ),
    onDone: ({ balance }) => {
      onClose();
      toast({
        tone: "success",
        title: t("credit.done", { amount: format.money(balance?.minor ?? 0n, balance?.currency ?? currency) }),
      });
    },
  });
  const { field } = useController({ control: form.control, name: "direction" });
  const amount = form.form.watch("amount");
  const takes = field.value === "take";
  const fault =
    amount <= 0n
      ? t("credit.nothing")
      : takes && amount > creditMinor
        ? t("credit.tooMuch", { amount: format.money(creditMinor, currency) })
        : undefined;
  return (
    <FormDialog
      title={t("credit.title", { name: account.party?.name ?? tenantId })}
      description={t("credit.lead", { amount: format.money(creditMinor, currency) })}
      form={form}
      tone={takes ? "danger" : "primary"}
      submitLabel={t(takes ? "credit.take" : "credit.give")}
      disabledReason={fault}
      onClose={onClose}
    >
      <RadioGroup
        label={t("credit.direction")}
        value={field.value}
        onChange={field.onChange}
        options={[
          { id: "give", label: t("credit.give") },
          {
            id: "take",
            label: t("credit.take"),
            disabledReason: creditMinor > 0n ? undefined : t("credit.none"),
          },
        ]}
      />
      <FormMoney control={form.control} name="amount" currency={currency} label={t("credit.amount")} empty={0n} />
      <FormTextField
        control={form.control}
        name="reason"
        label={billing("reason")}
        description={billing("reasonHint")}
      />
    </FormDialog>
  );
}
