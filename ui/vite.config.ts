import { fileURLToPath } from "node:url";

import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/** Where a running platform answers; `make ui-dev` passes calls on to it. */
const edge = process.env["ATRIUM_EDGE"] ?? "http://127.0.0.1:8080";

/** react-aria brings its own words in 34 languages with every component. We have texts in two; others get English. */
const ownLanguages: Plugin = {
  name: "own-languages",
  apply: "build",
  enforce: "pre",
  load: (id) =>
    /\/react-(?:aria|aria-components|stately)\/dist\/private\/intl\/(?:[\w-]+\/)?(?!en-US|de-DE)[\w-]+\.mjs$/.test(id)
      ? 'export { default } from "./en-US.mjs";'
      : null,
};

/** The policy lets nothing make markup of text, not even of an empty one, which is how react-aria empties an element. */
const trustedTypes: Plugin = {
  name: "trusted-types",
  apply: "build",
  transform: (code, id) => {
    if (!id.endsWith("/react-aria/dist/private/live-announcer/LiveAnnouncer.mjs")) return null;
    const text = code.replaceAll(".innerHTML = ''", ".replaceChildren()");
    if (text === code || text.includes("innerHTML")) throw new Error(`${id} writes markup in another way now`);
    return { code: text, map: null };
  },
};

/**
 * The parts that every first page fetches, whole: one by one they are fifty small files, and a browser asks for six at
 * a time. Other pages need most of them too.
 */
const FIRST = { start: "src/app/main.tsx", visitor: "src/features/iam/login/LoginPage.tsx" } as const;

interface Graph {
  getModuleInfo: (id: string) => { importedIds: string[] } | null;
}

/** The first part that a module belongs to; null for modules that only some pages need. */
function firstPart(id: string, graph: Graph): string | null {
  for (const [part, source] of Object.entries(FIRST)) {
    let members = parts.get(part);
    if (members === undefined)
      parts.set(part, (members = reached(fileURLToPath(new URL(source, import.meta.url)), graph)));
    if (members.has(id)) return part;
  }
  return null;
}

const parts = new Map<string, ReadonlySet<string>>();

/** All that a module imports without asking for it later. It stays in a file of its own, by which the manifest knows it. */
function reached(entry: string, graph: Graph): ReadonlySet<string> {
  const seen = new Set<string>();
  const next = [entry];
  for (let id = next.pop(); id !== undefined; id = next.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    next.push(...(graph.getModuleInfo(id)?.importedIds ?? []));
  }
  seen.delete(entry);
  return seen;
}

export default defineConfig({
  plugins: [react(), ownLanguages, trustedTypes],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    outDir: "dist.new",
    emptyOutDir: true,
    target: "es2023",
    manifest: true,
    sourcemap: false,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    assetsInlineLimit: 0,
    // The word lists that passwords are measured with; fetched when somebody chooses one.
    chunkSizeWarningLimit: 900,
    rolldownOptions: {
      output: {
        // What changes rarely is kept apart, so that a new release leaves it in the browsers' caches.
        codeSplitting: {
          groups: [
            { name: "react", test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/, priority: 2 },
            { name: "router", test: /node_modules[\\/]react-router[\\/]/, priority: 1 },
            {
              name: firstPart,
              debugName: "first parts",
              test: /[\\/]ui[\\/]src[\\/]/,
              includeDependenciesRecursively: false,
            },
          ],
        },
      },
    },
  },
  server: {
    host: "127.0.0.1",
    port: 5173,
    strictPort: true,
    proxy: { "/api": edge, "/.well-known": edge, "/openapi.json": edge, "/docs": edge },
  },
});
