/** Which part of `src` may import which. A part knows the parts to its right, itself, and nothing else. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative, sep } from "node:path";

import { parseSync } from "vite";

const ALLOWED: Record<string, readonly string[]> = {
  i18n: [],
  design: ["i18n"],
  api: [],
  routing: ["api", "i18n"],
  session: ["routing", "api", "i18n"],
  forms: ["design", "api", "i18n"],
  features: ["forms", "session", "routing", "design", "api", "i18n"],
  app: ["features", "forms", "session", "routing", "design", "api", "i18n"],
  testing: ["app", "features", "forms", "session", "routing", "design", "api", "i18n"],
};
/** Tests and stories may use what the tests of several parts share. */
const TEST = /\.(test|stories)\.tsx?$/;
const SCRIPT = /\.tsx?$/;

/** A line for every import that crosses a boundary. Generated code is left out. */
export function violations(root: string): string[] {
  const files = readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((name) => SCRIPT.test(name))
    .map((name) => name.split(sep).join("/"))
    .filter((name) => !/^api\/(gen|rules)\//.test(name));
  return files.flatMap((name) => {
    const source = readFileSync(join(root, name), "utf8");
    return imports(name, source)
      .map((specifier) => target(name, specifier))
      .filter((to) => to !== undefined && !allowed(name, to))
      .map((to) => `${join(root, name)}: must not import ${String(to)}`);
  });
}

/** Whether a file may import another; both are paths below `src`. */
export function allowed(from: string, to: string): boolean {
  const [fromPart = "", fromModule] = from.split("/");
  const [toPart = "", toModule] = to.split("/");
  if (TEST.test(from) && toPart === "testing") return true;
  if (fromPart === toPart) return fromPart !== "features" || fromModule === toModule;
  return ALLOWED[fromPart]?.includes(toPart) ?? false;
}

function target(from: string, specifier: string): string | undefined {
  const path = specifier.startsWith("@/")
    ? specifier.slice(2)
    : specifier.startsWith(".")
      ? normalize(join(dirname(from), specifier))
      : undefined;
  return path === undefined ? undefined : relative(".", path).split(sep).join("/");
}

/** What a file imports, exports from, or loads later. */
function imports(name: string, source: string): string[] {
  const { module, errors } = parseSync(name, source);
  if (errors.length > 0) throw new Error(`${name}: ${errors[0]?.message ?? "cannot be read"}`);
  const literal = /^["'](.*)["']$/;
  return [
    ...module.staticImports.map((one) => one.moduleRequest.value),
    ...module.staticExports.flatMap((one) => one.entries.flatMap((entry) => entry.moduleRequest?.value ?? [])),
    ...module.dynamicImports.flatMap(
      (one) => literal.exec(source.slice(one.moduleRequest.start, one.moduleRequest.end))?.[1] ?? [],
    ),
  ];
}
