import type { DescMethod } from "@bufbuild/protobuf";
import { createContext, use, useCallback, useMemo, type ReactNode } from "react";

import { featureOf } from "@/api/access";
import { EntitlementService } from "@/api/gen/atrium/billing/v1/entitlement_service_pb";
import { useMe } from "@/session/SessionProvider";
import { useAnswer } from "@/session/useAnswer";
import { useClient } from "@/session/useClient";

type Lacks = (method: DescMethod) => boolean;

const PlanContext = createContext<Lacks | undefined>(undefined);

/** What the plan of the person's tenant includes, asked for once for all pages of IAM. */
export function PlanProvider({ children }: { children: ReactNode }): ReactNode {
  const tenantId = useMe().tenant?.id;
  const client = useClient(EntitlementService);
  const ask = useCallback(
    (signal: AbortSignal) => client.getEntitlements({ tenantId: tenantId ?? "" }, { signal }),
    [client, tenantId],
  );
  // Where nothing is sold, or it cannot be known, everything is offered: the platform decides what is done.
  const { answer } = useAnswer(tenantId === undefined ? undefined : ask);
  const features = answer?.features;
  const lacks = useMemo<Lacks>(() => {
    const included = features === undefined ? undefined : new Set(features);
    return (method) => {
      const feature = featureOf(method);
      return feature !== "" && included !== undefined && !included.has(feature);
    };
  }, [features]);
  return <PlanContext value={lacks}>{children}</PlanContext>;
}

/** Whether the tenant's plan lacks what a method is part of. People of the platform lack nothing. */
export function usePlanLacks(): Lacks {
  const value = use(PlanContext);
  if (value === undefined) throw new Error("there is no PlanProvider around this component");
  return value;
}
