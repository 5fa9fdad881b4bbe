/**
 * Currencies whose smallest coin is not a hundredth, by ISO 4217. What browsers know differs from it and from each
 * other: CLDR has the digits that people write, so a browser would show 12.34 HUF as 1,234. The platform counts by ISO,
 * and a test holds this table to what it counts by.
 */
const DIGITS: Readonly<Record<number, string>> = {
  0: "ADP BIF BYR CLP DJF ESP GNF ISK ITL JPY KMF KRW LUF MGF MRO PYG RWF SLL STD TMM TRL UGX UYI VND VUV XAF XOF XPF ZMK ZWD",
  3: "BHD IQD JOD KWD LYD OMR TND",
  4: "CLF UYW",
};

const known = new Map(
  Object.entries(DIGITS).flatMap(([digits, codes]) => codes.split(" ").map((code) => [code, Number(digits)] as const)),
);

/** How many decimals the currency's smallest coin is: 2 for EUR, 0 for JPY, 3 for KWD. 2 for what is no currency. */
export function digitsOf(currency: string): number {
  return known.get(currency) ?? 2;
}
