import type { ReactNode } from "react";

import { NumberField, type NumberFieldProps } from "@/design/NumberField/NumberField";
import { digitsOf } from "@/i18n/currency";

import { decimal, MICRO_DIGITS, whole } from "./minor";

export interface MoneyFieldProps extends Omit<NumberFieldProps, "value" | "onChange" | "format" | "min" | "max"> {
  currency: string;
  /** Smallest coins of the currency; with `micros` millionths of one. null while the field is empty. */
  value: bigint | null;
  onChange: (value: bigint | null) => void;
  micros?: boolean;
  /** Amounts below zero may be typed. */
  negative?: boolean;
}

/** An amount of money, typed as people of the locale write it. */
export function MoneyField({
  currency,
  value,
  onChange,
  micros = false,
  negative = false,
  ...rest
}: MoneyFieldProps): ReactNode {
  const digits = digitsOf(currency);
  const all = micros ? digits + MICRO_DIGITS : digits;
  return (
    <NumberField
      {...rest}
      value={value === null ? null : decimal(value, all)}
      onChange={(typed) => onChange(typed === null ? null : whole(typed, all))}
      {...(negative ? {} : { min: 0 })}
      format={{ style: "currency", currency, minimumFractionDigits: digits, maximumFractionDigits: all }}
    />
  );
}
