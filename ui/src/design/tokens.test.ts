// @vitest-environment node
import { expect, test } from "vitest";

import { accentRoles } from "./brand";
import { contrast, fromOklch, parseHex, toOklch, withContrast } from "./color";
import { modes, tokensOf, type Mode } from "./tokens";

const MODES: Mode[] = ["light", "dark"];

test("contrast is the one of WCAG", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21);
  expect(contrast("#767676", "#ffffff")).toBeCloseTo(4.54, 2);
  expect(() => parseHex("red")).toThrow("not a colour");
});

test.each(["#3b4fd8", "#ff0000", "#12ab34", "#000000", "#ffffff"])("%s survives the way through OKLCH", (hex) => {
  expect(fromOklch(toOklch(hex))).toBe(hex);
});

test("a colour is moved as little as needed", () => {
  expect(withContrast("#0044aa", ["#ffffff"], 4.5, "dark")).toBe("#0044aa");
  const moved = withContrast("#ffd400", ["#ffffff"], 4.5, "dark");
  expect(contrast(moved, "#ffffff")).toBeGreaterThanOrEqual(4.5);
  expect(contrast(moved, "#ffffff")).toBeLessThan(4.8);
});

test.each(MODES)("texts of the %s mode can be read on everything they stand on", (mode) => {
  const { color } = modes[mode];
  const backgrounds = [color.canvas, color.surface, color.raised, color.sunken];
  for (const background of backgrounds) {
    for (const text of [color.text, color.muted, color.faint, color.accentText])
      expect(contrast(text, background), `${text} on ${background}`).toBeGreaterThanOrEqual(4.5);
    for (const shape of [color.control, color.focus, color.accent, ...Object.values(color.chart)])
      expect(contrast(shape, background), `${shape} on ${background}`).toBeGreaterThanOrEqual(3);
  }
  for (const tone of [color.danger, color.success, color.warning, color.info]) {
    for (const background of [...backgrounds, tone.soft])
      expect(contrast(tone.text, background), `${tone.text} on ${background}`).toBeGreaterThanOrEqual(4.5);
    expect(contrast(tone.onSolid, tone.solid), `on ${tone.solid}`).toBeGreaterThanOrEqual(4.5);
    expect(contrast(color.text, tone.soft)).toBeGreaterThanOrEqual(4.5);
  }
  expect(contrast(color.onStrong, color.strong)).toBeGreaterThanOrEqual(4.5);
});

const brands = Array.from({ length: 27 }, (_, at) => at)
  .map((at) => [at % 3, Math.floor(at / 3) % 3, Math.floor(at / 9)].map((part) => ["00", "80", "ff"][part]).join(""))
  .map((hex) => `#${hex}`);

test.each(MODES.flatMap((mode) => brands.map((brand) => [brand, mode] as const)))(
  "%s can be used in the %s mode",
  (brand, mode) => {
    const { color } = tokensOf(mode, brand);
    for (const background of [color.canvas, color.surface, color.raised, color.sunken]) {
      expect(contrast(color.accentText, background)).toBeGreaterThanOrEqual(4.5);
      expect(contrast(color.accent, background)).toBeGreaterThanOrEqual(3);
      expect(contrast(color.focus, background)).toBeGreaterThanOrEqual(3);
    }
    for (const accent of [color.accent, color.accentHover, color.accentPressed])
      expect(contrast(color.onAccent, accent), accent).toBeGreaterThanOrEqual(4.5);
    expect(contrast(color.onAccentSoft, color.accentSoft)).toBeGreaterThanOrEqual(4.5);
  },
);

test("a good brand colour is used as it is", () => {
  expect(accentRoles("#0b6e4f", modes.light.color, "light").accent).toBe("#0b6e4f");
});
