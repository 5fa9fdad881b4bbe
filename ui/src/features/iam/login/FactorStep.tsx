import { useEffect, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Code, reportId } from "@/api/errors";
import type { SignedIn } from "@/api/gen/atrium/iam/v1/session_service_pb";
import { visitorCalls } from "@/api/session";
import type { Factor } from "@/api/visitorCalls";
import { Button } from "@/design/Button/Button";
import { Stack } from "@/design/layout/layout";
import { Notice } from "@/design/Notice/Notice";
import { Text } from "@/design/typography/typography";
import { FormTextField } from "@/forms/FormTextField";
import { useRequestForm } from "@/forms/useRequestForm";
import { useErrorText } from "@/i18n/errorText";
import { useSession } from "@/session/SessionProvider";

import { FormCodeField } from "../mfa/FormCodeField";

export interface FactorStepProps {
  mfaToken: string;
  onSignedIn: (answer: SignedIn) => void;
  /** The token of the first step has run out. */
  onTooLate: () => void;
}

/** The second factor: six digits of an authenticator, or one of the codes kept for when it is lost. */
export function FactorStep({ mfaToken, onSignedIn, onTooLate }: FactorStepProps): ReactNode {
  const { t } = useTranslation("login");
  const [kind, setKind] = useState<Factor["case"]>("totpCode");
  return (
    <Stack>
      <Text>{t(`factor.${kind}.lead`)}</Text>
      <CodeForm key={kind} kind={kind} mfaToken={mfaToken} onSignedIn={onSignedIn} onTooLate={onTooLate} />
      <Button variant="quiet" onPress={() => setKind(kind === "totpCode" ? "recoveryCode" : "totpCode")}>
        {t(`factor.${kind}.other`)}
      </Button>
    </Stack>
  );
}

function CodeForm({ kind, mfaToken, onSignedIn, onTooLate }: FactorStepProps & { kind: Factor["case"] }): ReactNode {
  const { t } = useTranslation("login");
  const { errorText } = useErrorText();
  const { session } = useSession();
  const { form, control, submit, failure, isSending } = useRequestForm({
    defaultValues: { code: "" },
    send: async ({ code }: { code: string }) => {
      const value = kind === "totpCode" ? code.replaceAll(/\D/g, "") : code.trim();
      return (await visitorCalls()).completeMfa(session.transport, mfaToken, { case: kind, value });
    },
    onDone: onSignedIn,
  });
  useEffect(() => form.setFocus("code"), [form]);
  const tooLate = failure?.code === Code.UNAUTHENTICATED && failure.reason !== "SECOND_FACTOR_WRONG";
  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <Stack>
        {failure !== undefined && (
          <Notice
            tone="danger"
            requestId={reportId(failure)}
            actions={
              tooLate && (
                <Button size="small" onPress={onTooLate}>
                  {t("factor.startOver")}
                </Button>
              )
            }
          >
            {tooLate ? t("factor.tooLate") : errorText(failure)}
          </Notice>
        )}
        {kind === "totpCode" ? (
          <FormCodeField
            control={control}
            name="code"
            label={t("factor.totpCode.label")}
            onComplete={() => void submit()}
          />
        ) : (
          <FormTextField
            control={control}
            name="code"
            label={t("factor.recoveryCode.label")}
            autoComplete="off"
            isRequired
          />
        )}
        <Button type="submit" variant="primary" size="large" wide isPending={isSending}>
          {t("signIn")}
        </Button>
      </Stack>
    </form>
  );
}
