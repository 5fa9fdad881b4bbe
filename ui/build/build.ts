/**
 * Builds the application into `dist`: hashed files under `assets/`, and beside every text file its compressed twins,
 * which the edge serves as they are. The old folder is replaced at the end, so a failed build leaves it as it was.
 */
import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

import { build } from "vite";

import { firstLoad, HEAD_START, MANIFEST } from "./first_load.ts";

const NEW = "dist.new";
const PACKED = /\.(css|html|ico|js|json|svg|txt|webmanifest)$/;

await build({ logLevel: "warn" });
// Its list of chunks is for tests, not for the public.
renameSync(join(NEW, ".vite", "manifest.json"), MANIFEST);
rmSync(join(NEW, ".vite"), { recursive: true });
nameFiles();
for (const name of readdirSync(NEW, { recursive: true, encoding: "utf8" })) {
  const path = join(NEW, name);
  if (statSync(path).isFile() && PACKED.test(name)) writeTwins(path);
}
rmSync("dist", { recursive: true, force: true });
renameSync(NEW, "dist");

/** Puts the names of the files that most pages ask for next into `boot.js`, which knows whose page it is. */
function nameFiles(): void {
  const known = new Set(firstLoad([]));
  const names = Object.entries(HEAD_START).map(([whose, sources]) => {
    const files = firstLoad(sources, []).filter((file) => !known.has(file));
    return [whose, files.map((file) => `/${file}`)];
  });
  const boot = join(NEW, "boot.js");
  const text = readFileSync(boot, "utf8");
  const placed = text.replace("files = {}", `files = ${JSON.stringify(Object.fromEntries(names))}`);
  if (placed === text) throw new Error("boot.js has no place for the files' names");
  writeFileSync(boot, placed);
}

/** A twin that is hardly smaller is not worth a look-up at the edge. */
function writeTwins(path: string): void {
  const content = readFileSync(path);
  const twins: [string, Buffer][] = [
    [".gz", gzipSync(content, { level: 9 })],
    [".br", brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } })],
  ];
  for (const [suffix, packed] of twins) if (packed.length < content.length * 0.9) writeFileSync(path + suffix, packed);
}
