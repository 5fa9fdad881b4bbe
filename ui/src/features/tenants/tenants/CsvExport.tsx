import { useEffect, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { saveAs } from "@/api/download";
import { ApiError, reportId } from "@/api/errors";
import { TenantService } from "@/api/gen/atrium/tenants/v1/tenant_service_pb";
import { Button } from "@/design/Button/Button";
import { Dialog } from "@/design/Dialog/Dialog";
import { Stack } from "@/design/layout/layout";
import { Notice } from "@/design/Notice/Notice";
import { ProgressBar } from "@/design/ProgressBar/ProgressBar";
import { toast } from "@/design/Toast/toast";
import { useErrorText } from "@/i18n/errorText";
import { useClient } from "@/session/useClient";

import { tenantsCsv } from "./tenantsCsv";
import { toRequest, type ListValues } from "./tenantsList";

interface CsvExportProps {
  values: ListValues;
  onClose: () => void;
}

/** Fetches all tenants that fit the filters and has the browser save them; shows how many have come. */
export function CsvExport({ values, onClose }: CsvExportProps): ReactNode {
  const { t } = useTranslation("tenants");
  const { errorText } = useErrorText();
  const client = useClient(TenantService);
  const [count, setCount] = useState(0);
  const [failure, setFailure] = useState<ApiError>();
  useEffect(() => {
    const gone = new AbortController();
    const { signal } = gone;
    const fetchAll = async (): Promise<void> => {
      let last = 0;
      try {
        const file = await tenantsCsv(client, toRequest(values), {
          signal,
          onProgress: (now) => setCount((last = now)),
        });
        const name = `tenants-${new Date().toISOString().slice(0, 10)}.csv`;
        saveAs(file, name);
        toast({ tone: "success", title: t("list.csvDone", { count: last, file: name }) });
        onClose();
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        if (!error.cancelled) setFailure(error);
      }
    };
    void fetchAll();
    return () => gone.abort();
  }, [client, values, t, onClose]);
  return (
    <Dialog
      isOpen
      onOpenChange={onClose}
      title={t("list.csvTitle")}
      description={t("list.csvLead")}
      size="small"
      footer={<Button onPress={onClose}>{t("list.csvCancel")}</Button>}
    >
      <Stack>
        {failure === undefined ? (
          <ProgressBar label={t("list.csvProgress", { count })} />
        ) : (
          <Notice tone="danger" requestId={reportId(failure)}>
            {errorText(failure)}
          </Notice>
        )}
      </Stack>
    </Dialog>
  );
}
