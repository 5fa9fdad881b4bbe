/**
 * The texts there are. Each folder with texts has `locales/en.json` and `locales/de.json`; its name is the namespace
 * (`features/iam` → `iam`), and it adds its type here:
 *
 *     declare module "@/i18n/namespaces" { interface Namespaces { iam: typeof import("./en.json") } }
 */
// oxlint-disable-next-line typescript/no-empty-interface -- filled by the folders that have texts
export interface Namespaces {}

export const LANGUAGES = ["en", "de"] as const;
export type Language = (typeof LANGUAGES)[number];
