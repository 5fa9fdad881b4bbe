// @vitest-environment node
import { expect, test } from "vitest";

import { pool } from "./pool";

test("every item is done once, few at a time", async () => {
  let running = 0;
  let most = 0;
  const done: number[] = [];
  await pool(
    [1, 2, 3, 4, 5, 6, 7],
    3,
    async (item) => {
      most = Math.max(most, (running += 1));
      await Promise.resolve();
      running -= 1;
      return item * 2;
    },
    (item, result) => {
      expect(result).toBe(item * 2);
      done.push(item);
    },
    new AbortController().signal,
  );
  expect(done.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(most).toBe(3);
});

test("after it was stopped nothing new is begun", async () => {
  const control = new AbortController();
  const done: number[] = [];
  await pool(
    [1, 2, 3, 4],
    1,
    async (item) => {
      await Promise.resolve();
      if (item === 2) control.abort();
    },
    (item) => done.push(item),
    control.signal,
  );
  expect(done).toEqual([1, 2]);
});
