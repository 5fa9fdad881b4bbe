import { Download } from "lucide-react";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { fetchFile, saveAs } from "@/api/download";
import { ApiError, reportId } from "@/api/errors";
import {
  TenantExport_State,
  TenantExportService,
  type TenantExport,
} from "@/api/gen/atrium/tenants/v1/tenant_export_service_pb";
import { StatusBadge } from "@/design/Badge/Badge";
import { Button } from "@/design/Button/Button";
import { Card, Inline, Stack } from "@/design/layout/layout";
import { Notice } from "@/design/Notice/Notice";
import { ProgressBar } from "@/design/ProgressBar/ProgressBar";
import { Code, Text } from "@/design/typography/typography";
import { useErrorText } from "@/i18n/errorText";
import { toDate } from "@/i18n/format";
import { useFormat } from "@/i18n/Locale";
import { useSession } from "@/session/SessionProvider";

import { useGetTenantExportQuery } from "./api";

const POLL_MS = 1500;

interface ExportCardProps {
  id: string;
  tenantId: string;
  slug: string;
}

/** One archive: how far it is, and the way to its file. Those that the platform has forgotten are not shown. */
export function ExportCard({ id, tenantId, slug }: ExportCardProps): ReactNode {
  const { data, refetch } = useGetTenantExportQuery({ tenantId, id });
  const running = data?.state === TenantExport_State.RUNNING;
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => void refetch(), POLL_MS);
    return () => clearInterval(timer);
  }, [running, refetch]);
  if (data === undefined) return null;
  return <Shown archive={data} slug={slug} />;
}

function Shown({ archive, slug }: { archive: TenantExport; slug: string }): ReactNode {
  const { t } = useTranslation("tenants");
  const format = useFormat();
  const { id, state, parts, createTime, expireTime } = archive;
  const complete = state === TenantExport_State.COMPLETE;
  const running = state === TenantExport_State.RUNNING;
  const done = parts.filter((part) => part.complete).length;
  const records = parts.reduce((sum, part) => sum + part.records, 0n);
  const word = complete ? "complete" : running ? "running" : "expired";
  return (
    <Card aria-label={id}>
      <Stack $gap={3}>
        <Inline $justify="space-between" $gap={3}>
          <Stack $gap={1}>
            <Inline $gap={2}>
              <StatusBadge tone={complete ? "success" : running ? "info" : "neutral"} live={running}>
                {t(`exports.state.${word}`)}
              </StatusBadge>
              {createTime !== undefined && (
                <Text as="span" title={format.exact(createTime)}>
                  {t("exports.started", { time: format.relative(createTime) })}
                </Text>
              )}
            </Inline>
            <Text $size="small" $tone="muted">
              <Code>{id}</Code>
              {!running && ` · ${t("exports.records", { count: Number(records) })}`}
              {complete &&
                expireTime !== undefined &&
                ` · ${t("exports.until", { time: format.dateTime(expireTime) })}`}
            </Text>
          </Stack>
          {complete && <DownloadButton archive={archive} slug={slug} />}
        </Inline>
        {running && (
          <ProgressBar
            label={t("exports.state.running")}
            value={done}
            max={parts.length}
            valueText={t("exports.progress", { done, all: parts.length })}
          />
        )}
        {word === "expired" && (
          <Text $size="small" $tone="muted">
            {t("exports.expired")}
          </Text>
        )}
      </Stack>
    </Card>
  );
}

/** Fetches the file, showing how much has come, and has the browser save it. */
function DownloadButton({ archive, slug }: { archive: TenantExport; slug: string }): ReactNode {
  const { t } = useTranslation("tenants");
  const { errorText } = useErrorText();
  const format = useFormat();
  const { session } = useSession();
  const [received, setReceived] = useState<number>();
  const [failure, setFailure] = useState<ApiError>();
  const fetching = useRef<AbortController>(undefined);
  useEffect(() => () => fetching.current?.abort(), []);
  const download = async (): Promise<void> => {
    fetching.current = new AbortController();
    setFailure(undefined);
    setReceived(0);
    try {
      const { tenantId, id, createTime } = archive;
      const file = await fetchFile(
        session.transport,
        TenantExportService.method.downloadTenantExport,
        { tenantId, id },
        { onProgress: setReceived, signal: fetching.current.signal },
      );
      const day = createTime === undefined ? "" : `-${toDate(createTime).toISOString().slice(0, 10)}`;
      saveAs(file, `${slug}${day}.zip`);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (!error.cancelled) setFailure(error);
    } finally {
      setReceived(undefined);
    }
  };
  return (
    <Stack $gap={2} $align="end">
      {received === undefined ? (
        <Button icon={<Download size={16} aria-hidden />} onPress={() => void download()}>
          {t("exports.download")}
        </Button>
      ) : (
        <Inline $gap={2}>
          <Text as="span" $size="small" $tone="muted" $numeric role="status">
            {t("exports.downloading", { bytes: format.bytes(received) })}
          </Text>
          <Button size="small" onPress={() => fetching.current?.abort()}>
            {t("exports.cancel")}
          </Button>
        </Inline>
      )}
      {failure !== undefined && (
        <Notice tone="danger" title={t("exports.failed")} requestId={reportId(failure)}>
          {errorText(failure)}
        </Notice>
      )}
    </Stack>
  );
}
