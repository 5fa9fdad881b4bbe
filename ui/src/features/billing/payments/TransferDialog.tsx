import { useState, type ReactNode } from "react";
import { useController } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { answered } from "@/api/answered";
import type { Invoice } from "@/api/gen/atrium/billing/v1/invoice_pb";
import { PaymentService } from "@/api/gen/atrium/billing/v1/payment_service_pb";
import { Submission } from "@/api/idempotency";
import { DatePicker } from "@/design/DatePicker/DatePicker";
import { toast } from "@/design/Toast/toast";
import { FormTextField } from "@/forms/FormTextField";
import { rules } from "@/forms/rules";
import { useFieldError } from "@/forms/useFieldError";
import { useRequestForm } from "@/forms/useRequestForm";
import { useFormat } from "@/i18n/Locale";

import { FormMoney } from "../fields/FormMoney";
import { openMinor } from "../invoices/InvoiceTable";
import { beginningOf } from "../parts/days";
import { FormDialog } from "../parts/FormDialog";
import { useRecordTransferMutation } from "./api";

interface TransferDialogProps {
  invoice: Invoice;
  onClose: () => void;
}

interface Values {
  amountMinor: bigint;
  payTime: string;
  note: string;
}

const requestOf = ({ amountMinor, payTime, note }: Values) => {
  const moment = beginningOf(payTime);
  return { amountMinor, note, ...(moment === undefined ? {} : { payTime: moment }) };
};
const checked = rules(
  async () => (await import("@/api/rules/atrium/billing/v1/payment_service_pb")).RecordTransferRequestSchema,
  (values: Values) => ({ invoiceId: "inv", ...requestOf(values) }),
);

/** Records that money for an invoice has arrived by bank transfer. */
export function TransferDialog({ invoice, onClose }: TransferDialogProps): ReactNode {
  const { t } = useTranslation("payments");
  const format = useFormat();
  const [record] = useRecordTransferMutation();
  const [submission] = useState(() => new Submission());
  const { id, number, currency } = invoice;
  const form = useRequestForm<Values>({
    defaultValues: { amountMinor: openMinor(invoice), payTime: "", note: "" },
    rules: checked,
    send: (values) =>
      submission.run(
        PaymentService.method.recordTransfer,
        { invoiceId: id, ...requestOf(values) },
        (request, options) => answered(record({ ...request, ...options })),
      ),
    onDone: (_, { amountMinor }) => {
      onClose();
      toast({ tone: "success", title: t("transfer.done", { amount: format.money(amountMinor, currency) }) });
    },
  });
  const { field, fieldState } = useController({ control: form.control, name: "payTime" });
  const error = useFieldError(fieldState.error);
  return (
    <FormDialog
      title={t("transfer.title", { number })}
      description={t("transfer.lead")}
      form={form}
      submitLabel={t("transfer.do")}
      onClose={onClose}
    >
      <FormMoney control={form.control} name="amountMinor" currency={currency} label={t("amount")} empty={0n} />
      <DatePicker
        label={t("transfer.time")}
        description={t("transfer.timeHint")}
        optional
        value={field.value === "" ? null : field.value}
        onChange={(day) => field.onChange(day ?? "")}
        onBlur={field.onBlur}
        error={error}
      />
      <FormTextField
        control={form.control}
        name="note"
        label={t("transfer.note")}
        description={t("transfer.noteHint")}
        optional
        maxLength={200}
      />
    </FormDialog>
  );
}
