import { useMemo, type ReactNode } from "react";

import { useFormat } from "@/i18n/Locale";

import { ComboBox, type ComboBoxProps } from "../ComboBox/ComboBox";
import type { Option } from "../ListBox/options";

export interface TimeZonePickerProps extends Omit<
  ComboBoxProps,
  "options" | "load" | "value" | "onChange" | "empties"
> {
  /** An IANA name, such as `Europe/Zurich`; null for none. */
  value: string | null;
  onChange: (value: string | null) => void;
}

/** A time zone, found by its city or its distance to UTC. */
export function TimeZonePicker({ value, onChange, ...rest }: TimeZonePickerProps): ReactNode {
  const { locale } = useFormat();
  const options = useMemo(() => timeZones(locale), [locale]);
  const chosen = value === null ? null : (options.find((one) => one.id === value) ?? { id: value, label: value });
  return <ComboBox {...rest} options={options} value={chosen} onChange={(option) => onChange(option?.id ?? null)} />;
}

/** All that this browser knows, with what they are called and their distance to UTC today. */
function timeZones(locale: string): Option[] {
  const names = ["UTC", ...Intl.supportedValuesOf("timeZone").filter((name) => name !== "UTC")];
  return names.map((id) => ({ id, label: id.replaceAll("_", " "), description: distance(id, locale) }));
}

function distance(timeZone: string, locale: string): string {
  const parts = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: "longOffset" }).formatToParts();
  return parts.find((part) => part.type === "timeZoneName")?.value ?? "";
}
