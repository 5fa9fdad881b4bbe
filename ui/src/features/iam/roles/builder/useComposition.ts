import { useMemo } from "react";

import type { Permission } from "@/api/gen/atrium/iam/v1/permission_service_pb";
import type { Role } from "@/api/gen/atrium/iam/v1/role_pb";
import { useMe } from "@/session/SessionProvider";

import { useScope } from "../../scope/ScopeProvider";
import {
  beyond,
  covers,
  difference,
  expand,
  granterOf,
  isWildcard,
  lineage,
  type Difference,
  type RoleLike,
} from "../grants";
import type { ChipState } from "./PermissionChip";
import type { RoleValues } from "./values";

/** What a role being built comes to. */
export interface Composition {
  /** The role itself and those it inherits from. */
  chain: RoleLike[];
  /** All it allows, of the permissions there are. */
  effective: ReadonlySet<string>;
  /** What it allows more and less than the saved one. */
  effect: Difference;
  /** What the person cannot give, and therefore cannot save. */
  tooMuch: readonly string[];
  stateOf: (pattern: string) => ChipState;
  /** The name in a role from which something comes that the role does not name itself. */
  sourceOf: (pattern: string) => { pattern: string; role: RoleLike } | undefined;
  /** Why the person cannot give it; undefined when they can. */
  lacking: (pattern: string) => string | undefined;
}

export function useComposition(
  values: RoleValues,
  saved: Role | undefined,
  roles: readonly Role[],
  catalogue: readonly Permission[],
): Composition {
  const me = useMe();
  const { tenantId } = useScope();
  return useMemo(() => {
    const granter = granterOf(me, tenantId);
    const id = saved?.id ?? "";
    const role: RoleLike = { id, ...values };
    const chain = lineage(role, roles);
    const inherited = chain.slice(1);
    const before = saved === undefined ? [] : lineage(saved, roles).flatMap(({ permissions }) => permissions);
    const all = chain.flatMap(({ permissions }) => permissions);
    const effective = expand(all, catalogue);

    const sourceOf: Composition["sourceOf"] = (pattern) => {
      const wanted = (other: string): boolean => other !== pattern && coversAll(other, pattern);
      const own = values.permissions.find(wanted);
      if (own !== undefined) return { pattern: own, role };
      for (const ancestor of inherited) {
        const found = ancestor.permissions.find((other) => other === pattern || wanted(other));
        if (found !== undefined) return { pattern: found, role: ancestor };
      }
      return undefined;
    };
    const stateOf = (pattern: string): ChipState => {
      if (values.permissions.includes(pattern)) return "on";
      const source = sourceOf(pattern);
      if (source === undefined) return "off";
      return source.role === role ? "covered" : "inherited";
    };
    return {
      chain,
      effective,
      effect: difference(expand(before, catalogue), effective),
      tooMuch: beyond(all, before, granter, catalogue),
      stateOf,
      sourceOf,
      lacking: (pattern) => beyond([pattern], before, granter, catalogue)[0],
    };
  }, [me, tenantId, values, saved, roles, catalogue]);
}

function coversAll(pattern: string, other: string): boolean {
  return other === "*" ? pattern === "*" : pattern === "*" || (isWildcard(pattern) && covers(pattern, other));
}
