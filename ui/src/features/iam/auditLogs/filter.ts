/** What the audit log is narrowed down by: in addresses, in requests, and for entries that come in live. */
import type { Timestamp } from "@bufbuild/protobuf/wkt";

import type { AuditLog } from "@/api/gen/atrium/iam/v1/audit_log_pb";
import { ListAuditLogsRequest_Outcome as Outcome } from "@/api/gen/atrium/iam/v1/audit_log_service_pb";
import { oneOf, text } from "@/routing/listState";

export const params = {
  actor: text(),
  action: text(),
  target: text(),
  outcome: oneOf(["any", "succeeded", "refused"], "any"),
  /** Calendar days in the person's time zone, both included: `2026-11-25`. */
  from: text(),
  to: text(),
};

export interface AuditFilter {
  actor: string;
  action: string;
  target: string;
  outcome: "any" | "succeeded" | "refused";
  from: string;
  to: string;
}

const OUTCOMES = { any: Outcome.UNSPECIFIED, succeeded: Outcome.SUCCEEDED, refused: Outcome.REFUSED };

/** The fields that ListAuditLogs and ExportAuditLogs have in common. */
export function requestOf(filter: AuditFilter, timeZone: string) {
  const [start, end] = [startOfDay(filter.from, timeZone), startOfDay(dayAfter(filter.to), timeZone)];
  return {
    actorId: filter.actor,
    action: filter.action,
    targetId: filter.target,
    outcome: OUTCOMES[filter.outcome],
    ...(start === undefined ? {} : { startTime: stamp(start) }),
    ...(end === undefined ? {} : { endTime: stamp(end) }),
  };
}

/** Whether an entry that comes in live belongs into the list. */
export function matches(entry: AuditLog, filter: AuditFilter, timeZone: string): boolean {
  const [start, end] = [startOfDay(filter.from, timeZone), startOfDay(dayAfter(filter.to), timeZone)];
  const at = entry.occurTime === undefined ? 0 : Number(entry.occurTime.seconds) * 1000;
  return (
    (filter.actor === "" || entry.actorId === filter.actor) &&
    (filter.action === "" || entry.action === filter.action) &&
    (filter.target === "" || entry.targetId === filter.target) &&
    (filter.outcome === "any" || (entry.outcome === 0) === (filter.outcome === "succeeded")) &&
    (start === undefined || at >= start.getTime()) &&
    (end === undefined || at < end.getTime())
  );
}

function stamp(date: Date): Pick<Timestamp, "seconds" | "nanos"> {
  return { seconds: BigInt(Math.floor(date.getTime() / 1000)), nanos: 0 };
}

function dayAfter(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  if (!isDay(day)) return "";
  date.setUTCDate(date.getUTCDate() + 1);
  return date.toISOString().slice(0, 10);
}

function isDay(day: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(Date.parse(`${day}T00:00:00Z`));
}

/** When a calendar day begins in a time zone; undefined for what is no day. */
export function startOfDay(day: string, timeZone: string): Date | undefined {
  if (!isDay(day)) return undefined;
  const utc = Date.parse(`${day}T00:00:00Z`);
  // The zone's offset at that moment, and again at the moment it leads to: clocks may change in between.
  const first = utc - offsetMs(utc, timeZone);
  return new Date(utc - offsetMs(first, timeZone));
}

function offsetMs(moment: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  }).formatToParts(moment);
  const part = (type: string): number => Number(parts.find((one) => one.type === type)?.value ?? 0);
  return (
    Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second")) -
    Math.floor(moment / 1000) * 1000
  );
}
