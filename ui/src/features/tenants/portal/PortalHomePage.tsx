import { Archive, CircleAlert, CircleCheck, Settings2, TriangleAlert, UserRound, UsersRound } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import { reportId } from "@/api/errors";
import { UserService } from "@/api/gen/atrium/iam/v1/user_service_pb";
import { TenantExportService } from "@/api/gen/atrium/tenants/v1/tenant_export_service_pb";
import type { Tenant } from "@/api/gen/atrium/tenants/v1/tenant_pb";
import { TenantSettingsService } from "@/api/gen/atrium/tenants/v1/tenant_settings_service_pb";
import { isFailure } from "@/api/rtk";
import { Card, Grid, Page, Stack } from "@/design/layout/layout";
import { Link } from "@/design/Link/Link";
import { Loading, SkeletonText } from "@/design/Skeleton/Skeleton";
import { ErrorState } from "@/design/states/states";
import { theme } from "@/design/theme";
import { Heading, Text } from "@/design/typography/typography";
import { useFormat } from "@/i18n/Locale";
import { paths } from "@/routing/paths";
import { useMe, useSession } from "@/session/SessionProvider";
import { useCan } from "@/session/useCan";

import type { Day } from "../metrics/activity";
import { CallsChart } from "../metrics/ActivityCharts";
import { ActivityFigures } from "../metrics/ActivityFigures";
import { PeopleTile } from "../metrics/PeopleTile";
import { useActivity } from "../metrics/useActivity";
import { useGetTenantSettingsQuery } from "../settings/api";
import { attentionOf, type Attention } from "./attention";
import { PortalModule } from "./PortalModule";
import { usePortalTenant } from "./usePortalTenant";

const DAYS = 30;

/** The portal's index, which can have no layout route around it. */
export function PortalHome(): ReactNode {
  return (
    <PortalModule>
      <PortalHomePage />
    </PortalModule>
  );
}

/** The first page of a tenant's people: who they are here, what needs them, how the tenant is doing, where to go. */
function PortalHomePage(): ReactNode {
  const { t } = useTranslation("portal");
  const { realm } = useSession();
  const me = useMe();
  const { tenant, error, isFetching, refetch } = usePortalTenant();
  const activity = useActivity(me.tenant?.id ?? "", DAYS);
  const name = me.user?.displayName ?? "";
  return (
    <Page
      title={t(`home.${partOfDay()}`, { name })}
      description={t("home.lead", { tenant: tenant?.displayName ?? me.tenant?.displayName ?? "" })}
    >
      {tenant === undefined ? (
        error === undefined ? (
          <Loading label={t("home.loading")}>
            <SkeletonText lines={6} />
          </Loading>
        ) : (
          <ErrorState
            failure={error}
            requestId={isFailure(error) ? reportId(error) : undefined}
            onRetry={refetch}
            isRetrying={isFetching}
          />
        )
      ) : (
        <>
          {activity.days !== undefined && <NeedsAttention tenant={tenant} days={activity.days} />}
          <ActivityFigures activity={activity}>
            <PeopleTile tenant={tenant} href={paths.to(realm, "people")} />
          </ActivityFigures>
          <CallsChart
            activity={activity}
            title={t("home.activity")}
            description={t("home.activityLead")}
            actions={<Link href={paths.to(realm, "activity")}>{t("nav.activity")}</Link>}
          />
          <Links />
        </>
      )}
    </Page>
  );
}

function partOfDay(): "morning" | "afternoon" | "evening" {
  const hour = new Date().getHours();
  if (hour >= 5 && hour < 12) return "morning";
  return hour >= 12 && hour < 18 ? "afternoon" : "evening";
}

function NeedsAttention({ tenant, days }: { tenant: Tenant; days: readonly Day[] }): ReactNode {
  const { t } = useTranslation("portal");
  const me = useMe();
  const can = useCan();
  const maySee = can(TenantSettingsService.method.getTenantSettings);
  const { data: settings } = useGetTenantSettingsQuery({ tenantId: tenant.id }, { skip: !maySee });
  const found = attentionOf({
    me,
    tenant,
    settings,
    days,
    mayInvite: can(UserService.method.createUser),
    mayChangePolicy: can(TenantSettingsService.method.updateTenantSettings),
  });
  return (
    <Card aria-labelledby="attention">
      <Stack>
        <Heading $size="medium" id="attention">
          {t("home.attention")}
        </Heading>
        {found.length === 0 ? (
          <Item $tone="success">
            <CircleCheck size={16} aria-hidden />
            <div>
              <Text $weight="medium">{t("home.nothing")}</Text>
              <Text $size="small" $tone="muted">
                {t("home.nothingLead")}
              </Text>
            </div>
          </Item>
        ) : (
          <List>
            {found.map((one) => (
              <AttentionItem key={one.kind} attention={one} />
            ))}
          </List>
        )}
      </Stack>
    </Card>
  );
}

function AttentionItem({ attention }: { attention: Attention }): ReactNode {
  const { t } = useTranslation("portal");
  const format = useFormat();
  const { realm } = useSession();
  const { kind } = attention;
  const pressing = kind === "pastDue" || kind === "failing";
  const text =
    kind === "failing" ? t("home.failingText", { share: format.percent(attention.share) }) : t(`home.${kind}Text`);
  const ways = {
    ownFactor: { to: paths.to(realm, "account"), text: t("home.ownFactorAction") },
    policy: { to: `${paths.to(realm, "settings")}#security`, text: t("home.policyAction") },
    invite: { to: paths.to(realm, "people"), text: t("home.inviteAction") },
  };
  const way = kind in ways ? ways[kind as keyof typeof ways] : undefined;
  return (
    <Item as="li" $tone={pressing ? "danger" : "warning"}>
      {pressing ? <CircleAlert size={16} aria-hidden /> : <TriangleAlert size={16} aria-hidden />}
      <div>
        <Text $weight="medium">{t(`home.${kind}`)}</Text>
        <Text $size="small" $tone="muted">
          {text} {way !== undefined && <Link href={way.to}>{way.text}</Link>}
        </Text>
      </div>
    </Item>
  );
}

function Links(): ReactNode {
  const { t } = useTranslation("portal");
  const { realm } = useSession();
  const can = useCan();
  const links = [
    {
      name: "people",
      segment: "people",
      icon: <UsersRound size={18} aria-hidden />,
      may: can(UserService.method.listUsers),
    },
    {
      name: "settings",
      segment: "settings",
      icon: <Settings2 size={18} aria-hidden />,
      may: can("tenant-settings.read"),
    },
    {
      name: "exports",
      segment: "exports",
      icon: <Archive size={18} aria-hidden />,
      may: can(TenantExportService.method.exportTenant),
    },
    { name: "account", segment: "account", icon: <UserRound size={18} aria-hidden />, may: true },
  ] as const;
  return (
    <Stack $gap={3}>
      <Heading $size="medium">{t("home.links")}</Heading>
      <Grid $least="14rem" $gap={3}>
        {links
          .filter(({ may }) => may)
          .map(({ name, segment, icon }) => (
            <Tile key={name}>
              {icon}
              <div>
                <Link variant="quiet" href={paths.to(realm, segment)}>
                  {t(`home.link.${name}`)}
                </Link>
                <Text $size="small" $tone="muted">
                  {t(`home.link.${name}Text`)}
                </Text>
              </div>
            </Tile>
          ))}
      </Grid>
    </Stack>
  );
}

const List = styled.ul`
  display: flex;
  flex-direction: column;
  gap: ${theme.space[3]};
`;

const Item = styled.div<{ $tone: "danger" | "warning" | "success" }>`
  display: flex;
  gap: ${theme.space[3]};
  & > svg {
    margin-block-start: 0.15rem;
    color: ${({ $tone }) => theme.color[$tone].text};
  }
`;

const Tile = styled(Card)`
  position: relative;
  display: flex;
  gap: ${theme.space[3]};
  padding: ${theme.space[4]};
  & > svg {
    color: ${theme.color.accentText};
  }
  /* The whole sheet is the link. */
  a::after {
    content: "";
    position: absolute;
    inset: 0;
  }
  &:hover {
    border-color: ${theme.color.control};
  }
`;
