import { existsSync } from "node:fs";

const PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** The Chromium that tests drive: `CHROMIUM` in the environment, else an installed one. */
export function chromium(): string {
  return process.env["CHROMIUM"] ?? PLACES.find((place) => existsSync(place)) ?? "/usr/bin/chromium";
}
