import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";

import { Tenant_Isolation, Tenant_State } from "@/api/gen/atrium/tenants/v1/tenant_pb";
import { TenantService, type UpdateTenantRequest } from "@/api/gen/atrium/tenants/v1/tenant_service_pb";
import { refused, TestEdge } from "@/testing/edge";
import { renderApp } from "@/testing/renderApp";

const address = "/master-admin/tenants/ten_1/subscription";
const me = (...permissions: string[]) => ({
  user: { id: "usr_1", displayName: "Root" },
  permissions: ["tenants.read", ...permissions],
});
const { getTenant, listTenantPlans, updateTenant } = TenantService.method;
const { POOL, SILO } = Tenant_Isolation;

function edgeOf() {
  const asked: UpdateTenantRequest[] = [];
  const tenant = { id: "ten_1", displayName: "Acme", plan: "free", isolation: POOL, state: Tenant_State.ACTIVE };
  const edge = new TestEdge(TenantService)
    .on(getTenant, () => ({ ...tenant, etag: "e1" }))
    .on(listTenantPlans, () => ({
      plans: [
        { id: "free", displayName: "Free", callsPerMinute: 120, isolation: POOL },
        { id: "silo", displayName: "Enterprise", callsPerMinute: 6000, isolation: SILO },
      ],
    }))
    .on(updateTenant, (request) => {
      asked.push(request);
      tenant.plan = request.plan ?? "";
      return tenant;
    });
  return { edge, asked };
}

test("a plan is changed after a look at what that means", async () => {
  const { edge, asked } = edgeOf();
  const { user } = await renderApp({ edge, address, me: me("tenants.update") });
  await user.click(await screen.findByRole("button", { name: "Change plan" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Change the plan" }));
  await user.click(dialog.getByRole("radio", { name: /Enterprise/ }));
  expect(dialog.getByText("Calls a minute: 120 → 6,000")).toBeVisible();
  expect(dialog.getByText(/The data stays where it is: Shared database/)).toBeVisible();
  await user.click(dialog.getByRole("button", { name: "Change to Enterprise" }));
  expect(await screen.findByRole("heading", { name: "Enterprise" })).toBeVisible();
  expect(asked).toMatchObject([{ id: "ten_1", plan: "silo", etag: "e1" }]);
});

test("a plan that is billed is changed with its subscription", async () => {
  const { edge } = edgeOf();
  await renderApp({
    edge,
    address,
    me: me("tenants.update", "subscriptions.read", "subscriptions.manage"),
  });
  expect(await screen.findByRole("link", { name: "Change plan" })).toHaveAttribute(
    "href",
    "/master-admin/billing/tenants/ten_1/plan",
  );
  expect(screen.getByRole("link", { name: "Open in Billing" })).toHaveAttribute(
    "href",
    "/master-admin/billing/tenants/ten_1",
  );
});

test("who may not see subscriptions is told that the plan belongs to one", async () => {
  const { edge } = edgeOf();
  edge.on(updateTenant, () => {
    throw refused("PLAN_BILLED", 9);
  });
  const { user } = await renderApp({ edge, address, me: me("tenants.update") });
  await user.click(await screen.findByRole("button", { name: "Change plan" }));
  const dialog = within(await screen.findByRole("dialog"));
  await user.click(dialog.getByRole("radio", { name: /Enterprise/ }));
  await user.click(dialog.getByRole("button", { name: "Change to Enterprise" }));
  expect(await dialog.findByText(/belongs to the tenant’s subscription/)).toBeVisible();
});

test("without the permission to change tenants, the plan is only shown", async () => {
  const { edge } = edgeOf();
  await renderApp({ edge, address, me: me("subscriptions.read", "subscriptions.manage") });
  expect(await screen.findByRole("button", { name: "Change plan" })).toHaveAttribute("aria-disabled", "true");
});
