import { screen, within } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";

import {
  Provisioning_State,
  Provisioning_Step_Kind,
  Provisioning_Step_State,
  ProvisioningService,
} from "@/api/gen/atrium/tenants/v1/provisioning_service_pb";
import { Tenant_Isolation, Tenant_State } from "@/api/gen/atrium/tenants/v1/tenant_pb";
import { TenantService, type CreateTenantRequest } from "@/api/gen/atrium/tenants/v1/tenant_service_pb";
import { refused, TestEdge } from "@/testing/edge";
import { renderApp } from "@/testing/renderApp";

const me = { user: { id: "usr_1", displayName: "Root" }, permissions: ["tenants.create", "tenants.read"] };
const plans = [
  { id: "premium", displayName: "Premium", tier: "premium", isolation: Tenant_Isolation.POOL, callsPerMinute: 6000 },
  { id: "free", displayName: "Free", tier: "free", isolation: Tenant_Isolation.POOL, callsPerMinute: 120 },
];
const { createTenant, getTenant, listTenantPlans } = TenantService.method;
const { getProvisioning, watchProvisioning, retryProvisioning } = ProvisioningService.method;

/** A platform on which a tenant's set-up does what `states` say, one after the other. */
function edgeOf(...states: Provisioning_State[]) {
  const created: { request: CreateTenantRequest; key: string | null }[] = [];
  let tenant = Tenant_State.PROVISIONING;
  let state = Provisioning_State.RUNNING;
  const provisioning = () => ({
    tenantId: "ten_1",
    state,
    attempt: 1,
    steps: [
      {
        kind: Provisioning_Step_Kind.PLACE,
        state: state === Provisioning_State.FAILED ? Provisioning_Step_State.FAILED : Provisioning_Step_State.DONE,
        tries: 2,
        error: state === Provisioning_State.FAILED ? "no room left" : "",
      },
      { kind: Provisioning_Step_Kind.START_PLAN, state: Provisioning_Step_State.SKIPPED },
    ],
  });
  const edge = new TestEdge(TenantService, ProvisioningService)
    .on(listTenantPlans, () => ({ plans }))
    .on(createTenant, (request, { headers }) => {
      created.push({ request, key: headers.get("idempotency-key") });
      return { id: "ten_1", displayName: request.displayName, state: tenant };
    })
    .on(getTenant, () => ({ id: "ten_1", displayName: "Acme Ltd", adminEmail: "ada@acme.example", state: tenant }))
    .on(getProvisioning, provisioning)
    .on(retryProvisioning, () => {
      [state, tenant] = [Provisioning_State.RUNNING, Tenant_State.PROVISIONING];
      return provisioning();
    })
    .onStream(watchProvisioning, async function* () {
      state = states.shift() ?? Provisioning_State.SUCCEEDED;
      tenant = state === Provisioning_State.FAILED ? Tenant_State.FAILED : Tenant_State.ACTIVE;
      yield { item: { case: "provisioning", value: provisioning() } } as const;
      yield { item: { case: "end", value: true } } as const;
    });
  return { edge, created };
}

type User = Awaited<ReturnType<typeof renderApp>>["user"];

async function fillIn(user: User): Promise<void> {
  await user.type(await screen.findByLabelText("Company name"), "Acme Ltd");
  await user.click(screen.getByRole("button", { name: "Continue" }));
  await user.click(await screen.findByRole("radio", { name: /Free/ }));
  await user.click(screen.getByRole("button", { name: "Continue" }));
  await user.type(await screen.findByLabelText("Name"), "Ada");
  await user.type(screen.getByLabelText("E-mail"), "ada@acme.example");
  await user.click(screen.getByRole("button", { name: "Continue" }));
  await screen.findByRole("heading", { name: "Is everything right?" });
}

afterEach(() => sessionStorage.clear());

test("a tenant is asked for step by step, and watched until it is there", async () => {
  const { edge, created } = edgeOf();
  const { user, address } = await renderApp({ edge, address: "/master-admin/tenants/new", me });
  await fillIn(user);
  expect(address()).toBe("/master-admin/tenants/new?step=review");
  expect(screen.getByText(/\/t\/acme-ltd$/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Create tenant" }));
  expect(await screen.findByRole("heading", { name: "Acme Ltd is ready" })).toBeVisible();
  expect(created[0]?.request).toMatchObject({
    slug: "acme-ltd",
    displayName: "Acme Ltd",
    plan: "free",
    adminEmail: "ada@acme.example",
    adminDisplayName: "Ada",
    timeZone: "UTC",
  });
  expect(address()).toBe("/master-admin/tenants/new?tenant=ten_1");
  const steps = within(screen.getByRole("list", { name: "Steps of the set-up" }));
  expect(steps.getByText(/Done · 2 tries/)).toBeVisible();
  expect(steps.getByText("Not needed here")).toBeVisible();
});

test("nothing is sent before a step is right, and what is missing is said at its field", async () => {
  const { edge } = edgeOf();
  const { user, address } = await renderApp({ edge, address: "/master-admin/tenants/new?step=review", me });
  await user.click(await screen.findByRole("button", { name: "Continue" }));
  expect(await screen.findAllByText("This field is needed.")).toHaveLength(2);
  expect(screen.getByLabelText("Company name")).toHaveFocus();
  await user.type(screen.getByLabelText("Company name"), "Billing");
  expect(await screen.findByText(/reserved for the platform/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Continue" }));
  expect(screen.getByLabelText("Short name")).toHaveFocus();
  await user.type(screen.getByLabelText("Short name"), "-ltd");
  await user.click(screen.getByRole("button", { name: "Continue" }));
  expect(await screen.findByRole("heading", { name: "Which plan does it begin on?" })).toHaveFocus();
  await user.click(screen.getByRole("button", { name: "Continue" }));
  expect(await screen.findByText("Choose a plan.")).toBeVisible();
  expect(address()).toBe("/master-admin/tenants/new?step=plan");
  expect(edge.calls).not.toContain("POST /api/v1/tenants");
});

test("a short name that is taken leads back to its field; the same request is repeated with the same key", async () => {
  const { edge, created } = edgeOf();
  edge.on(createTenant, ({ slug }) => {
    throw refused("SLUG_TAKEN", 6, "taken", { metadata: { slug } });
  });
  const { user, address } = await renderApp({ edge, address: "/master-admin/tenants/new", me });
  await fillIn(user);
  await user.click(screen.getByRole("button", { name: "Create tenant" }));
  expect(await screen.findByText("The short name “acme-ltd” is taken.")).toBeVisible();
  expect(screen.getByLabelText("Short name")).toHaveFocus();
  expect(address()).toBe("/master-admin/tenants/new");

  const keys: (string | null)[] = [];
  edge.on(createTenant, (request, { headers }) => {
    keys.push(headers.get("idempotency-key"));
    if (keys.length === 1) throw refused("UPSTREAM_UNAVAILABLE", 14);
    created.push({ request, key: null });
    return { id: "ten_1", displayName: request.displayName };
  });
  await user.type(screen.getByLabelText("Short name"), "-2");
  for (const step of ["plan", "admin", "review"]) {
    await user.click(screen.getByRole("button", { name: "Continue" }));
    await expect.poll(address).toBe(`/master-admin/tenants/new?step=${step}`);
  }
  await user.click(await screen.findByRole("button", { name: "Create tenant" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("not there at the moment");
  await user.click(screen.getByRole("button", { name: "Create tenant" }));
  expect(await screen.findByRole("heading", { name: "Acme Ltd is ready" })).toBeVisible();
  expect(created[0]?.request.slug).toBe("acme-ltd-2");
  expect(keys[0]).toBe(keys[1]);
});

test("a set-up that fails can be tried again", async () => {
  const { edge } = edgeOf(Provisioning_State.FAILED, Provisioning_State.SUCCEEDED);
  const { user } = await renderApp({ edge, address: "/master-admin/tenants/new?tenant=ten_1", me });
  expect(await screen.findByRole("heading", { name: "Acme Ltd could not be set up" })).toBeVisible();
  expect(screen.getByText("no room left")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByRole("heading", { name: "Acme Ltd is ready" })).toBeVisible();
});

test("what was begun is still there after the page was left, until it is started over", async () => {
  const { edge } = edgeOf();
  const first = await renderApp({ edge, address: "/master-admin/tenants/new", me });
  await first.user.type(await screen.findByLabelText("Company name"), "Acme");
  document.body.replaceChildren();
  const { user } = await renderApp({ edge, address: "/master-admin/tenants/new", me });
  expect(await screen.findByLabelText("Company name")).toHaveValue("Acme");
  await user.click(screen.getByRole("button", { name: "Start over" }));
  expect(screen.getByLabelText("Company name")).toHaveValue("");
  expect(screen.queryByText("What you had begun is still here.")).toBeNull();
});

test("who may not create tenants is told which permission is missing", async () => {
  const { edge } = edgeOf();
  await renderApp({ edge, address: "/master-admin/tenants/new", me: { ...me, permissions: ["tenants.read"] } });
  expect(await screen.findByText("tenants.create")).toBeVisible();
  expect(screen.queryByLabelText("Company name")).toBeNull();
});
