import { expect, test } from "vitest";

import { LoginRequestSchema } from "./rules/atrium/iam/v1/session_service_pb";
import { CreateTenantRequestSchema } from "./rules/atrium/tenants/v1/tenant_service_pb";
import { violationsOf } from "./validation";

test("the platform's own rules are checked in the browser", () => {
  const found = violationsOf(CreateTenantRequestSchema, { slug: "A", displayName: "", adminEmail: "nobody" });
  expect(found.map((one) => one.field)).toEqual(expect.arrayContaining(["slug", "displayName", "adminEmail"]));
  expect(found.find((one) => one.field === "adminEmail")?.rule).toMatch(/^string\.email/);
});

test("rules over several fields are checked too", () => {
  const whole = { realm: 1, tenant: "acme", email: "a@b.example", password: "x" };
  expect(violationsOf(LoginRequestSchema, whole)).toMatchObject([{ field: "", rule: "login.tenant" }]);
  expect(violationsOf(LoginRequestSchema, { ...whole, realm: 2 })).toEqual([]);
});
