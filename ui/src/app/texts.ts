import type { ResourceKey } from "i18next";

import type { LoadTexts } from "@/i18n/i18n";

// Every folder with texts is found here; each language of each is a file of its own that is fetched when needed.
const files = import.meta.glob<ResourceKey>("/src/**/locales/*.json", { import: "default" });
const byName = new Map(
  Object.entries(files).map(([path, load]) => {
    const [namespace, , language] = path.replace(".json", "").split("/").slice(-3);
    return [`${namespace ?? ""}/${language ?? ""}`, load];
  }),
);

/** The namespaces there are, by the folders' names. */
export const namespaces = [...new Set([...byName.keys()].map((name) => name.split("/")[0] ?? ""))];

export const loadTexts: LoadTexts = async (language, namespace) => {
  const load = byName.get(`${namespace}/${language}`);
  if (load === undefined) throw new Error(`there are no texts ${namespace} in ${language}`);
  return load();
};
