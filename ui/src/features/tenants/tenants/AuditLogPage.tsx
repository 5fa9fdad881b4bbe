import { ScrollText } from "lucide-react";
import { useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { reportId } from "@/api/errors";
import type { AuditLog } from "@/api/gen/atrium/iam/v1/audit_log_pb";
import { AuditLogService, ListAuditLogsRequest_Outcome } from "@/api/gen/atrium/iam/v1/audit_log_service_pb";
import { api, isFailure, rpc } from "@/api/rtk";
import { PLATFORM } from "@/api/session";
import { Badge, StatusBadge } from "@/design/Badge/Badge";
import { ButtonLink } from "@/design/Button/Button";
import { DataTable, type Column } from "@/design/DataTable/DataTable";
import { FilterChoice, Filters } from "@/design/Filters/Filters";
import { Inline } from "@/design/layout/layout";
import { EmptyState } from "@/design/states/states";
import { Code } from "@/design/typography/typography";
import { useErrorText } from "@/i18n/errorText";
import { useFormat } from "@/i18n/Locale";
import { oneOf, useListState } from "@/routing/listState";
import { paths } from "@/routing/paths";

import { useTenant } from "./TenantLayout";

const PAGE_SIZE = 50;
const OUTCOMES = ["ok", "refused"] as const;
const params = { outcome: oneOf(["any", ...OUTCOMES], "any") };
const OUTCOME_OF = {
  any: ListAuditLogsRequest_Outcome.UNSPECIFIED,
  ok: ListAuditLogsRequest_Outcome.SUCCEEDED,
  refused: ListAuditLogsRequest_Outcome.REFUSED,
};

const log = api.injectEndpoints({
  endpoints: (build) => ({
    // It grows all the time: coming back looks again.
    listTenantAuditLogs: build.query({ ...rpc(AuditLogService.method.listAuditLogs), keepUnusedDataFor: 0 }),
  }),
});

/** What was done in the tenant and to it. */
export function AuditLogPage(): ReactNode {
  const { t } = useTranslation("tenants");
  const { id: tenantId } = useTenant();
  const columns = useColumns();
  const list = useListState(params);
  const { outcome } = list.values;
  const { data, error, isFetching, refetch } = log.useListTenantAuditLogsQuery({
    tenantId,
    outcome: OUTCOME_OF[outcome],
    pageSize: PAGE_SIZE,
    pageToken: list.page.token,
  });
  return (
    <DataTable
      name="tenants.audit"
      label={t("auditLog.label")}
      columns={columns}
      rows={data?.auditLogs}
      rowId={({ id }) => id}
      rowName={({ action }) => action}
      // What changed is shown by the log itself. Narrowed down, an entry of a later page is on its first one.
      rowHref={({ id, action, targetId }) =>
        paths.to(PLATFORM, "auditLogs", {}, { tenant: tenantId, action, target: targetId, entry: id })
      }
      isLoading={isFetching}
      failure={error}
      requestId={isFailure(error) ? reportId(error) : undefined}
      onRetry={() => (list.page.hasPrevious ? list.page.first() : void refetch())}
      page={list.page}
      nextPageToken={data?.nextPageToken}
      filtered={list.filtered}
      onClearFilters={list.clear}
      filters={
        <Inline>
          <Filters filtered={list.filtered} onClear={list.clear}>
            <FilterChoice
              label={t("auditLog.outcome")}
              options={OUTCOMES.map((id) => ({ id, label: t(`auditLog.${id}`) }))}
              value={outcome === "any" ? [] : [outcome]}
              onChange={([chosen]) => list.set({ outcome: chosen ?? "any" })}
              one
            />
          </Filters>
          <ButtonLink href={paths.to(PLATFORM, "auditLogs", {}, { tenant: tenantId })}>{t("auditLog.all")}</ButtonLink>
        </Inline>
      }
      empty={<EmptyState icon={<ScrollText size={20} />} title={t("auditLog.empty")} />}
    />
  );
}

function useColumns(): readonly Column<AuditLog>[] {
  const { t } = useTranslation("tenants");
  const { errorText } = useErrorText();
  const format = useFormat();
  return useMemo<Column<AuditLog>[]>(
    () => [
      {
        id: "action",
        header: t("auditLog.action"),
        cell: ({ action }) => <Code>{action}</Code>,
        rowHeader: true,
        width: 230,
      },
      {
        id: "time",
        header: t("auditLog.time"),
        cell: ({ occurTime }) => occurTime && format.dateTime(occurTime),
        width: 170,
      },
      {
        id: "actor",
        header: t("auditLog.actor"),
        cell: (entry) => (
          <Inline $gap={2}>
            <bdi>{entry.actorEmail === "" ? t("auditLog.system") : entry.actorEmail}</bdi>
            {entry.impersonatorId !== "" && <Badge tone="warning">{t("auditLog.impersonated")}</Badge>}
            {entry.actorRealm === PLATFORM && <Badge tone="info">{t("auditLog.provider")}</Badge>}
          </Inline>
        ),
      },
      { id: "target", header: t("auditLog.target"), cell: ({ targetId }) => targetId, hidden: true },
      {
        id: "outcome",
        header: t("auditLog.outcome"),
        cell: ({ outcome, reason }) =>
          outcome === 0 ? (
            <StatusBadge tone="success">{t("auditLog.ok")}</StatusBadge>
          ) : (
            <span title={errorText({ reason, message: reason, metadata: {} })}>
              <StatusBadge tone="danger">{t("auditLog.refused")}</StatusBadge>
            </span>
          ),
        width: 120,
      },
      { id: "address", header: t("auditLog.address"), cell: ({ address }) => address, width: 140 },
    ],
    [t, errorText, format],
  );
}
