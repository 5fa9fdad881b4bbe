import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";

import { TenantService } from "@/api/gen/atrium/tenants/v1/tenant_service_pb";
import { Page } from "@/design/layout/layout";
import { NoPermission } from "@/design/states/states";
import { useCan } from "@/session/useCan";

import { CreationProgress } from "./CreationProgress";
import { CreationWizard } from "./CreationWizard";

/** A new tenant: asked for step by step, then watched until it is there. `?tenant=` is the one that is coming. */
export function TenantCreationPage(): ReactNode {
  const { t } = useTranslation("tenants");
  const can = useCan();
  const [search] = useSearchParams();
  const coming = search.get("tenant");
  if (coming !== null) return <CreationProgress id={coming} />;
  if (!can(TenantService.method.createTenant))
    return (
      <Page title={t("create.title")}>
        <NoPermission permission="tenants.create" />
      </Page>
    );
  return <CreationWizard />;
}
