import { RotateCw } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { ApiError, Code, reportId } from "@/api/errors";
import { Provisioning_State, ProvisioningService } from "@/api/gen/atrium/tenants/v1/provisioning_service_pb";
import { isFailure } from "@/api/rtk";
import { StatusBadge } from "@/design/Badge/Badge";
import { Button } from "@/design/Button/Button";
import { Inline, Stack } from "@/design/layout/layout";
import { Notice } from "@/design/Notice/Notice";
import { Loading, SkeletonText } from "@/design/Skeleton/Skeleton";
import { EmptyState, ErrorState } from "@/design/states/states";
import { Text } from "@/design/typography/typography";
import { useErrorText } from "@/i18n/errorText";
import { useFormat } from "@/i18n/Locale";
import { useCan } from "@/session/useCan";

import { useRetryProvisioningMutation } from "./api";
import { ProvisioningTimeline } from "./ProvisioningTimeline";
import { useProvisioning } from "./useProvisioning";

const LOOKS = {
  running: { tone: "info", live: true },
  succeeded: { tone: "success", live: false },
  failed: { tone: "danger", live: false },
} as const;

/** How a tenant came, or is coming, into being; live while it runs. */
export function ProvisioningSection({ tenantId }: { tenantId: string }): ReactNode {
  const { t } = useTranslation("tenants");
  const format = useFormat();
  const { data, error, line, isFetching, refetch } = useProvisioning(tenantId);
  if (data === undefined) {
    if (error === undefined)
      return (
        <Loading label={t("provisioning.loading")}>
          <SkeletonText lines={6} />
        </Loading>
      );
    if (isFailure(error) && error.code === Code.NOT_FOUND) return <EmptyState title={t("provisioning.none")} />;
    return (
      <ErrorState
        failure={error}
        requestId={isFailure(error) ? reportId(error) : undefined}
        onRetry={() => void refetch()}
        isRetrying={isFetching}
      />
    );
  }
  const word =
    data.state === Provisioning_State.SUCCEEDED
      ? "succeeded"
      : data.state === Provisioning_State.FAILED
        ? "failed"
        : "running";
  return (
    <Stack $gap={5}>
      <Inline $gap={3}>
        <StatusBadge {...LOOKS[word]}>{t(`provisioning.state.${word}`)}</StatusBadge>
        <Text as="span" $size="small" $tone="muted">
          {t("provisioning.attempt", { attempt: data.attempt })}
          {data.createTime !== undefined && ` · ${t("provisioning.began")} ${format.dateTime(data.createTime)}`}
        </Text>
      </Inline>
      {line === "polling" && word === "running" && <Notice tone="info">{t("provisioning.polling")}</Notice>}
      <ProvisioningTimeline provisioning={data} />
      {word === "failed" && <RetryProvisioning tenantId={tenantId} />}
    </Stack>
  );
}

/** Offers to set the tenant up again. */
export function RetryProvisioning({ tenantId }: { tenantId: string }): ReactNode {
  const { t } = useTranslation("tenants");
  const { errorText } = useErrorText();
  const can = useCan();
  const [retry, { isLoading, error }] = useRetryProvisioningMutation();
  const may = can(ProvisioningService.method.retryProvisioning);
  return (
    <Stack $gap={3} $align="start">
      {isFailure(error) && (
        <Notice tone="danger" requestId={reportId(new ApiError(error))}>
          {errorText(error)}
        </Notice>
      )}
      <Inline $gap={3}>
        <Button
          icon={<RotateCw size={16} aria-hidden />}
          isDisabled={!may}
          isPending={isLoading}
          onPress={() => void retry({ tenantId })}
        >
          {t("provisioning.retry")}
        </Button>
        {!may && (
          <Text $size="small" $tone="muted">
            {t("provisioning.retryDenied")}
          </Text>
        )}
      </Inline>
    </Stack>
  );
}
