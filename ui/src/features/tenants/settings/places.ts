/** Languages and time zones to choose from, named in the person's language. */

/** Any BCP 47 tag may be a tenant's; these are offered. What a tenant has is added by `localeOptions`. */
const LOCALES = (
  "ar cs da de de-AT de-CH en en-AU en-CA en-GB en-US es es-MX fi fr fr-CA fr-CH he hu it ja ko nb nl pl pt pt-BR ro " +
  "sv tr uk zh-CN zh-TW"
).split(" ");

export interface Place {
  id: string;
  label: string;
}

/** Sorted by name. `present` is among them whatever it is. */
export function localeOptions(shownIn: string, present = ""): Place[] {
  const names = new Intl.DisplayNames([shownIn], { type: "language", fallback: "code" });
  const tags = LOCALES.includes(present) || present === "" ? LOCALES : [present, ...LOCALES];
  return named(tags, shownIn, (tag) => names.of(tag) ?? tag);
}

/** Every IANA zone, with its present distance from UTC. `present` is among them whatever it is. */
export function timeZoneOptions(shownIn: string, present = "", now = new Date()): Place[] {
  const zones = new Set(["UTC", ...Intl.supportedValuesOf("timeZone"), ...(present === "" ? [] : [present])]);
  return [...zones].map((id) => ({ id, label: `${id.replaceAll("_", " ")} (${offset(id, shownIn, now)})` }));
}

function offset(timeZone: string, shownIn: string, now: Date): string {
  try {
    const parts = new Intl.DateTimeFormat(shownIn, { timeZone, timeZoneName: "shortOffset" }).formatToParts(now);
    return parts.find(({ type }) => type === "timeZoneName")?.value ?? "";
  } catch {
    return "?";
  }
}

function named(ids: readonly string[], shownIn: string, nameOf: (id: string) => string): Place[] {
  const order = new Intl.Collator(shownIn);
  return ids.map((id) => ({ id, label: nameOf(id) })).toSorted((a, b) => order.compare(a.label, b.label));
}
