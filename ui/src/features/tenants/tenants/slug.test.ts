// @vitest-environment node
import { expect, test } from "vitest";

import { slugFault, slugOf } from "./slug";

test.each([
  ["Acme", "acme"],
  ["  Müller & Söhne GmbH ", "muller-and-sohne-gmbh"],
  ["Straße 7", "strasse-7"],
  ["O'Neill’s", "oneills"],
  ["Łódź Ænima Øre", "lodz-aenima-ore"],
  ["Ltd.", "ltd"],
  ["A", ""],
  ["شركة", ""],
  ["株式会社 Acme 2", "acme-2"],
  ["<script>alert(1)</script>", "script-alert-1-script"],
  ["--a--b--c--", "a-b-c"],
  ["The International Association of Extraordinarily Long Names", "the-international-association-of"],
  ["x".repeat(60), "x".repeat(40)],
])("%s becomes %s", (name, slug) => {
  expect(slugOf(name)).toBe(slug);
  if (slug !== "") expect(slugFault(slug)).toBeUndefined();
});

test.each([
  ["ab", "short"],
  ["", "short"],
  ["a".repeat(41), "long"],
  ["Acme", "characters"],
  ["acme_1", "characters"],
  ["-acme", "edge"],
  ["acme-", "edge"],
  ["billing", "reserved"],
  ["acme", undefined],
  ["a-1", undefined],
  ["a".repeat(40), undefined],
] as const)("%s is at fault for %s", (slug, fault) => {
  expect(slugFault(slug)).toBe(fault);
});
