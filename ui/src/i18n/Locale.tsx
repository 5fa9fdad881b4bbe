import type { i18n } from "i18next";
import { createContext, use, useCallback, useMemo, useState, type ReactNode } from "react";
import { I18nProvider } from "react-aria-components/I18nProvider";
import { I18nextProvider } from "react-i18next";

import { browserTimeZone, makeFormat, type Format } from "./format";
import { languageOf, preferredLocale, rememberLocale } from "./i18n";

interface LocaleValue {
  format: Format;
  /** Changes language and formats at once, everywhere. `remember` keeps it for the next visit. */
  choose: (choice: { locale?: string; timeZone?: string }, options?: { remember?: boolean }) => Promise<void>;
}

const LocaleContext = createContext<LocaleValue | undefined>(undefined);

interface LocaleProviderProps {
  texts: i18n;
  /** A BCP 47 tag. Default: the one chosen before, or the browser's. */
  locale?: string;
  /** An IANA name. Default: the browser's. */
  timeZone?: string;
  children: ReactNode;
}

/** Texts, formats and the components' own words, all in one locale. */
export function LocaleProvider({ texts, locale, timeZone, children }: LocaleProviderProps): ReactNode {
  const [chosen, setChosen] = useState({
    locale: locale ?? preferredLocale(),
    timeZone: timeZone ?? browserTimeZone(),
  });
  const choose = useCallback<LocaleValue["choose"]>(
    async (choice, { remember = false } = {}) => {
      if (choice.locale !== undefined) {
        await texts.changeLanguage(languageOf(choice.locale));
        if (remember) rememberLocale(choice.locale);
      }
      setChosen((before) => ({
        locale: choice.locale ?? before.locale,
        timeZone: choice.timeZone ?? before.timeZone,
      }));
    },
    [texts],
  );
  const value = useMemo(() => ({ format: makeFormat(chosen.locale, chosen.timeZone), choose }), [chosen, choose]);
  return (
    <I18nextProvider i18n={texts}>
      <I18nProvider locale={chosen.locale}>
        <LocaleContext value={value}>{children}</LocaleContext>
      </I18nProvider>
    </I18nextProvider>
  );
}

/** Formats in the person's locale and time zone. */
export function useFormat(): Format {
  return useLocale().format;
}

export function useLocale(): LocaleValue {
  const value = use(LocaleContext);
  if (value === undefined) throw new Error("there is no LocaleProvider around this component");
  return value;
}
