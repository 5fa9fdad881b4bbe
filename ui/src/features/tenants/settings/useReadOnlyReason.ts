import { useTranslation } from "react-i18next";

import { TenantSettingsService } from "@/api/gen/atrium/tenants/v1/tenant_settings_service_pb";
import { useErrorText } from "@/i18n/errorText";
import { useMe } from "@/session/SessionProvider";
import { useCan } from "@/session/useCan";

/** Why the person may not change settings: a permission is missing, or they only look on somebody's behalf. */
export function useReadOnlyReason(): string | undefined {
  const { t } = useTranslation("tenants");
  const { errorText } = useErrorText();
  const can = useCan();
  const { impersonatorId, impersonatorMayWrite } = useMe();
  if (!can(TenantSettingsService.method.updateTenantSettings)) return t("settings.readOnly");
  if (impersonatorId !== "" && !impersonatorMayWrite)
    return errorText({ reason: "IMPERSONATION_READ_ONLY", message: "", metadata: {} });
  return undefined;
}
