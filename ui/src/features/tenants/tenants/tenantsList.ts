/** What the list of tenants shows: its filters and order as they stand in the address, and the request they make. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";

import { ListTenantsRequest_Order, type ListTenantsRequestSchema } from "@/api/gen/atrium/tenants/v1/tenant_service_pb";
import { oneOf, someOf, text, type Param, type ValuesOf } from "@/routing/listState";

import { STATES, stateOf } from "./words";

export const ORDERS = ["name", "created", "health"] as const;
export type OrderWord = (typeof ORDERS)[number];
export const PAGE_SIZE = 50;

const ORDER_OF: Record<OrderWord, ListTenantsRequest_Order> = {
  name: ListTenantsRequest_Order.NAME,
  created: ListTenantsRequest_Order.CREATE_TIME,
  health: ListTenantsRequest_Order.HEALTH,
};

/** A calendar day, `2026-11-25`; empty for none. */
const day: Param<string> = {
  fallback: "",
  read: (value) => (isDay(value) ? value : ""),
  write: (value) => value,
};

export const listParams = {
  query: text(),
  state: someOf(STATES),
  plan: text(),
  from: day,
  to: day,
  order: oneOf(ORDERS, "created"),
  /** Down is newest, best or last first. */
  dir: oneOf(["down", "up"], "down"),
};
export type ListValues = ValuesOf<typeof listParams>;
/** No filters: what the list is without anybody's choice. */
export const NO_FILTERS = { query: "", state: [], plan: "", from: "", to: "" } satisfies Partial<ListValues>;

export function isFiltered({ query, state, plan, from, to }: ListValues): boolean {
  return query !== "" || state.length > 0 || plan !== "" || from !== "" || to !== "";
}

/** Days are those of the person's calendar, the last one included. Without states, deleted tenants are left out. */
export function toRequest(values: ListValues): MessageInitShape<typeof ListTenantsRequestSchema> {
  const [from, to] = [midnight(values.from), midnight(values.to, 1)];
  return {
    query: values.query.trim(),
    states: values.state.map((word) => stateOf(word)),
    plan: values.plan,
    ...(from === undefined ? {} : { createdFrom: timestampFromDate(from) }),
    ...(to === undefined ? {} : { createdTo: timestampFromDate(to) }),
    order: ORDER_OF[values.order],
    descending: values.dir === "down",
  };
}

function isDay(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

/** The beginning of a day in this browser's time zone, or of one so many days later. */
function midnight(isoDay: string, later = 0): Date | undefined {
  if (!isDay(isoDay)) return undefined;
  const [year = 0, month = 1, date = 1] = isoDay.split("-").map(Number);
  return new Date(year, month - 1, date + later);
}
