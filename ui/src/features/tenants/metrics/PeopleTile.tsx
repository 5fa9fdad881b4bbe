import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { UserService } from "@/api/gen/atrium/iam/v1/user_service_pb";
import type { Tenant } from "@/api/gen/atrium/tenants/v1/tenant_pb";
import { StatTile } from "@/design/StatTile/StatTile";
import { useFormat } from "@/i18n/Locale";
import { useCan } from "@/session/useCan";

interface PeopleTileProps {
  tenant: Pick<Tenant, "userCount">;
  /** Where the people are listed. */
  href: string;
}

/** How many people a tenant has. */
export function PeopleTile({ tenant, href }: PeopleTileProps): ReactNode {
  const { t } = useTranslation("tenants");
  const format = useFormat();
  const can = useCan();
  return (
    <StatTile
      label={t("overview.users")}
      value={format.number(tenant.userCount)}
      hint={t("overview.usersHint")}
      {...(can(UserService.method.listUsers) ? { href } : {})}
    />
  );
}
