/** Days of the person's calendar: in addresses, in filters, and as the moments the platform asks for. */
import { timestampFromDate, type Timestamp } from "@bufbuild/protobuf/wkt";

import type { Param } from "@/routing/listState";

/** A calendar day, `2026-11-25`; empty for none. */
export const dayParam: Param<string> = {
  fallback: "",
  read: (value) => (isDay(value) ? value : ""),
  write: (value) => value,
};

export function isDay(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

/** The beginning of a day in this browser's time zone, or of one so many days later; undefined for what is no day. */
export function beginningOf(isoDay: string, daysLater = 0): Timestamp | undefined {
  if (!isDay(isoDay)) return undefined;
  const [year = 0, month = 1, date = 1] = isoDay.split("-").map(Number);
  return timestampFromDate(new Date(year, month - 1, date + daysLater));
}

/** From the first day to the last, both of them included, as `from` inclusive and `to` exclusive. */
export function momentsOf(from: string, to: string): { from?: Timestamp; to?: Timestamp } {
  const [begin, end] = [beginningOf(from), beginningOf(to, 1)];
  return { ...(begin === undefined ? {} : { from: begin }), ...(end === undefined ? {} : { to: end }) };
}
