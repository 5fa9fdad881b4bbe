import { expect, test } from "vitest";

import { refused, TestEdge } from "@/testing/edge";
import { TestBrowser } from "@/testing/host";

import { TenantService } from "./gen/atrium/tenants/v1/tenant_service_pb";
import { api, rpc, storeOf } from "./rtk";
import { PLATFORM, Session } from "./session";

const tenants = api.enhanceEndpoints({ addTagTypes: ["Tenant"] }).injectEndpoints({
  endpoints: (build) => ({
    listTenants: build.query({ ...rpc(TenantService.method.listTenants), providesTags: ["Tenant"] }),
    createTenant: build.mutation({ ...rpc(TenantService.method.createTenant), invalidatesTags: ["Tenant"] }),
  }),
});

function world() {
  const edge = new TestEdge(TenantService);
  return { edge, session: new Session(PLATFORM, new TestBrowser(edge).tab()) };
}

test("a query gives messages, 64-bit numbers included, and a mutation sends its key", async () => {
  const { edge, session } = world();
  edge.on(TenantService.method.listTenants, () => ({ tenants: [{ id: "ten_1", userCount: 9007199254740993n }] }));
  let key: string | null = "";
  edge.on(TenantService.method.createTenant, ({ slug }, { headers }) => {
    key = headers.get("idempotency-key");
    return { id: "ten_2", slug };
  });
  const store = storeOf(session);
  const { data } = await store.dispatch(tenants.endpoints.listTenants.initiate({ pageSize: 5 }));
  expect(data?.tenants[0]?.userCount).toBe(9007199254740993n);
  const made = await store.dispatch(tenants.endpoints.createTenant.initiate({ slug: "acme", idempotencyKey: "k" }));
  expect([made.data?.slug, key]).toEqual(["acme", "k"]);
  await expect.poll(() => edge.calls.filter((call) => call.startsWith("GET")).length).toBe(2);
});

test("a refusal is a plain error with its reason", async () => {
  const { edge, session } = world();
  edge.on(TenantService.method.createTenant, () => {
    throw refused("SLUG_TAKEN", 6, "another tenant has this slug", { metadata: { slug: "acme" } });
  });
  const { error } = await storeOf(session).dispatch(tenants.endpoints.createTenant.initiate({ slug: "acme" }));
  expect(error).toMatchObject({ reason: "SLUG_TAKEN", metadata: { slug: "acme" }, requestId: "req-1" });
});

test("sessions have their own stores", () => {
  const [one, two] = [world().session, world().session];
  expect(storeOf(one)).toBe(storeOf(one));
  expect(storeOf(one)).not.toBe(storeOf(two));
});
