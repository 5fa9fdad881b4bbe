import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useErrorText } from "@/i18n/errorText";

import { Button } from "../Button/Button";
import { Stack } from "../layout/layout";
import { Notice } from "../Notice/Notice";
import { isFailure } from "../states/states";
import { TextField } from "../TextField/TextField";
import { Code } from "../typography/typography";
import { Dialog } from "./Dialog";

export interface ConfirmDialogProps {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  /** A question that names the thing: “Suspend Acme?” */
  title: string;
  /** What will happen, and whether it can be undone. */
  children: ReactNode;
  /** The verb: “Suspend”. Never “OK”. */
  confirmLabel: string;
  /** Default: `danger`. */
  tone?: "danger" | "primary";
  /** What has to be typed first, such as the tenant's short name: for what destroys something. */
  typed?: string | undefined;
  /** More to decide, between the words and the buttons. */
  fields?: ReactNode;
  /** Does it. The dialog waits, then closes; a failure is said in words and the dialog stays. */
  onConfirm: () => unknown;
}

/** Asks once more before something that is hard to undo. */
export function ConfirmDialog({ isOpen, onOpenChange, ...rest }: ConfirmDialogProps): ReactNode {
  // What was typed and what went wrong belong to one opening.
  const [opening, setOpening] = useState({ isOpen, count: 0 });
  if (opening.isOpen !== isOpen) setOpening({ isOpen, count: opening.count + (isOpen ? 1 : 0) });
  return <Question key={opening.count} isOpen={isOpen} onOpenChange={onOpenChange} {...rest} />;
}

function Question({
  isOpen,
  onOpenChange,
  title,
  children,
  confirmLabel,
  tone = "danger",
  typed,
  fields,
  onConfirm,
}: ConfirmDialogProps): ReactNode {
  const { t } = useTranslation("design");
  const { errorText } = useErrorText();
  const [text, setText] = useState("");
  const [isRunning, setRunning] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const owed = typed !== undefined && text.trim().normalize() !== typed.trim().normalize();
  const confirm = async (): Promise<void> => {
    if (owed || isRunning) return;
    setRunning(true);
    setFailure(undefined);
    try {
      await onConfirm();
      onOpenChange(false);
    } catch (error) {
      setFailure(error);
      // It is a fault of ours, and must be found in the logs too.
      if (!isFailure(error)) throw error;
    } finally {
      setRunning(false);
    }
  };
  return (
    <Dialog
      isOpen={isOpen}
      onOpenChange={onOpenChange}
      title={title}
      size="small"
      role="alertdialog"
      isBusy={isRunning}
      onSubmit={(event) => {
        event.preventDefault();
        void confirm();
      }}
      footer={
        <>
          <Button variant="quiet" isDisabled={isRunning} onPress={() => onOpenChange(false)}>
            {t("cancel")}
          </Button>
          <Button
            type="submit"
            variant={tone}
            isPending={isRunning}
            disabledReason={owed ? t("confirm.owed") : undefined}
          >
            {confirmLabel}
          </Button>
        </>
      }
    >
      <Stack>
        {failure !== undefined && (
          <Notice tone="danger">{isFailure(failure) ? errorText(failure) : t("state.unexpected")}</Notice>
        )}
        <div>{children}</div>
        {fields}
        {typed !== undefined && (
          <TextField
            label={t("confirm.type")}
            description={
              <bdi>
                <Code>{typed}</Code>
              </bdi>
            }
            value={text}
            onChange={setText}
            autoComplete="off"
            spellCheck="false"
            // oxlint-disable-next-line jsx-a11y/no-autofocus -- a dialog takes the focus anyway; this is its first question
            autoFocus
          />
        )}
      </Stack>
    </Dialog>
  );
}
