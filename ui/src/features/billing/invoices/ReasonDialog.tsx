import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { answered } from "@/api/answered";
import type { Invoice } from "@/api/gen/atrium/billing/v1/invoice_pb";
import { toast } from "@/design/Toast/toast";
import { Text } from "@/design/typography/typography";
import { FormTextField } from "@/forms/FormTextField";
import { rules } from "@/forms/rules";
import { useRequestForm } from "@/forms/useRequestForm";
import { useFormat } from "@/i18n/Locale";

import { FormDialog } from "../parts/FormDialog";
import { useVoidInvoiceMutation, useWriteOffInvoiceMutation } from "./api";
import { openMinor } from "./InvoiceTable";

interface ReasonDialogProps {
  action: "void" | "writeOff";
  invoice: Invoice;
  onClose: () => void;
}

interface Values {
  reason: string;
  typed: string;
}

const checked = rules(
  async () => (await import("@/api/rules/atrium/billing/v1/invoice_service_pb")).VoidInvoiceRequestSchema,
  ({ reason }: Values) => ({ id: "inv", reason }),
);

/** Takes an open invoice back, or gives it up. Both are for ever, so its number is typed. */
export function ReasonDialog({ action, invoice, onClose }: ReasonDialogProps): ReactNode {
  const { t } = useTranslation("invoices");
  const billing = useTranslation("billing").t;
  const format = useFormat();
  const [voidInvoice] = useVoidInvoiceMutation();
  const [writeOff] = useWriteOffInvoiceMutation();
  const { id, number, etag, currency } = invoice;
  const form = useRequestForm<Values>({
    defaultValues: { reason: "", typed: "" },
    rules: checked,
    send: ({ reason }) => {
      const request = { id, etag, reason };
      return answered(action === "void" ? voidInvoice(request) : writeOff(request));
    },
    onDone: () => {
      onClose();
      toast({ tone: "success", title: t(`${action}.done`, { number }) });
    },
  });
  return (
    <FormDialog
      title={t(`${action}.title`, { number })}
      form={form}
      tone="danger"
      submitLabel={t(`${action}.do`)}
      disabledReason={form.form.watch("typed").trim() === number ? undefined : t("typeFirst")}
      onClose={onClose}
    >
      <Text>{t(`${action}.lead`, { amount: format.money(openMinor(invoice), currency) })}</Text>
      <FormTextField
        control={form.control}
        name="reason"
        label={billing("reason")}
        description={billing("reasonHint")}
      />
      <FormTextField control={form.control} name="typed" label={t("type", { number })} autoComplete="off" />
    </FormDialog>
  );
}
