/** The values of the plan editor: the request's own shape, so that every objection of the platform finds its field. */
import { Interval, Price_Kind, Price_Model, type PlanTerms } from "@/api/gen/atrium/billing/v1/plan_pb";

export interface TierValues {
  upTo: bigint;
  unitMicros: bigint;
  flatMinor: bigint;
}

export interface PriceValues {
  id: string;
  displayName: string;
  kind: Price_Kind;
  meter: string;
  model: Price_Model;
  tiers: TierValues[];
  packageUnits: bigint;
  freeUnits: bigint;
  minimumMinor: bigint;
}

export interface BookValues {
  currency: string;
  interval: Interval;
  prices: PriceValues[];
}

export interface TermsValues {
  displayName: string;
  description: string;
  trialDays: number;
  trialWithoutMethod: boolean;
  tier: string;
  limits: { meter: string; most: bigint; beyond: number }[];
  features: string[];
  priceBooks: BookValues[];
  ownDatabase: boolean;
  rank: number;
}

export interface PlanValues {
  id: string;
  terms: TermsValues;
  /** A day; empty for now. */
  effectiveTime: string;
}

export function newTerms(): TermsValues {
  return {
    displayName: "",
    description: "",
    trialDays: 14,
    trialWithoutMethod: true,
    tier: "standard",
    limits: [],
    features: [],
    priceBooks: [{ currency: "EUR", interval: Interval.MONTH, prices: [newPrice("platform", Price_Kind.FLAT)] }],
    ownDatabase: false,
    rank: 50,
  };
}

export function valuesOf(terms: PlanTerms): TermsValues {
  return {
    displayName: terms.displayName,
    description: terms.description,
    trialDays: terms.trialDays,
    trialWithoutMethod: terms.trialWithoutMethod,
    tier: terms.tier,
    limits: terms.limits.map(({ meter, most, beyond }) => ({ meter, most, beyond })),
    features: [...terms.features],
    priceBooks: terms.priceBooks.map(({ currency, interval, prices }) => ({
      currency,
      interval,
      prices: prices.map((price) => ({
        id: price.id,
        displayName: price.displayName,
        kind: price.kind,
        meter: price.meter,
        model: price.model,
        tiers: price.tiers.map(({ upTo, unitMicros, flatMinor }) => ({ upTo, unitMicros, flatMinor })),
        packageUnits: price.packageUnits,
        freeUnits: price.freeUnits,
        minimumMinor: price.minimumMinor,
      })),
    })),
    ownDatabase: terms.ownDatabase,
    rank: terms.rank,
  };
}

export function newPrice(id: string, kind: Price_Kind): PriceValues {
  return {
    id,
    displayName: "",
    kind,
    meter: "",
    model: Price_Model.PER_UNIT,
    tiers: [{ upTo: 0n, unitMicros: 0n, flatMinor: 0n }],
    packageUnits: 0n,
    freeUnits: 0n,
    minimumMinor: 0n,
  };
}

/** An id that no price of the book has: `price`, `price_2`, … */
export function freeId(prices: readonly Pick<PriceValues, "id">[], wanted = "price"): string {
  const taken = new Set(prices.map(({ id }) => id));
  let id = wanted;
  for (let at = 2; taken.has(id); at += 1) id = `${wanted}_${String(at)}`;
  return id;
}

/** What another kind or model cannot have is taken away, so that nothing hidden is sent. */
export function fitting(price: PriceValues): PriceValues {
  const single = price.model === Price_Model.PER_UNIT || price.model === Price_Model.PACKAGE;
  const last = price.tiers.at(-1) ?? { upTo: 0n, unitMicros: 0n, flatMinor: 0n };
  return {
    ...price,
    meter: price.kind === Price_Kind.METER ? price.meter : "",
    model: price.kind === Price_Kind.FLAT ? Price_Model.PER_UNIT : price.model,
    tiers:
      single || price.kind === Price_Kind.FLAT ? [{ ...(price.tiers[0] ?? last), upTo: 0n }] : endless(price.tiers),
    packageUnits: price.model === Price_Model.PACKAGE ? (price.packageUnits === 0n ? 1n : price.packageUnits) : 0n,
    freeUnits: price.kind === Price_Kind.FLAT ? 0n : price.freeUnits,
    minimumMinor: price.kind === Price_Kind.FLAT ? 0n : price.minimumMinor,
  };
}

/** The last tier has no end, whichever it is. */
function endless(tiers: readonly TierValues[]): TierValues[] {
  return tiers.map((tier, at) => (at === tiers.length - 1 ? { ...tier, upTo: 0n } : tier));
}

/** One more tier before the endless one, which begins where the last one ended. */
export function withTier(tiers: readonly TierValues[]): TierValues[] {
  const last = tiers.at(-1) ?? { upTo: 0n, unitMicros: 0n, flatMinor: 0n };
  const ended = tiers.at(-2)?.upTo ?? 0n;
  return [...tiers.slice(0, -1), { ...last, upTo: ended === 0n ? 1000n : ended * 10n }, { ...last, upTo: 0n }];
}

export function withoutTier(tiers: readonly TierValues[], at: number): TierValues[] {
  return endless(tiers.filter((_, index) => index !== at));
}
