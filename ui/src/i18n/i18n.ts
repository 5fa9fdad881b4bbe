/** The application's texts: loaded by language and namespace when first needed, and the language itself. */
import i18next, { type BackendModule, type i18n, type ResourceKey } from "i18next";
import { initReactI18next } from "react-i18next";

import { LANGUAGES, type Language, type Namespaces } from "./namespaces";

/** Fetches the texts of a namespace; rejects when there are none. */
export type LoadTexts = (language: Language, namespace: string) => Promise<ResourceKey>;

const STORED = "atrium.locale";

/**
 * Starts the texts in the language of `locale`. The namespaces in `first` are loaded when the promise is kept, others
 * when a component first uses them. A missing text is an error in tests and shows its key in production.
 */
export async function startTexts(
  load: LoadTexts,
  { locale = preferredLocale(), first = [] }: { locale?: string; first?: (keyof Namespaces)[] } = {},
): Promise<i18n> {
  const texts = i18next.createInstance();
  const backend: BackendModule = {
    type: "backend",
    init: () => undefined,
    read: (language, namespace, done) => {
      load(language as Language, namespace).then(
        (found) => done(null, found),
        (error: unknown) => done(error as Error, false),
      );
    },
  };
  texts.on("languageChanged", (language) => {
    document.documentElement.lang = language;
  });
  await texts
    .use(backend)
    .use(initReactI18next)
    .init({
      lng: languageOf(locale),
      supportedLngs: LANGUAGES,
      fallbackLng: false,
      ns: first,
      defaultNS: "app",
      interpolation: { escapeValue: false },
      returnNull: false,
      // Texts are keys of JSON files, and many hold a colon or a full stop; the separators stay what they are.
      saveMissing: import.meta.env.MODE === "test",
      missingKeyHandler: (_, namespace, key) => {
        throw new Error(`there is no text ${namespace}:${key}`);
      },
      react: { useSuspense: true },
    });
  const missing = first.filter((namespace) => !texts.hasResourceBundle(texts.language, namespace));
  if (missing.length > 0) throw new Error(`the texts ${missing.join(", ")} could not be loaded`);
  return texts;
}

/** The language whose texts are shown for a locale: `de-CH` → `de`; English for all that we have no texts in. */
export function languageOf(locale: string): Language {
  const language = locale.split("-")[0]?.toLowerCase();
  return LANGUAGES.find((one) => one === language) ?? "en";
}

/** The locale chosen here before, else the browser's first that we have texts in, else English. */
export function preferredLocale(): string {
  const stored = localStorage.getItem(STORED);
  if (stored !== null && isLocale(stored)) return stored;
  return navigator.languages.find((one) => languageOf(one) === one.split("-")[0]?.toLowerCase()) ?? "en";
}

/** Whether somebody has chosen a language in this browser. */
export function hasChosenLocale(): boolean {
  return localStorage.getItem(STORED) !== null;
}

/** Keeps the locale for the next visit. */
export function rememberLocale(locale: string): void {
  localStorage.setItem(STORED, locale);
}

export function isLocale(text: string): boolean {
  try {
    return Intl.getCanonicalLocales(text).length === 1;
  } catch {
    return false;
  }
}
