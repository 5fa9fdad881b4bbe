/** From one colour of a tenant to every role of the accent, each with the contrast that WCAG 2.2 AA asks for. */
import { contrast, fromOklch, toOklch, withContrast } from "./color";

export interface AccentRoles {
  /** Main buttons, selected things, progress. */
  accent: string;
  accentHover: string;
  accentPressed: string;
  /** Text and icons on `accent`. */
  onAccent: string;
  /** Links and accented text on the page. */
  accentText: string;
  /** A quiet background for what is selected. */
  accentSoft: string;
  /** Text on `accentSoft`. */
  onAccentSoft: string;
  /** The ring around what has the keyboard. */
  focus: string;
}

interface Surroundings {
  canvas: string;
  surface: string;
  raised: string;
  sunken: string;
}

const TEXT = 4.5;
const SHAPE = 3;
const INK = "#10131a";

/**
 * The accent of a brand colour (`#rrggbb`). Its hue is kept; its lightness is moved where the colour as it is would
 * be hard to see on the page or to read on.
 */
export function accentRoles(brand: string, on: Surroundings, mode: "light" | "dark"): AccentRoles {
  const backgrounds = [on.canvas, on.surface, on.raised, on.sunken];
  const away = mode === "light" ? "dark" : "light";
  const accent = readable(withContrast(brand, backgrounds, SHAPE, away), mode);
  const onAccent = textOn(accent);
  const [lightness, chroma, hue] = toOklch(accent);
  // Hovering moves towards the text's opposite, so that it only becomes easier to read.
  const step = onAccent === INK ? 0.035 : -0.035;
  const soft = fromOklch(
    mode === "light" ? [0.955, Math.min(chroma, 0.025), hue] : [0.27, Math.min(chroma, 0.055), hue],
  );
  return {
    accent,
    accentHover: fromOklch([lightness + step, chroma, hue]),
    accentPressed: fromOklch([lightness + 2 * step, chroma, hue]),
    onAccent,
    accentText: withContrast(accent, backgrounds, TEXT, away),
    accentSoft: soft,
    onAccentSoft: withContrast(accent, [soft], TEXT, away),
    focus: withContrast(accent, backgrounds, mode === "light" ? SHAPE : TEXT, away),
  };
}

/** Moved to where white or ink can be read on it. Away from the page: that never takes contrast with it. */
function readable(color: string, mode: "light" | "dark"): string {
  if (Math.max(contrast(color, "#ffffff"), contrast(color, INK)) >= TEXT) return color;
  return mode === "light" ? withContrast(color, ["#ffffff"], TEXT, "dark") : withContrast(color, [INK], TEXT, "light");
}

/** White where it can be read, for it looks calmer on colour; else ink. */
function textOn(color: string): string {
  return contrast(color, "#ffffff") >= TEXT ? "#ffffff" : INK;
}
