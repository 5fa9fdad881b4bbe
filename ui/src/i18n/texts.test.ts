// @vitest-environment node
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { expect, test } from "vitest";

import { errorTexts } from "./errorText";
import { startTexts } from "./i18n";
import { LANGUAGES } from "./namespaces";

type Tree = { [key: string]: string | Tree };

const enums = import.meta.glob<{ ErrorReasonSchema: { values: { name: string }[] } }>(
  "../api/gen/atrium/*/v1/error_reason_pb.ts",
  { eager: true },
);
const folders = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(join("locales", "en.json")))
  .map((name) => dirname(join("src", name)));

function texts(folder: string, language: string): Map<string, string> {
  const flat = new Map<string, string>();
  const walk = (tree: Tree, prefix: string): void => {
    for (const [key, value] of Object.entries(tree))
      if (typeof value === "string") flat.set(prefix + key, value);
      else walk(value, `${prefix}${key}.`);
  };
  walk(JSON.parse(readFileSync(join(folder, `${language}.json`), "utf8")) as Tree, "");
  return flat;
}

/** The values a text names; plural forms may leave out the number itself. */
function placeholders(text: string): string[] {
  return [...new Set([...text.matchAll(/\{\{\s*(\w+)[^}]*\}\}|<(\w+)/g)].map((one) => one[1] ?? one[2] ?? ""))]
    .filter((name) => name !== "count")
    .toSorted();
}

test("there are texts", () => expect(folders.length).toBeGreaterThanOrEqual(3));

test.each(folders)("%s has every text in every language, with the same values", (folder) => {
  const english = texts(folder, "en");
  for (const language of LANGUAGES) {
    const other = texts(folder, language);
    expect([...other.keys()].toSorted()).toEqual([...english.keys()].toSorted());
    for (const [key, text] of other) {
      expect(text.trim(), key).not.toBe("");
      expect(placeholders(text), `${language} ${key}`).toEqual(placeholders(english.get(key) ?? ""));
    }
  }
});

test.each(Object.keys(enums))("every reason of %s has a text", (file) => {
  const names = enums[file]?.ErrorReasonSchema.values.map((value) => value.name.replace("ERROR_REASON_", "")) ?? [];
  const known = texts("src/i18n/errors/locales", "en");
  expect(names.length).toBeGreaterThan(5);
  for (const name of names.filter((one) => one !== "UNSPECIFIED"))
    expect(known.has(`reasons.${name}`), name).toBe(true);
});

test("failures are shown by their reason, unknown ones as the platform says them", async () => {
  globalThis.document = { documentElement: {} } as Document;
  const load = (language: string, namespace: string) =>
    Promise.resolve(JSON.parse(readFileSync(`src/i18n/${namespace}/locales/${language}.json`, "utf8")) as Tree);
  const started = await startTexts(load, { locale: "de-CH", first: ["errors"] });
  const { errorText, violationText } = errorTexts(started);
  const failure = { reason: "LOCKED_OUT", message: "too many", metadata: { retry_after_seconds: "30" } };
  expect(errorText(failure)).toBe("Zu viele Fehlversuche. Versuchen Sie es in 30 s noch einmal.");
  expect(errorText({ reason: "BRAND_NEW", message: "as it was said", metadata: {} })).toBe("as it was said");
  expect(violationText({ rule: "string.max_len", description: "must be at most 120 characters" })).toBe(
    "Geben Sie höchstens 120 Zeichen ein.",
  );
  expect(violationText({ rule: "x.y", description: "as it was said" })).toBe("as it was said");
  await started.changeLanguage("en");
  expect(errorText(failure)).toBe("Too many failed tries. Try again in 30 s.");
  expect(document.documentElement.lang).toBe("en");
});
