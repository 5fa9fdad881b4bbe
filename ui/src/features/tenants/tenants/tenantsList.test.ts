// @vitest-environment node
import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";

import { ApiError } from "@/api/errors";
import { Tenant_PaymentStatus, Tenant_State, TenantSchema } from "@/api/gen/atrium/tenants/v1/tenant_pb";
import {
  ListTenantsRequest_Order,
  ListTenantsResponseSchema,
  TenantService,
} from "@/api/gen/atrium/tenants/v1/tenant_service_pb";
import { createClient } from "@/api/rest";
import { TestEdge } from "@/testing/edge";

import { toEach, type Outcome } from "./bulk";
import { tenantsCsv } from "./tenantsCsv";
import { listParams, toRequest, type ListValues } from "./tenantsList";
import { stateWord } from "./words";

const NOTHING = Object.fromEntries(
  Object.entries(listParams).map(([name, { fallback }]) => [name, fallback]),
) as unknown as ListValues;

test("without filters the newest tenants come first", () => {
  expect(toRequest(NOTHING)).toEqual({
    query: "",
    states: [],
    plan: "",
    order: ListTenantsRequest_Order.CREATE_TIME,
    descending: true,
  });
});

test("filters become a request; the last day of a range is included", () => {
  const request = toRequest({
    ...NOTHING,
    query: " acme ",
    state: ["active", "failed"],
    from: "2026-02-27",
    to: "2026-02-28",
    order: "health",
    dir: "up",
  });
  expect(request).toMatchObject({
    query: "acme",
    states: [Tenant_State.ACTIVE, Tenant_State.FAILED],
    createdFrom: timestampFromDate(new Date(2026, 1, 27)),
    createdTo: timestampFromDate(new Date(2026, 2, 1)),
    order: ListTenantsRequest_Order.HEALTH,
    descending: false,
  });
});

test.each(["2026-02-30", "yesterday", "2026-1-1", ""])("%s is no day", (text) => {
  expect(listParams.from.read(text)).toBe("");
});

test("every state has a word", () => {
  const states = Object.values(Tenant_State).filter(
    (one): one is Tenant_State => typeof one === "number" && one !== Tenant_State.UNSPECIFIED,
  );
  expect(states.map((state) => stateWord(state))).not.toContain(undefined);
  expect(stateWord(99 as Tenant_State)).toBeUndefined();
});

test("the file has every tenant of every page, and no cell is a formula or breaks its line", async () => {
  const all = Array.from({ length: 1100 }, (_, at) =>
    create(TenantSchema, {
      id: `ten_${String(at)}`,
      displayName: at === 1 ? '=HYPERLINK("x"), \n"Ltd"' : `Company ${String(at)}`,
      state: Tenant_State.SUSPENDED,
      paymentStatus: Tenant_PaymentStatus.PAST_DUE,
      userCount: 12n,
      createTime: timestampFromDate(new Date("2026-01-02T03:04:05Z")),
    }),
  );
  const asked: string[] = [];
  const edge = new TestEdge().on(TenantService.method.listTenants, ({ pageSize, pageToken, plan }) => {
    asked.push(plan);
    const start = Number(pageToken);
    const end = start + pageSize;
    return create(ListTenantsResponseSchema, {
      tenants: all.slice(start, end),
      nextPageToken: end < all.length ? String(end) : "",
    });
  });
  const progress: number[] = [];
  const file = await tenantsCsv(
    createClient(TenantService, edge.transport),
    { plan: "free" },
    { signal: new AbortController().signal, onProgress: (count) => progress.push(count) },
  );
  const text = await file.text();
  expect([asked, progress]).toEqual([
    ["free", "free", "free"],
    [500, 1000, 1100],
  ]);
  expect(text.match(/^ten_/gm)?.length).toBe(1100);
  expect(text.slice(text.indexOf("ten_0"), text.indexOf("ten_2"))).toBe(
    "ten_0,Company 0,,suspended,,,,pool,0,past_due,12,,2026-01-02T03:04:05.000Z,,\r\n" +
      'ten_1,"\'=HYPERLINK(""x""), \n""Ltd""",,suspended,,,,pool,0,past_due,12,,2026-01-02T03:04:05.000Z,,\r\n',
  );
});

test("each has an outcome of its own, and stopping lets what has begun finish", async () => {
  const outcomes = new Map<string, Outcome["status"][]>();
  const stop = new AbortController();
  const stopped = new Promise((resolve) => stop.signal.addEventListener("abort", resolve));
  await toEach(
    ["a", "b", "c", "d"],
    async (id) => {
      if (id === "a") throw new ApiError({ reason: "TENANT_STATE", message: "no" });
      if (id === "b") await stopped;
      else stop.abort();
    },
    {
      signal: stop.signal,
      atOnce: 2,
      onOutcome: (id, { status }) => void outcomes.set(id, [...(outcomes.get(id) ?? []), status]),
    },
  );
  expect(Object.fromEntries(outcomes)).toEqual({
    a: ["running", "failed"],
    b: ["running", "done"],
    c: ["running", "done"],
    d: ["stopped"],
  });
});
