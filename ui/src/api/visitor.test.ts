import { expect, test } from "vitest";

import { refused, TestEdge } from "@/testing/edge";

import { isPublic } from "./access";
import { SetupService } from "./gen/atrium/iam/v1/setup_service_pb";
import { TenantSettingsService } from "./gen/atrium/tenants/v1/tenant_settings_service_pb";
import { toHttpRequest } from "./http";
import { brandUrl, getBrand, getSetup, SETUP_URL } from "./visitor";

test("the addresses are those of the contract, and open to anyone", () => {
  const { getSetup, getBranding } = { ...SetupService.method, ...TenantSettingsService.method };
  expect([isPublic(getSetup), isPublic(getBranding)]).toEqual([true, true]);
  expect(toHttpRequest(getSetup, {})).toMatchObject({ verb: "GET", url: SETUP_URL });
  expect(toHttpRequest(getBranding, { slug: "a/b" })).toMatchObject({ verb: "GET", url: brandUrl("a/b") });
});

test("the answers have the names of the contract", async () => {
  const edge = new TestEdge()
    .on(SetupService.method.getSetup, () => ({ open: true, organizationName: "Example" }))
    .on(TenantSettingsService.method.getBranding, ({ slug }) => {
      if (slug !== "acme") throw refused("NOT_FOUND", 5);
      return { displayName: "Acme", primaryColor: "#123456", accentColor: "#654321", logo: "data:image/png;base64,AA" };
    });
  expect(await getSetup(edge.transport)).toMatchObject({ open: true, organizationName: "Example" });
  expect(await getBrand("acme", edge.transport)).toEqual({
    displayName: "Acme",
    primaryColor: "#123456",
    accentColor: "#654321",
    logo: "data:image/png;base64,AA",
  });
  await expect(getBrand("other", edge.transport)).rejects.toMatchObject({ reason: "NOT_FOUND", code: 5 });
  edge.down = true;
  await expect(getSetup(edge.transport)).rejects.toMatchObject({ reason: "CLIENT_OFFLINE" });
});
