import { useEffect } from "react";

import type { Me } from "@/api/gen/atrium/iam/v1/session_service_pb";
import { hasChosenLocale, isLocale } from "@/i18n/i18n";
import { useLocale } from "@/i18n/Locale";

/** What everybody has who never chose. */
const DEFAULTS = { locale: "en", timeZone: "UTC" };

/**
 * Shows the pages in the language and times of the person's account. A language chosen in this browser goes before
 * it, and what nobody has chosen yet is left to the browser.
 */
export function useOwnLocale({ user, impersonatorId }: Me): void {
  const { choose } = useLocale();
  const { locale = "", timeZone = "" } = impersonatorId === "" && user !== undefined ? user : {};
  useEffect(() => {
    const choice: { locale?: string; timeZone?: string } = {};
    if (isLocale(locale) && locale !== DEFAULTS.locale && !hasChosenLocale()) choice.locale = locale;
    if (timeZone !== DEFAULTS.timeZone && isTimeZone(timeZone)) choice.timeZone = timeZone;
    if (Object.keys(choice).length > 0) void choose(choice);
  }, [choose, locale, timeZone]);
}

function isTimeZone(name: string): boolean {
  if (name === "") return false;
  try {
    void new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
