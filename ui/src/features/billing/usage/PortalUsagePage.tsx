import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Page } from "@/design/layout/layout";
import { useMe } from "@/session/SessionProvider";

import { UsageMonitor } from "./UsageMonitor";

/** What one's own tenant uses. */
export function PortalUsagePage(): ReactNode {
  const { t } = useTranslation("usage");
  const { tenant } = useMe();
  return (
    <Page title={t("title")} description={t("lead")}>
      <UsageMonitor tenantId={tenant?.id ?? ""} />
    </Page>
  );
}
