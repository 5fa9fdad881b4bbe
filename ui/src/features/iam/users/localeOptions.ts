import { useMemo } from "react";
import { useTranslation } from "react-i18next";

interface Option {
  id: string;
  label: string;
}

/** The locales we offer. Any other is kept where somebody has it. */
const LOCALES = [
  "en",
  "en-GB",
  "en-US",
  "en-IE",
  "en-AU",
  "en-CA",
  "de",
  "de-AT",
  "de-CH",
  "fr",
  "fr-CA",
  "fr-CH",
  "it",
  "it-CH",
  "es",
  "es-MX",
  "pt",
  "pt-BR",
  "nl",
  "nl-BE",
  "da",
  "sv",
  "nb",
  "fi",
  "pl",
  "cs",
  "hu",
  "ro",
  "tr",
  "el",
  "he",
  "ar",
  "hi",
  "ja",
  "ko",
  "zh-CN",
  "zh-TW",
];

/** Locales by their names in the language shown; `present` is among them whatever it is. */
export function useLocaleOptions(present = ""): Option[] {
  const { i18n } = useTranslation();
  const { language } = i18n;
  return useMemo(() => {
    const names = new Intl.DisplayNames(language, { type: "language", languageDisplay: "standard" });
    const all = present === "" || LOCALES.includes(present) ? LOCALES : [present, ...LOCALES];
    return all
      .map((id) => ({ id, label: nameOf(names, id) }))
      .toSorted((a, b) => a.label.localeCompare(b.label, language));
  }, [language, present]);
}

function nameOf(names: Intl.DisplayNames, id: string): string {
  try {
    return names.of(id) ?? id;
  } catch {
    return id;
  }
}

/** The time zones there are. */
export function useTimeZoneOptions(): Option[] {
  return useMemo(() => {
    const zones = Intl.supportedValuesOf("timeZone");
    return ["UTC", ...zones.filter((zone) => zone !== "UTC")].map((id) => ({ id, label: id.replaceAll("_", " ") }));
  }, []);
}
