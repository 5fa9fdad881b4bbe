import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";

import { makeFormat } from "./format";

const moment = new Date(Date.UTC(2026, 10, 25, 23, 5));
const english = makeFormat("en-GB", "Europe/Zurich");
const german = makeFormat("de-CH", "Europe/Zurich");
/** Intl writes narrow and no-break spaces. */
const plain = (text: string): string => text.replaceAll(/[\u00a0\u202f]/g, " ");

test("moments are shown in the person's time zone, whatever they come as", () => {
  expect(english.dateTime(moment)).toBe("26 Nov 2026, 00:05");
  expect(german.date(timestampFromDate(moment))).toBe("26.11.2026");
  expect(makeFormat("en-US", "America/New_York").dateTime(moment.getTime())).toMatch(/^Nov 25, 2026, 6:05/);
  expect(english.day("2026-11-25")).toBe("25 Nov 2026");
});

test.each([
  [0, "now"],
  [-20, "now"],
  [-90, "1 minute ago"],
  [-7200, "2 hours ago"],
  [-86_400, "yesterday"],
  [3 * 86_400, "in 3 days"],
  [-800 * 86_400, "2 years ago"],
])("%i s from now is %s", (seconds, text) => {
  expect(english.relative(moment.getTime() + seconds * 1000, moment)).toBe(text);
});

test("money is exact, in the currency's own minor units", () => {
  expect(makeFormat("en-US", "UTC").money(123_456_789_012_345_678n, "USD")).toBe("$1,234,567,890,123,456.78");
  expect(plain(makeFormat("de-DE", "UTC").money(199_900, "EUR"))).toBe("1.999,00 €");
  expect(makeFormat("en-US", "UTC").money(500n, "JPY")).toBe("¥500");
  expect(makeFormat("en-US", "UTC").money(-5n, "USD")).toBe("-$0.05");
  // What CLDR has other digits of than ISO 4217, by which the platform counts.
  expect(plain(makeFormat("en", "UTC").money(123_456n, "RSD"))).toBe("RSD 1,234.56");
  expect(plain(makeFormat("en", "UTC").money(1_234_567n, "IQD"))).toBe("IQD 1,234.567");
});

test("numbers, sizes and spans of time", () => {
  expect(makeFormat("de-DE", "UTC").number(1234.5)).toBe("1.234,5");
  expect(makeFormat("en", "UTC").compact(12_345)).toBe("12.3K");
  expect(plain(makeFormat("en", "UTC").bytes(1_500_000n))).toBe("1.5 MB");
  expect(plain(makeFormat("en", "UTC").bytes(999))).toBe("999 bytes");
  expect(makeFormat("en", "UTC").percent(0.125)).toBe("12.5%");
  expect(plain(makeFormat("en", "UTC").duration(90))).toBe("1 min 30 sec");
  expect(plain(makeFormat("en", "UTC").duration(0))).toBe("0 sec");
  expect(makeFormat("en-GB", "UTC").list(["a", "b", "c"])).toBe("a, b and c");
  expect(["b10", "b9", "a"].toSorted(makeFormat("en", "UTC").compare)).toEqual(["a", "b9", "b10"]);
});
