import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Tenant } from "@/api/gen/atrium/tenants/v1/tenant_pb";
import { PLATFORM } from "@/api/session";
import { Inline } from "@/design/layout/layout";
import { Link } from "@/design/Link/Link";
import { Notice } from "@/design/Notice/Notice";
import { useFormat } from "@/i18n/Locale";
import { paths } from "@/routing/paths";

import { stateWord } from "./words";

/** What the tenant's state means, where it is not simply active. */
export function StateNotice({ tenant }: { tenant: Tenant }): ReactNode {
  const { t } = useTranslation("tenants");
  const format = useFormat();
  const { id, state, stateReason, purgeTime } = tenant;
  const provisioning = (
    <Inline>
      <Link href={paths.to(PLATFORM, "tenantProvisioning", { id })}>{t("detail.banner.watch")}</Link>
    </Inline>
  );
  switch (stateWord(state)) {
    case "suspended":
      return (
        <Notice tone="warning">
          {t("detail.banner.suspended")}
          {stateReason !== "" && ` ${t("detail.banner.suspendedReason", { reason: stateReason })}`}
        </Notice>
      );
    case "deleting":
      return (
        <Notice tone="danger">
          {t("detail.banner.deleting", { time: purgeTime === undefined ? "–" : format.dateTime(purgeTime) })}
        </Notice>
      );
    case "purged":
      return <Notice tone="info">{t("detail.banner.purged")}</Notice>;
    case "failed":
      return (
        <Notice tone="danger" actions={provisioning}>
          {t("detail.banner.failed", { reason: stateReason })}
        </Notice>
      );
    case "provisioning":
      return (
        <Notice tone="info" actions={provisioning}>
          {t("detail.banner.provisioning")}
        </Notice>
      );
    case "active":
    case undefined:
      return null;
  }
}
