import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { reportId } from "@/api/errors";
import { TenantMetricsService } from "@/api/gen/atrium/tenants/v1/tenant_metrics_service_pb";
import type { PurgedPart, Tenant } from "@/api/gen/atrium/tenants/v1/tenant_pb";
import { isFailure } from "@/api/rtk";
import { PLATFORM } from "@/api/session";
import { KeyValueList } from "@/design/KeyValueList/KeyValueList";
import { Card, Grid, Inline, Stack } from "@/design/layout/layout";
import { Link } from "@/design/Link/Link";
import { Loading, SkeletonText } from "@/design/Skeleton/Skeleton";
import { ErrorState } from "@/design/states/states";
import { Heading, Text } from "@/design/typography/typography";
import { useFormat } from "@/i18n/Locale";
import { paths } from "@/routing/paths";
import { useCan } from "@/session/useCan";

import { CallsChart } from "../metrics/ActivityCharts";
import { ActivityFigures } from "../metrics/ActivityFigures";
import { useGetTenantHealthQuery } from "../metrics/api";
import { HealthParts } from "../metrics/HealthParts";
import { PeopleTile } from "../metrics/PeopleTile";
import { useActivity } from "../metrics/useActivity";
import { HealthMeter, PaymentBadge } from "./badges";
import { useTenant } from "./TenantLayout";
import { usePlanName } from "./usePlanName";
import { holdsData, isolationWord } from "./words";

const DAYS = 30;

/** What a tenant is and how it is doing. */
export function OverviewPage(): ReactNode {
  const tenant = useTenant();
  const can = useCan();
  return (
    <Stack>
      {holdsData(tenant.state) && can(TenantMetricsService.method.listTenantActivity) && <Use tenant={tenant} />}
      <Grid $least="24rem">
        <Facts tenant={tenant} />
        {tenant.purgedParts.length > 0 ? (
          <Purged parts={tenant.purgedParts} />
        ) : (
          can(TenantMetricsService.method.getTenantHealth) && <Health tenantId={tenant.id} />
        )}
      </Grid>
    </Stack>
  );
}

function Facts({ tenant }: { tenant: Tenant }): ReactNode {
  const { t } = useTranslation("tenants");
  const format = useFormat();
  const { createTime, updateTime, deleteTime, purgeTime } = tenant;
  const planName = usePlanName();
  const isolation = isolationWord(tenant.isolation);
  const admin = [tenant.adminDisplayName, tenant.adminEmail].filter((one) => one !== "").join(" · ");
  return (
    <Card>
      <Stack>
        <Heading $size="medium">{t("overview.facts")}</Heading>
        <KeyValueList
          items={[
            { label: t("overview.plan"), value: planName(tenant.plan) },
            { label: t("overview.tier"), value: tenant.tier },
            { label: t("overview.isolation"), value: t(`isolation.${isolation}`) },
            { label: t("overview.payment"), value: <PaymentBadge paymentStatus={tenant.paymentStatus} /> },
            { label: t("overview.admin"), value: admin },
            { label: t("overview.created"), value: createTime && format.dateTime(createTime) },
            { label: t("overview.changed"), value: updateTime && format.dateTime(updateTime) },
            ...(deleteTime === undefined ? [] : [{ label: t("overview.deleted"), value: format.dateTime(deleteTime) }]),
            ...(purgeTime === undefined ? [] : [{ label: t("overview.purge"), value: format.dateTime(purgeTime) }]),
            { label: t("overview.id"), value: tenant.id, copy: tenant.id },
          ]}
        />
      </Stack>
    </Card>
  );
}

function Health({ tenantId }: { tenantId: string }): ReactNode {
  const { t } = useTranslation("tenants");
  const { data, error, isFetching, refetch } = useGetTenantHealthQuery({ tenantId });
  return (
    <Card>
      <Stack>
        <Inline $justify="space-between">
          <Heading $size="medium">{t("health.title")}</Heading>
          {data !== undefined && <HealthMeter score={data.score} />}
        </Inline>
        {data !== undefined && (
          <>
            <HealthParts health={data} />
            <Text $size="small" $tone="muted">
              {t("health.lead")}
            </Text>
          </>
        )}
        {data === undefined &&
          (error === undefined ? (
            <Loading label={t("detail.loading")}>
              <SkeletonText lines={6} />
            </Loading>
          ) : (
            <ErrorState
              failure={error}
              requestId={isFailure(error) ? reportId(error) : undefined}
              onRetry={() => void refetch()}
              isRetrying={isFetching}
            />
          ))}
      </Stack>
    </Card>
  );
}

function Use({ tenant }: { tenant: Tenant }): ReactNode {
  const { t } = useTranslation("tenants");
  const { id } = tenant;
  const activity = useActivity(id, DAYS);
  return (
    <>
      <ActivityFigures activity={activity}>
        <PeopleTile tenant={tenant} href={paths.to(PLATFORM, "tenantPeople", { id })} />
      </ActivityFigures>
      <CallsChart
        activity={activity}
        title={t("overview.trend")}
        actions={<Link href={paths.to(PLATFORM, "tenantActivity", { id })}>{t("detail.tab.activity")}</Link>}
      />
    </>
  );
}

function Purged({ parts }: { parts: readonly PurgedPart[] }): ReactNode {
  const { t } = useTranslation("tenants");
  const format = useFormat();
  return (
    <Card>
      <Stack>
        <Heading $size="medium">{t("overview.purgedParts")}</Heading>
        <KeyValueList
          items={parts.map(({ module, records, purgeTime }) => ({
            label: module,
            value: [
              t("exports.records", { count: Number(records) }),
              ...(purgeTime === undefined ? [] : [format.dateTime(purgeTime)]),
            ].join(" · "),
          }))}
        />
      </Stack>
    </Card>
  );
}
