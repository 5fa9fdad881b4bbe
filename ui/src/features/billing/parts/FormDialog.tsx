import type { ReactNode } from "react";
import type { FieldValues } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { reportId } from "@/api/errors";
import { Button } from "@/design/Button/Button";
import { Dialog, type DialogProps } from "@/design/Dialog/Dialog";
import { Stack } from "@/design/layout/layout";
import { Notice } from "@/design/Notice/Notice";
import type { RequestForm } from "@/forms/useRequestForm";
import { useErrorText } from "@/i18n/errorText";

interface FormDialogProps<V extends FieldValues> extends Pick<DialogProps, "title" | "description" | "size"> {
  form: Pick<RequestForm<V>, "submit" | "failure" | "isSending">;
  submitLabel: string;
  /** Default: `primary`. */
  tone?: "primary" | "danger";
  /** Why it cannot be sent yet. */
  disabledReason?: string | undefined;
  onClose: () => void;
  children: ReactNode;
}

/** One request as a form in a dialog. It lives while it is drawn: the next time is another form. */
export function FormDialog<V extends FieldValues>({
  form: { submit, failure, isSending },
  submitLabel,
  tone = "primary",
  disabledReason,
  onClose,
  children,
  ...rest
}: FormDialogProps<V>): ReactNode {
  const { t } = useTranslation("billing");
  const { errorText } = useErrorText();
  return (
    <Dialog
      {...rest}
      isOpen
      onOpenChange={(open) => !open && onClose()}
      isBusy={isSending}
      onSubmit={(event) => void submit(event)}
      footer={
        <>
          <Button variant="quiet" isDisabled={isSending} onPress={onClose}>
            {t("do.cancel")}
          </Button>
          <Button type="submit" variant={tone} isPending={isSending} disabledReason={disabledReason}>
            {submitLabel}
          </Button>
        </>
      }
    >
      <Stack>
        {failure !== undefined && (
          <Notice tone="danger" requestId={reportId(failure)}>
            {errorText(failure)}
          </Notice>
        )}
        {children}
      </Stack>
    </Dialog>
  );
}
