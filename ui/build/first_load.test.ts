// @vitest-environment node
import { readFileSync } from "node:fs";

import { expect, test } from "vitest";

import { firstLoad, gzipped, HEAD_START } from "./first_load.ts";

const visitor = (language: "en" | "de"): string[] => [
  "boot.js",
  ...firstLoad([...HEAD_START[language], ...HEAD_START.visitor]),
];

test.each(["en", "de"] as const)("the first load of / is at most 200 kB of JavaScript (%s)", (language) => {
  const files = visitor(language);
  expect(files.length).toBeGreaterThan(5);
  expect(gzipped(files)).toBeLessThanOrEqual(200_000);
});

test("what only some pages need is not in it", () => {
  const calls = firstLoad(HEAD_START.session, []).filter((file) => file.startsWith("assets/sessionCalls"));
  expect(calls).toHaveLength(1);
  expect(visitor("en")).not.toContain(calls[0]);
});

test("the built page is told which files those are", () => {
  const boot = readFileSync("dist/boot.js", "utf8");
  for (const file of firstLoad(HEAD_START.visitor, []))
    expect(boot + readFileSync("dist/index.html", "utf8")).toContain(file);
});
