import { useCallback, useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { AuditLog } from "@/api/gen/atrium/iam/v1/audit_log_pb";
import { AuditLogService } from "@/api/gen/atrium/iam/v1/audit_log_service_pb";
import { ButtonLink } from "@/design/Button/Button";
import { DataTable } from "@/design/DataTable/DataTable";
import { Inline, Stack } from "@/design/layout/layout";
import { RadioGroup } from "@/design/RadioGroup/RadioGroup";
import { EmptyState } from "@/design/states/states";
import { useAnswer } from "@/session/useAnswer";
import { useClient } from "@/session/useClient";

import { useScope } from "../scope/ScopeProvider";
import { useEntryColumns } from "./useEntryColumns";

/** The latest of what somebody did, or of what was done to their account. */
export function RecentEntries({ userId, tenantId }: { userId: string; tenantId: string }): ReactNode {
  const { t } = useTranslation("auditLogs");
  const { to } = useScope();
  const client = useClient(AuditLogService);
  const [side, setSide] = useState<"actor" | "target">("actor");
  const ask = useCallback(
    (signal: AbortSignal) =>
      client.listAuditLogs(
        { tenantId, pageSize: 20, ...(side === "actor" ? { actorId: userId } : { targetId: userId }) },
        { signal },
      ),
    [client, tenantId, userId, side],
  );
  const { answer, failure, pending, reload } = useAnswer(ask, { keep: true });
  const columns = useEntryColumns();
  const shown = useMemo(
    () => columns.filter(({ id }) => id !== (side === "actor" ? "actor" : "target")),
    [columns, side],
  );
  const all = to("auditLogs", {}, { [side]: userId });
  return (
    <Stack>
      <Inline $justify="space-between" $gap={3}>
        <RadioGroup
          label={t("side.label")}
          labelHidden
          value={side}
          onChange={(value) => setSide(value === "target" ? "target" : "actor")}
          options={[
            { id: "actor", label: t("side.actor") },
            { id: "target", label: t("side.target") },
          ]}
        />
        <ButtonLink href={all}>{t("side.all")}</ButtonLink>
      </Inline>
      <DataTable<AuditLog>
        label={t(`side.${side}`)}
        columns={shown}
        rows={answer?.auditLogs}
        rowId={({ id }) => id}
        rowName={({ action }) => action}
        rowHref={({ id }) => to("auditLogs", {}, { [side]: userId, entry: id })}
        isLoading={pending}
        failure={failure}
        onRetry={reload}
        empty={<EmptyState title={t("side.none")} />}
      />
    </Stack>
  );
}
