import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { SignedIn } from "@/api/gen/atrium/iam/v1/session_service_pb";
import { later } from "@/design/later/later";
import { useSession } from "@/session/SessionProvider";

import { PasswordStep } from "./PasswordStep";

// Most people have no second factor, and nobody needs it at once.
const FactorStep = later(async () => (await import("./FactorStep")).FactorStep);
const FirstFactorStep = later(async () => (await import("../mfa/FirstFactorStep")).FirstFactorStep);

interface SignInFlowProps {
  /** Filled in already. */
  email?: string;
  /** A sign-in that has begun elsewhere, such as with an invitation. */
  begun?: SignedIn | undefined;
}

/**
 * From e-mail and password over whatever else is asked for to a session of the area. Whoever renders it notices by
 * the session that it is done.
 */
export function SignInFlow({ email = "", begun }: SignInFlowProps): ReactNode {
  const { t } = useTranslation("login");
  const { session } = useSession();
  const [owed, setOwed] = useState<SignedIn | undefined>(begun);
  const [notice, setNotice] = useState("");

  const go = (answer: SignedIn): void => {
    setNotice("");
    if (answer.mfaToken === "") session.adopt(answer);
    else setOwed(answer);
  };
  const startOver = (): void => {
    setNotice(t("factor.tooLate"));
    setOwed(undefined);
  };
  if (owed === undefined) return <PasswordStep email={email} notice={notice} onAnswer={go} />;
  const step = { mfaToken: owed.mfaToken, onSignedIn: go, onTooLate: startOver };
  return owed.mfaSetupNeeded ? <FirstFactorStep {...step} /> : <FactorStep {...step} />;
}
