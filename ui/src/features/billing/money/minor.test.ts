// @vitest-environment node
import { expect, test } from "vitest";

import { digitsOf } from "@/i18n/currency";

import { decimal, decimalText, unitPrice, whole } from "./minor";

test.each([
  ["EUR", 2],
  ["JPY", 0],
  ["KWD", 3],
  ["RSD", 2],
  ["HUF", 2],
  ["", 2],
])("%s has %i decimals", (currency, digits) => expect(digitsOf(currency)).toBe(digits));

test.each([
  [12.5, 2, 1250n],
  [0.29, 2, 29n],
  [-0.01, 2, -1n],
  [1.005, 3, 1005n],
  [9_999_999_999.99, 2, 999_999_999_999n],
  [500, 0, 500n],
  [0.000_25, 8, 25_000n],
])("%d with %i decimals is %s", (value, digits, units) => {
  expect(whole(value, digits)).toBe(units);
  expect(decimal(units, digits)).toBe(value);
});

test("large amounts lose no digit", () => {
  expect(decimalText(123_456_789_012_345_678_901n, 2)).toBe("1234567890123456789.01");
  expect(decimalText(-5n, 3)).toBe("-0.005");
});

test("a price of a unit shows the decimals it has, and those of its currency", () => {
  expect(unitPrice("en", 25_000n, "EUR")).toBe("€0.00025");
  expect(unitPrice("en", 900_000_000n, "EUR")).toBe("€9.00");
  expect(unitPrice("en", 2_500_000n, "JPY")).toBe("¥2.5");
  expect(unitPrice("de", 25_000n, "EUR")).toBe("0,00025\u00a0€");
});
