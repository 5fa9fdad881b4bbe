import { Archive } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useDispatch } from "react-redux";

import { answered } from "@/api/answered";
import { ApiError, reportId } from "@/api/errors";
import { TenantExportService } from "@/api/gen/atrium/tenants/v1/tenant_export_service_pb";
import { Submission } from "@/api/idempotency";
import { isFailure } from "@/api/rtk";
import { Button } from "@/design/Button/Button";
import { Inline, Stack } from "@/design/layout/layout";
import { Notice } from "@/design/Notice/Notice";
import { Loading, SkeletonText } from "@/design/Skeleton/Skeleton";
import { EmptyState, ErrorState } from "@/design/states/states";
import { Text } from "@/design/typography/typography";
import { useErrorText } from "@/i18n/errorText";
import { useCan } from "@/session/useCan";

import { useExportTenantMutation } from "./api";
import { ExportCard } from "./ExportCard";
import { startedExports } from "./started";
import { useExports } from "./useExports";

interface ExportsSectionProps {
  tenantId: string;
  /** For the files' names. */
  slug: string;
  /** Whether the tenant's state allows to begin one. */
  holdsData: boolean;
}

/** Archives of all that the platform holds of a tenant: begun, followed, downloaded. */
export function ExportsSection({ tenantId, slug, holdsData }: ExportsSectionProps): ReactNode {
  const { t } = useTranslation("tenants");
  const { errorText } = useErrorText();
  const can = useCan();
  const dispatch = useDispatch();
  const { ids, isLoading, error, refetch } = useExports(tenantId);
  const [start, { isLoading: isStarting }] = useExportTenantMutation();
  const [submission] = useState(() => new Submission());
  const [failure, setFailure] = useState<ApiError>();
  const mayStart = can(TenantExportService.method.exportTenant);
  const begin = async (): Promise<void> => {
    setFailure(undefined);
    try {
      const { id } = await submission.run(TenantExportService.method.exportTenant, { tenantId }, (request, options) =>
        answered(start({ ...request, ...options })),
      );
      dispatch(startedExports.actions.started({ tenantId, id }));
    } catch (problem) {
      if (!(problem instanceof ApiError)) throw problem;
      setFailure(problem);
    }
  };
  const why = mayStart ? (holdsData ? undefined : t("exports.stateDenied")) : t("exports.denied");
  return (
    <Stack>
      <Text $tone="muted">{t("exports.lead")}</Text>
      <Inline $gap={3}>
        <Button
          variant="primary"
          icon={<Archive size={16} aria-hidden />}
          isDisabled={why !== undefined}
          isPending={isStarting}
          onPress={() => void begin()}
        >
          {t(ids.length > 0 ? "exports.startAnother" : "exports.start")}
        </Button>
        {why !== undefined && (
          <Text $size="small" $tone="muted">
            {why}
          </Text>
        )}
      </Inline>
      {failure !== undefined && (
        <Notice tone="danger" requestId={reportId(failure)}>
          {errorText(failure)}
        </Notice>
      )}
      {isLoading && (
        <Loading label={t("exports.loading")}>
          <SkeletonText lines={3} />
        </Loading>
      )}
      {error !== undefined && ids.length === 0 && (
        <ErrorState failure={error} requestId={isFailure(error) ? reportId(error) : undefined} onRetry={refetch} />
      )}
      {!isLoading && error === undefined && ids.length === 0 && (
        <EmptyState icon={<Archive size={20} />} title={t("exports.none")}>
          {t("exports.noneLead")}
        </EmptyState>
      )}
      {ids.map((id) => (
        <ExportCard key={id} id={id} tenantId={tenantId} slug={slug} />
      ))}
    </Stack>
  );
}
