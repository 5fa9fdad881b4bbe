// @vitest-environment node
import { expect, test } from "vitest";

import { contrastOf } from "./contrast";
import { readLogo, shownLogo } from "./logo";
import { localeOptions, timeZoneOptions } from "./places";
import { changeOf, domainOf, isDomain } from "./settings";

test("only what was changed is sent; a list that became empty is present and empty", () => {
  const before = { mfaRequired: false, sessionHours: 8, allowedEmailDomains: ["a.example"] };
  expect(changeOf(before, { ...before })).toEqual({});
  expect(changeOf(before, { mfaRequired: true, sessionHours: 8, allowedEmailDomains: [] })).toEqual({
    mfaRequired: true,
    allowedEmailDomains: { names: [] },
  });
});

test.each([
  [" Example.COM ", "example.com", true],
  ["https://example.com/path", "example.com", true],
  ["ada@mail.example.com", "mail.example.com", true],
  ["localhost", "localhost", false],
  ["-a.example", "-a.example", false],
  ["a..example", "a..example", false],
  ["", "", false],
])("%s is the domain %s: %s", (text, domain, good) => {
  expect([domainOf(text), isDomain(domain)]).toEqual([domain, good]);
});

test("colours are held to the platform's contrast", () => {
  expect(contrastOf("primaryColor", "#777777")).toMatchObject({ needed: 4.5, enough: false });
  expect(contrastOf("primaryColor", "#767676")).toMatchObject({ enough: true });
  expect(contrastOf("accentColor", "#777777")).toMatchObject({ needed: 3, enough: true });
  expect(contrastOf("accentColor", "#77777")).toBeUndefined();
});

test("a picture becomes an address; what is too large or something else does not", async () => {
  const png = new Blob([new Uint8Array([0x89, 0x50, 0xff, 0])], { type: "image/png" });
  expect(await readLogo(png)).toEqual({ logo: "data:image/png;base64,iVD/AA==" });
  expect(await readLogo(new Blob(["x"], { type: "image/gif" }))).toEqual({ fault: "type" });
  expect(await readLogo(new Blob([new Uint8Array(65_537)], { type: "image/webp" }))).toEqual({ fault: "size" });
  const large = await readLogo(new Blob([new Uint8Array(65_536).fill(7)], { type: "image/webp" }));
  expect("logo" in large && atob(large.logo.split(",")[1] ?? "").length).toBe(65_536);
});

test("only pictures are shown", () => {
  expect(shownLogo("data:image/png;base64,iVD/AA==")).not.toBe("");
  for (const bad of ["", "javascript:alert(1)", "https://a.example/x.png", "data:text/html;base64,AAAA"])
    expect(shownLogo(bad)).toBe("");
});

test("languages and zones are named in the person's language, and what a tenant has is among them", () => {
  expect(localeOptions("de").find(({ id }) => id === "en")?.label).toBe("Englisch");
  expect(localeOptions("en", "gsw").map(({ id }) => id)).toContain("gsw");
  const zones = timeZoneOptions("en", "Mars/Base", new Date("2026-07-01T00:00:00Z"));
  expect(zones.find(({ id }) => id === "America/New_York")?.label).toBe("America/New York (GMT-4)");
  expect(zones.find(({ id }) => id === "Mars/Base")).toBeDefined();
  expect(zones.length).toBeGreaterThan(400);
});
