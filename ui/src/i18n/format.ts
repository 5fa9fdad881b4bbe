/** Dates, numbers, money and sizes as people of a locale write them, in their time zone. */
import type { Timestamp } from "@bufbuild/protobuf/wkt";

import { digitsOf } from "./currency";

/** A moment as the contract, a program or JSON has it. */
export type Moment = Date | Timestamp | number;

export interface Format {
  locale: string;
  timeZone: string;
  /** 25 Nov 2026 */
  date: (moment: Moment) => string;
  /** 14:05 */
  time: (moment: Moment) => string;
  /** 25 Nov 2026, 14:05 */
  dateTime: (moment: Moment) => string;
  /** With weekday, seconds and time zone: for titles and details. */
  exact: (moment: Moment) => string;
  /** A calendar day that is the same everywhere, such as `2026-11-25`. */
  day: (isoDay: string, style?: "short" | "long") => string;
  /** 5 minutes ago, in 2 days, yesterday */
  relative: (moment: Moment, now?: Moment) => string;
  /** 1,234.5 */
  number: (value: number | bigint, options?: Intl.NumberFormatOptions) => string;
  /** 12K, 3.4M: for charts and tiles. */
  compact: (value: number | bigint) => string;
  /** A share of 1: 0.125 → 12.5% */
  percent: (share: number, digits?: number) => string;
  /** Minor units of an ISO 4217 currency: (199900n, "EUR") → €1,999.00, (500n, "JPY") → ¥500 */
  money: (minor: number | bigint, currency: string) => string;
  /** 1.5 MB, in steps of 1000 */
  bytes: (bytes: number | bigint) => string;
  /** 90 → 1 min 30 sec */
  duration: (seconds: number) => string;
  /** A, B and C */
  list: (items: readonly string[]) => string;
  /** Sorts names as people of the locale would. */
  compare: (a: string, b: string) => number;
}

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte", "petabyte"] as const;
const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_556_952],
  ["month", 2_629_746],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

export function makeFormat(locale: string, timeZone: string): Format {
  const dates = (options: Intl.DateTimeFormatOptions) =>
    once(() => new Intl.DateTimeFormat(locale, { timeZone, ...options }));
  const [date, time] = [dates({ dateStyle: "medium" }), dates({ timeStyle: "short" })];
  const dateTime = dates({ dateStyle: "medium", timeStyle: "short" });
  const exact = dates({ dateStyle: "full", timeStyle: "long" });
  const days = {
    short: dates({ day: "numeric", month: "short", timeZone: "UTC" }),
    long: dates({ dateStyle: "medium", timeZone: "UTC" }),
  };
  const relative = once(() => new Intl.RelativeTimeFormat(locale, { numeric: "auto" }));
  const numbers = once(() => new Intl.NumberFormat(locale));
  const compact = once(() => new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 1 }));
  const list = once(() => new Intl.ListFormat(locale));
  const order = once(() => new Intl.Collator(locale, { numeric: true }));
  const currencies = new Map<string, Intl.NumberFormat>();
  return {
    locale,
    timeZone,
    date: (moment) => date().format(toDate(moment)),
    time: (moment) => time().format(toDate(moment)),
    dateTime: (moment) => dateTime().format(toDate(moment)),
    exact: (moment) => exact().format(toDate(moment)),
    day: (isoDay, style = "long") => days[style]().format(new Date(`${isoDay}T00:00:00Z`)),
    relative: (moment, now = Date.now()) => {
      const seconds = (toDate(moment).getTime() - toDate(now).getTime()) / 1000;
      const [unit, size] = STEPS.find(([, step]) => Math.abs(seconds) >= step) ?? ["second", 1];
      // Seconds pass too fast to be counted aloud.
      return relative().format(unit === "second" ? 0 : Math.trunc(seconds / size), unit);
    },
    number: (value, options) =>
      (options === undefined ? numbers() : new Intl.NumberFormat(locale, options)).format(value),
    compact: (value) => compact().format(value),
    percent: (share, digits = 1) =>
      new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: digits }).format(share),
    money: (minor, currency) => {
      const digits = digitsOf(currency);
      let format = currencies.get(currency);
      if (format === undefined) {
        const fraction = { minimumFractionDigits: digits, maximumFractionDigits: digits };
        format = new Intl.NumberFormat(locale, { style: "currency", currency, ...fraction });
        currencies.set(currency, format);
      }
      // As text: a number would lose the last digits of large amounts.
      return format.format(decimal(BigInt(minor), digits) as Intl.StringNumericLiteral);
    },
    bytes: (bytes) => {
      const value = Number(bytes);
      const at = Math.min(Math.max(Math.floor(Math.log10(Math.abs(value) || 1) / 3), 0), UNITS.length - 1);
      const unit = UNITS[at] ?? "byte";
      const options: Intl.NumberFormatOptions = { style: "unit", unit, unitDisplay: at === 0 ? "long" : "short" };
      return new Intl.NumberFormat(locale, { ...options, maximumFractionDigits: 1 }).format(value / 1000 ** at);
    },
    duration: (seconds) => {
      const whole = Math.round(seconds);
      const parts: [number, string][] = [
        [Math.floor(whole / 86_400), "day"],
        [Math.floor((whole % 86_400) / 3600), "hour"],
        [Math.floor((whole % 3600) / 60), "minute"],
        [whole % 60, "second"],
      ];
      const shown = parts.filter(([value]) => value > 0).slice(0, 2);
      return (shown.length > 0 ? shown : parts.slice(-1))
        .map(([value, unit]) =>
          new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "short" }).format(value),
        )
        .join(" ");
    },
    list: (items) => list().format(items),
    compare: (a, b) => order().compare(a, b),
  };
}

export function toDate(moment: Moment): Date {
  if (typeof moment === "number") return new Date(moment);
  if (moment instanceof Date) return moment;
  return new Date(Number(moment.seconds) * 1000 + Math.floor(moment.nanos / 1_000_000));
}

/** The time zone of this browser. */
export function browserTimeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function decimal(minor: bigint, digits: number): string {
  const text = (minor < 0n ? -minor : minor).toString().padStart(digits + 1, "0");
  const sign = minor < 0n ? "-" : "";
  return digits === 0 ? sign + text : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** Formats are slow to make and made of nothing that changes. */
function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
