import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Entitlements } from "@/api/gen/atrium/billing/v1/entitlement_service_pb";
import { Limit_Beyond } from "@/api/gen/atrium/billing/v1/plan_pb";
import { PLATFORM } from "@/api/session";
import { Badge } from "@/design/Badge/Badge";
import { Card, Grid, Inline, Stack } from "@/design/layout/layout";
import { Link } from "@/design/Link/Link";
import { Notice } from "@/design/Notice/Notice";
import { Heading, Text } from "@/design/typography/typography";
import { paths } from "@/routing/paths";
import { useSession } from "@/session/SessionProvider";
import { useCan } from "@/session/useCan";

import { Asked } from "../parts/Asked";
import { useFeatureName } from "../plans/useFeatureName";
import { useMeters } from "../usage/meters";
import { useGetEntitlementsQuery } from "./api";

/** What the tenant may use now: the same limits and features that every module enforces. */
export function Allowance({ tenantId }: { tenantId: string }): ReactNode {
  const { t } = useTranslation("subscriptions");
  const can = useCan();
  const { realm } = useSession();
  const query = useGetEntitlementsQuery({ tenantId }, { refetchOnMountOrArgChange: 5 });
  const usage = realm === PLATFORM ? paths.to(realm, "tenantBillingUsage", { id: tenantId }) : paths.to(realm, "usage");
  return (
    <Card aria-labelledby="allowance">
      <Stack>
        <Inline $justify="space-between">
          <Heading $size="medium" id="allowance">
            {t("allowance.title")}
          </Heading>
          {can("usage.read") && <Link href={usage}>{t("allowance.usage")}</Link>}
        </Inline>
        <Asked query={query} label={t("allowance.loading")} lines={3}>
          {(entitlements) => <Allowed entitlements={entitlements} />}
        </Asked>
      </Stack>
    </Card>
  );
}

function Allowed({ entitlements: { usable, limits, features } }: { entitlements: Entitlements }): ReactNode {
  const { t } = useTranslation("subscriptions");
  const meters = useMeters();
  const featureName = useFeatureName();
  return (
    <>
      {!usable && <Notice tone="warning">{t("allowance.unusable")}</Notice>}
      {limits.length === 0 ? (
        <Text $tone="muted">{t("allowance.unlimited")}</Text>
      ) : (
        <Grid as="dl" $least="8rem">
          {limits.map(({ meter, most, beyond }) => (
            <div key={meter}>
              <Text as="dt" $size="small" $tone="muted">
                {meters.name(meter)}
              </Text>
              <dd>
                <Stack as="span" $gap="hair">
                  <span>{t("allowance.upTo", { most: meters.quantity(meter, most) })}</span>
                  <Text as="span" $size="small" $tone="muted">
                    {t(beyond === Limit_Beyond.CHARGE ? "allowance.charged" : "allowance.refused")}
                  </Text>
                </Stack>
              </dd>
            </div>
          ))}
        </Grid>
      )}
      {features.length > 0 && (
        <Inline as="ul" $gap={1} aria-label={t("allowance.features")}>
          {features.map((feature) => (
            <li key={feature}>
              <Badge>{featureName(feature)}</Badge>
            </li>
          ))}
        </Inline>
      )}
    </>
  );
}
