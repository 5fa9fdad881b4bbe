import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router";

import { PLATFORM } from "@/api/session";
import { ButtonLink } from "@/design/Button/Button";
import { Page } from "@/design/layout/layout";
import { useCrumb } from "@/routing/crumb";
import { paths } from "@/routing/paths";
import { useMe, useSession } from "@/session/SessionProvider";

import { useBilledQuery } from "../accounts/billed";
import { Asked } from "../parts/Asked";
import { useTenantName } from "../parts/TenantName";
import { PlanSelector } from "../plans/selector/PlanSelector";
import { useOutcome } from "./useOutcome";

/** Chooses a plan: for one's own tenant in the portal, for any at the provider. */
export function PlanChoicePage(): ReactNode {
  const { t } = useTranslation("subscriptions");
  const { realm } = useSession();
  const me = useMe();
  const navigate = useNavigate();
  const { id } = useParams();
  const tenantId = id ?? me.tenant?.id ?? "";
  const { name } = useTenantName(id ?? "");
  const query = useBilledQuery(tenantId);
  const outcome = useOutcome();
  const title = realm === PLATFORM ? t("choice.titleFor", { name: name ?? tenantId }) : t("choice.title");
  useCrumb(title);
  const back = realm === PLATFORM ? paths.to(realm, "tenantBilling", { id: tenantId }) : paths.to(realm, "billing");
  return (
    <Page
      title={title}
      description={t("choice.lead")}
      actions={<ButtonLink href={back}>{t("choice.back")}</ButtonLink>}
    >
      <Asked query={query} label={t("choice.loading")} lines={10}>
        {({ account, subscription, ended }) => (
          <PlanSelector
            tenantId={tenantId}
            subscription={subscription}
            hadTrial={ended.some(({ trialEndTime }) => trialEndTime !== undefined)}
            currency={account?.currency ?? ""}
            onChanged={(change) => {
              void navigate(back);
              outcome(change);
            }}
          />
        )}
      </Asked>
    </Page>
  );
}
