import { useEffect, useState } from "react";
import { useDispatch } from "react-redux";

import { ApiError } from "@/api/errors";
import { Provisioning_State } from "@/api/gen/atrium/tenants/v1/provisioning_service_pb";
import type { Store } from "@/api/rtk";
import { useSession } from "@/session/SessionProvider";

import { tenantTags } from "../tenants/api";
import { provisioningApi, useGetProvisioningQuery } from "./api";
import { watchProvisioning, type Line } from "./watch";

/** A tenant's provisioning, kept up to date while it runs. When it ends, what is known of the tenant is read anew. */
export function useProvisioning(tenantId: string) {
  const { session } = useSession();
  const dispatch = useDispatch<Store["dispatch"]>();
  const query = useGetProvisioningQuery({ tenantId });
  const [line, setLine] = useState<Line>("stream");
  const running = query.data?.state === Provisioning_State.RUNNING;
  useEffect(() => {
    if (!running) return;
    const gone = new AbortController();
    const onChange: Parameters<typeof watchProvisioning>[2]["onChange"] = (now) => {
      dispatch(provisioningApi.util.updateQueryData("getProvisioning", { tenantId }, () => now));
      if (now.state !== Provisioning_State.RUNNING) dispatch(provisioningApi.util.invalidateTags(tenantTags(tenantId)));
    };
    watchProvisioning(session.transport, tenantId, { signal: gone.signal, onChange, onLine: setLine }).catch(
      (error: unknown) => {
        if (!(error instanceof ApiError)) throw error;
        // Refused meanwhile: reading it anew shows why.
        void dispatch(provisioningApi.endpoints.getProvisioning.initiate({ tenantId }, { forceRefetch: true }));
      },
    );
    return () => gone.abort();
  }, [running, tenantId, session, dispatch]);
  return { ...query, line };
}
