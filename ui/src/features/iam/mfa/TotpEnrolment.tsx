import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { Code as RpcCode, reportId, type ApiError } from "@/api/errors";
import type { StartTotpResponse } from "@/api/gen/atrium/iam/v1/mfa_service_pb";
import { Button } from "@/design/Button/Button";
import { CopyField } from "@/design/CopyField/CopyField";
import { Stack } from "@/design/layout/layout";
import { Notice } from "@/design/Notice/Notice";
import { Spinner } from "@/design/Spinner/Spinner";
import { theme } from "@/design/theme";
import { Text } from "@/design/typography/typography";
import { useRequestForm } from "@/forms/useRequestForm";
import { useErrorText } from "@/i18n/errorText";
import { useAnswer } from "@/session/useAnswer";

import { FormCodeField } from "./FormCodeField";
import { QrCode } from "./QrCode";

interface TotpEnrolmentProps {
  /** Both are one object for all renders. */
  start: () => Promise<StartTotpResponse>;
  confirm: (code: string) => Promise<string[]>;
  onConfirmed: (recoveryCodes: string[], code: string) => void | Promise<void>;
  /** The token of a half-done sign-in has run out. */
  onTooLate?: () => void;
}

/** Brings a secret into an authenticator and has it prove that it is there. */
export function TotpEnrolment({ start, confirm, onConfirmed, onTooLate }: TotpEnrolmentProps): ReactNode {
  const { t } = useTranslation("login");
  const { errorText } = useErrorText();
  const { answer: secret, failure: broken, reload: begin } = useAnswer(start);
  const { control, submit, failure, isSending } = useRequestForm({
    defaultValues: { code: "" },
    send: async ({ code }: { code: string }) => confirm(code.replaceAll(/\D/g, "")),
    onDone: (codes, { code }) => onConfirmed(codes, code.replaceAll(/\D/g, "")),
  });
  const tooLate = (error: ApiError | undefined): boolean =>
    error?.code === RpcCode.UNAUTHENTICATED && error.reason !== "SECOND_FACTOR_WRONG";
  if ((tooLate(broken) || tooLate(failure)) && onTooLate !== undefined)
    return (
      <Notice
        tone="danger"
        actions={
          <Button size="small" onPress={onTooLate}>
            {t("factor.startOver")}
          </Button>
        }
      >
        {t("factor.tooLate")}
      </Notice>
    );
  if (broken !== undefined)
    return (
      <Notice
        tone="danger"
        requestId={reportId(broken)}
        actions={
          <Button size="small" onPress={begin}>
            {t("tryAgain")}
          </Button>
        }
      >
        {errorText(broken)}
      </Notice>
    );
  if (secret === undefined)
    return (
      <div role="status" aria-label={t("totp.starting")}>
        <Spinner size={20} />
      </div>
    );
  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <Stack>
        <Text>{t("totp.scan")}</Text>
        <Picture>
          <QrCode text={secret.uri} label={t("totp.picture")} />
        </Picture>
        <CopyField label={t("totp.type")} value={secret.secret} />
        {failure !== undefined && (
          <Notice tone="danger" requestId={reportId(failure)}>
            {errorText(failure)}
          </Notice>
        )}
        <FormCodeField control={control} name="code" label={t("totp.code")} description={t("totp.codeHint")} />
        <Button type="submit" variant="primary" size="large" wide isPending={isSending}>
          {t("totp.confirm")}
        </Button>
      </Stack>
    </form>
  );
}

const Picture = styled.div`
  align-self: center;
  padding: ${theme.space[1]};
  border: 1px solid ${theme.color.border};
  border-radius: ${theme.radius.large};
  background: #ffffff;
`;
