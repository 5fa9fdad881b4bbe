import { create } from "@bufbuild/protobuf";
import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";

import { IamMetricsService } from "@/api/gen/atrium/iam/v1/iam_metrics_service_pb";
import { PermissionService } from "@/api/gen/atrium/iam/v1/permission_service_pb";
import { RoleService } from "@/api/gen/atrium/iam/v1/role_service_pb";
import { MeSchema, SessionService } from "@/api/gen/atrium/iam/v1/session_service_pb";
import { refused, TestEdge } from "@/testing/edge";
import { renderApp } from "@/testing/renderApp";

const address = "/master-admin/dashboards/identity";
const me = (...permissions: string[]) => create(MeSchema, { user: { id: "usr_1", displayName: "Ada" }, permissions });

function edgeOf(): { edge: TestEdge; asked: number[] } {
  const asked: number[] = [];
  const edge = new TestEdge(SessionService, IamMetricsService, RoleService, PermissionService)
    .on(IamMetricsService.method.getIamMetrics, ({ days }) => {
      asked.push(days);
      return {
        dailyActiveUsers: 12n,
        weeklyActiveUsers: 34n,
        monthlyActiveUsers: 56n,
        activeAccounts: 80n,
        usersWithSecondFactor: 20n,
        days: [
          { day: "2026-11-24", activeUsers: 9n, signIns: 10n, failedSignIns: 2n },
          { day: "2026-11-25", activeUsers: 12n, signIns: 20n, failedSignIns: 1n },
        ],
        roles: [
          { roleId: "rol_1", displayName: "<script>alert(1)</script>", users: 3n },
          { roleId: "rol_2", displayName: "Auditor", users: 7n },
        ],
        statuses: [
          { status: "ACTIVE", users: 80n },
          { status: "SUSPENDED", users: 4n },
          { status: "DELETED", users: 1000n },
        ],
        permissionUses: [
          { permission: "users.read", day: "2026-11-24", allowed: 5n, denied: 0n },
          { permission: "users.read", day: "2026-11-25", allowed: 8n, denied: 3n },
        ],
      };
    })
    .on(RoleService.method.listRoles, () => ({ roles: [] }))
    .on(PermissionService.method.listPermissions, () => ({
      permissions: [{ id: "users.read" }, { id: "users.delete" }],
    }));
  return { edge, asked };
}

test("the figures are the platform's, and another period asks for another number of days", async () => {
  const { edge, asked } = edgeOf();
  const { user, address: now } = await renderApp({
    edge,
    address,
    me: me("iam-metrics.read", "users.read", "roles.read"),
  });
  const tile = (name: string): string | null | undefined => screen.getByText(name).parentElement?.textContent;
  expect(await screen.findByText("Active in 7 days")).toBeVisible();
  expect([tile("Active today"), tile("Active in 30 days")]).toEqual([
    "Active today12of 80 who may sign in",
    "Active in 30 days56of 80 who may sign in",
  ]);
  expect(tile("With a second factor")).toContain("25%20 of 80");
  expect(tile("Failed sign-ins")).toContain("9.1% of all tries");
  const roles = within(screen.getByRole("list", { name: "Users by role" }));
  expect(roles.getAllByRole("listitem").map((one) => one.textContent)).toEqual([
    "Auditor7",
    "<script>alert(1)</script>3",
  ]);
  expect(roles.getByRole("link", { name: "Auditor" })).toHaveAttribute("href", "/master-admin/iam/users?role=rol_2");
  // Deleted users are not among the users.
  expect(screen.getByRole("row", { name: "Active 80 95%" })).toBeVisible();
  const heat = within(screen.getByRole("grid", { name: "Use of permissions" }));
  expect(heat.getAllByRole("gridcell").map((one) => one.textContent)).toEqual(["5", "8"]);
  await user.click(screen.getByRole("radio", { name: "Refused" }));
  expect(heat.getAllByRole("gridcell").map((one) => one.textContent)).toEqual(["0", "3"]);
  const unused = within(await screen.findByRole("list", { name: "Never used" }));
  expect(unused.getAllByRole("listitem").map((one) => one.textContent)).toEqual(["users.delete"]);
  await user.click(screen.getByRole("radio", { name: "90 days" }));
  expect(now()).toBe(`${address}?days=90`);
  await expect.poll(() => asked).toEqual([30, 90]);
});

test("a tenant's board asks about the tenant, and who may not see it is told what is missing", async () => {
  const { edge } = edgeOf();
  await renderApp({ edge, address, me: me("users.read") });
  expect(await screen.findByText("iam-metrics.read")).toBeVisible();
});

test("figures that could not be renewed stay, with their time", async () => {
  const { edge } = edgeOf();
  const { user } = await renderApp({ edge, address, me: me("iam-metrics.read") });
  const again = await screen.findByRole("button", { name: "Ask again" });
  edge.on(IamMetricsService.method.getIamMetrics, () => {
    throw refused("DEPENDENCY_UNAVAILABLE", 14);
  });
  await user.click(again);
  expect(await screen.findByText(/asking again failed/)).toBeVisible();
  expect(screen.getByText("Active in 7 days")).toBeVisible();
});
