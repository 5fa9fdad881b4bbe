import type { FieldErrors } from "react-hook-form";

import type { PlanValues } from "./terms";

export interface Fault {
  /** `terms.priceBooks.0.prices.1.meter`. */
  path: string;
  rule: string;
  description: string;
}

/** All that is wrong with a form, also what belongs to a part of it that is not in sight. */
export function faultsOf(errors: FieldErrors<PlanValues>): Fault[] {
  const found: Fault[] = [];
  const walk = (node: unknown, path: string): void => {
    if (typeof node !== "object" || node === null) return;
    const { type, message } = node as { type?: unknown; message?: unknown };
    if (typeof type === "string") {
      found.push({ path, rule: type, description: typeof message === "string" ? message : "" });
      return;
    }
    for (const [key, child] of Object.entries(node))
      if (key !== "ref") walk(child, path === "" ? key : `${path}.${key}`);
  };
  walk(errors, "");
  return found;
}

/** Numbers in a path count from 1 for people: `priceBooks.0.prices.1.meter` is book 1, price 2. */
export function placeOf(path: string): { book?: number; price?: number; tier?: number; limit?: number } {
  const at = (name: string): number | undefined => {
    const found = new RegExp(`\\b${name}\\.(\\d+)`).exec(path)?.[1];
    return found === undefined ? undefined : Number(found) + 1;
  };
  const [book, price, tier, limit] = [at("priceBooks"), at("prices"), at("tiers"), at("limits")];
  return {
    ...(book === undefined ? {} : { book }),
    ...(price === undefined ? {} : { price }),
    ...(tier === undefined ? {} : { tier }),
    ...(limit === undefined ? {} : { limit }),
  };
}
