import type { i18n } from "i18next";
import { useMemo, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";

/** What is known of a failure; `ApiError` and the errors of RTK Query hooks are of this kind. */
export interface Failure {
  reason: string;
  message: string;
  metadata: Readonly<Record<string, string>>;
}

export interface Violation {
  rule: string;
  description: string;
}

export interface ErrorTexts {
  /** A failure in words: those for its reason, else what the platform said. */
  errorText: (failure: Failure) => string;
  /** A field's fault in words: those for the rule that was broken, else what the platform said. */
  violationText: (violation: Violation) => string;
}

const NAMESPACE = "errors";

export function errorTexts(texts: i18n): ErrorTexts {
  const look = (key: string, otherwise: string, values: Readonly<Record<string, string>>): string => {
    const path = `${NAMESPACE}:${key}`;
    // Fetched with the first failure, not with the first page; until then there is what the platform said.
    if (!texts.hasLoadedNamespace(NAMESPACE)) void texts.loadNamespaces(NAMESPACE);
    return texts.exists(path) ? (texts.t as (key: string, values: object) => string)(path, values) : otherwise;
  };
  return {
    errorText: ({ reason, message, metadata }) => look(`reasons.${reason}`, message, metadata),
    violationText: ({ rule, description }) => {
      // Rules about a length or a limit say it only in the platform's sentence.
      const number = /-?\d+/.exec(description)?.[0] ?? "";
      const broken = rule === "string.min_len" && number === "1" ? "required" : rule;
      return look(`rules.${broken.replaceAll(".", "_")}`, description, { number });
    },
  };
}

/** `errorTexts` in the present language. */
export function useErrorText(): ErrorTexts {
  const { i18n } = useTranslation();
  const loaded = useSyncExternalStore(
    (changed) => {
      for (const event of ["loaded", "languageChanged"] as const) i18n.on(event, changed);
      return () => {
        for (const event of ["loaded", "languageChanged"] as const) i18n.off(event, changed);
      };
    },
    () => (i18n.hasResourceBundle(i18n.language, NAMESPACE) ? i18n.language : ""),
  );
  // Others once there are words, and in another language.
  // oxlint-disable-next-line react/exhaustive-deps
  return useMemo(() => errorTexts(i18n), [i18n, loaded]);
}
