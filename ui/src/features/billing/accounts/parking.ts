/** The checks that an invoice has to pass before it is issued, by the names that the platform gives them. */
const CHECKS = {
  CURRENCY: "currency",
  LINES: "lines",
  LINE_AMOUNT: "lineAmount",
  LINE_BOUND: "lineBound",
  PERIOD_OVERLAP: "periodOverlap",
  PERIOD_TAKEN: "periodTaken",
  STATE: "state",
  TOTALS: "totals",
} as const;
export type ParkCheck = (typeof CHECKS)[keyof typeof CHECKS];

/** Which checks failed, each once; none where a reason says it otherwise: `invoice inv_1: CURRENCY: …; CURRENCY: …`. */
export function parkChecks(reason: string): ParkCheck[] {
  const named = [...reason.matchAll(/(?:^|[:;] )([A-Z_]+): /g)].map(([, name]) => name as keyof typeof CHECKS);
  return [...new Set(named)].filter((name) => name in CHECKS).map((name) => CHECKS[name]);
}

/** What the platform said of each failure, and about which invoice, nothing twice. */
export function problemsOf(reason: string): string[] {
  return [...new Set(reason.split("; "))];
}
