/** Amounts between forms, where people type units of a currency, and the contract, which counts its smallest coins. */
import { digitsOf } from "@/i18n/currency";

/** Decimals of a price of one unit, beyond those of the currency: prices are millionths of a smallest coin. */
export const MICRO_DIGITS = 6;

/** `12.5` with two digits is `1250n`. Exact for what people can type: up to 15 figures. */
export function whole(value: number, digits: number): bigint {
  return BigInt(value.toFixed(digits).replace(".", ""));
}

/** `1250n` with two digits is `12.5`. */
export function decimal(units: bigint, digits: number): number {
  return Number(decimalText(units, digits));
}

/** `1250n` with two digits is `12.50`: exact, however large. */
export function decimalText(units: bigint, digits: number): string {
  const text = (units < 0n ? -units : units).toString().padStart(digits + 1, "0");
  const sign = units < 0n ? "-" : "";
  return digits === 0 ? sign + text : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** The price of one unit in words of a locale, with as many decimals as it has: `€0.00025`. */
export function unitPrice(locale: string, micros: bigint, currency: string): string {
  const digits = digitsOf(currency);
  const format = new Intl.NumberFormat(locale, {
    style: "currency",
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits + MICRO_DIGITS,
  });
  // As text: a number would lose the last digits of large amounts.
  return format.format(decimalText(micros, digits + MICRO_DIGITS) as Intl.StringNumericLiteral);
}

/** A share in millionths as a share of 1. */
export function share(micros: bigint): number {
  return Number(micros) / 1_000_000;
}

/** The symbol or code that stands with amounts of the currency. */
export function signOf(locale: string, currency: string): string {
  const parts = new Intl.NumberFormat(locale, { style: "currency", currency }).formatToParts(0);
  return parts.find(({ type }) => type === "currency")?.value ?? currency;
}
