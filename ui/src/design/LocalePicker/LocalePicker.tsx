import { useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { languageOf } from "@/i18n/i18n";
import { useFormat } from "@/i18n/Locale";

import { ComboBox, type ComboBoxProps } from "../ComboBox/ComboBox";
import type { Option } from "../ListBox/options";

export interface LocalePickerProps extends Omit<ComboBoxProps, "options" | "load" | "value" | "onChange" | "empties"> {
  /** A BCP 47 tag, such as `de-CH`; null or empty for none. */
  value: string | null;
  onChange: (value: string | null) => void;
}

// Intl does not tell which locales it knows: those with the most people, and all that German and English have.
const LOCALES =
  "en-US en-GB en-AU en-CA en-IE en-IN en-NZ en-SG en-ZA de-DE de-AT de-CH de-LI de-LU fr-FR fr-BE fr-CA fr-CH it-IT it-CH es-ES es-AR es-MX pt-BR pt-PT nl-NL nl-BE da-DK sv-SE nb-NO fi-FI pl-PL cs-CZ sk-SK hu-HU ro-RO bg-BG el-GR tr-TR uk-UA he-IL ar-AE ar-EG hi-IN id-ID vi-VN th-TH ja-JP ko-KR zh-CN zh-TW".split(
    " ",
  );

/** A language and the region whose way of writing dates and numbers is used. */
export function LocalePicker({ value, onChange, ...rest }: LocalePickerProps): ReactNode {
  const { t } = useTranslation("design");
  const { locale, compare } = useFormat();
  const options = useMemo(() => {
    const names = new Intl.DisplayNames(locale, { type: "language", languageDisplay: "standard" });
    const describe = (tag: string): string =>
      languageOf(tag) === tag.split("-")[0] ? tag : t("locale.english", { tag });
    const tags = value === null || value === "" || LOCALES.includes(value) ? LOCALES : [value, ...LOCALES];
    return tags
      .map((tag): Option => ({ id: tag, label: names.of(tag) ?? tag, description: describe(tag) }))
      .toSorted((a, b) => compare(a.label, b.label));
  }, [locale, value, t, compare]);
  const chosen = options.find((one) => one.id === value) ?? null;
  return <ComboBox {...rest} options={options} value={chosen} onChange={(option) => onChange(option?.id ?? null)} />;
}
