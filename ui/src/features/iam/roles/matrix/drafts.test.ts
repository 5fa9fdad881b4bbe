// @vitest-environment node
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";

import { RoleSchema, type Role } from "@/api/gen/atrium/iam/v1/role_pb";

import { cellOf, changesOf, countOf, onNewest, toggled, type Drafts } from "./drafts";

const role = (id: string, permissions: string[], parentId = ""): Role =>
  create(RoleSchema, { id, displayName: id.toUpperCase(), permissions, parentId });
const viewer = role("viewer", ["users.read"]);
const lead = role("lead", ["roles.*"], "viewer");
const roles = [viewer, lead];

test("what is changed back is not a change", () => {
  let drafts: Drafts = toggled({}, viewer, "users.create");
  drafts = toggled(drafts, lead, "roles.*");
  expect(changesOf(roles, drafts).map(({ role, difference }) => [role.id, difference])).toEqual([
    ["viewer", { added: ["users.create"], removed: [] }],
    ["lead", { added: [], removed: ["roles.*"] }],
  ]);
  expect(countOf(changesOf(roles, drafts))).toBe(2);
  drafts = toggled(toggled(drafts, viewer, "users.create"), lead, "roles.*");
  expect(drafts).toEqual({});
});

test("a cell says where a permission comes from, drafts of parents included", () => {
  expect(cellOf(lead, "roles.read", {}, roles)).toEqual({
    kind: "covered",
    by: { pattern: "roles.*", role: "LEAD" },
    changed: false,
  });
  expect(cellOf(lead, "users.read", {}, roles)).toMatchObject({ kind: "inherited", by: { role: "VIEWER" } });
  expect(cellOf(lead, "users.create", {}, roles)).toEqual({ kind: "off", changed: false });
  const drafts = toggled({}, viewer, "users.*");
  expect(cellOf(lead, "users.create", drafts, roles)).toMatchObject({ kind: "inherited", by: { pattern: "users.*" } });
  expect(cellOf(viewer, "users.*", drafts, roles)).toEqual({ kind: "on", changed: true });
  expect(cellOf(viewer, "*", drafts, roles)).toEqual({ kind: "off", changed: false });
});

test("a conflict keeps what both have changed", () => {
  const drafts = toggled({}, viewer, "users.create");
  const newest = role("viewer", ["users.read", "roles.read"]);
  expect(onNewest(drafts, viewer, newest)).toEqual({ viewer: ["roles.read", "users.create", "users.read"] });
  expect(onNewest(drafts, viewer, role("viewer", ["users.read", "users.create"]))).toEqual({});
});
