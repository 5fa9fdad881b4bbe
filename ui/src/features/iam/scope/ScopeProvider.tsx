import { createContext, use, useCallback, useMemo, type ReactNode } from "react";
import { useSearchParams } from "react-router";

import { TenantService } from "@/api/gen/atrium/tenants/v1/tenant_service_pb";
import { PLATFORM } from "@/api/session";
import { paths, type Segment } from "@/routing/paths";
import { useMe, useSession } from "@/session/SessionProvider";
import { useAnswer } from "@/session/useAnswer";
import { useCan } from "@/session/useCan";
import { useClient } from "@/session/useClient";

/** Whose people, roles and records the pages of IAM are about. */
export interface Scope {
  /** For requests: empty for the platform itself. */
  tenantId: string;
  /** The tenant, where somebody of the platform looks at one; its name once it is known. */
  visited: { id: string; name: string } | undefined;
  /** A page of IAM about the same scope. */
  to: (segment: Segment, values?: Readonly<Record<string, string>>, query?: Readonly<Record<string, string>>) => string;
}

/** The parameter of addresses that says which tenant somebody of the platform looks at. */
export const TENANT_PARAM = "tenant";

const ScopeContext = createContext<Scope | undefined>(undefined);

export function ScopeProvider({ children }: { children: ReactNode }): ReactNode {
  const { realm } = useSession();
  const me = useMe();
  const can = useCan();
  const [search] = useSearchParams();
  const tenants = useClient(TenantService);
  const asked = realm === PLATFORM ? (search.get(TENANT_PARAM) ?? "") : "";
  const tenantId = asked === "" ? (me.tenant?.id ?? "") : asked;
  const ask = useCallback((signal: AbortSignal) => tenants.getTenant({ id: asked }, { signal }), [tenants, asked]);
  // Without its name the tenant is known by its id; whether it exists is said by what the page asks for.
  const { answer } = useAnswer(asked !== "" && can(TenantService.method.getTenant) ? ask : undefined);
  const name = answer?.displayName;
  const value = useMemo<Scope>(
    () => ({
      tenantId,
      visited: asked === "" ? undefined : { id: asked, name: name ?? asked },
      to: (segment, values = {}, query = {}) =>
        paths.to(realm, realm === PLATFORM ? segment : (OWN_SEGMENTS[segment] ?? segment), values, {
          [TENANT_PARAM]: asked,
          ...query,
        }),
    }),
    [tenantId, asked, name, realm],
  );
  return <ScopeContext value={value}>{children}</ScopeContext>;
}

/** In a tenant's portal, users are its people. */
const OWN_SEGMENTS: Partial<Record<Segment, Segment>> = { users: "people", user: "person" };

export function useScope(): Scope {
  const value = use(ScopeContext);
  if (value === undefined) throw new Error("there is no ScopeProvider around this component");
  return value;
}
