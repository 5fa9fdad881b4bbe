import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { TenantSettingsService } from "@/api/gen/atrium/tenants/v1/tenant_settings_service_pb";
import { Page } from "@/design/layout/layout";
import { NoPermission } from "@/design/states/states";
import { useArea } from "@/session/AreaProvider";
import { useMe } from "@/session/SessionProvider";
import { useCan } from "@/session/useCan";

import { TenantSettingsForms } from "../settings/TenantSettingsForms";
import { useReadOnlyReason } from "../settings/useReadOnlyReason";

/** What a tenant decides for itself. The portal takes a new look at once. */
export function PortalSettingsPage(): ReactNode {
  const { t } = useTranslation("portal");
  const can = useCan();
  const { tenant } = useMe();
  const { reload } = useArea();
  const reason = useReadOnlyReason();
  const may = tenant !== undefined && can(TenantSettingsService.method.getTenantSettings);
  return (
    <Page title={t("settings.title")} description={t("settings.lead", { tenant: tenant?.displayName ?? "" })}>
      {may ? (
        <TenantSettingsForms tenantId={tenant.id} readOnlyReason={reason} onSaved={() => void reload()} />
      ) : (
        <NoPermission permission="tenant-settings.read" />
      )}
    </Page>
  );
}
