import { Pause, Play, ScrollText, ShieldCheck } from "lucide-react";
import { useCallback, useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useSearchParams } from "react-router";

import { fetchFile, saveAs } from "@/api/download";
import { ApiError, reportId } from "@/api/errors";
import type { AuditLog } from "@/api/gen/atrium/iam/v1/audit_log_pb";
import { AuditLogService } from "@/api/gen/atrium/iam/v1/audit_log_service_pb";
import { StatusBadge } from "@/design/Badge/Badge";
import { Button } from "@/design/Button/Button";
import { DataTable } from "@/design/DataTable/DataTable";
import { later } from "@/design/later/later";
import { Inline, Page } from "@/design/layout/layout";
import { Notice } from "@/design/Notice/Notice";
import { EmptyState, NoPermission } from "@/design/states/states";
import { Switch } from "@/design/Switch/Switch";
import { toast } from "@/design/Toast/toast";
import { useErrorText } from "@/i18n/errorText";
import { useFormat } from "@/i18n/Locale";
import { useListState } from "@/routing/listState";
import { useSession } from "@/session/SessionProvider";
import { useAnswer } from "@/session/useAnswer";
import { useCan } from "@/session/useCan";
import { useClient } from "@/session/useClient";

import { ScopeNote } from "../scope/ScopeNote";
import { ScopePicker } from "../scope/ScopePicker";
import { useScope } from "../scope/ScopeProvider";
import { AuditFilters } from "./AuditFilters";
import { EntryDrawer } from "./EntryDrawer";
import { matches, params, requestOf } from "./filter";
import { useEntryColumns } from "./useEntryColumns";
import { useTail } from "./useTail";

const VerifyDialog = later(async () => (await import("./VerifyDialog")).VerifyDialog);

const PAGE_SIZE = 50;
/** The parameter that names the entry whose details are shown. */
const ENTRY_PARAM = "entry";

/** What was done and refused, by whom: as a list, as it happens, as a file, and as a chain that can be checked. */
export function AuditLogsPage(): ReactNode {
  const { t } = useTranslation("auditLogs");
  const { errorText } = useErrorText();
  const { session } = useSession();
  const { tenantId } = useScope();
  const can = useCan();
  const format = useFormat();
  const navigate = useNavigate();
  const client = useClient(AuditLogService);
  const list = useListState(params);
  const [search] = useSearchParams();
  const [live, setLive] = useState(false);
  const [paused, setPaused] = useState(false);
  const [verifying, setVerifying] = useState(false);
  const permitted = can(AuditLogService.method.listAuditLogs);
  const { values } = list;
  const { token } = list.page;
  const ask = useCallback(
    (signal: AbortSignal) =>
      client.listAuditLogs(
        { tenantId, pageSize: PAGE_SIZE, pageToken: token, ...requestOf(values, format.timeZone) },
        { signal },
      ),
    [client, tenantId, token, values, format.timeZone],
  );
  const { answer, failure, pending, reload } = useAnswer(permitted ? ask : undefined, { keep: true });
  const tail = useTail({ tenantId, on: live && permitted, paused });
  const rows = useMemo(() => {
    if (answer === undefined) return undefined;
    const known = new Set(answer.auditLogs.map(({ id }) => id));
    // New ones stand before the first page only.
    const fresh =
      token === ""
        ? tail.entries.filter((entry) => !known.has(entry.id) && matches(entry, values, format.timeZone))
        : [];
    return [...fresh, ...answer.auditLogs];
  }, [answer, tail.entries, token, values, format.timeZone]);
  const columns = useEntryColumns();

  const opened = search.get(ENTRY_PARAM) ?? "";
  const entry = rows?.find(({ id }) => id === opened);
  const hrefOf = useCallback(
    (id: string): string => {
      const next = new URLSearchParams(search);
      if (id === "") next.delete(ENTRY_PARAM);
      else next.set(ENTRY_PARAM, id);
      return `?${next.toString()}`;
    },
    [search],
  );
  const save = async (): Promise<void> => {
    try {
      const request = { tenantId, ...requestOf(values, format.timeZone) };
      const file = await fetchFile(session.transport, AuditLogService.method.exportAuditLogs, request);
      saveAs(file, `audit-log-${new Date().toISOString().slice(0, 10)}.csv`);
      toast({ tone: "success", title: t("exported", { size: format.bytes(file.size) }) });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      toast({ tone: "danger", title: errorText(error) });
    }
  };
  return (
    <Page
      title={t("title")}
      description={t("lead")}
      trail={<ScopeNote />}
      actions={
        permitted && (
          <>
            <ScopePicker />
            <Button icon={<ShieldCheck size={16} aria-hidden />} onPress={() => setVerifying(true)}>
              {t("verify.do")}
            </Button>
          </>
        )
      }
    >
      {permitted ? (
        <>
          <Inline $gap={3}>
            <Switch
              label={t("live.label")}
              isSelected={live}
              onChange={(on) => {
                setLive(on);
                setPaused(false);
                if (on) reload();
              }}
            />
            {live && (
              <>
                <StatusBadge
                  tone={tail.state === "live" && !paused ? "success" : "warning"}
                  live={tail.state === "live" && !paused}
                >
                  {t(paused ? "live.paused" : `live.${tail.state}`)}
                </StatusBadge>
                <Button
                  size="small"
                  icon={paused ? <Play size={14} aria-hidden /> : <Pause size={14} aria-hidden />}
                  onPress={() => setPaused(!paused)}
                >
                  {paused
                    ? tail.held > 0
                      ? t("live.resumeWith", { count: tail.held })
                      : t("live.resume")
                    : t("live.pause")}
                </Button>
              </>
            )}
          </Inline>
          {tail.failure !== undefined && <Notice tone="danger">{errorText(tail.failure)}</Notice>}
          <DataTable<AuditLog>
            name="iam.auditLogs"
            label={t("title")}
            columns={columns}
            rows={rows}
            rowId={({ id }) => id}
            rowName={({ action }) => action}
            rowHref={({ id }) => hrefOf(id)}
            isLoading={pending}
            failure={failure}
            requestId={failure && reportId(failure)}
            onRetry={reload}
            page={list.page}
            nextPageToken={answer?.nextPageToken}
            filtered={list.filtered}
            onClearFilters={list.clear}
            filters={<AuditFilters list={list} />}
            onExport={save}
            empty={
              <EmptyState icon={<ScrollText size={20} />} title={t("empty")}>
                {t("emptyText")}
              </EmptyState>
            }
          />
        </>
      ) : (
        <NoPermission permission="audit.read" />
      )}
      <EntryDrawer
        entry={entry}
        missing={opened !== "" && entry === undefined && answer !== undefined}
        onClose={() => void navigate(hrefOf(""), { preventScrollReset: true })}
      />
      <VerifyDialog isOpen={verifying} onClose={() => setVerifying(false)} tenantId={tenantId} />
    </Page>
  );
}
