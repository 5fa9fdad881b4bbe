import { expect, test } from "vitest";

import { parkChecks, problemsOf } from "./parking";

const REASON =
  "invoice inv_1: CURRENCY: the invoice is in EUR, the account in USD; CURRENCY: a line is in EUR, the account in USD; " +
  "LINE_BOUND: a line charges 5; CURRENCY: a line is in EUR, the account in USD";

test("each check that failed is named once", () => {
  expect(parkChecks(REASON)).toEqual(["currency", "lineBound"]);
  expect(problemsOf(REASON)).toHaveLength(3);
});

test.each(["Two periods overlap", "", "invoice inv_1: SOMETHING_NEW: is wrong"])(
  "nothing is made of “%s”",
  (reason) => {
    expect(parkChecks(reason)).toEqual([]);
  },
);
