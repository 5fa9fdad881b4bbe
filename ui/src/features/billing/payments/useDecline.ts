import { useCallback } from "react";
import { useTranslation } from "react-i18next";

import type { ApiFailure } from "@/api/errors";
import type { DeclineReason } from "@/api/gen/atrium/billing/v1/payment_pb";
import { useErrorText } from "@/i18n/errorText";

import { declineNamed, declines } from "../words/words";

interface DeclineWords {
  /** Why a payment was declined. */
  declineText: (reason: DeclineReason) => string;
  /** The same for a reason by name; empty when there is none. */
  namedText: (name: string) => string;
  /** Why a call failed; a declined payment with the bank's reason. */
  failureText: (failure: Pick<ApiFailure, "reason" | "message" | "metadata">) => string;
}

/** Refusals of banks and providers in words. */
export function useDecline(): DeclineWords {
  const { t } = useTranslation("billing");
  const { errorText } = useErrorText();
  const declineText = useCallback((reason: DeclineReason) => t(`decline.${declines.word(reason)}`), [t]);
  const namedText = useCallback((name: string) => (name === "" ? "" : t(`decline.${declineNamed(name)}`)), [t]);
  const failureText = useCallback<DeclineWords["failureText"]>(
    (failure) => {
      const name = failure.reason === "PAYMENT_DECLINED" ? failure.metadata["decline_reason"] : undefined;
      return name === undefined ? errorText(failure) : namedText(name);
    },
    [errorText, namedText],
  );
  return { declineText, namedText, failureText };
}
