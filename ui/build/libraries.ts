/** What the sources import from libraries. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { parseSync } from "vite";

/**
 * The modules of libraries that the files below `root` load, tests left out. The tests' Vite prepares them all before
 * it starts; one that it came upon later would make it load the page anew, in the middle of a test.
 */
export function libraries(root: string): string[] {
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter(
    (name) => /\.tsx?$/.test(name) && !/\.(test\.tsx?|d\.ts)$/.test(name),
  );
  const found = files.flatMap((name) => {
    const { module } = parseSync(name, readFileSync(join(root, name), "utf8"));
    return module.staticImports
      .filter(({ entries }) => entries.length === 0 || entries.some((entry) => !entry.isType))
      .map(({ moduleRequest }) => moduleRequest.value);
  });
  return [...new Set(found)]
    .filter((name) => !/^(\.|@\/|node:|vitest)/.test(name) && !name.endsWith(".css"))
    .toSorted();
}
