import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { TenantMetricsService } from "@/api/gen/atrium/tenants/v1/tenant_metrics_service_pb";
import { Page } from "@/design/layout/layout";
import { NoPermission } from "@/design/states/states";
import { useMe } from "@/session/SessionProvider";
import { useCan } from "@/session/useCan";

import { ActivitySection } from "../metrics/ActivitySection";

/** What a tenant's people did here, for themselves to see. */
export function PortalActivityPage(): ReactNode {
  const { t } = useTranslation("portal");
  const can = useCan();
  const { tenant } = useMe();
  return (
    <Page title={t("activity.title")} description={t("activity.lead", { tenant: tenant?.displayName ?? "" })}>
      {tenant !== undefined && can(TenantMetricsService.method.listTenantActivity) ? (
        <ActivitySection tenantId={tenant.id} />
      ) : (
        <NoPermission permission="tenants.read" />
      )}
    </Page>
  );
}
