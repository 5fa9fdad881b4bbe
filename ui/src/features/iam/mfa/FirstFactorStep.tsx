import { useCallback, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { SignedIn } from "@/api/gen/atrium/iam/v1/session_service_pb";
import { visitorCalls } from "@/api/session";
import { Stack } from "@/design/layout/layout";
import { Notice } from "@/design/Notice/Notice";
import { useSession } from "@/session/SessionProvider";

import type { FactorStepProps } from "../login/FactorStep";
import { RecoveryCodes } from "./RecoveryCodes";
import { TotpEnrolment } from "./TotpEnrolment";

/** For somebody whose organisation requires a second factor and who has none yet: sets it up, then signs in. */
export function FirstFactorStep({ mfaToken, onSignedIn, onTooLate }: FactorStepProps): ReactNode {
  const { t } = useTranslation("login");
  const { session } = useSession();
  const [done, setDone] = useState<{ codes: string[]; answer: SignedIn }>();
  const start = useCallback(
    async () => (await visitorCalls()).startTotp(session.transport, mfaToken),
    [session, mfaToken],
  );
  const confirm = useCallback(
    async (code: string) => (await visitorCalls()).confirmTotp(session.transport, code, mfaToken),
    [session, mfaToken],
  );
  const complete = async (codes: string[], code: string): Promise<void> => {
    // At once: whoever keeps their recovery codes first is too late for the same six digits.
    const { completeMfa } = await visitorCalls();
    const answer = await completeMfa(session.transport, mfaToken, { case: "totpCode", value: code });
    setDone({ codes, answer });
  };
  if (done !== undefined)
    return (
      <RecoveryCodes
        codes={done.codes}
        account={done.answer.user?.email ?? ""}
        onKept={() => onSignedIn(done.answer)}
      />
    );
  return (
    <Stack>
      <Notice tone="info">{t("totp.required")}</Notice>
      <TotpEnrolment start={start} confirm={confirm} onConfirmed={complete} onTooLate={onTooLate} />
    </Stack>
  );
}
