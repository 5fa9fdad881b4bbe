import { Building2, RefreshCw } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { reportId } from "@/api/errors";
import { TenantMetricsService } from "@/api/gen/atrium/tenants/v1/tenant_metrics_service_pb";
import { TenantService } from "@/api/gen/atrium/tenants/v1/tenant_service_pb";
import { isFailure } from "@/api/rtk";
import { PLATFORM } from "@/api/session";
import { ButtonLink } from "@/design/Button/Button";
import { IconButton } from "@/design/IconButton/IconButton";
import { Inline, Page, Stack } from "@/design/layout/layout";
import { Notice } from "@/design/Notice/Notice";
import { Loading, Skeleton } from "@/design/Skeleton/Skeleton";
import { EmptyState, ErrorState, NoPermission } from "@/design/states/states";
import { Text } from "@/design/typography/typography";
import { useFormat } from "@/i18n/Locale";
import { useListState } from "@/routing/listState";
import { paths } from "@/routing/paths";
import { useCan } from "@/session/useCan";

import { Halves } from "../Halves";
import { TenantsModule } from "../TenantsModule";
import { useGetTenantMetricsQuery } from "./api";
import { BoardFigures } from "./BoardFigures";
import { Health, Plans, States } from "./Distribution";
import { ComingAndGoing, Growth } from "./GrowthCharts";
import { PeriodChoice } from "./PeriodChoice";
import { periodParams } from "./periods";
import { ResourceUse } from "./ResourceUse";

const REFRESH_MILLISECONDS = 60_000;

/** The figures of all tenants. Boards of all modules stand in one frame, so it brings its own store. */
export function TenantsBoard(): ReactNode {
  const { t } = useTranslation("tenants");
  const can = useCan();
  const permitted = can(TenantMetricsService.method.getTenantMetrics);
  return (
    <TenantsModule>
      <Page title={t("dashboard.title")} description={t("dashboard.lead")}>
        {permitted ? <Board /> : <NoPermission permission="tenant-metrics.read" />}
      </Page>
    </TenantsModule>
  );
}

function Board(): ReactNode {
  const { t } = useTranslation("tenants");
  const format = useFormat();
  const can = useCan();
  const list = useListState(periodParams);
  const { days } = list.values;
  // Another period leaves the one before in place until it is there.
  const { data, error, isFetching, refetch, fulfilledTimeStamp } = useGetTenantMetricsQuery(
    { days: Number(days) },
    { refetchOnMountOrArgChange: 30, pollingInterval: REFRESH_MILLISECONDS, skipPollingIfUnfocused: true },
  );
  const time = format.time(fulfilledTimeStamp ?? 0);
  let content: ReactNode;
  if (data === undefined)
    content =
      error === undefined ? (
        <Loading label={t("dashboard.loading")}>
          <Stack>
            <Skeleton $height="7rem" />
            <Halves>
              {[1, 2, 3, 4].map((one) => (
                <Skeleton key={one} $height="18rem" />
              ))}
            </Halves>
          </Stack>
        </Loading>
      ) : (
        <ErrorState
          failure={error}
          requestId={isFailure(error) ? reportId(error) : undefined}
          onRetry={() => void refetch()}
          isRetrying={isFetching}
        />
      );
  else if (data.states.every(({ tenants }) => tenants === 0n))
    content = (
      <EmptyState
        icon={<Building2 size={20} />}
        title={t("dashboard.none")}
        actions={
          can(TenantService.method.createTenant) && (
            <ButtonLink variant="primary" href={paths.to(PLATFORM, "newTenant")}>
              {t("list.create")}
            </ButtonLink>
          )
        }
      >
        {t("dashboard.noneLead")}
      </EmptyState>
    );
  else
    content = (
      <>
        {error !== undefined && <Notice tone="warning">{t("dashboard.stale", { time })}</Notice>}
        <BoardFigures metrics={data} />
        <Halves>
          <Growth metrics={data} />
          <ComingAndGoing metrics={data} />
          <Plans metrics={data} />
          <States metrics={data} />
          <Health metrics={data} />
          <ResourceUse metrics={data} />
        </Halves>
      </>
    );
  return (
    <>
      <Inline $justify="space-between" $gap={3}>
        <PeriodChoice value={days} onChange={(next) => list.set({ days: next })} />
        {data !== undefined && (
          <Inline>
            <Text $size="small" $tone="muted" $numeric>
              {t("dashboard.asOf", { time })}
            </Text>
            <IconButton
              size="small"
              label={t("dashboard.reload")}
              icon={<RefreshCw size={16} aria-hidden />}
              onPress={() => void refetch()}
              isPending={isFetching}
            />
          </Inline>
        )}
      </Inline>
      {content}
    </>
  );
}
