// @vitest-environment node
import { expect, test } from "vitest";

import { firstLoad, gzipped } from "./first_load.ts";

/** What a visitor of `/` fetches on top of the entry. */
const VISITOR = [
  "src/features/iam/login/LoginPage.tsx",
  ...["app", "design", "i18n/errors", "features/iam"].map((folder) => `src/${folder}/locales/en.json`),
];

test("the first load of / is at most 200 kB of JavaScript", () => {
  const files = firstLoad(VISITOR);
  expect(files.length).toBeGreaterThan(5);
  expect(gzipped(files)).toBeLessThanOrEqual(200_000);
});

test("what only some pages need is not in it", () => {
  const calls = firstLoad(["src/api/sessionCalls.ts"]).at(-1);
  expect(calls).toMatch(/^assets\/sessionCalls/);
  expect(firstLoad(VISITOR)).not.toContain(calls);
});
