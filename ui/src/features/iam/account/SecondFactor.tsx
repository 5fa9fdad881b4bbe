import { ShieldCheck, ShieldOff } from "lucide-react";
import { useCallback, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { MfaService } from "@/api/gen/atrium/iam/v1/mfa_service_pb";
import { visitorCalls } from "@/api/session";
import { StatusBadge } from "@/design/Badge/Badge";
import { Button } from "@/design/Button/Button";
import { Dialog } from "@/design/Dialog/Dialog";
import { later } from "@/design/later/later";
import { Inline, Stack } from "@/design/layout/layout";
import { Notice } from "@/design/Notice/Notice";
import { toast } from "@/design/Toast/toast";
import { Text } from "@/design/typography/typography";
import { FormTextField } from "@/forms/FormTextField";
import { useRequestForm } from "@/forms/useRequestForm";
import { useErrorText } from "@/i18n/errorText";
import { useMe, useSession } from "@/session/SessionProvider";
import { useClient } from "@/session/useClient";

const TotpEnrolment = later(async () => (await import("../mfa/TotpEnrolment")).TotpEnrolment);
const RecoveryCodes = later(async () => (await import("../mfa/RecoveryCodes")).RecoveryCodes);

/** The second factor: whether it is on, and a way to the other. */
export function SecondFactor(): ReactNode {
  const { t } = useTranslation("account");
  const { user } = useMe();
  const [open, setOpen] = useState<"on" | "off">();
  const on = user?.mfaEnabled === true;
  return (
    <>
      <Inline $justify="space-between" $gap={3}>
        <StatusBadge tone={on ? "success" : "neutral"}>{t(on ? "factor.on" : "factor.off")}</StatusBadge>
        {on ? (
          <Button icon={<ShieldOff size={16} aria-hidden />} onPress={() => setOpen("off")}>
            {t("factor.switchOff")}
          </Button>
        ) : (
          <Button icon={<ShieldCheck size={16} aria-hidden />} onPress={() => setOpen("on")}>
            {t("factor.switchOn")}
          </Button>
        )}
      </Inline>
      <SwitchOn isOpen={open === "on"} onClose={() => setOpen(undefined)} />
      <SwitchOff isOpen={open === "off"} onClose={() => setOpen(undefined)} />
    </>
  );
}

interface SwitchProps {
  isOpen: boolean;
  onClose: () => void;
}

function SwitchOn({ isOpen, onClose }: SwitchProps): ReactNode {
  const { t } = useTranslation("account");
  const { session, reload } = useSession();
  const { user } = useMe();
  const [codes, setCodes] = useState<string[]>();
  const start = useCallback(async () => (await visitorCalls()).startTotp(session.transport), [session]);
  const confirm = useCallback(
    async (code: string) => (await visitorCalls()).confirmTotp(session.transport, code),
    [session],
  );
  const done = (): void => {
    setCodes(undefined);
    onClose();
    void reload();
    toast({ tone: "success", title: t("factor.switchedOn") });
  };
  return (
    <Dialog
      isOpen={isOpen}
      // The codes are shown this once: they are not to be lost by a press beside the dialog.
      isBusy={codes !== undefined}
      onOpenChange={(open) => !open && onClose()}
      title={t("factor.switchOn")}
      size="small"
    >
      {codes === undefined ? (
        <TotpEnrolment start={start} confirm={confirm} onConfirmed={setCodes} />
      ) : (
        <RecoveryCodes codes={codes} account={user?.email ?? ""} onKept={done} />
      )}
    </Dialog>
  );
}

function SwitchOff({ isOpen, onClose }: SwitchProps): ReactNode {
  const { t } = useTranslation("account");
  const { errorText } = useErrorText();
  const { reload } = useSession();
  const mfa = useClient(MfaService);
  const { form, control, submit, failure, isSending } = useRequestForm({
    defaultValues: { password: "" },
    send: (values: { password: string }) => mfa.disableTotp(values),
    onDone: async () => {
      form.reset();
      onClose();
      await reload();
      toast({ tone: "success", title: t("factor.switchedOff") });
    },
  });
  return (
    <Dialog
      isOpen={isOpen}
      onOpenChange={(open) => !open && onClose()}
      title={t("factor.switchOff")}
      size="small"
      isBusy={isSending}
      onSubmit={(event) => void submit(event)}
      footer={
        <>
          <Button variant="quiet" onPress={onClose} isDisabled={isSending}>
            {t("cancel")}
          </Button>
          <Button type="submit" variant="danger" isPending={isSending}>
            {t("factor.switchOff")}
          </Button>
        </>
      }
    >
      <Stack>
        {failure !== undefined && (
          <Notice tone="danger">
            {failure.reason === "CREDENTIALS_WRONG" ? t("password.wrong") : errorText(failure)}
          </Notice>
        )}
        <Text>{t("factor.offText")}</Text>
        <FormTextField
          control={control}
          name="password"
          type="password"
          label={t("password.current")}
          autoComplete="current-password"
          isRequired
        />
      </Stack>
    </Dialog>
  );
}
