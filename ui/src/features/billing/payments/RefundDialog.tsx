import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { answered } from "@/api/answered";
import type { Payment } from "@/api/gen/atrium/billing/v1/payment_pb";
import { PaymentService } from "@/api/gen/atrium/billing/v1/payment_service_pb";
import { Submission } from "@/api/idempotency";
import { toast } from "@/design/Toast/toast";
import { Text } from "@/design/typography/typography";
import { FormTextField } from "@/forms/FormTextField";
import { rules } from "@/forms/rules";
import { useRequestForm } from "@/forms/useRequestForm";
import { useFormat } from "@/i18n/Locale";

import { FormMoney } from "../fields/FormMoney";
import { FormDialog } from "../parts/FormDialog";
import { useRefundPaymentMutation } from "./api";
import { refundableMinor } from "./refundable";

interface RefundDialogProps {
  payment: Payment;
  onClose: () => void;
}

interface Values {
  amountMinor: bigint;
  reason: string;
}

const checked = rules(
  async () => (await import("@/api/rules/atrium/billing/v1/payment_service_pb")).RefundPaymentRequestSchema,
  ({ amountMinor, reason }: Values) => ({ id: "pay", amountMinor, reason }),
);

/** Gives all or part of a payment back. */
export function RefundDialog({ payment, onClose }: RefundDialogProps): ReactNode {
  const { t } = useTranslation("payments");
  const billing = useTranslation("billing").t;
  const format = useFormat();
  const [refund] = useRefundPaymentMutation();
  const [submission] = useState(() => new Submission());
  const { id, currency } = payment;
  const left = refundableMinor(payment);
  const form = useRequestForm<Values>({
    defaultValues: { amountMinor: left, reason: "" },
    rules: checked,
    send: (values) =>
      submission.run(PaymentService.method.refundPayment, { id, ...values }, (request, options) =>
        answered(refund({ ...request, ...options })),
      ),
    onDone: (_, values) => {
      onClose();
      toast({ tone: "success", title: t("refund.done", { amount: format.money(values.amountMinor, currency) }) });
    },
  });
  const amount = form.form.watch("amountMinor");
  const fault =
    amount === null || amount <= 0n
      ? t("refund.nothing")
      : amount > left
        ? t("refund.tooMuch", { amount: format.money(left, currency) })
        : undefined;
  return (
    <FormDialog
      title={t("refund.title")}
      form={form}
      tone="danger"
      submitLabel={fault === undefined ? t("refund.do", { amount: format.money(amount, currency) }) : t("refund.doIt")}
      disabledReason={fault}
      onClose={onClose}
    >
      <Text>{t("refund.lead", { amount: format.money(left, currency) })}</Text>
      <FormMoney
        control={form.control}
        name="amountMinor"
        currency={currency}
        label={t("amount")}
        description={fault}
        empty={0n}
      />
      <FormTextField
        control={form.control}
        name="reason"
        label={billing("reason")}
        description={billing("reasonHint")}
      />
    </FormDialog>
  );
}
