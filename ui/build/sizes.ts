/** Prints what the first load of `/` is made of: `node build/sizes.ts`. */
import { gzipSync } from "node:zlib";

import { build, type Plugin } from "vite";

const sizes = new Map<string, number>();
const report: Plugin = {
  name: "sizes",
  generateBundle: (_, bundle) => {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== "chunk") continue;
      const whole = gzipSync(chunk.code, { level: 9 }).length;
      const rendered = Object.entries(chunk.modules).map(([id, { code }]): [string, number] => {
        const parts = id.split("/node_modules/").at(-1)?.split("/") ?? [];
        const name = id.includes("/node_modules/")
          ? parts.slice(0, parts[0]?.startsWith("@") ? 2 : 1).join("/")
          : `ours: ${id.split("/src/").at(-1)?.split("/").slice(0, 2).join("/") ?? id}`;
        return [name, code === null ? 0 : gzipSync(code).length];
      });
      const sum = rendered.reduce((all, [, one]) => all + one, 0) || 1;
      for (const [name, one] of rendered) {
        const key = `${chunk.fileName.replace(/-[\w-]{8}\.js$/, "").replace("assets/", "")}  ${name}`;
        sizes.set(key, (sizes.get(key) ?? 0) + (one / sum) * whole);
      }
    }
  },
};
await build({ logLevel: "error", plugins: [report], build: { outDir: "node_modules/.atrium-sizes" } });
for (const [name, bytes] of [...sizes].toSorted((a, b) => b[1] - a[1]).filter(([, one]) => one > 300))
  console.log(`${(bytes / 1000).toFixed(1).padStart(7)} kB  ${name}`);
