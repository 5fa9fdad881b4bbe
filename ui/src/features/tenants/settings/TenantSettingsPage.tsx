import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Tenant_State } from "@/api/gen/atrium/tenants/v1/tenant_pb";

import { useTenant } from "../tenants/TenantLayout";
import { TenantSettingsForms } from "./TenantSettingsForms";
import { useReadOnlyReason } from "./useReadOnlyReason";

/** The settings of the tenant that the master admin looks at. */
export function TenantSettingsPage(): ReactNode {
  const { t } = useTranslation("tenants");
  const { id, state } = useTenant();
  const closed = state === Tenant_State.DELETING || state === Tenant_State.PURGED;
  const reason = useReadOnlyReason();
  return <TenantSettingsForms tenantId={id} readOnlyReason={closed ? t("danger.wrongState") : reason} />;
}
