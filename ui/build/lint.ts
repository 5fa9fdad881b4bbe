/** Every check of the sources. All of them run even when one fails, so that one round shows everything. */
import { spawnSync } from "node:child_process";

import { violations } from "./boundaries.ts";

const checks: [name: string, command: string[]][] = [
  ["oxlint", ["oxlint", "--type-aware", "--deny-warnings"]],
  ["types", ["tsc", "--noEmit"]],
  ["format", ["oxfmt", "--check", "."]],
];
const failed: string[] = [];
for (const [name, [program = "", ...rest]] of checks) {
  console.log(`== ${name}`);
  const { status } = spawnSync(program, rest, { stdio: "inherit", shell: process.platform === "win32" });
  if (status !== 0) failed.push(name);
}
console.log("== import boundaries");
const found = violations("src");
for (const line of found) console.error(line);
if (found.length > 0) failed.push("import boundaries");
if (failed.length > 0) {
  console.error(`failed: ${failed.join(", ")}`);
  process.exit(1);
}
