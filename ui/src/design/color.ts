/** Colour arithmetic for themes: WCAG contrast, and lightness that is even to the eye (OKLCH). */

/** Red, green and blue, 0 to 1, as screens have them (sRGB). */
export type Rgb = readonly [number, number, number];
/** Lightness 0 to 1, chroma from 0, hue in degrees. Björn Ottosson, https://bottosson.github.io/posts/oklab/ */
export type Oklch = readonly [lightness: number, chroma: number, hue: number];

/** Reads `#rrggbb`. Throws for anything else. */
export function parseHex(hex: string): Rgb {
  const parts = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(hex);
  if (parts === null) throw new Error(`${hex} is not a colour of the form #rrggbb`);
  return [channel(parts[1]), channel(parts[2]), channel(parts[3])];
}

function channel(text: string | undefined): number {
  return Number.parseInt(text ?? "0", 16) / 255;
}

export function toHex([r, g, b]: Rgb): string {
  return `#${[r, g, b]
    .map((one) =>
      Math.round(clamp(one) * 255)
        .toString(16)
        .padStart(2, "0"),
    )
    .join("")}`;
}

/** Contrast of two colours, 1 to 21. https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
export function contrast(a: string, b: string): number {
  const [lighter, darker] = [luminance(parseHex(a)), luminance(parseHex(b))].toSorted((x, y) => y - x) as [
    number,
    number,
  ];
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map(linear) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export function toOklch(hex: string): Oklch {
  const [r, g, b] = parseHex(hex).map(linear) as [number, number, number];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  const lightness = 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s;
  const x = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
  const y = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
  return [lightness, Math.hypot(x, y), ((Math.atan2(y, x) * 180) / Math.PI + 360) % 360];
}

/** The nearest colour that screens can show: chroma is given up before lightness or hue. */
export function fromOklch([lightness, chroma, hue]: Oklch): string {
  for (let c = chroma; c > 0.001; c *= 0.96) {
    const rgb = oklchToRgb([lightness, c, hue]);
    if (rgb.every((one) => one >= -0.0005 && one <= 1.0005)) return toHex(rgb);
  }
  return toHex(oklchToRgb([lightness, 0, hue]));
}

function oklchToRgb([lightness, chroma, hue]: Oklch): Rgb {
  const [x, y] = [chroma * Math.cos((hue * Math.PI) / 180), chroma * Math.sin((hue * Math.PI) / 180)];
  const l = (lightness + 0.3963377774 * x + 0.2158037573 * y) ** 3;
  const m = (lightness - 0.1055613458 * x - 0.0638541728 * y) ** 3;
  const s = (lightness - 0.0894841775 * x - 1.291485548 * y) ** 3;
  return [
    gamma(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    gamma(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    gamma(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

/**
 * The colour with its lightness moved, as little as needed, until it has the contrast with every one of `others`.
 * `towards` says which way; at the end of that way it is black or white.
 */
export function withContrast(
  color: string,
  others: readonly string[],
  least: number,
  towards: "dark" | "light",
): string {
  const [start, chroma, hue] = toOklch(color);
  const step = towards === "dark" ? -0.005 : 0.005;
  for (let lightness = start; lightness > 0 && lightness < 1; lightness += step) {
    const candidate = lightness === start ? color : fromOklch([lightness, chroma, hue]);
    if (others.every((other) => contrast(candidate, other) >= least)) return candidate;
  }
  return towards === "dark" ? "#000000" : "#ffffff";
}

function linear(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

function gamma(value: number): number {
  return value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055;
}

function clamp(value: number): number {
  return Math.min(Math.max(value, 0), 1);
}
