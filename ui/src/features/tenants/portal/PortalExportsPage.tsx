import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { TenantExportService } from "@/api/gen/atrium/tenants/v1/tenant_export_service_pb";
import { Page } from "@/design/layout/layout";
import { NoPermission } from "@/design/states/states";
import { useMe } from "@/session/SessionProvider";
import { useCan } from "@/session/useCan";

import { ExportsSection } from "../exports/ExportsSection";

/** A tenant takes its data along. */
export function PortalExportsPage(): ReactNode {
  const { t } = useTranslation("portal");
  const can = useCan();
  const { tenant } = useMe();
  return (
    <Page title={t("exports.title")}>
      {tenant === undefined || !can(TenantExportService.method.exportTenant) ? (
        <NoPermission permission="tenants.export" />
      ) : (
        <ExportsSection tenantId={tenant.id} slug={tenant.slug} holdsData />
      )}
    </Page>
  );
}
