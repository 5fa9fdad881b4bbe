/** What a session runs on, in words that people know, read from its user agent. */
export interface Device {
  /** `Firefox`; undefined for what is not a browser we know. */
  browser: string | undefined;
  system: string | undefined;
  kind: "desktop" | "phone" | "program";
}

// In this order: later ones call themselves by the names of earlier ones, too.
const BROWSERS: [pattern: RegExp, name: string][] = [
  [/\bEdg(?:e|A|iOS)?\//, "Edge"],
  [/\bOPR\//, "Opera"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\b(?:Firefox|FxiOS)\//, "Firefox"],
  [/\b(?:Chrome|Chromium|CriOS|HeadlessChrome)\//, "Chrome"],
  [/\bVersion\/.*\bSafari\//, "Safari"],
];
const SYSTEMS: [pattern: RegExp, name: string][] = [
  [/\b(?:iPhone|iPad|iPod)\b/, "iOS"],
  [/\bAndroid\b/, "Android"],
  [/\bWindows\b/, "Windows"],
  [/\bMac OS X\b/, "macOS"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bLinux\b/, "Linux"],
];

export function deviceOf(userAgent: string): Device {
  const named = (of: [RegExp, string][]): string | undefined => of.find(([pattern]) => pattern.test(userAgent))?.[1];
  const browser = named(BROWSERS);
  const system = named(SYSTEMS);
  if (browser === undefined) return { browser, system, kind: "program" };
  return { browser, system, kind: /\b(?:Mobile|iPhone|iPad|Android)\b/.test(userAgent) ? "phone" : "desktop" };
}
