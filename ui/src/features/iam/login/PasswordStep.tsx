import { useEffect, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { reportId, type ApiError } from "@/api/errors";
import type { SignedIn } from "@/api/gen/atrium/iam/v1/session_service_pb";
import { sessionCalls } from "@/api/session";
import { Button } from "@/design/Button/Button";
import { Stack } from "@/design/layout/layout";
import { Notice } from "@/design/Notice/Notice";
import { Text } from "@/design/typography/typography";
import { FormTextField } from "@/forms/FormTextField";
import { useRequestForm } from "@/forms/useRequestForm";
import { useErrorText } from "@/i18n/errorText";
import { useSession } from "@/session/SessionProvider";

interface Values {
  email: string;
  password: string;
}

interface PasswordStepProps {
  email: string;
  /** Said above the form; empty for nothing. */
  notice: string;
  onAnswer: (answer: SignedIn) => void;
}

/** E-mail and password. Where too many tries have failed, it waits as long as the platform says. */
export function PasswordStep({ email, notice, onAnswer }: PasswordStepProps): ReactNode {
  const { t } = useTranslation("login");
  const { errorText } = useErrorText();
  const { session, realm } = useSession();
  const { form, control, submit, failure, isSending } = useRequestForm({
    defaultValues: { email, password: "" },
    send: async (values: Values) => (await sessionCalls()).login(session.transport, realm, values),
    onDone: onAnswer,
  });
  const wait = useCountdown(failure);
  // Who comes back is asked for the password alone.
  useEffect(() => {
    if (email !== "") form.setFocus("password");
  }, [form, email]);
  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <Stack>
        {failure !== undefined && (
          <Notice tone="danger" requestId={reportId(failure)}>
            {errorText(failure)}
            {failure.reason === "CREDENTIALS_WRONG" && <Text $size="small">{t("password.suspended")}</Text>}
            {failure.reason === "LOCKED_OUT" && <Text $size="small">{t("password.locked")}</Text>}
          </Notice>
        )}
        {failure === undefined && notice !== "" && <Notice tone="info">{notice}</Notice>}
        <FormTextField
          control={control}
          name="email"
          type="email"
          label={t("email")}
          autoComplete="username"
          isRequired
        />
        <FormTextField
          control={control}
          name="password"
          type="password"
          label={t("password.label")}
          autoComplete="current-password"
          isRequired
        />
        <Button type="submit" variant="primary" size="large" wide isPending={isSending} isDisabled={wait > 0}>
          {wait > 0 ? t("password.wait", { count: wait }) : t("signIn")}
        </Button>
      </Stack>
    </form>
  );
}

/** The seconds that are left until the platform takes another try; 0 when it does. */
function useCountdown(failure: ApiError | undefined): number {
  const seconds = failure?.retryAfterSeconds ?? 0;
  const [passed, setPassed] = useState({ failure, seconds: 0 });
  useEffect(() => {
    if (seconds === 0) return;
    const start = performance.now();
    const timer = setInterval(() => {
      const seconds = Math.floor((performance.now() - start) / 1000);
      setPassed({ failure, seconds });
    }, 1000);
    return () => clearInterval(timer);
  }, [failure, seconds]);
  return Math.max(0, Math.ceil(seconds) - (passed.failure === failure ? passed.seconds : 0));
}
