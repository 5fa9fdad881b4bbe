import { cleanup, screen } from "@testing-library/react";
import { expect, test } from "vitest";

import { EntitlementService } from "@/api/gen/atrium/billing/v1/entitlement_service_pb";
import { ApiKeyService } from "@/api/gen/atrium/iam/v1/api_key_service_pb";
import { PermissionService } from "@/api/gen/atrium/iam/v1/permission_service_pb";
import { RoleService } from "@/api/gen/atrium/iam/v1/role_service_pb";
import { refused, TestEdge } from "@/testing/edge";
import { renderApp } from "@/testing/renderApp";

const ME = {
  user: { id: "usr_1", displayName: "Ada" },
  tenant: { id: "ten_1", slug: "acme", displayName: "Acme" },
  permissions: [
    "api-keys.create",
    "api-keys.read",
    "roles.create",
    "roles.delete",
    "roles.read",
    "roles.update",
    "subscriptions.manage",
    "users.read",
  ],
};
const ROLES = [
  { id: "role_viewer", displayName: "Viewer", description: "Looks, and changes nothing.", builtIn: true },
  { id: "rol_desk", displayName: "Desk", permissions: ["users.read"], effectivePermissions: ["users.read"], etag: "e" },
];

/** A platform whose tenant has a plan with these features. */
function edgeOf(...features: string[]): TestEdge {
  return new TestEdge(RoleService, PermissionService, ApiKeyService, EntitlementService)
    .on(RoleService.method.listRoles, () => ({ roles: ROLES }))
    .on(PermissionService.method.listPermissions, () => ({ permissions: [{ id: "users.read", module: "iam" }] }))
    .on(ApiKeyService.method.listApiKeys, () => ({ apiKeys: [] }))
    .on(EntitlementService.method.getEntitlements, ({ tenantId }) => ({ tenantId, usable: true, features }));
}

test("roles that the plan does not include are not offered, and the plans are", { timeout: 60_000 }, async () => {
  const edge = edgeOf("iam.api-keys");
  await renderApp({ edge, address: "/t/acme/iam/roles", me: ME });
  expect(await screen.findByText("Not part of your plan")).toBeVisible();
  expect(screen.getByRole("link", { name: "See the plans" })).toHaveAttribute("href", "/t/acme/billing/plan");
  expect(screen.getByRole("link", { name: "Desk" })).toBeVisible();
  expect(screen.queryByRole("link", { name: "New role" })).toBeNull();
  cleanup();

  await renderApp({ edge, address: "/t/acme/iam/roles/new", me: ME });
  expect(await screen.findByText("Not part of your plan")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Create role" })).toBeNull();
  cleanup();

  // One that is there can be looked at and deleted.
  await renderApp({ edge, address: "/t/acme/iam/roles/rol_desk", me: ME });
  expect(await screen.findByText("Not part of your plan")).toBeVisible();
  expect(screen.getByLabelText("Name")).toHaveAttribute("readonly");
  expect(screen.getByRole("button", { name: "Delete" })).not.toHaveAttribute("aria-disabled", "true");
  cleanup();

  await renderApp({ edge, address: "/t/acme/iam/api-keys", me: ME });
  expect((await screen.findAllByRole("button", { name: "Create a key" }))[0]).toBeVisible();
  expect(screen.queryByText("Not part of your plan")).toBeNull();
});

test("keys that the plan does not include are not offered, and who cannot change it is told whom to ask", async () => {
  const me = { ...ME, permissions: ME.permissions.filter((one) => one !== "subscriptions.manage") };
  await renderApp({ edge: edgeOf("iam.custom-roles"), address: "/t/acme/iam/api-keys?add=yes", me });
  expect(await screen.findByText(/Ask somebody who may change the plan/)).toBeVisible();
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(screen.queryByRole("button", { name: "Create a key" })).toBeNull();
  expect(screen.queryByRole("link", { name: "See the plans" })).toBeNull();
  cleanup();
  await renderApp({ edge: edgeOf("iam.custom-roles"), address: "/t/acme/iam/roles", me });
  expect((await screen.findAllByRole("link", { name: "New role" }))[0]).toBeVisible();
});

test("where nothing is sold everything is offered", async () => {
  const edge = edgeOf().on(EntitlementService.method.getEntitlements, () => {
    throw refused("NOT_FOUND", 5);
  });
  await renderApp({ edge, address: "/t/acme/iam/roles", me: ME });
  expect((await screen.findAllByRole("link", { name: "New role" }))[0]).toBeVisible();
  await expect.poll(() => edge.calls).toContain("GET /api/v1/billing/entitlements/ten_1");
  expect(screen.queryByText("Not part of your plan")).toBeNull();
});
