import { useEffect, useRef, useState, type ReactNode, type SubmitEvent } from "react";
import { useTranslation } from "react-i18next";

import { ApiError, reportId } from "@/api/errors";
import type { SignedIn } from "@/api/gen/atrium/iam/v1/session_service_pb";
import { sessionCalls } from "@/api/session";
import { Button } from "@/design/Button/Button";
import { Stack } from "@/design/layout/layout";
import { Notice } from "@/design/Notice/Notice";
import { TextField } from "@/design/TextField/TextField";
import { Text } from "@/design/typography/typography";
import { useErrorText } from "@/i18n/errorText";
import { useSession } from "@/session/SessionProvider";

const FIELDS = ["email", "password"] as const;
type Field = (typeof FIELDS)[number];

interface PasswordStepProps {
  email: string;
  /** Said above the form; empty for nothing. */
  notice: string;
  onAnswer: (answer: SignedIn) => void;
}

/**
 * E-mail and password. Where too many tries have failed, it waits as long as the platform says. Two fields need none of
 * what `useRequestForm` can do, and everybody who signs in would fetch it.
 */
export function PasswordStep({ email, notice, onAnswer }: PasswordStepProps): ReactNode {
  const { t } = useTranslation("login");
  const { errorText, violationText } = useErrorText();
  const { session, realm } = useSession();
  const [values, setValues] = useState({ email, password: "" });
  const [faults, setFaults] = useState<Partial<Record<Field, { rule: string; description: string } | undefined>>>({});
  const [failure, setFailure] = useState<ApiError>();
  const [isSending, setSending] = useState(false);
  const inputs = { email: useRef<HTMLInputElement>(null), password: useRef<HTMLInputElement>(null) };
  const mark = (found: typeof faults): void => {
    setFaults(found);
    const first = FIELDS.find((field) => found[field] !== undefined);
    if (first !== undefined) inputs[first].current?.focus();
  };
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (isSending || wait > 0) return;
    const missing = FIELDS.filter((field) => values[field] === "");
    mark(Object.fromEntries(missing.map((field) => [field, { rule: "required", description: "" }])));
    if (missing.length > 0) return;
    setFailure(undefined);
    setSending(true);
    try {
      onAnswer(await (await sessionCalls()).login(session.transport, realm, values));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const known = error.violations.filter(({ field }) => field === "email" || field === "password");
      mark(Object.fromEntries(known.map((one) => [one.field, one])));
      if (known.length === 0) setFailure(error);
    } finally {
      setSending(false);
    }
  };
  const wait = useCountdown(failure);
  // Who comes back is asked for the password alone.
  const { password } = inputs;
  useEffect(() => {
    if (email !== "") password.current?.focus();
  }, [password, email]);
  const field = (name: Field) => {
    const fault = faults[name];
    return {
      name,
      value: values[name],
      onChange: (value: string) => {
        setValues((before) => ({ ...before, [name]: value }));
        setFaults((before) => ({ ...before, [name]: undefined }));
      },
      inputRef: inputs[name],
      error: fault && violationText(fault),
      isRequired: true,
    };
  };
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
        <TextField {...field("email")} type="email" label={t("email")} autoComplete="username" />
        <TextField {...field("password")} type="password" label={t("password.label")} autoComplete="current-password" />
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
