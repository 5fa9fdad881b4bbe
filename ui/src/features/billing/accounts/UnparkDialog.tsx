import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { answered } from "@/api/answered";
import type { BillingAccount } from "@/api/gen/atrium/billing/v1/billing_account_service_pb";
import { Notice } from "@/design/Notice/Notice";
import { toast } from "@/design/Toast/toast";
import { FormTextField } from "@/forms/FormTextField";
import { rules } from "@/forms/rules";
import { useRequestForm } from "@/forms/useRequestForm";

import { FormDialog } from "../parts/FormDialog";
import { useUnparkBillingAccountMutation } from "./api";
import { ParkReason } from "./ParkReason";

interface UnparkDialogProps {
  account: BillingAccount;
  onClose: () => void;
}

interface Values {
  note: string;
}

const checked = rules(
  async () =>
    (await import("@/api/rules/atrium/billing/v1/billing_account_service_pb")).UnparkBillingAccountRequestSchema,
  ({ note }: Values) => ({ tenantId: "ten", note }),
);

/** Lets billing of a parked account go on, once somebody has looked and says what they found. */
export function UnparkDialog({ account, onClose }: UnparkDialogProps): ReactNode {
  const { t } = useTranslation("accounts");
  const [unpark] = useUnparkBillingAccountMutation();
  const form = useRequestForm<Values>({
    defaultValues: { note: "" },
    rules: checked,
    send: ({ note }) => answered(unpark({ tenantId: account.tenantId, note })),
    onDone: () => {
      onClose();
      toast({ tone: "success", title: t("unpark.done") });
    },
  });
  return (
    <FormDialog
      title={t("unpark.title", { name: account.party?.name ?? account.tenantId })}
      description={t("unpark.lead")}
      form={form}
      submitLabel={t("unpark.do")}
      onClose={onClose}
    >
      <Notice tone="danger" title={t("unpark.why")}>
        <ParkReason reason={account.parkReason} />
      </Notice>
      <FormTextField
        control={form.control}
        name="note"
        label={t("unpark.note")}
        description={t("unpark.noteHint")}
        maxLength={500}
      />
    </FormDialog>
  );
}
