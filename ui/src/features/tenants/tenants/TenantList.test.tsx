import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";

import { Tenant_State } from "@/api/gen/atrium/tenants/v1/tenant_pb";
import {
  ListTenantsRequest_Order,
  TenantService,
  type ListTenantsRequest,
} from "@/api/gen/atrium/tenants/v1/tenant_service_pb";
import { refused, TestEdge } from "@/testing/edge";
import { renderApp } from "@/testing/renderApp";

const { listTenants, listTenantPlans, suspendTenant } = TenantService.method;
const me = {
  user: { id: "usr_1", displayName: "Root" },
  permissions: ["tenants.read", "tenants.create", "tenants.suspend"],
};

function edgeOf() {
  const asked: ListTenantsRequest[] = [];
  const states = new Map(
    ["Acme", "شركة", "<script>alert(1)</script>"].map((name, at) => [
      `ten_${String(at)}`,
      { name, state: Tenant_State.ACTIVE },
    ]),
  );
  const edge = new TestEdge(TenantService)
    .on(listTenantPlans, () => ({ plans: [{ id: "free", displayName: "Free" }] }))
    .on(listTenants, (request) => {
      asked.push(request);
      const tenants = [...states].map(([id, { name, state }]) => ({ id, displayName: name, plan: "free", state }));
      if (request.query === "nothing") return { tenants: [] };
      return { tenants, nextPageToken: request.pageToken === "" ? "two" : "" };
    });
  return { edge, asked, states };
}

test("filters, order and page stand in the address, and the browser's list is the platform's", async () => {
  const { edge, asked } = edgeOf();
  const { user, address } = await renderApp({
    edge,
    address: "/master-admin/tenants?state=suspended&from=2026-01-05&order=health&dir=up",
    me,
  });
  const table = await screen.findByRole("grid", { name: "Tenants" });
  expect(await within(table).findByRole("link", { name: "Acme" })).toHaveAttribute(
    "href",
    "/master-admin/tenants/ten_0",
  );
  expect(asked[0]).toMatchObject({
    states: [Tenant_State.SUSPENDED],
    order: ListTenantsRequest_Order.HEALTH,
    descending: false,
    pageSize: 50,
  });
  expect(asked[0]?.createdFrom).toBeDefined();
  await user.click(screen.getByRole("button", { name: "Next" }));
  await expect.poll(() => asked.at(-1)?.pageToken).toBe("two");
  expect(address()).toContain("after=two");
  await user.click(screen.getByRole("searchbox", { name: "Search tenants" }));
  await user.paste("nothing");
  await user.keyboard("{Enter}");
  expect(await screen.findByText("Nothing found")).toBeVisible();
  expect(asked.at(-1)).toMatchObject({ query: "nothing", pageToken: "", states: [Tenant_State.SUSPENDED] });
  await user.click(screen.getByRole("button", { name: "Clear all" }));
  await expect.poll(address).toBe("/master-admin/tenants?order=health&dir=up");
});

test("many are suspended at once, and each has its result", async () => {
  const { edge, states } = edgeOf();
  const reasons: string[] = [];
  edge.on(suspendTenant, ({ id, reason }) => {
    if (id === "ten_1") throw refused("TENANT_STATE", 9);
    reasons.push(reason);
    const known = states.get(id);
    if (known !== undefined) known.state = Tenant_State.SUSPENDED;
    return { id };
  });
  const { user } = await renderApp({ edge, address: "/master-admin/tenants", me });
  // Before there are rows, there is nothing to select.
  await screen.findByRole("link", { name: "Acme" });
  await user.click(screen.getByRole("checkbox", { name: /all/i }));
  await user.click(await screen.findByRole("button", { name: "Suspend" }));
  const dialog = within(await screen.findByRole("alertdialog", { name: "Suspend 3 tenants?" }));
  await user.type(dialog.getByLabelText(/^Reason/), "unpaid");
  await user.type(dialog.getByLabelText("Type 3 to confirm"), "3");
  await user.click(dialog.getByRole("button", { name: "Suspend" }));
  expect(await dialog.findByText("2 done, 1 failed")).toBeVisible();
  expect(dialog.getByText("The tenant's state does not allow this.")).toBeVisible();
  expect(reasons).toEqual(["unpaid", "unpaid"]);
  await user.click(dialog.getByRole("button", { name: "Back to the list" }));
  expect(await screen.findAllByText("Suspended")).toHaveLength(2);
});

test("who may not suspend is told why", async () => {
  const { edge } = edgeOf();
  const { user } = await renderApp({
    edge,
    address: "/master-admin/tenants",
    me: { ...me, permissions: ["tenants.read"] },
  });
  await screen.findByRole("link", { name: "Acme" });
  await user.click(screen.getByRole("checkbox", { name: /all/i }));
  expect(await screen.findByRole("button", { name: "Suspend" })).toHaveAttribute("aria-disabled", "true");
  expect(screen.getByRole("button", { name: "Create tenant" })).toHaveAttribute("aria-disabled", "true");
});

test("a list that cannot be loaded says why, and can be tried again", async () => {
  const { edge } = edgeOf();
  edge.on(listTenants, () => {
    throw refused("DEPENDENCY_UNAVAILABLE", 14);
  });
  const { user } = await renderApp({ edge, address: "/master-admin/tenants", me });
  expect(await screen.findByRole("alert")).toHaveTextContent("does not answer at the moment");
  edge.on(listTenants, () => ({ tenants: [] }));
  await user.click(screen.getByRole("button", { name: /again/i }));
  expect(await screen.findByText("No tenants yet")).toBeVisible();
});
