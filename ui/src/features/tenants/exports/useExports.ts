import { useSelector } from "react-redux";

import { AuditLogService, ListAuditLogsRequest_Outcome } from "@/api/gen/atrium/iam/v1/audit_log_service_pb";
import { api, rpc } from "@/api/rtk";
import { useCan } from "@/session/useCan";

import { startedExports, type Started } from "./started";

const found = api.injectEndpoints({
  endpoints: (build) => ({
    /** The audit entries of a tenant's exports: each names an archive as its target. */
    findExports: build.query({ ...rpc(AuditLogService.method.listAuditLogs), keepUnusedDataFor: 0 }),
  }),
});

interface Exports {
  /** Ids, newest first. */
  ids: readonly string[];
  isLoading: boolean;
  error: unknown;
  refetch: () => void;
}

/** So many are looked for: archives are kept for days only. */
const MOST = 20;

/** The archives of a tenant: those started in this tab, and earlier ones for those who may read the audit log. */
export function useExports(tenantId: string): Exports {
  const can = useCan();
  const mayLook = can(AuditLogService.method.listAuditLogs);
  const started = useSelector((state: { startedExports?: Started }) =>
    startedExports.selectors.ofTenant(state, tenantId),
  );
  const { data, isLoading, error, refetch } = found.useFindExportsQuery(
    { tenantId, action: "tenants:tenant:export", outcome: ListAuditLogsRequest_Outcome.SUCCEEDED, pageSize: MOST },
    { skip: !mayLook },
  );
  const earlier = data?.auditLogs.map(({ targetId }) => targetId) ?? [];
  return {
    ids: [...new Set([...started, ...earlier])].slice(0, MOST),
    isLoading,
    error,
    refetch: () => void (mayLook && refetch()),
  };
}
