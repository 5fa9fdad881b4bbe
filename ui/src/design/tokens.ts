/** What the design is made of: roles, not values. Components take every colour, size and time from here. */
import { accentRoles, type AccentRoles } from "./brand";

export type Mode = "light" | "dark";

/** The accent where no tenant has chosen one. */
export const DEFAULT_BRAND = "#3b4fd8";

interface NeutralRoles {
  /** The page behind everything. */
  canvas: string;
  /** Cards, tables, inputs. */
  surface: string;
  /** What floats: menus, dialogs, toasts. */
  raised: string;
  /** Wells and heads of tables. */
  sunken: string;
  /** A row or an item under the pointer, over any of the above. */
  hover: string;
  /** The same while pressed or selected. */
  active: string;
  /** Lines that only separate. */
  border: string;
  /** Lines that one has to see: the edges of inputs and checkboxes (contrast ≥ 3). */
  control: string;
  text: string;
  /** Secondary text. */
  muted: string;
  /** Placeholders and hints; the least text there is (contrast ≥ 4.5). */
  faint: string;
  /** Text and icons on `strong`. */
  onStrong: string;
  /** Tooltips and the like, the opposite of the page. */
  strong: string;
  /** What lies over the page behind a dialog. */
  scrim: string;
}

/** The colours of one meaning. */
interface ToneRoles {
  /** Text and icons on the page, on `soft` too. */
  text: string;
  /** A quiet background. */
  soft: string;
  /** The edge of a quiet background. */
  line: string;
  /** A loud background, for one thing a page. */
  solid: string;
  /** Text on `solid`. */
  onSolid: string;
}

type Tone = "danger" | "success" | "warning" | "info";
export type ColorRoles = NeutralRoles &
  AccentRoles &
  Record<Tone, ToneRoles> & { chart: Record<1 | 2 | 3 | 4 | 5 | 6 | 7 | 8, string> };

const lightNeutrals: NeutralRoles = {
  canvas: "#f7f8fa",
  surface: "#ffffff",
  raised: "#ffffff",
  sunken: "#f2f4f7",
  hover: "rgb(20 27 45 / 0.045)",
  active: "rgb(20 27 45 / 0.085)",
  border: "#e4e7ec",
  control: "#808896",
  text: "#151922",
  muted: "#535b69",
  faint: "#68707e",
  strong: "#1b2029",
  onStrong: "#f5f6f8",
  scrim: "rgb(15 18 26 / 0.45)",
};

const darkNeutrals: NeutralRoles = {
  canvas: "#0d0f13",
  surface: "#14171d",
  raised: "#1b1f27",
  sunken: "#101318",
  hover: "rgb(220 228 245 / 0.055)",
  active: "rgb(220 228 245 / 0.11)",
  border: "#272c36",
  control: "#6d7686",
  text: "#eceef2",
  muted: "#a3abb8",
  faint: "#8d96a4",
  strong: "#e9ebef",
  onStrong: "#14171d",
  scrim: "rgb(3 4 6 / 0.66)",
};

const light: ColorRoles = {
  ...lightNeutrals,
  ...accentRoles(DEFAULT_BRAND, lightNeutrals, "light"),
  danger: { text: "#b3241c", soft: "#fdeeec", line: "#f5cdc9", solid: "#c5302a", onSolid: "#ffffff" },
  success: { text: "#0a6a4b", soft: "#e6f6ef", line: "#b7e2d0", solid: "#0c7a57", onSolid: "#ffffff" },
  warning: { text: "#855000", soft: "#fdf4e3", line: "#f0d9ac", solid: "#9a5d00", onSolid: "#ffffff" },
  info: { text: "#1a5ca8", soft: "#e9f2fc", line: "#c3dbf6", solid: "#1e67bb", onSolid: "#ffffff" },
  chart: {
    1: "#3b4fd8",
    2: "#0d8577",
    3: "#c2570c",
    4: "#8a3fc7",
    5: "#b5307a",
    6: "#4d7c0f",
    7: "#0b76ad",
    8: "#7a5c2e",
  },
};

const dark: ColorRoles = {
  ...darkNeutrals,
  ...accentRoles(DEFAULT_BRAND, darkNeutrals, "dark"),
  danger: { text: "#ff9288", soft: "#341a1b", line: "#5a2a2a", solid: "#d23a34", onSolid: "#ffffff" },
  success: { text: "#63d5a6", soft: "#12291f", line: "#1f4a38", solid: "#117f5c", onSolid: "#ffffff" },
  warning: { text: "#f3c06a", soft: "#302511", line: "#56421b", solid: "#9a5d00", onSolid: "#ffffff" },
  info: { text: "#82baff", soft: "#14263c", line: "#224468", solid: "#2469b8", onSolid: "#ffffff" },
  chart: {
    1: "#8c9bff",
    2: "#3ecfbd",
    3: "#f79b5a",
    4: "#c08bf5",
    5: "#f07ab8",
    6: "#a3cf4f",
    7: "#5fc1f2",
    8: "#d1ae74",
  },
};

const shadows = {
  light: {
    /** Buttons and cards: hardly there. */
    low: "0 1px 2px rgb(20 27 45 / 0.05)",
    /** Menus and popovers. */
    middle: "0 2px 4px rgb(20 27 45 / 0.05), 0 8px 24px rgb(20 27 45 / 0.11)",
    /** Dialogs. */
    high: "0 4px 12px rgb(20 27 45 / 0.08), 0 24px 64px rgb(20 27 45 / 0.2)",
  },
  dark: {
    low: "0 1px 2px rgb(0 0 0 / 0.3)",
    middle: "0 0 0 1px rgb(255 255 255 / 0.04), 0 8px 24px rgb(0 0 0 / 0.5)",
    high: "0 0 0 1px rgb(255 255 255 / 0.05), 0 24px 64px rgb(0 0 0 / 0.65)",
  },
};

/** What does not change with the mode. Sizes of text are in rem, so that people's own text size counts. */
const still = {
  /** A grid of 4 px: `space[4]` is 16 px. Between its lines only `hair` (2 px) and `snug` (6 px). */
  space: {
    0: "0",
    hair: "0.125rem",
    1: "0.25rem",
    snug: "0.375rem",
    2: "0.5rem",
    3: "0.75rem",
    4: "1rem",
    5: "1.25rem",
    6: "1.5rem",
    8: "2rem",
    10: "2.5rem",
    12: "3rem",
    16: "4rem",
  },
  /** Heights of what is pressed or filled in. */
  control: { small: "1.75rem", medium: "2rem", large: "2.5rem" },
  radius: { small: "4px", medium: "6px", large: "10px", full: "999px" },
  font: {
    body: "'Inter Variable', 'Inter Fallback', system-ui, sans-serif",
    code: "ui-monospace, 'SF Mono', Menlo, Consolas, 'Liberation Mono', monospace",
  },
  text: {
    /** 12, 13, 14, 16, 20 and 26 px; the body is `medium`. */
    size: {
      tiny: "0.75rem",
      small: "0.8125rem",
      medium: "0.875rem",
      large: "1rem",
      title: "1.25rem",
      display: "1.625rem",
    },
    line: { tight: "1.25", body: "1.45" },
    weight: { regular: "430", medium: "530", bold: "620" },
  },
  motion: { fast: "110ms", medium: "180ms", ease: "cubic-bezier(0.2, 0, 0, 1)" },
  layer: { sticky: "10", overlay: "100", toast: "200", tooltip: "300" },
  /** Widths where the layout changes are in `breakpoints`: media queries cannot read variables. */
  width: { form: "30rem", text: "42rem", page: "80rem" },
};

export type Tokens = typeof still & { color: ColorRoles; shadow: (typeof shadows)["light"] };

export const modes: Record<Mode, Tokens> = {
  light: { ...still, color: light, shadow: shadows.light },
  dark: { ...still, color: dark, shadow: shadows.dark },
};

/** `@media ${breakpoints.narrow} { … }` */
export const breakpoints = {
  /** Phones. */
  narrow: "(max-width: 639px)",
  /** Tablets and small windows. */
  medium: "(max-width: 1023px)",
} as const;

/** The tokens of a mode in a tenant's colour (`#rrggbb`), corrected until everything is readable. */
export function tokensOf(mode: Mode, brand: string = DEFAULT_BRAND): Tokens {
  const tokens = modes[mode];
  if (brand === DEFAULT_BRAND) return tokens;
  return { ...tokens, color: { ...tokens.color, ...accentRoles(brand, tokens.color, mode) } };
}
