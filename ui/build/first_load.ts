/**
 * The JavaScript that a page needs before it can be used: `index.html`'s scripts, what they import, and the lazy
 * parts of the page, which `also` names by their source files.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

interface Chunk {
  file: string;
  imports?: string[];
}

/** The files below `dist`, each once. Needs a build. */
export function firstLoad(also: readonly string[]): string[] {
  const manifest = JSON.parse(readFileSync("node_modules/.atrium-manifest.json", "utf8")) as Record<string, Chunk>;
  const seen = new Set<string>();
  const visit = (name: string): void => {
    if (seen.has(name)) return;
    const chunk = manifest[name];
    if (chunk === undefined) throw new Error(`the build has no ${name}: npm run build, or correct the name`);
    seen.add(name);
    chunk.imports?.forEach(visit);
  };
  ["index.html", ...also].forEach(visit);
  return ["boot.js", ...[...seen].map((name) => manifest[name]?.file ?? "").filter((file) => file.endsWith(".js"))];
}

/** Bytes of files as they are sent with gzip. */
export function gzipped(files: readonly string[]): number {
  return files.reduce((sum, file) => sum + size(join("dist", file)), 0);
}

function size(path: string): number {
  try {
    return readFileSync(`${path}.gz`).length;
  } catch {
    return readFileSync(path).length;
  }
}
