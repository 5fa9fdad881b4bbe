// @vitest-environment node
import { expect, test } from "vitest";

import { spansOf, sumOf } from "./spans";

function days(count: number): { day: string; calls: bigint }[] {
  return Array.from({ length: count }, (_, at) => ({
    day: new Date(Date.UTC(2026, 0, 1 + at)).toISOString().slice(0, 10),
    calls: 2n,
  }));
}

test("few days stand for themselves", () => {
  expect(spansOf(days(3), 90).map(({ first, last }) => [first, last])).toEqual([
    ["2026-01-01", "2026-01-01"],
    ["2026-01-02", "2026-01-02"],
    ["2026-01-03", "2026-01-03"],
  ]);
  expect(spansOf([], 90)).toEqual([]);
});

test("many days are taken in weeks that end with the last day, and nothing is counted twice", () => {
  const spans = spansOf(days(100), 90);
  expect(spans[0]).toMatchObject({ first: "2026-01-01", last: "2026-01-02" });
  expect(spans.at(-1)).toMatchObject({ first: "2026-04-04", last: "2026-04-10" });
  const sums = spans.map((span) => sumOf(span, ({ calls }) => calls));
  expect([sums[0], sums.at(-1)]).toEqual([4, 14]);
  expect(sums.reduce((all, one) => all + one)).toBe(200);
});
