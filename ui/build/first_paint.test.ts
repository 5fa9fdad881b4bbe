// @vitest-environment node
import { readFileSync } from "node:fs";

import { expect, test } from "vitest";

import { tokensOf } from "../src/design/tokens.ts";

test.each(["light", "dark"] as const)("the page has its colour before any script has run (%s)", (mode) => {
  expect(readFileSync("index.html", "utf8")).toContain(`background: ${tokensOf(mode).color.canvas};`);
});
