import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";

import { TenantMetricsService } from "@/api/gen/atrium/tenants/v1/tenant_metrics_service_pb";
import { Tenant_State } from "@/api/gen/atrium/tenants/v1/tenant_pb";
import { TenantService } from "@/api/gen/atrium/tenants/v1/tenant_service_pb";
import { refused, TestEdge } from "@/testing/edge";
import { renderApp } from "@/testing/renderApp";

const address = "/master-admin/dashboards/tenants";
const me = (...permissions: string[]) => ({ user: { id: "usr_1", displayName: "Root" }, permissions });
const { getTenantMetrics } = TenantMetricsService.method;

function edgeOf(): { edge: TestEdge; asked: number[] } {
  const asked: number[] = [];
  const edge = new TestEdge(TenantMetricsService, TenantService)
    .on(TenantService.method.listTenantPlans, () => ({ plans: [{ id: "free", displayName: "Free" }] }))
    .on(getTenantMetrics, ({ days }) => {
      asked.push(days);
      return {
        growth: [
          { day: "2026-11-24", created: 5n, deleted: 0n, total: 105n },
          { day: "2026-11-25", created: 20n, deleted: 5n, total: 120n },
        ],
        plans: [
          { plan: "free", tenants: 90n },
          { plan: "old", tenants: 30n },
        ],
        states: [
          { state: Tenant_State.ACTIVE, tenants: 90n },
          { state: Tenant_State.SUSPENDED, tenants: 30n },
        ],
        health: [0, 20, 40, 60, 80].map((fromScore) => ({ fromScore, tenants: 2n })),
        topTenants: [
          { tenantId: "ten_1", displayName: "<script>alert(1)</script>", calls: 500n, storageBytes: 1000n },
          { tenantId: "ten_2", displayName: "شركة", calls: 40n, storageBytes: 9_000_000n },
        ],
      };
    });
  return { edge, asked };
}

test("the figures are the platform's, lead to what they count, and another period asks for another", async () => {
  const { edge, asked } = edgeOf();
  const { user, address: now } = await renderApp({ edge, address, me: me("tenant-metrics.read", "tenants.read") });
  const tile = (name: string): string | null | undefined =>
    screen
      .getAllByText(name)
      .find((one) => one.closest("dl"))
      ?.closest("dt")?.parentElement?.textContent;
  expect(await screen.findByText("In poor health")).toBeVisible();
  expect(tile("Tenants")).toContain("12020%20% more than 2 days ago");
  expect([tile("Created"), tile("Deleted")]).toEqual(["Created25in 2 days", "Deleted5in 2 days"]);
  expect(tile("In poor health")).toBe("In poor health4active, below 40 of 100");
  expect(screen.getByRole("link", { name: "In poor health" })).toHaveAttribute(
    "href",
    "/master-admin/tenants?state=active&order=health&dir=up",
  );
  // A plan that is not offered any more stands for itself.
  expect(await screen.findByRole("row", { name: "Free 90 75%" })).toBeVisible();
  expect(screen.getByRole("row", { name: "old 30 25%" })).toBeVisible();
  const states = within(screen.getByRole("list", { name: "By state" }));
  expect(states.getByRole("link", { name: "Suspended" })).toHaveAttribute(
    "href",
    "/master-admin/tenants?state=suspended",
  );
  const busiest = within(screen.getByRole("list", { name: "Calls" }));
  expect(busiest.getAllByRole("listitem").map((one) => one.textContent)).toEqual([
    "<script>alert(1)</script>500",
    "شركة40",
  ]);
  await user.click(screen.getByRole("radio", { name: "Stored" }));
  const stored = within(screen.getByRole("list", { name: "Stored" }));
  expect(stored.getAllByRole("listitem").map((one) => one.textContent)).toEqual([
    "شركة9 MB",
    "<script>alert(1)</script>1 kB",
  ]);
  await user.click(screen.getByRole("radio", { name: "90 days" }));
  await expect.poll(() => asked).toEqual([30, 90]);
  expect(now()).toBe(`${address}?days=90`);
});

test("who may not see the figures is told what is missing", async () => {
  const { edge, asked } = edgeOf();
  await renderApp({ edge, address, me: me("tenants.read") });
  expect(await screen.findByText("tenant-metrics.read")).toBeVisible();
  expect(asked).toEqual([]);
});

test("figures that could not be renewed stay, with their time", async () => {
  const { edge } = edgeOf();
  const { user } = await renderApp({ edge, address, me: me("tenant-metrics.read") });
  const again = await screen.findByRole("button", { name: "Ask again" });
  edge.on(getTenantMetrics, () => {
    throw refused("DEPENDENCY_UNAVAILABLE", 14);
  });
  await user.click(again);
  expect(await screen.findByText(/asking again failed/)).toBeVisible();
  expect(screen.getByText("In poor health")).toBeVisible();
  // Without the permission to see tenants, nothing leads to them.
  expect(screen.queryByRole("link", { name: "In poor health" })).toBeNull();
});

test("a new installation is led to its first tenant", async () => {
  const { edge } = edgeOf();
  edge.on(getTenantMetrics, () => ({ states: [{ state: Tenant_State.ACTIVE, tenants: 0n }] }));
  await renderApp({ edge, address, me: me("tenant-metrics.read", "tenants.create") });
  expect(await screen.findByText("No tenants yet")).toBeVisible();
  expect(screen.getByRole("link", { name: "Create tenant" })).toHaveAttribute("href", "/master-admin/tenants/new");
});
