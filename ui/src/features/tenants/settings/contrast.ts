import { contrast } from "@/design/color";

/** What the platform asks of a tenant's colours, against white: WCAG 2.2, 1.4.3 for text and 1.4.11 for graphics. */
export const NEEDED = { primaryColor: 4.5, accentColor: 3 } as const;

export interface Contrast {
  ratio: number;
  needed: number;
  enough: boolean;
}

/** Undefined while the text is no colour of the form `#rrggbb`. */
export function contrastOf(field: keyof typeof NEEDED, color: string): Contrast | undefined {
  if (!/^#[0-9a-f]{6}$/i.test(color)) return undefined;
  const [ratio, needed] = [contrast(color, "#ffffff"), NEEDED[field]];
  return { ratio, needed, enough: ratio >= needed };
}
