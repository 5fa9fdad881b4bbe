// @vitest-environment node
import { expect, test } from "vitest";

import { Realm } from "@/api/gen/atrium/options/v1/options_pb";

import {
  beyond,
  covers,
  difference,
  expand,
  granterOf,
  grouped,
  lineage,
  possibleParents,
  rebase,
  sourcesOf,
  tidy,
  type RoleLike,
} from "./grants";

const both = [Realm.PLATFORM, Realm.TENANT];
const catalogue = [
  { id: "tenants.create", module: "tenants", noun: "tenants", realms: [Realm.PLATFORM] },
  { id: "users.create", module: "iam", noun: "users", realms: both },
  { id: "users.read", module: "iam", noun: "users", realms: both },
  { id: "users-of.read", module: "iam", noun: "users-of", realms: [Realm.TENANT] },
];
const role = (id: string, permissions: string[], parentId = ""): RoleLike => ({
  id,
  displayName: id.toUpperCase(),
  permissions,
  parentId,
});
const viewer = role("viewer", ["users.read"]);
const member = role("member", ["users.*"], "viewer");
const lead = role("lead", ["tenants.create"], "member");
const roles = [viewer, member, lead];

test("wildcards cover their noun and nothing that only begins like it", () => {
  expect(covers("users.*", "users.read")).toBe(true);
  expect(covers("users.*", "users-of.read")).toBe(false);
  expect(covers("users.read", "users.read-all")).toBe(false);
  expect([...expand(["users.*", "nothing.*"], catalogue)]).toEqual(["users.create", "users.read"]);
  expect(expand(["*"], catalogue).size).toBe(4);
});

test("roles inherit from their parents' parents; a circle ends", () => {
  expect(lineage(lead, roles).map(({ id }) => id)).toEqual(["lead", "member", "viewer"]);
  const ring = [role("a", [], "b"), role("b", [], "a")];
  expect(lineage(role("a", [], "b"), ring).map(({ id }) => id)).toEqual(["a", "b"]);
});

test("every way to a permission is named", () => {
  expect(
    sourcesOf("users.read", [lead, viewer], roles).map(({ role, pattern, through }) => [role.id, pattern, through?.id]),
  ).toEqual([
    ["member", "users.*", "lead"],
    ["viewer", "users.read", "lead"],
    ["viewer", "users.read", undefined],
  ]);
  expect(sourcesOf("roles.read", [lead], roles)).toEqual([]);
});

test("what inherits from a role cannot become its parent", () => {
  expect(possibleParents("member", roles).map(({ id }) => id)).toEqual(["viewer"]);
  expect(possibleParents("new", roles)).toEqual(roles);
});

test("nobody gives what they lack, except what only other realms have", () => {
  const me = { permissions: ["users.read"], realm: Realm.PLATFORM, roles: [{ permissions: ["users.read"] }] };
  const own = granterOf(me, "");
  expect(beyond(["users.*"], [], own, catalogue)).toEqual(["users.create"]);
  expect(beyond(["users.*"], ["users.create"], own, catalogue)).toEqual([]);
  expect(beyond(["*"], [], own, catalogue)).toEqual(["*", "tenants.create", "users.create"]);
  expect(beyond(["*"], ["*"], own, catalogue)).toEqual([]);
  const there = granterOf(me, "ten_1");
  expect(beyond(["users-of.read"], [], there, catalogue)).toEqual([]);
  const all = { permissions: catalogue.map(({ id }) => id), realm: Realm.PLATFORM };
  expect(beyond(["*"], [], granterOf({ ...all, roles: [{ permissions: ["*"] }] }, ""), catalogue)).toEqual([]);
  expect(beyond(["*"], [], granterOf({ ...all, roles: [{ permissions: ["users.*"] }] }, ""), catalogue)).toEqual(["*"]);
  expect(beyond(["*"], [], granterOf({ ...all, roles: [] }, "ten_1"), catalogue)).toEqual([]);
});

test("names that say nothing beside others are left out", () => {
  expect(tidy(["users.read", "users.*", "roles.read"])).toEqual(["roles.read", "users.*"]);
  expect(tidy(["users.read", "*", "users.*"])).toEqual(["*"]);
  expect(tidy(["users.read", "users.read"])).toEqual(["users.read"]);
});

test("changes are kept when somebody else has saved meanwhile", () => {
  expect(difference(["a", "b"], ["b", "c"])).toEqual({ added: ["c"], removed: ["a"] });
  expect(rebase(["a", "b"], ["b", "c"], ["a", "b", "d"])).toEqual(["b", "c", "d"]);
  expect(rebase(["a"], ["a"], ["x"])).toEqual(["x"]);
});

test("the catalogue is shown by module and noun", () => {
  expect(grouped(catalogue).map(({ module, nouns }) => [module, nouns.map(({ noun }) => noun)])).toEqual([
    ["tenants", ["tenants"]],
    ["iam", ["users", "users-of"]],
  ]);
  const shared = [
    { id: "a.x", module: "iam", noun: "a" },
    { id: "a.y", module: "tenants", noun: "a" },
    { id: "a.z", module: "tenants", noun: "a" },
  ];
  expect(grouped(shared)).toEqual([{ module: "tenants", nouns: [{ noun: "a", permissions: shared }] }]);
});
