// @vitest-environment node
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";

import { Interval, PlanTermsSchema, Price_Kind, Price_Model } from "@/api/gen/atrium/billing/v1/plan_pb";

import { fitting, freeId, newPrice, newTerms, valuesOf, withoutTier, withTier } from "./terms";

test("terms survive the way through the form", () => {
  const terms = create(PlanTermsSchema, {
    ...newTerms(),
    displayName: "Pro",
    limits: [{ meter: "api_calls", most: 5n, beyond: 1 }],
    features: ["a.b"],
    priceBooks: [{ currency: "EUR", interval: Interval.YEAR, prices: [newPrice("x", Price_Kind.SEAT)] }],
  });
  expect(create(PlanTermsSchema, valuesOf(terms))).toEqual(terms);
});

test("a price keeps nothing that its kind or model cannot have", () => {
  const metered = {
    ...newPrice("calls", Price_Kind.METER),
    meter: "api_calls",
    model: Price_Model.GRADUATED,
    tiers: withTier(withTier(newPrice("x", Price_Kind.METER).tiers)),
    freeUnits: 10n,
    minimumMinor: 5n,
  };
  expect(metered.tiers.map(({ upTo }) => upTo)).toEqual([1000n, 10_000n, 0n]);
  const flat = fitting({ ...metered, kind: Price_Kind.FLAT });
  expect(flat).toMatchObject({ meter: "", model: Price_Model.PER_UNIT, freeUnits: 0n, minimumMinor: 0n });
  expect(flat.tiers).toHaveLength(1);
  expect(fitting({ ...metered, model: Price_Model.PACKAGE })).toMatchObject({
    packageUnits: 1n,
    tiers: [{ upTo: 0n }],
  });
  expect(fitting(metered)).toEqual(metered);
});

test("the last tier has no end, whichever is taken away", () => {
  const tiers = withTier(newPrice("x", Price_Kind.METER).tiers);
  expect(withoutTier(tiers, 1)).toEqual([{ upTo: 0n, unitMicros: 0n, flatMinor: 0n }]);
});

test("ids of prices are one of a kind in their book", () => {
  expect(freeId([{ id: "price" }, { id: "price_2" }])).toBe("price_3");
  expect(freeId([], "seat")).toBe("seat");
});
