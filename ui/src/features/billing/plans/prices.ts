/** What a plan's terms say about its prices, for comparing plans. What somebody pays is computed by the platform only. */
import { Interval, Price_Kind, type PlanTerms, type Price, type PriceBook } from "@/api/gen/atrium/billing/v1/plan_pb";

type Books = Pick<PlanTerms, "priceBooks">;

/** The prices in one currency for one interval; undefined where the plan is not sold so. */
export function bookOf({ priceBooks }: Books, currency: string, interval: Interval): PriceBook | undefined {
  return priceBooks.find((book) => book.currency === currency && book.interval === interval);
}

/** The currencies a plan is sold in, each once. */
export function currenciesOf({ priceBooks }: Books): string[] {
  return [...new Set(priceBooks.map(({ currency }) => currency))];
}

/** Millionths of the smallest coin for one unit in the first tier, what the tier costs by itself included. */
function first({ tiers }: Pick<Price, "tiers">): bigint {
  const [tier] = tiers;
  return tier === undefined ? 0n : tier.unitMicros + tier.flatMinor * 1_000_000n;
}

/** What a period costs without seats and use, in millionths of the smallest coin. */
export function flatMicros({ prices }: Pick<PriceBook, "prices">): bigint {
  return prices.filter(({ kind }) => kind === Price_Kind.FLAT).reduce((sum, price) => sum + first(price), 0n);
}

export function seatPrice({ prices }: Pick<PriceBook, "prices">): Price | undefined {
  return prices.find(({ kind }) => kind === Price_Kind.SEAT);
}

export function meterPrices({ prices }: Pick<PriceBook, "prices">): Price[] {
  return prices.filter(({ kind }) => kind === Price_Kind.METER);
}

/** Whether nothing is ever charged. */
export function isFree({ prices }: Pick<PriceBook, "prices">): boolean {
  return prices.every(
    ({ tiers, minimumMinor }) =>
      minimumMinor === 0n && tiers.every((tier) => tier.unitMicros === 0n && tier.flatMinor === 0n),
  );
}

/**
 * The share that a year saves against twelve months, of the prices in advance for one seat; undefined where it saves
 * nothing or cannot be said.
 */
export function yearlySaving(terms: Books, currency: string): number | undefined {
  const [month, year] = [Interval.MONTH, Interval.YEAR].map((interval) => bookOf(terms, currency, interval));
  if (month === undefined || year === undefined) return undefined;
  const cost = (book: PriceBook): bigint => {
    const seat = seatPrice(book);
    return flatMicros(book) + (seat === undefined ? 0n : first(seat));
  };
  const whole = cost(month) * 12n;
  if (whole === 0n || cost(year) >= whole) return undefined;
  return Number(((whole - cost(year)) * 1000n) / whole) / 1000;
}
