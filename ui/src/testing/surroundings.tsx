/** What components stand in, in tests and stories: texts of every namespace, a locale, a mode. */
import type { i18n } from "i18next";
import type { ReactNode } from "react";

import { loadTexts, namespaces } from "@/app/texts";
import { Design } from "@/design/Design";
import type { Mode } from "@/design/tokens";
import { startTexts } from "@/i18n/i18n";
import { LocaleProvider } from "@/i18n/Locale";
import type { Namespaces } from "@/i18n/namespaces";

const started = new Map<string, Promise<i18n>>();

/** All texts in the language of a locale. */
export function textsIn(locale: string): Promise<i18n> {
  let texts = started.get(locale);
  if (texts === undefined) {
    texts = startTexts(loadTexts, { locale, first: namespaces as (keyof Namespaces)[] });
    started.set(locale, texts);
  }
  return texts.then((found) => {
    document.documentElement.lang = found.language;
    return found;
  });
}

interface SurroundingsProps {
  texts: i18n;
  locale?: string;
  mode?: Mode;
  brand?: string;
  children: ReactNode;
}

/** Times are in UTC, so that what is shown does not depend on the machine. */
export function Surroundings({ texts, locale = "en", mode = "light", brand, children }: SurroundingsProps): ReactNode {
  return (
    <LocaleProvider texts={texts} locale={locale} timeZone="UTC">
      <Design mode={mode} brand={brand}>
        {children}
      </Design>
    </LocaleProvider>
  );
}
