/**
 * Builds the application into `dist`: hashed files under `assets/`, and beside every text file its compressed twins,
 * which the edge serves as they are. The old folder is replaced at the end, so a failed build leaves it as it was.
 */
import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

import { build } from "vite";

const NEW = "dist.new";
const PACKED = /\.(css|html|ico|js|json|svg|txt|webmanifest)$/;

await build({ logLevel: "warn" });
// Its list of chunks is for tests, not for the public.
renameSync(join(NEW, ".vite", "manifest.json"), join("node_modules", ".atrium-manifest.json"));
rmSync(join(NEW, ".vite"), { recursive: true });
for (const name of readdirSync(NEW, { recursive: true, encoding: "utf8" })) {
  const path = join(NEW, name);
  if (statSync(path).isFile() && PACKED.test(name)) writeTwins(path);
}
rmSync("dist", { recursive: true, force: true });
renameSync(NEW, "dist");

/** A twin that is hardly smaller is not worth a look-up at the edge. */
function writeTwins(path: string): void {
  const content = readFileSync(path);
  const twins: [string, Buffer][] = [
    [".gz", gzipSync(content, { level: 9 })],
    [".br", brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } })],
  ];
  for (const [suffix, packed] of twins) if (packed.length < content.length * 0.9) writeFileSync(path + suffix, packed);
}
