import { parseDate, type CalendarDate, type DateValue } from "@internationalized/date";

/** A calendar day, the same everywhere: `2026-11-25`. */
export type IsoDay = string;

/** From the first day to the last, both of them included; null where it is open. */
export interface DayRange {
  from: IsoDay | null;
  to: IsoDay | null;
}

export const NO_DAYS: DayRange = { from: null, to: null };

/** null for what is no day. */
export function parseDay(text: string | null | undefined): CalendarDate | null {
  if (text === null || text === undefined || text === "") return null;
  try {
    return parseDate(text);
  } catch {
    return null;
  }
}

export function writeDay(date: DateValue | null | undefined): IsoDay | null {
  return date === null || date === undefined ? null : date.toString().slice(0, 10);
}
