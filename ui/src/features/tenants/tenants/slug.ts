/** A tenant's short name in addresses, as the contract wants it: 3 to 40 of a-z, 0-9 and -, not - at an end. */
import { RESERVED_SLUGS } from "./reservedSlugs";

export const SHORTEST = 3;
export const LONGEST = 40;

/** What is wrong with a slug; `undefined` when nothing is that can be known before asking the platform. */
export type SlugFault = "short" | "long" | "characters" | "edge" | "reserved";

export function slugFault(slug: string): SlugFault | undefined {
  if (/[^a-z0-9-]/.test(slug)) return "characters";
  if (/^-|-$/.test(slug)) return "edge";
  if (slug.length < SHORTEST) return "short";
  if (slug.length > LONGEST) return "long";
  return RESERVED_SLUGS.has(slug) ? "reserved" : undefined;
}

/** Letters that are not a plain one with marks. */
const SPELLED: Record<string, string> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  đ: "d",
  ð: "d",
  þ: "th",
  ł: "l",
  ı: "i",
  "&": " and ",
};

/** A slug for a company's name; empty when the name has too few Latin letters and digits to make one. */
export function slugOf(name: string): string {
  const plain = name
    .toLowerCase()
    .replace(/[ßæœøđðþłı&]/g, (letter) => SPELLED[letter] ?? "")
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    // Apostrophes join: O'Neill is oneill.
    .replace(/['’]/g, "");
  const whole = plain.replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
  const cut = whole.length <= LONGEST ? whole : shortened(whole);
  return cut.length < SHORTEST ? "" : cut;
}

/** Cut between words, unless that would take more than half. */
function shortened(slug: string): string {
  const cut = slug.slice(0, LONGEST + 1);
  const end = cut.lastIndexOf("-");
  return (end > LONGEST / 2 ? cut.slice(0, end) : slug.slice(0, LONGEST)).replace(/-$/, "");
}
