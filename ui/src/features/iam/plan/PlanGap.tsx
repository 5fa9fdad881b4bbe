import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { SubscriptionService } from "@/api/gen/atrium/billing/v1/subscription_service_pb";
import { ButtonLink } from "@/design/Button/Button";
import { Inline } from "@/design/layout/layout";
import { Notice } from "@/design/Notice/Notice";
import { paths } from "@/routing/paths";
import { useSession } from "@/session/SessionProvider";
import { useCan } from "@/session/useCan";

/** Where something would be offered that the tenant's plan lacks: what that is, and the way to another plan. */
export function PlanGap({ what }: { what: "roles" | "apiKeys" }): ReactNode {
  const { t } = useTranslation("iam");
  const { realm } = useSession();
  const can = useCan();
  const mayChange = can(SubscriptionService.method.changeSubscription);
  return (
    <Notice
      tone="info"
      title={t("plan.title")}
      actions={
        mayChange && (
          <Inline>
            <ButtonLink size="small" href={paths.to(realm, "choosePlan")}>
              {t("plan.choose")}
            </ButtonLink>
          </Inline>
        )
      }
    >
      {t(`plan.${what}`)} {!mayChange && t("plan.ask")}
    </Notice>
  );
}
