import { Grid3x3, Plus } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { styled } from "styled-components";

import type { Role } from "@/api/gen/atrium/iam/v1/role_pb";
import { RoleService } from "@/api/gen/atrium/iam/v1/role_service_pb";
import { Badge } from "@/design/Badge/Badge";
import { ButtonLink } from "@/design/Button/Button";
import { Card, Inline, Page, Stack } from "@/design/layout/layout";
import { Link } from "@/design/Link/Link";
import { Loading, SkeletonText } from "@/design/Skeleton/Skeleton";
import { EmptyState, ErrorState, NoPermission } from "@/design/states/states";
import { theme } from "@/design/theme";
import { Heading, Text } from "@/design/typography/typography";
import { useFormat } from "@/i18n/Locale";
import { useCan } from "@/session/useCan";

import { PlanGap } from "../plan/PlanGap";
import { usePlanLacks } from "../plan/PlanProvider";
import { ScopeNote } from "../scope/ScopeNote";
import { useScope } from "../scope/ScopeProvider";
import { useRoles } from "./RolesProvider";
import { useRoleDescription } from "./useRoleDescription";

/** The roles of the scope: those that come with the platform, and its own. */
export function RolesPage(): ReactNode {
  const { t } = useTranslation("roles");
  const { to } = useScope();
  const can = useCan();
  const { roles, catalogue, permitted, failure, pending, reload } = useRoles();
  const lacks = usePlanLacks()(RoleService.method.createRole);
  const newRole = can(RoleService.method.createRole) && !lacks && (
    <ButtonLink variant="primary" icon={<Plus size={16} aria-hidden />} href={to("newRole")}>
      {t("new")}
    </ButtonLink>
  );
  const total = catalogue?.length ?? 0;
  const own = roles?.filter(({ builtIn }) => !builtIn) ?? [];
  return (
    <Page
      title={t("title")}
      description={t("lead")}
      trail={<ScopeNote />}
      actions={
        permitted && (
          <>
            <ButtonLink icon={<Grid3x3 size={16} aria-hidden />} href={to("permissions")}>
              {t("matrixLink")}
            </ButtonLink>
            {newRole}
          </>
        )
      }
    >
      {!permitted && <NoPermission permission="roles.read" />}
      {permitted && roles === undefined && failure !== undefined && (
        <ErrorState failure={failure} onRetry={reload} isRetrying={pending} />
      )}
      {permitted && roles === undefined && failure === undefined && (
        <Loading label={t("loading")}>
          <SkeletonText lines={8} />
        </Loading>
      )}
      {roles !== undefined && (
        <>
          <section aria-labelledby="own-roles">
            <Stack $gap={3}>
              <Heading id="own-roles">{t("own")}</Heading>
              {lacks && <PlanGap what="roles" />}
              {own.length > 0 && <RoleList label={t("own")} roles={own} all={roles} total={total} />}
              {own.length === 0 && !lacks && (
                <Card>
                  <EmptyState title={t("emptyTitle")} actions={newRole}>
                    {t("emptyText")}
                  </EmptyState>
                </Card>
              )}
            </Stack>
          </section>
          <section aria-labelledby="built-in-roles">
            <Stack $gap={3}>
              <Heading id="built-in-roles">{t("builtInTitle")}</Heading>
              <RoleList
                label={t("builtInTitle")}
                roles={roles.filter(({ builtIn }) => builtIn)}
                all={roles}
                total={total}
              />
            </Stack>
          </section>
        </>
      )}
    </Page>
  );
}

interface RoleListProps {
  label: string;
  roles: readonly Role[];
  all: readonly Role[];
  /** How many permissions there are. */
  total: number;
}

function RoleList({ label, roles, all, total }: RoleListProps): ReactNode {
  const { t } = useTranslation("roles");
  const format = useFormat();
  const { to } = useScope();
  const describe = useRoleDescription();
  return (
    <List aria-label={label}>
      {roles.map((role) => {
        const parent = all.find(({ id }) => id === role.parentId);
        const share = total === 0 ? 0 : role.effectivePermissions.length / total;
        return (
          <Item key={role.id}>
            <Stack $gap="hair">
              <Inline $gap={2}>
                <Link variant="quiet" href={to("role", { id: role.id })}>
                  <bdi>{role.displayName}</bdi>
                </Link>
                {parent !== undefined && <Badge>{t("panel.inherited", { role: parent.displayName })}</Badge>}
              </Inline>
              <Text $size="small" $tone="muted">
                <bdi>{describe(role)}</bdi>
              </Text>
            </Stack>
            <Amount>
              <Text $size="small" $numeric>
                {t("panel.ofAll", { count: role.effectivePermissions.length, total: format.number(total) })}
              </Text>
              <Bar aria-hidden>
                <span style={{ inlineSize: `${String(Math.round(share * 100))}%` }} />
              </Bar>
            </Amount>
          </Item>
        );
      })}
    </List>
  );
}

const List = styled.ul`
  border: 1px solid ${theme.color.border};
  border-radius: ${theme.radius.large};
  background: ${theme.color.surface};
  box-shadow: ${theme.shadow.low};
`;

const Item = styled.li`
  display: grid;
  grid-template-columns: minmax(0, 1fr) 13rem;
  align-items: center;
  gap: ${theme.space[2]} ${theme.space[5]};
  padding: ${theme.space[3]} ${theme.space[4]};
  overflow-wrap: anywhere;
  &:not(:first-child) {
    border-block-start: 1px solid ${theme.color.border};
  }
  @media (max-width: 639px) {
    grid-template-columns: minmax(0, 1fr);
  }
`;

const Amount = styled.div`
  display: flex;
  flex-direction: column;
  gap: ${theme.space[1]};
`;

const Bar = styled.div`
  block-size: 4px;
  border-radius: ${theme.radius.full};
  background: ${theme.color.border};
  & > span {
    display: block;
    block-size: 100%;
    border-radius: inherit;
    background: ${theme.color.accent};
  }
`;
