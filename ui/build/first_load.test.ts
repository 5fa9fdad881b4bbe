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
  const pages = ["src/app/areaRoutes.tsx", "src/app/shell/Shell.tsx"].map((name) => firstLoad([], [name])[0]);
  expect(calls.length).toBeGreaterThan(0);
  for (const file of [...calls, ...pages]) expect(visitor("en")).not.toContain(file);
});

test("the built page is told which files those are", () => {
  const boot = readFileSync("dist/boot.js", "utf8");
  for (const file of firstLoad(HEAD_START.visitor, []))
    expect(boot + readFileSync("dist/index.html", "utf8")).toContain(file);
});
