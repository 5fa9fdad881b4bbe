// @vitest-environment node
import { expect, test } from "vitest";

import { drawn, labelStep, paintAt, totalAt } from "./series";

test("a series keeps its look whichever others there are, and colour is never all that tells two lines apart", () => {
  const all = drawn(Array.from({ length: 8 }, (_, at) => ({ name: String(at), values: [] })));
  expect(new Set(all.map(({ paint }) => paint)).size).toBe(8);
  expect(new Set(all.map(({ dash }) => dash)).size).toBe(8);
  expect(paintAt(8)).toBe(paintAt(0));
});

test("a total is of what is known, and of nothing where nothing is", () => {
  const series = [
    { name: "a", values: [1, undefined, undefined] },
    { name: "b", values: [2, 5, undefined] },
  ];
  expect([0, 1, 2].map((at) => totalAt(series, at))).toEqual([3, 5, undefined]);
});

test("as many points are named as there is room for, and one at least", () => {
  expect(labelStep(30, 600, 60)).toBe(3);
  expect(labelStep(5, 600, 60)).toBe(1);
  expect(labelStep(5, 20, 60)).toBe(5);
  expect(labelStep(0, 600, 60)).toBe(1);
});
