// @vitest-environment node
import { expect, test } from "vitest";

import { exceeds, shareOf, standingOf } from "./standing";

test.each([
  [{ quantity: 5n, most: -1n, overageCharged: false }, "unlimited"],
  [{ quantity: 79n, most: 100n, overageCharged: false }, "fine"],
  [{ quantity: 80n, most: 100n, overageCharged: false }, "near"],
  [{ quantity: 100n, most: 100n, overageCharged: false }, "full"],
  [{ quantity: 100n, most: 100n, overageCharged: true }, "near"],
  [{ quantity: 101n, most: 100n, overageCharged: true }, "over"],
  [{ quantity: 0n, most: 0n, overageCharged: false }, "full"],
] as const)("%o is %s", (figures, standing) => expect(standingOf(figures)).toBe(standing));

test("shares are exact for quantities beyond what numbers hold", () => {
  expect(shareOf(9_007_199_254_740_993n, 18_014_398_509_481_986n)).toBe(0.5);
  expect(shareOf(3n, 0n)).toBe(1);
  expect(shareOf(0n, 0n)).toBe(0);
  expect(shareOf(3n, -1n)).toBe(0);
});

test("a forecast exceeds only a limit that there is", () => {
  expect(exceeds({ most: 100n, forecast: 101n })).toBe(true);
  expect(exceeds({ most: 100n, forecast: 100n })).toBe(false);
  expect(exceeds({ most: -1n, forecast: 500n })).toBe(false);
  expect(exceeds({ most: 100n, forecast: -1n })).toBe(false);
});
