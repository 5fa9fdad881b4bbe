/** What a page fetches before it can be used, by the build's own list. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

interface Chunk {
  file: string;
  imports?: string[];
}

/** The lazy parts that come with every first page, by language and by whether somebody has signed in here before. */
export const HEAD_START = {
  en: ["app", "design", "features/iam/login"].map((folder) => `src/${folder}/locales/en.json`),
  de: ["app", "design", "features/iam/login"].map((folder) => `src/${folder}/locales/de.json`),
  visitor: ["src/features/iam/login/LoginPage.tsx"],
  session: ["src/api/sessionCalls.ts", "src/app/shell/Shell.tsx"],
};

export const MANIFEST = join("node_modules", ".atrium-manifest.json");

/** The scripts below `dist` of the entry and of what `also` names by source files, each once. Needs a build. */
export function firstLoad(also: readonly string[], entry: readonly string[] = ["index.html"]): string[] {
  const manifest = JSON.parse(readFileSync(MANIFEST, "utf8")) as Record<string, Chunk>;
  const seen = new Set<string>();
  const visit = (name: string): void => {
    if (seen.has(name)) return;
    const chunk = manifest[name];
    if (chunk === undefined) throw new Error(`the build has no ${name}: npm run build, or correct the name`);
    seen.add(name);
    chunk.imports?.forEach(visit);
  };
  [...entry, ...also].forEach(visit);
  return [...seen].map((name) => manifest[name]?.file ?? "").filter((file) => file.endsWith(".js"));
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
