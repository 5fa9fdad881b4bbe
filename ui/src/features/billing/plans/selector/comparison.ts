/** What plans are compared by: one row for everything that any of them says. */
import type { Interval, Plan } from "@/api/gen/atrium/billing/v1/plan_pb";

import { bookOf, meterPrices } from "../prices";

export interface Comparison {
  /** Meters that any plan limits, in the order in which they are first named. */
  limits: string[];
  /** Metered prices of any plan by what they are charged for. */
  prices: { meter: string; name: string }[];
  features: string[];
  trials: boolean;
  ownDatabase: boolean;
}

const OWN_DATABASE = "tenants.own-database";

export function compare(plans: readonly Plan[], currency: string, interval: Interval): Comparison {
  const terms = plans.flatMap((plan) => (plan.terms === undefined ? [] : [plan.terms]));
  const prices = new Map<string, string>();
  for (const one of terms)
    for (const price of meterPrices(bookOf(one, currency, interval) ?? { prices: [] }))
      if (!prices.has(price.meter)) prices.set(price.meter, price.displayName);
  return {
    limits: [...new Set(terms.flatMap(({ limits }) => limits.map(({ meter }) => meter)))],
    prices: [...prices].map(([meter, name]) => ({ meter, name })),
    features: [...new Set(terms.flatMap(({ features }) => features))].toSorted(),
    trials: terms.some(({ trialDays }) => trialDays > 0),
    // Where it is sold as a feature too, that says it.
    ownDatabase: terms.some(({ ownDatabase, features }) => ownDatabase && !features.includes(OWN_DATABASE)),
  };
}

/** Cheapest rank first, as the platform lists them. */
export function byRank(plans: readonly Plan[]): Plan[] {
  return plans.toSorted((a, b) => (a.terms?.rank ?? 0) - (b.terms?.rank ?? 0));
}
